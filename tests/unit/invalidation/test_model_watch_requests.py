"""What models make stale during a request goes with its answer."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from mizan_htmx.invalidation.model_watch import watch_model
from mizan_htmx.invalidation.recorder import current_recorder
from tests.apps.watched.models import Item, Room
from tests.helpers.model_watch import Published
from tests.helpers.visitor import (
    HEADER,
    SyncOrAsync,
    Visitor,
    as_coroutine,
    as_written,
    serve,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rooms_and_guests")]


@pytest.fixture(autouse=True)
def items(rooms_and_guests: None) -> None:
    """Watch items of three rooms."""
    for pk in (1, 2, 3):
        Room.objects.create(pk=pk, name=f"room {pk}")
    watch_model(Item, "room", lambda item: {"room_id": item.room_id})


def put(room_id: int) -> Item:
    """Put another item into a room."""
    item: Item = Item.objects.create(room_id=room_id)
    return item


@pytest.fixture(params=[True, False], ids=["ATOMIC_REQUESTS", "autocommit"])
def atomic_requests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run requests in a transaction each, and once more without."""
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", request.param)


@pytest.mark.parametrize("middleware", [True, False])
@pytest.mark.parametrize("paint", [as_written, as_coroutine])
def test_a_function_carries_it(
    visitor: Visitor, settings: Settings, published: Published, paint: SyncOrAsync, middleware: bool
) -> None:
    if not middleware:
        settings.MIDDLEWARE = []

    def change(request: HttpRequest) -> int:
        put(1).delete()
        return put(2).pk

    register(client(affects="guest")(paint(change)))
    response = visitor.call("change")
    assert response.headers[HEADER] == published[0] == "guest, room;room_id=1, room;room_id=2"
    assert len(published) == 1


@pytest.mark.usefixtures("atomic_requests")
def test_a_plain_view_carries_it(visitor: Visitor, settings: Settings, published: Published) -> None:
    def change(request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            put(1)
            put(1)
        invalidate(request, "room", room_id=2)
        return HttpResponse()

    serve(settings, {"change/": change})
    assert visitor.form("/change/", "").headers[HEADER] == "room;room_id=1, room;room_id=2"
    assert published == ["room;room_id=1, room;room_id=2"]


async def aput(request: HttpRequest) -> HttpResponse:
    """Put an item into the first room, in a coroutine."""
    await Item.objects.acreate(room_id=1)
    return HttpResponse()


def test_a_plain_coroutine_carries_it(visitor: Visitor, settings: Settings, published: Published) -> None:
    serve(settings, {"change/": aput})
    assert visitor.form("/change/", "").headers[HEADER] == "room;room_id=1"
    assert published == ["room;room_id=1"]


def test_without_the_middleware_a_plain_view_is_published_and_not_carried(
    visitor: Visitor, settings: Settings, published: Published
) -> None:
    settings.MIDDLEWARE = []

    def change(request: HttpRequest) -> HttpResponse:
        put(1)
        return HttpResponse()

    serve(settings, {"change/": change})
    assert HEADER not in visitor.form("/change/", "").headers
    assert published == ["room;room_id=1"]


@pytest.mark.usefixtures("atomic_requests")
def test_what_is_rolled_back_is_neither_carried_nor_published(
    visitor: Visitor, settings: Settings, published: Published
) -> None:
    def change(request: HttpRequest, room_id: int) -> HttpResponse:
        put(room_id)
        if room_id == 1:
            raise PermissionDenied
        return HttpResponse()

    def both(request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            put(1)
            transaction.set_rollback(True)
        with transaction.atomic():
            put(2)
        with transaction.atomic():
            put(1)
            transaction.set_rollback(True)
        return HttpResponse()

    register(client(affects="guest")(change))
    serve(settings, {"both/": both})
    assert HEADER not in visitor.call("change", room_id=1).headers
    assert visitor.call("change", room_id=2).headers[HEADER] == "guest, room;room_id=2"
    assert visitor.form("/both/", "").headers[HEADER] == "room;room_id=2"
    assert published == ["guest, room;room_id=2", "room;room_id=2"]


def test_a_refused_call_that_left_something_behind_carries_it(
    visitor: Visitor, published: Published, sync_or_async: SyncOrAsync
) -> None:
    def change(request: HttpRequest) -> int:
        put(1)
        raise PermissionDenied

    register(client(sync_or_async(change)))
    response = visitor.call("change")
    assert (response.status_code, response.headers[HEADER], published) == (
        403,
        "room;room_id=1",
        ["room;room_id=1"],
    )


def test_many_rows_in_one_transaction_are_recorded_once(visitor: Visitor, settings: Settings) -> None:
    recorded = []

    def change(request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            for _ in range(20):
                put(1)
        recorder = current_recorder()
        assert recorder is not None
        recorded.append(len(recorder))
        return HttpResponse()

    serve(settings, {"change/": change})
    assert visitor.form("/change/", "").headers[HEADER] == "room;room_id=1"
    assert recorded == [1]


@pytest.mark.django_db(transaction=False)
def test_requests_in_one_transaction_carry_each_their_own(visitor: Visitor, settings: Settings) -> None:
    def change(request: HttpRequest) -> HttpResponse:
        put(1)
        return HttpResponse()

    serve(settings, {"change/": change})
    put(1)
    assert [visitor.form("/change/", "").headers[HEADER] for _ in range(2)] == ["room;room_id=1"] * 2


def test_after_the_answer_it_is_published_at_once(
    visitor: Visitor, settings: Settings, published: Published
) -> None:
    def change(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    serve(settings, {"change/": change})
    visitor.form("/change/", "")
    put(3)
    assert published == ["room;room_id=3"]
