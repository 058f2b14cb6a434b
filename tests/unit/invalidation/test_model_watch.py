"""``watch_model``: what a row names is stale after it is saved or deleted."""

import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import serializers
from django.db import IntegrityError, connection, transaction
from django.db.models import signals
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from mizan_htmx.invalidation.model_watch import watch_model
from tests.apps.watched.models import Guest, Item, Lamp, Room, Ticket
from tests.helpers.model_watch import Do, Told, its_room

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rooms_and_guests")]


class TestSaving:
    """A row that is saved."""

    def test_a_new_row_is_told_without_a_query(
        self, do: Do, told: Told, rooms: object, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        watch_model(Item, "room", its_room)
        with django_assert_num_queries(1):
            do(Item(room_id=1, label="chair").save)
        do(Item.objects.create, room_id=2, label="lamp")
        assert told.take() == ["room;room_id=1", "room;room_id=2"]

    def test_a_changed_row_is_told_once(self, do: Do, told: Told, item: Item) -> None:
        watch_model(Item, "room", its_room)
        item.label = "stool"
        do(item.save)
        assert told == ["room;room_id=1"]

    def test_a_row_that_moves_makes_both_ends_stale_for_one_query(
        self, do: Do, told: Told, item: Item, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        watch_model(Item, "room", its_room)
        watch_model(Item, "guest", lambda row: None)
        item.room_id = 2
        with django_assert_num_queries(2):
            do(item.save)
        assert told == ["room;room_id=1, room;room_id=2"]

    def test_a_row_that_is_old_in_memory_tells_where_it_really_was(self, told: Told, item: Item) -> None:
        watch_model(Item, "room", its_room)
        same = Item.objects.get()
        same.room_id = 2
        same.save()
        told.clear()
        item.label = "stool"
        item.save()  # which puts it back
        assert told == ["room;room_id=2, room;room_id=1"]

    def test_what_is_not_written_is_told_as_it_is_stored(self, told: Told, item: Item) -> None:
        watch_model(Item, "room", its_room)
        item.room_id = 2
        item.save(update_fields=["label"])
        assert told == ["room;room_id=1, room;room_id=2"]

    def test_a_deferred_field_is_fetched(self, told: Told, item: Item) -> None:
        watch_model(Item, "room", its_room)
        partly = Item.objects.only("label").get()
        partly.label = "stool"
        partly.save()
        Item.objects.defer("room").get().delete()
        assert told == ["room;room_id=1", "room;room_id=1"]

    def test_a_row_whose_key_is_given_is_looked_up(self, told: Told, item: Item) -> None:
        watch_model(Item, "room", its_room)
        Item(pk=item.pk, room_id=2, label="stool").save()
        Item(pk=item.pk + 1, room_id=2, label="stool").save()
        assert told == ["room;room_id=1, room;room_id=2", "room;room_id=2"]

    def test_a_new_row_whose_key_has_a_default_is_not_looked_up(
        self, told: Told, rooms: object, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        watch_model(Ticket, "room", its_room)
        ticket = Ticket(room_id=1)
        with django_assert_num_queries(1):
            ticket.save()
        ticket.room_id = 2
        ticket.save()
        assert told == ["room;room_id=1", "room;room_id=1, room;room_id=2"]

    def test_a_receiver_that_saves_the_row_again_hides_nothing(self, told: Told, item: Item) -> None:
        def save_again(instance: Item, **kwargs: Any) -> None:
            if instance.label != "saved twice":
                instance.label = "saved twice"
                instance.save()

        signals.post_save.connect(save_again, sender=Item)
        try:
            watch_model(Item, "room", its_room)
            item.room_id = 2
            item.save()
        finally:
            signals.post_save.disconnect(save_again, sender=Item)
        assert told == ["room;room_id=2", "room;room_id=1, room;room_id=2"]

    def test_a_save_that_fails_is_not_told_and_not_remembered(self, told: Told, rooms: object) -> None:
        watch_model(Guest, "guest", lambda guest: {"guest_id": guest.pk})
        Guest.objects.create(pk=1, name="Ada")
        guest = Guest.objects.create(pk=2, name="Bob")
        told.clear()
        guest.name = "Ada"
        with pytest.raises(IntegrityError):
            guest.save()
        guest.name = "Grace"
        guest.save()
        assert told == ["guest;guest_id=2"]
        assert pickle.loads(pickle.dumps(guest)).name == "Grace"

    def test_fixtures_are_told_as_they_are_loaded_and_not_looked_up(
        self, told: Told, item: Item, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        watch_model(Item, "room", its_room)
        item.room_id = 2
        (loaded,) = serializers.deserialize("json", serializers.serialize("json", [item]))
        with django_assert_num_queries(1):
            loaded.save()
        assert told == ["room;room_id=2"]

    def test_a_watch_that_begins_while_a_row_is_saved_tells_what_it_can(self, told: Told, item: Item) -> None:
        def watch(**kwargs: Any) -> None:
            watch_model(Room, "room", lambda room: {"room_id": room.pk})

        room = item.room
        signals.pre_save.connect(watch, sender=Room)
        try:
            assert room is not None
            room.save()
        finally:
            signals.pre_save.disconnect(watch, sender=Room)
        assert told == ["room;room_id=1"]


class TestDeleting:
    """A row that is deleted."""

    def test_it_is_told_by_itself_and_in_a_queryset(self, do: Do, told: Told, item: Item) -> None:
        watch_model(Item, "room", its_room)
        Item.objects.create(room_id=2, label="lamp")
        told.clear()
        do(item.delete)
        do(Item.objects.all().delete)
        assert told == ["room;room_id=1", "room;room_id=2"]

    def test_with_what_it_belongs_to(self, told: Told, item: Item) -> None:
        watch_model(Item, "room", its_room)
        Room.objects.filter(pk=1).delete()
        assert told == ["room;room_id=1"]

    def test_the_rows_around_it_can_still_be_asked(self, told: Told, rooms: tuple[Room, Room]) -> None:
        guest = Guest.objects.create(pk=5, name="Ada")
        guest.rooms.set(rooms)
        watch_model(
            Guest, "room", lambda guest: [{"room_id": room.pk} for room in guest.rooms.order_by("pk")]
        )
        guest.delete()
        assert told == ["room;room_id=1, room;room_id=2"]

    def test_it_is_told_where_it_really_was(self, told: Told, item: Item) -> None:
        moved = Item.objects.get()
        moved.room_id = 2
        moved.save()
        watch_model(Item, "room", its_room)
        item.delete()
        assert told == ["room;room_id=2, room;room_id=1"]

    def test_a_queryset_is_not_read_twice(
        self, told: Told, item: Item, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        Item.objects.create(room_id=2, label="lamp")
        with CaptureQueriesContext(connection) as before:
            Lamp.objects.all().delete()
            Item.objects.order_by("pk").delete()
        Item.objects.create(room_id=1, label="chair")
        Item.objects.create(room_id=2, label="lamp")
        watch_model(Item, "room", its_room)
        with django_assert_num_queries(len(before)):
            Lamp.objects.all().delete()
            Item.objects.order_by("pk").delete()
        assert told == ["room;room_id=1, room;room_id=2"]


class TestLocks:
    """Databases that can lock rows; SQLite is not sent what it does not know."""

    @pytest.fixture
    def locks(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
        """Collect the locks that statements ask for."""
        asked: list[str] = []

        def run(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            sql, _, lock = sql.partition(" FOR ")
            asked.extend([lock] if lock else [])
            return execute(sql, params, many, context)

        monkeypatch.setattr(connection.features, "has_select_for_update", True)
        monkeypatch.setattr(connection.features, "supports_select_for_update_with_limit", True)
        with connection.execute_wrapper(run):
            yield asked

    @pytest.mark.parametrize(("without_keys", "lock"), [(True, "NO KEY UPDATE"), (False, "UPDATE")])
    def test_in_a_transaction_a_row_is_locked_as_the_write_will(
        self, item: Item, locks: list[str], monkeypatch: pytest.MonkeyPatch, without_keys: bool, lock: str
    ) -> None:
        monkeypatch.setattr(connection.features, "has_select_for_no_key_update", without_keys)
        watch_model(Item, "room", its_room)
        with transaction.atomic():
            item.save()
        assert locks == [lock]

    def test_without_one_or_without_locks_it_is_read(
        self, item: Item, locks: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        watch_model(Item, "room", its_room)
        item.save()
        monkeypatch.setattr(connection.features, "supports_select_for_update_with_limit", False)
        with transaction.atomic():
            item.save()
        assert locks == []
