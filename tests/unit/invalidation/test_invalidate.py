"""``invalidate("user", user_id=5)`` without a request: it finds the one that is being answered."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from threading import Thread
from typing import Any, cast

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.db import close_old_connections, connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import AsyncClient, Client
from django.urls import get_urlconf
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from mizan_htmx.invalidation.recorder import current_recorder
from tests.helpers.sockets import Tab
from tests.helpers.visitor import (
    HEADER,
    SyncOrAsync,
    Visitor,
    as_coroutine,
    as_written,
    serve,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("registry", "user_context")]

WITHOUT = (
    "invalidate() in a view that is not declared with @client needs"
    " 'mizan_htmx.middleware.MizanMiddleware' in MIDDLEWARE. So it does after any view, as in a hook of"
    " on_commit() with ATOMIC_REQUESTS."
)


def change() -> None:
    """Change a user, somewhere below a view that knows the request."""
    invalidate("user", user_id="05", tab=None)


def view(request: HttpRequest) -> HttpResponse:
    """Change a user in a plain view."""
    change()
    return HttpResponse("changed")


@pytest.fixture
def without_middleware(settings: Settings) -> None:
    """Take the middleware out of the site."""
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if not each.startswith("mizan_htmx.")]


class TestInRequests:
    """The answer to the request that is being answered carries it."""

    def test_in_a_function(self, visitor: Visitor, sync_or_async: SyncOrAsync, signals: list[Any]) -> None:
        def rename(request: HttpRequest) -> int:
            change()
            return 1

        register(client(sync_or_async(rename)))
        response = visitor.call("rename")
        assert (response.headers[HEADER], response.json()["invalidate"]) == (  # type: ignore[attr-defined]
            *("user;user_id=5", [{"context": "user", "params": {"user_id": 5}}]),
        )
        ((text, request, _),) = signals
        assert (text, request.path) == ("user;user_id=5", "/api/mizan/call/")

    @pytest.mark.usefixtures("without_middleware")
    def test_in_a_function_it_needs_no_middleware(self, visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
        def rename(request: HttpRequest) -> int:
            change()
            return 1

        register(client(sync_or_async(rename)))
        assert visitor.call("rename").headers[HEADER] == "user;user_id=5"

    def test_in_a_plain_view(self, visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings) -> None:
        serve(settings, {"change/": sync_or_async(view)})
        assert visitor.get("/change/").headers[HEADER] == "user;user_id=5"

    def test_in_a_coroutine_of_a_view(self, visitor: Visitor, settings: Settings) -> None:
        async def waiting(request: HttpRequest) -> HttpResponse:
            await asyncio.gather(sync_to_async(change)(), sync_to_async(change, thread_sensitive=False)())
            return HttpResponse("changed")

        serve(settings, {"change/": waiting})
        assert visitor.get("/change/").headers[HEADER] == "user;user_id=5"

    def test_it_stands_or_falls_with_its_transaction(self, visitor: Visitor, settings: Settings) -> None:
        def changing(request: HttpRequest) -> HttpResponse:
            with transaction.atomic():
                invalidate("user", user_id=1)
            with transaction.atomic():
                invalidate("user", user_id=2)
                transaction.set_rollback(True)
            return HttpResponse("changed")

        serve(settings, {"change/": changing})
        assert visitor.get("/change/").headers[HEADER] == "user;user_id=1"

    def test_a_request_inside_of_a_request_has_its_own(self, settings: Settings) -> None:
        inner: list[str] = []

        def outer(request: HttpRequest) -> HttpResponse:
            invalidate("user", user_id=1)
            inner.append(Client().get("/change/").headers[HEADER])
            invalidate("user", user_id=2)
            return HttpResponse("changed")

        serve(settings, {"change/": view, "outer/": outer})
        assert Client().get("/outer/").headers[HEADER] == "user;user_id=1, user;user_id=2"
        assert (inner, current_recorder()) == (["user;user_id=5"], None)

    async def test_a_request_inside_of_a_coroutine_has_its_own(self, settings: Settings) -> None:
        inner: list[str] = []

        async def outer(request: HttpRequest) -> HttpResponse:
            invalidate("user", user_id=1)
            inner.append((await AsyncClient().get("/change/")).headers[HEADER])
            invalidate("user", user_id=2)
            return HttpResponse("changed")

        serve(settings, {"change/": as_coroutine(view), "outer/": outer})
        response = await AsyncClient().get("/outer/")
        assert response.headers[HEADER] == "user;user_id=1, user;user_id=2"
        assert (inner, current_recorder()) == (["user;user_id=5"], None)

    def test_after_a_request_that_fails_inside_of_it_the_outer_one_is_found(self, settings: Settings) -> None:
        def failing(request: HttpRequest) -> HttpResponse:
            raise SystemExit  # which nobody answers

        def outer(request: HttpRequest) -> HttpResponse:
            with pytest.raises(SystemExit):
                Client().get("/failing/")
            change()
            return HttpResponse("changed")

        serve(settings, {"failing/": failing, "outer/": outer})
        assert Client().get("/outer/").headers[HEADER] == "user;user_id=5"

    async def test_over_a_socket(self, sync_or_async: SyncOrAsync) -> None:
        def rename(request: HttpRequest) -> int:
            change()
            return 1

        register(client(websocket=True)(sync_or_async(rename)))
        async with Tab() as tab:
            answer = await tab.ask(action="rpc", id=1, fn="rename")
        assert answer["data"]["invalidate"] == [{"context": "user", "params": {"user_id": 5}}]


@pytest.mark.usefixtures("without_middleware")
class TestWithoutMiddleware:
    """It raises where the response can't carry it; whatever is committed is published even so."""

    @pytest.mark.parametrize("names_request", [True, False])
    def test_in_a_plain_view_it_raises(
        self,
        visitor: Visitor,
        sync_or_async: SyncOrAsync,
        settings: Settings,
        signals: list[Any],
        names_request: bool,
    ) -> None:
        raised: list[str] = []

        def changing(request: HttpRequest) -> HttpResponse:
            with pytest.raises(ImproperlyConfigured) as error:
                invalidate(request, "user", user_id=5) if names_request else change()
            raised.append(str(error.value))
            return HttpResponse()

        serve(settings, {"change/": sync_or_async(changing)})
        response = visitor.get("/change/")
        assert (response.status_code, HEADER in response.headers, raised) == (200, False, [WITHOUT])
        assert signals == [("user;user_id=5", None, False)]

    @pytest.mark.parametrize("is_caught", [True, False])
    def test_the_error_rolls_its_transaction_back_and_publishes_nothing(
        self, visitor: Visitor, settings: Settings, signals: list[Any], is_caught: bool
    ) -> None:
        def changing(request: HttpRequest) -> HttpResponse:
            with transaction.atomic():
                User.objects.create(username="Eve")
                with suppress(*([ImproperlyConfigured] if is_caught else [])):
                    change()
                assert signals == []
            return HttpResponse()

        serve(settings, {"change/": changing})
        assert visitor.get("/change/").status_code == (200 if is_caught else 500)
        assert User.objects.exists() == is_caught
        assert signals == ([("user;user_id=5", None, False)] if is_caught else [])

    @pytest.mark.parametrize("declared", [client(affects="user"), as_written], ids=["function", "plain view"])
    def test_after_the_commit_of_a_request_it_is_published(
        self,
        visitor: Visitor,
        settings: Settings,
        signals: list[Any],
        declared: Callable[[Any], Any],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def changing(request: HttpRequest) -> HttpResponse:
            User.objects.create(username="Eve")
            transaction.on_commit(lambda: invalidate("user", user_id=6))
            return HttpResponse()

        monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
        serve(settings, {"change/": declared(changing)})
        assert (visitor.form("/change/", "").status_code, User.objects.exists()) == (500, True)
        assert ("user;user_id=6", None, False) in signals

    def test_after_the_commit_of_a_call_it_is_published(
        self, visitor: Visitor, signals: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def rename(request: HttpRequest) -> None:
            User.objects.create(username="Eve")
            transaction.on_commit(change)

        monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
        register(client(rename))
        assert (visitor.call("rename").status_code, User.objects.exists()) == (500, True)
        assert signals == [("user;user_id=5", None, False)]


@pytest.mark.parametrize("atomic_requests", [True, False])
def test_in_a_hook_of_the_commit_the_response_carries_it(
    visitor: Visitor, settings: Settings, atomic_requests: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    @transaction.atomic
    def changing(request: HttpRequest) -> HttpResponse:
        transaction.on_commit(change)
        return HttpResponse()

    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic_requests)
    serve(settings, {"change/": changing})
    assert visitor.get("/change/").headers[HEADER] == "user;user_id=5"


class TestOutsideOfRequests:
    """It is published by itself, once it is committed."""

    @pytest.mark.parametrize("middleware", [True, False])
    def test_in_a_command(
        self, middleware: bool, request: pytest.FixtureRequest, signals: list[Any], settings: Settings
    ) -> None:
        if not middleware:
            request.getfixturevalue("without_middleware")
        with transaction.atomic():
            change()
            assert signals == []
        with transaction.atomic():
            invalidate("user", user_id=6)
            transaction.set_rollback(True)
        assert signals == [("user;user_id=5", None, False)]

    def test_in_a_coroutine(self, signals: list[Any]) -> None:
        async def changing() -> None:
            await sync_to_async(change)()

        async_to_sync(changing)()
        assert [text for text, _, _ in signals] == ["user;user_id=5"]

    @pytest.mark.usefixtures("without_middleware")
    def test_after_a_request(self, visitor: Visitor, settings: Settings, signals: list[Any]) -> None:
        serve(settings, {"look/": lambda request: HttpResponse("looked")})
        visitor.get("/look/")
        assert get_urlconf() is None
        change()
        assert signals == [("user;user_id=5", None, False)]

    def test_in_a_thread_that_a_view_has_started(self, settings: Settings, signals: list[Any]) -> None:
        def starting(request: HttpRequest) -> HttpResponse:
            thread = Thread(target=changing)
            thread.start()
            thread.join()
            return HttpResponse("started")

        def changing() -> None:
            try:
                change()
            finally:
                close_old_connections()

        serve(settings, {"start/": starting})
        assert HEADER not in Client().get("/start/").headers
        assert signals == [("user;user_id=5", None, False)]

    def test_in_a_stream(self, settings: Settings, signals: list[Any]) -> None:
        def parts() -> Iterator[str]:
            change()
            yield "a"

        serve(settings, {"stream/": lambda request: StreamingHttpResponse(parts())})
        response = Client().get("/stream/")
        assert (HEADER in response.headers, signals) == (False, [])
        assert b"".join(response) == b"a"
        assert signals == [("user;user_id=5", None, False)]

    async def test_in_a_stream_of_a_coroutine(self, settings: Settings, signals: list[Any]) -> None:
        async def parts() -> AsyncIterator[str]:
            await sync_to_async(change)()
            yield "a"

        async def streaming(request: HttpRequest) -> StreamingHttpResponse:
            return StreamingHttpResponse(parts())

        serve(settings, {"stream/": streaming})
        response = await AsyncClient().get("/stream/")
        assert (HEADER in response.headers, signals) == (False, [])
        assert [part async for part in cast("AsyncIterator[bytes]", response)] == [b"a"]
        assert signals == [("user;user_id=5", None, False)]


def test_with_none_it_is_published_by_itself_in_a_request_too(settings: Settings, signals: list[Any]) -> None:
    def changing(request: HttpRequest) -> HttpResponse:
        invalidate(None, "user", user_id=5)
        return HttpResponse("changed")

    serve(settings, {"change/": changing})
    assert HEADER not in Client().get("/change/").headers
    assert signals == [("user;user_id=5", None, False)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None,), "invalidate() names no context. Call it as invalidate('user', user_id=5)."),
        (
            ("user", "board"),
            "invalidate('user', 'board') names two contexts. Call it once for each.",
        ),
    ],
)
def test_it_takes_one_context(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        invalidate(*arguments)


def test_it_takes_no_less() -> None:
    nothing: tuple[Any, ...] = ()
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        invalidate(*nothing)


def test_what_can_not_be_meant_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"Unknown context 'usr' in invalidate\(\)\. Did you mean 'user'\?"):
        invalidate("usr")
