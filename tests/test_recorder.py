"""What is stale is announced once it is committed: by ``invalidate()``, the header, the signal."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from mizan_htmx.invalidation import Invalidation, format_list
from mizan_htmx.recorder import Recorder, current_recorder, invalidated, open_recorder
from mizan_htmx.testing import isolated_registry
from tests.site.models import Person
from tests.support_visitor import (
    CALL,
    HEADER,
    Coloured,
    Visitor,
    as_coroutine,
    as_written,
    both_colours,
    both_transports,
    empty_registry,
    serve,
)

pytestmark = pytest.mark.django_db
visitor = both_transports()
coloured = both_colours()
registry = empty_registry()


@pytest.fixture(autouse=True)
def user(registry: Any) -> None:
    """Declare a context to invalidate."""

    def user_name(request: HttpRequest, user_id: int, tab: str = "") -> str:
        return "Ada"

    register(client(context="user")(user_name))


@pytest.fixture
def signals() -> Iterator[list[Any]]:
    """Collect what the signal brings: the list, the request, and whether all was committed by then."""
    received: list[Any] = []

    def receive(sender: object, invalidations: Any, request: Any, **kwargs: Any) -> None:
        received.append((format_list(invalidations), request, connection.in_atomic_block))

    invalidated.connect(receive)
    yield received
    invalidated.disconnect(receive)


class TestInvalidate:
    """``invalidate(request, context, **parameters)``."""

    def test_it_scopes_by_values_as_the_context_would_read_them(
        self, visitor: Visitor, coloured: Coloured
    ) -> None:
        def change(request: HttpRequest) -> int:
            invalidate(request, "user", user_id="05", tab=None)
            invalidate(request, "user", user_id=6, tab="a,b;c=d\r\n")
            return 1

        register(client(coloured(change)))
        response = visitor.call("change")
        assert response.headers[HEADER] == "user;user_id=5, user;tab=a%2Cb%3Bc%3Dd%0D%0A;user_id=6"
        assert response.json()["invalidate"] == [  # type: ignore[attr-defined]
            {"context": "user", "params": {"user_id": 5}},
            {"context": "user", "params": {"tab": "a,b;c=d\r\n", "user_id": 6}},
        ]

    def test_a_bare_name_swallows_what_is_scoped(self, visitor: Visitor, coloured: Coloured) -> None:
        def change(request: HttpRequest, user_id: int) -> int:
            invalidate(request, "user")
            return 1

        register(client(affects="user")(coloured(change)))
        assert visitor.call("change", user_id=5).headers[HEADER] == "user"

    @pytest.mark.parametrize("request_or_none", [RequestFactory().get("/"), None])
    @pytest.mark.parametrize(
        ("name", "params", "message"),
        [
            ("usr", {}, "Unknown context 'usr' in invalidate(). Did you mean 'user'? Known contexts: user."),
            (
                *("user", {"userid": 5}),
                "Context 'user' has no parameter 'userid' in invalidate(). Did you mean 'user_id'?"
                " Known parameters: tab, user_id.",
            ),
            (
                *("user", {"user_id": "x"}),
                "invalidate('user', …): {'user_id': ['Input should be a valid integer,"
                " unable to parse string as an integer']}",
            ),
        ],
    )
    def test_what_can_not_be_meant_is_an_error(
        self, request_or_none: HttpRequest | None, name: str, params: dict[str, object], message: str
    ) -> None:
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            invalidate(request_or_none, name, **params)

    def test_a_request_that_nothing_looks_after_is_an_error(self) -> None:
        with pytest.raises(ImproperlyConfigured) as error:
            invalidate(RequestFactory().get("/"), "user")
        assert str(error.value) == (
            "invalidate(request, …) outside a function of mizan_htmx needs"
            " 'mizan_htmx.middleware.MizanMiddleware' in MIDDLEWARE."
        )

    def test_a_parameter_may_be_called_context_or_request(self, visitor: Visitor) -> None:
        def thing(request: HttpRequest, context: str) -> str:
            return context

        def change(request: HttpRequest) -> int:
            invalidate(request, "thing", context="a")
            return 1

        register(client(context="thing")(thing))
        register(client(change))
        assert visitor.call("change").headers[HEADER] == "thing;context=a"

    def test_where_nothing_is_declared_any_context_may_be_meant(self) -> None:
        """A worker that declares nothing can't tell a good name from a bad one."""
        request = RequestFactory().get("/")
        recorder, _ = open_recorder(request)
        with isolated_registry():
            invalidate(request, "board", board_id=3)
        assert format_list(recorder.announced()) == "board;board_id=3"

    @pytest.mark.django_db(transaction=True)
    def test_without_a_request_it_acts_after_commit(self, signals: list[Any]) -> None:
        with transaction.atomic():
            invalidate(None, "user", user_id=5)
            assert signals == []
        assert signals == [("user;user_id=5", None, False)]
        with transaction.atomic():
            invalidate(None, "user", user_id=6)
            transaction.set_rollback(True)
        invalidate(None, "user")
        assert signals[1:] == [("user", None, False)]


@pytest.mark.django_db(transaction=True)
class TestSignal:
    """``invalidated``."""

    @pytest.mark.parametrize("middleware", [True, False])
    @pytest.mark.parametrize("atomic_requests", [True, False])
    def test_it_is_sent_once_with_everything_and_after_commit(
        self,
        visitor: Visitor,
        settings: Settings,
        signals: list[Any],
        monkeypatch: pytest.MonkeyPatch,
        atomic_requests: bool,
        middleware: bool,
    ) -> None:
        if not middleware:
            settings.MIDDLEWARE = []
        monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic_requests)

        def change(request: HttpRequest, user_id: int) -> HttpResponse:
            Person.objects.create(name="Ada")
            invalidate(request, "user", user_id=6)
            assert signals == []
            return HttpResponse(status=204)

        declared = client(affects=["people", "user"])(change)
        register(declared)
        serve(settings, {"change/<int:user_id>/": declared})
        for path, body in (CALL, '{"fn": "change", "args": {"user_id": 5}}'), ("/change/5/", ""):
            response = visitor.send("POST", path, body)
            ((text, request, in_transaction),) = signals
            assert response.headers[HEADER] == text == "people, user;user_id=5, user;user_id=6"
            assert (request.method, in_transaction) == ("POST", False)
            signals.clear()

    @pytest.mark.parametrize("paint", [as_written, as_coroutine])
    def test_it_is_sent_where_the_answer_is_an_error_but_something_may_be_written(
        self, visitor: Visitor, settings: Settings, signals: list[Any], paint: Coloured
    ) -> None:
        def change(request: HttpRequest) -> HttpResponse:
            raise ValueError

        declared = client(affects="people", atomic=False)(paint(change))
        register(declared)
        serve(settings, {"change/": declared})
        for middleware in (settings.MIDDLEWARE, list[str]()):
            settings.MIDDLEWARE = middleware
            assert visitor.call("change").status_code == 500
            assert visitor.form("/change/", "").status_code == 500
            assert [text for text, _, _ in signals] == ["people", "people"]
            signals.clear()

    def test_it_is_not_sent_for_what_is_rolled_back_or_refused(
        self, visitor: Visitor, settings: Settings, signals: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)

        def plain(request: HttpRequest) -> HttpResponse:
            invalidate(request, "user")
            transaction.set_rollback(True)
            return HttpResponse("rolled back")

        def fail(request: HttpRequest) -> HttpResponse:
            invalidate(request, "user")
            raise ValueError

        def closed(request: HttpRequest) -> int:
            return 1

        register(client(affects="user", auth=True)(closed))
        serve(settings, {"plain/": plain, "fail/": fail, "mutation/": client(affects="user")(fail)})
        assert [visitor.form(f"/{name}/", "").status_code for name in ("plain", "fail", "mutation")] == [
            *(200, 500, 500)
        ]
        assert (visitor.call("closed").status_code, signals) == (401, [])

    def test_a_receiver_that_fails_is_logged_and_hurts_nobody(
        self, visitor: Visitor, caplog: pytest.LogCaptureFixture, signals: list[Any]
    ) -> None:
        def broken(**kwargs: Any) -> None:
            raise RuntimeError("The cache is down.")

        def change(request: HttpRequest) -> int:
            return 1

        register(client(affects="people")(change))
        invalidated.connect(broken)
        try:
            assert visitor.call("change").content == b'{"result":1,"invalidate":["people"]}'
        finally:
            invalidated.disconnect(broken)
        assert ("The cache is down." in caplog.text, len(signals)) == (True, 1)

    def test_two_views_in_one_request_are_announced_together(
        self, visitor: Visitor, settings: Settings, signals: list[Any]
    ) -> None:
        """Without the middleware the first one opens the recorder; the second must not be forgotten."""
        settings.MIDDLEWARE = []

        def change(request: HttpRequest, user_id: int) -> HttpResponse:
            return HttpResponse()

        change_one: Any = client(affects="user")(change)

        def both(request: HttpRequest) -> HttpResponse:
            change_one(request, user_id=1)
            response: HttpResponse = change_one(request, user_id=2)
            return response

        serve(settings, {"both/": both})
        assert "user;user_id=2" in visitor.form("/both/", "").headers[HEADER]
        sent = ", ".join(text for text, _, _ in signals)
        assert ("user;user_id=1" in sent, "user;user_id=2" in sent) == (True, True)

    def test_after_a_view_has_answered_nothing_is_taken_that_nobody_will_announce(
        self, visitor: Visitor, settings: Settings, signals: list[Any]
    ) -> None:
        settings.MIDDLEWARE = []

        def change(request: HttpRequest, user_id: int) -> HttpResponse:
            return HttpResponse()

        change_one: Any = client(affects="user")(change)

        def late(request: HttpRequest) -> HttpResponse:
            change_one(request, user_id=1)
            invalidate(request, "user", user_id=2)
            return HttpResponse()

        serve(settings, {"late/": late})
        response = visitor.form("/late/", "")  # refused as improper, or announced
        assert response.status_code == 500 or "user;user_id=2" in ", ".join(text for text, _, _ in signals)


def test_an_open_recorder_is_not_opened_twice() -> None:
    request = RequestFactory().get("/")
    recorder, owned = open_recorder(request)
    assert (open_recorder(request), owned) == ((recorder, False), True)


def test_a_recorder_inserts_rewinds_and_merges() -> None:
    recorder = Recorder()
    recorder.add([Invalidation.of("b"), Invalidation.of("a", x=1)])
    recorder.add([Invalidation.of("c")], at=0)
    recorder.add([Invalidation.of("a"), Invalidation.of("b")])
    assert (len(recorder), format_list(recorder.announced())) == (5, "c, b, a")
    recorder.rewind(1)
    assert (len(recorder), format_list(recorder.announced())) == (1, "c")


class TestCurrentRecorder:
    """``current_recorder()``, for code that is not handed the request."""

    def test_it_is_that_of_the_request_being_answered(self, visitor: Visitor, coloured: Coloured) -> None:
        found: list[Recorder | None] = []

        def change(request: HttpRequest) -> int:
            recorder = current_recorder()
            assert recorder is not None
            found.append(recorder)
            recorder.add([Invalidation.of("user", user_id=5)])
            return 1

        register(client(coloured(change)))
        assert visitor.call("change").headers[HEADER] == "user;user_id=5"
        assert len(found) == 1
        assert current_recorder() is None

    def test_a_request_that_was_given_up_leaves_none_behind(self) -> None:
        request = RequestFactory().get("/")
        open_recorder(request)
        assert current_recorder() is not None
        del request
        assert current_recorder() is None


@pytest.mark.django_db(transaction=True)
def test_the_signal_brings_the_response_that_is_on_its_way(visitor: Visitor, coloured: Coloured) -> None:
    def receive(response: HttpResponse, **kwargs: Any) -> None:
        response.headers["X-Told"] = response.headers[HEADER]

    def change(request: HttpRequest) -> int:
        invalidate(request, "user")
        return 1

    register(client(coloured(change)))
    invalidated.connect(receive)
    try:
        response = visitor.call("change")
    finally:
        invalidated.disconnect(receive)
    assert response.headers["X-Told"] == "user"
