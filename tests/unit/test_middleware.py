"""The middleware carries what plain Django views invalidate into their responses."""

from typing import Any

import pytest
from asgiref.sync import iscoroutinefunction
from django.core.checks import run_checks
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client
from pytest_django import Settings

from mizan_htmx import Context, client, invalidate, register
from mizan_htmx.invalidation.read_version import version_of
from mizan_htmx.invalidation.recorder import recorder_of
from mizan_htmx.middleware import MizanMiddleware
from mizan_htmx.setup.registry import registry as registered
from tests.helpers.visitor import (
    HEADER,
    SyncOrAsync,
    Visitor,
    serve,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

LAST = "mizan_htmx.middleware.MizanMiddleware"


@pytest.fixture(autouse=True)
def board(registry: Any) -> None:
    """Declare a context to invalidate."""

    def board_title(request: HttpRequest, board_id: int) -> str:
        return "Board"

    register(client(context="board")(board_title))


def move(request: HttpRequest) -> HttpResponse:
    """Change something in a plain view."""
    invalidate(request, "board", board_id=3)
    invalidate(request, "board", board_id="04")
    return HttpResponse("moved")


def test_a_plain_views_response_carries_what_it_invalidated(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    serve(settings, {"move/": sync_or_async(move)})
    response = visitor.form("/move/", "")
    assert (response.content, response.headers[HEADER]) == (b"moved", "board;board_id=3, board;board_id=4")


def test_a_response_without_anything_stale_carries_nothing(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    def look(request: HttpRequest) -> HttpResponse:
        assert recorder_of(request) is not None
        return HttpResponse("looked")

    serve(settings, {"look/": sync_or_async(look)})
    response = visitor.get("/look/", Sec_Fetch_Mode="navigate")
    assert (response.content, HEADER in response.headers, list(response.cookies)) == (b"looked", False, [])


def test_without_the_middleware_the_error_in_a_plain_view_names_what_is_missing(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each != LAST]
    serve(settings, {"move/": sync_or_async(move)})
    assert visitor.form("/move/", "").status_code == 500
    assert [each.id for each in run_checks(tags=["mizan_htmx"])] == ["mizan_htmx.W001"]


def test_a_response_that_streams_is_carried_too(settings: Settings) -> None:
    def stream(request: HttpRequest) -> StreamingHttpResponse:
        invalidate(request, "board", board_id=3)
        return StreamingHttpResponse(iter([b"a", b"b"]))

    serve(settings, {"stream/": stream})
    response = Client().post("/stream/")
    assert (b"".join(response), response.headers[HEADER]) == (b"ab", "board;board_id=3")


@pytest.mark.django_db(transaction=True)
def test_what_a_plain_view_rolls_back_is_not_published(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    def move_and_undo(request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            invalidate(request, "board", board_id=1)
            transaction.set_rollback(True)
        with transaction.atomic():
            invalidate(request, "board", board_id=2)
        return HttpResponse()

    serve(settings, {"move/": sync_or_async(move_and_undo)})
    assert visitor.form("/move/", "").headers[HEADER] == "board;board_id=2"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("atomic_requests", [True, False])
def test_a_plain_view_that_raises_publishes_what_it_may_have_written(
    visitor: Visitor, settings: Settings, monkeypatch: pytest.MonkeyPatch, atomic_requests: bool
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic_requests)

    def move_and_fail(request: HttpRequest) -> HttpResponse:
        invalidate(request, "board", board_id=1)
        raise ValueError

    serve(settings, {"move/": move_and_fail})
    response = visitor.form("/move/", "")
    expected = None if atomic_requests else "board;board_id=1"
    assert (response.status_code, response.headers.get(HEADER)) == (500, expected)


def test_a_views_failure_is_carried_by_the_sites_error_page(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    def fail(request: HttpRequest, board_id: int) -> HttpResponse:
        raise ValueError

    serve(settings, {"fail/<int:board_id>/": client(affects="board", atomic=False)(sync_or_async(fail))})
    response = visitor.form("/fail/5/", "")
    assert (response.status_code, response.headers[HEADER]) == (500, "board;board_id=5")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("atomic_requests", [True, False])
def test_the_read_version_is_taken_before_the_transaction_of_the_request(
    visitor: Visitor, settings: Settings, monkeypatch: pytest.MonkeyPatch, atomic_requests: bool
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic_requests)
    asked: list[bool] = []

    def take() -> str:
        asked.append(connection.in_atomic_block)
        return "0a1b2c3d.1"

    def board(request: HttpRequest, board_id: int) -> str:
        return "Plans"

    def show(request: HttpRequest) -> HttpResponse:
        return HttpResponse(version_of(request))

    register(client(context=Context("live_board", live=True))(board))
    monkeypatch.setattr(registered, "clock", take)
    serve(settings, {"show/": show})
    assert visitor.get("/show/").content == b"0a1b2c3d.1"
    assert asked == [False]


def test_it_is_sync_or_async_as_what_it_wraps() -> None:
    async def awaited(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    def called(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert iscoroutinefunction(MizanMiddleware(awaited)) is True
    assert iscoroutinefunction(MizanMiddleware(called)) is False
