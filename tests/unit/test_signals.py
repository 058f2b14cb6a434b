"""The signal that says what became stale, and the recorder and the response that it comes with."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from mizan_htmx.signals import invalidated
from tests.helpers.visitor import (
    CALL,
    HEADER,
    SyncOrAsync,
    Visitor,
    as_coroutine,
    as_written,
    serve,
)
from tests.site.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry", "user_context")]


@client(affects="user")
def change_one(request: HttpRequest, user_id: int) -> HttpResponse:
    """Change one person, by a view that nobody registered."""
    return HttpResponse()


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
        self, visitor: Visitor, settings: Settings, signals: list[Any], paint: SyncOrAsync
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

    def test_what_two_views_invalidate_in_one_request_is_published_at_once(
        self, visitor: Visitor, settings: Settings, signals: list[Any]
    ) -> None:
        """Without the middleware the first one opens the recorder; the second must not be forgotten."""
        settings.MIDDLEWARE = []

        def both(request: HttpRequest) -> HttpResponse:
            change_one(request, user_id=1)
            response: HttpResponse = change_one(request, user_id=2)
            return response

        serve(settings, {"both/": both})
        assert "user;user_id=2" in visitor.form("/both/", "").headers[HEADER]
        sent = ", ".join(text for text, _, _ in signals)
        assert ("user;user_id=1" in sent, "user;user_id=2" in sent) == (True, True)

    def test_after_a_view_has_answered_nothing_is_recorded_that_nobody_will_publish(
        self, visitor: Visitor, settings: Settings, signals: list[Any]
    ) -> None:
        settings.MIDDLEWARE = []

        def late(request: HttpRequest) -> HttpResponse:
            change_one(request, user_id=1)
            invalidate(request, "user", user_id=2)
            return HttpResponse()

        serve(settings, {"late/": late})
        response = visitor.form("/late/", "")  # refused as improper, or published
        assert response.status_code == 500 or "user;user_id=2" in ", ".join(text for text, _, _ in signals)


@pytest.mark.django_db(transaction=True)
def test_the_signal_brings_the_response_that_is_on_its_way(
    visitor: Visitor, sync_or_async: SyncOrAsync
) -> None:
    def receive(response: HttpResponse, **kwargs: Any) -> None:
        response.headers["X-Published"] = response.headers[HEADER]

    def change(request: HttpRequest) -> int:
        invalidate(request, "user")
        return 1

    register(client(sync_or_async(change)))
    invalidated.connect(receive)
    try:
        response = visitor.call("change")
    finally:
        invalidated.disconnect(receive)
    assert response.headers["X-Published"] == "user"
