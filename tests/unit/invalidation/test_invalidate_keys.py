"""What models invalidate is published after the commit, once per transaction and key; not if rolled back."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from mizan_htmx.invalidation.invalidate import invalidate, invalidate_keys
from mizan_htmx.invalidation.model_watch import watch_model
from mizan_htmx.protocol.keys import Invalidation
from tests.apps.watched.models import Item, Room
from tests.helpers.model_watch import Published, collected

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rooms_and_guests")]


@pytest.fixture(autouse=True)
def items(rooms_and_guests: None) -> None:
    """Watch items of four rooms."""
    for pk in (1, 2, 3, 4):
        Room.objects.create(pk=pk, name=f"room {pk}")
    watch_model(Item, "room", lambda item: {"room_id": item.room_id})


def put(room_id: int) -> None:
    """Put another item into a room."""
    Item.objects.create(room_id=room_id)


def rolled_back(*room_ids: int) -> None:
    """Put items into rooms, and undo it."""
    with transaction.atomic():
        for room_id in room_ids:
            put(room_id)
        transaction.set_rollback(True)


def test_each_key_is_published_once_and_all_together(published: Published) -> None:
    with transaction.atomic():
        for room_id in (1, 2, 1, 1, 2):
            put(room_id)
        assert published == []
    assert published == ["room;room_id=1, room;room_id=2"]
    with transaction.atomic():
        put(1)
    put(1)
    assert published[1:] == ["room;room_id=1", "room;room_id=1"]


def test_many_rows_wait_with_one_hook() -> None:
    with transaction.atomic():
        for _ in range(20):
            put(1)
            put(2)
        assert len(connection.run_on_commit) == 1


def test_a_transaction_that_is_rolled_back_is_not_published_nor_kept_for_the_next(
    published: Published,
) -> None:
    rolled_back(1, 2)
    with transaction.atomic():
        put(2)
    assert published == ["room;room_id=2"]


def test_a_savepoint_that_is_rolled_back_is_not_published(published: Published) -> None:
    with transaction.atomic():
        put(1)
        rolled_back(1, 2)
        with transaction.atomic():
            put(3)
            rolled_back(4)
    assert published == ["room;room_id=1", "room;room_id=3"]


def test_what_only_a_rolled_back_savepoint_had_published_is_published_by_the_next(
    published: Published,
) -> None:
    with transaction.atomic():
        rolled_back(1)
        put(1)
        rolled_back(1)
        with transaction.atomic():
            put(2)
    assert published == ["room;room_id=1", "room;room_id=2"]


def test_the_outer_transaction_decides(published: Published) -> None:
    with transaction.atomic():
        with transaction.atomic():
            put(1)
        transaction.set_rollback(True)
    assert published == []


def test_savepoints_side_by_side_publish_each_key_once(published: Published) -> None:
    with transaction.atomic():
        for room_id in (1, 2, 1, 2, 3):
            with transaction.atomic():
                put(room_id)
        put(3)
    assert published == ["room;room_id=1", "room;room_id=2", "room;room_id=3"]


def test_an_inner_atomic_without_a_savepoint_has_no_fate_of_its_own(published: Published) -> None:
    with transaction.atomic():
        put(1)
        with transaction.atomic(savepoint=False):
            put(2)
            put(1)
    assert published == ["room;room_id=1, room;room_id=2"]


def test_what_is_saved_by_a_hook_is_published_at_once(published: Published) -> None:
    with transaction.atomic():
        put(1)
        transaction.on_commit(lambda: put(1))
        transaction.on_commit(lambda: rolled_back(2))
    assert published == ["room;room_id=1", "room;room_id=1"]


async def test_in_a_coroutine(published: Published) -> None:
    await Item.objects.acreate(room_id=1)

    @sync_to_async
    def together() -> None:
        with transaction.atomic():
            put(2)
            put(2)

    await together()
    assert published == ["room;room_id=1", "room;room_id=2"]


def test_threads_do_not_wait_for_one_another(published: Published) -> None:
    def other() -> None:
        invalidate_keys([Invalidation("room", (("room_id", "9"),))])
        connection.close()

    with transaction.atomic():
        put(1)
        thread = Thread(target=other)
        thread.start()
        thread.join()
        assert published == ["room;room_id=9"]
    assert published == ["room;room_id=9", "room;room_id=1"]


def test_nothing_is_nothing_to_publish(published: Published) -> None:
    invalidate_keys([])
    with transaction.atomic():
        invalidate_keys([])
        assert connection.run_on_commit == []
    assert published == []


def test_it_stands_beside_what_is_said_by_hand(published: Published) -> None:
    with transaction.atomic():
        put(1)
        invalidate(None, "room", room_id=2)
    assert published == ["room;room_id=1", "room;room_id=2"]


def test_what_is_said_by_hand_is_told_although_a_row_has_told_it(published: Published) -> None:
    with transaction.atomic():
        put(1)
        invalidate(None, "room", room_id=1)
    assert published == ["room;room_id=1", "room;room_id=1"]


@pytest.mark.django_db(transaction=False)
def test_in_a_test_that_never_commits_each_capture_publishes_what_is_new(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with collected() as received:
        for room_ids in (1, 2, 1), (1,), (2, 2):
            with django_capture_on_commit_callbacks(execute=True):
                for room_id in room_ids:
                    with transaction.atomic():
                        put(room_id)
    assert received == ["room;room_id=1", "room;room_id=2", "room;room_id=1", "room;room_id=2"]


class TestAnotherDatabase:
    """Rows of a database that is not the default one."""

    @pytest.fixture(autouse=True)
    def other(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Have another database, which Django's test cases do not guard.

        It is in a file: Django never closes one in memory.
        """
        own = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "other.sqlite3"), "OPTIONS": {}}
        connections.settings["other"] = {**connections.settings["default"], **own}
        connections["other"].connect()
        monkeypatch.setattr(connections["other"], "ensure_connection", lambda: None)
        yield
        connections["other"].close()
        del connections["other"], connections.settings["other"]

    def test_its_own_transaction_decides(self) -> None:
        key = Invalidation("room", (("room_id", "9"),))
        with collected() as published, transaction.atomic():
            with transaction.atomic(using="other"):
                invalidate_keys([key], "other")
                assert published == []
            assert published == ["room;room_id=9"]
            with transaction.atomic(using="other"):
                invalidate_keys([key], "other")
                transaction.set_rollback(True, using="other")
            transaction.set_rollback(True)
        assert published == ["room;room_id=9"]
