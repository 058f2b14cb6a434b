"""``watch_model``: what a row names is stale after it is saved or deleted."""

import pickle
from typing import Any

import pytest
from django.core import serializers
from django.db import IntegrityError, connection
from django.db.models import signals
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from mizan_htmx.invalidation.model_watch import watch_model
from tests.apps.watched.models import Guest, Item, Lamp, Room, Ticket
from tests.helpers.model_watch import Do, Published, its_room

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rooms_and_guests")]


class TestSaving:
    """A row that is saved."""

    def test_a_new_row_is_published_without_a_query(
        self, do: Do, published: Published, rooms: object, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        watch_model(Item, "room", its_room)
        with django_assert_num_queries(1):
            do(Item(room_id=1, label="chair").save)
        do(Item.objects.create, room_id=2, label="lamp")
        assert published.take() == ["room;room_id=1", "room;room_id=2"]

    def test_a_changed_row_is_published_once(self, do: Do, published: Published, item: Item) -> None:
        watch_model(Item, "room", its_room)
        item.label = "stool"
        do(item.save)
        assert published == ["room;room_id=1"]

    def test_a_row_that_moves_invalidates_both_ends_for_one_query(
        self, do: Do, published: Published, item: Item, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        watch_model(Item, "room", its_room)
        watch_model(Item, "guest", lambda row: None)
        item.room_id = 2
        with django_assert_num_queries(2):
            do(item.save)
        assert published == ["room;room_id=1, room;room_id=2"]

    def test_a_row_that_is_old_in_memory_invalidates_where_it_really_was(
        self, published: Published, item: Item
    ) -> None:
        watch_model(Item, "room", its_room)
        same = Item.objects.get()
        same.room_id = 2
        same.save()
        published.clear()
        item.label = "stool"
        item.save()  # which puts it back
        assert published == ["room;room_id=2, room;room_id=1"]

    def test_what_is_not_written_is_published_as_it_is_stored(self, published: Published, item: Item) -> None:
        watch_model(Item, "room", its_room)
        item.room_id = 2
        item.save(update_fields=["label"])
        assert published == ["room;room_id=1, room;room_id=2"]

    def test_a_deferred_field_is_fetched(self, published: Published, item: Item) -> None:
        watch_model(Item, "room", its_room)
        partly = Item.objects.only("label").get()
        partly.label = "stool"
        partly.save()
        Item.objects.defer("room").get().delete()
        assert published == ["room;room_id=1", "room;room_id=1"]

    def test_a_row_whose_key_is_given_is_looked_up(self, published: Published, item: Item) -> None:
        watch_model(Item, "room", its_room)
        Item(pk=item.pk, room_id=2, label="stool").save()
        Item(pk=item.pk + 1, room_id=2, label="stool").save()
        assert published == ["room;room_id=1, room;room_id=2", "room;room_id=2"]

    def test_a_new_row_whose_key_has_a_default_is_not_looked_up(
        self, published: Published, rooms: object, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        watch_model(Ticket, "room", its_room)
        ticket = Ticket(room_id=1)
        with django_assert_num_queries(1):
            ticket.save()
        ticket.room_id = 2
        ticket.save()
        assert published == ["room;room_id=1", "room;room_id=1, room;room_id=2"]

    def test_a_receiver_that_saves_the_row_again_hides_nothing(
        self, published: Published, item: Item
    ) -> None:
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
        assert published == ["room;room_id=2", "room;room_id=1, room;room_id=2"]

    def test_a_save_that_fails_is_not_published_and_not_remembered(
        self, published: Published, rooms: object
    ) -> None:
        watch_model(Guest, "guest", lambda guest: {"guest_id": guest.pk})
        Guest.objects.create(pk=1, name="Ada")
        guest = Guest.objects.create(pk=2, name="Bob")
        published.clear()
        guest.name = "Ada"
        with pytest.raises(IntegrityError):
            guest.save()
        guest.name = "Grace"
        guest.save()
        assert published == ["guest;guest_id=2"]
        assert pickle.loads(pickle.dumps(guest)).name == "Grace"

    def test_fixtures_are_published_as_they_are_loaded_and_not_looked_up(
        self, published: Published, item: Item, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        watch_model(Item, "room", its_room)
        item.room_id = 2
        (loaded,) = serializers.deserialize("json", serializers.serialize("json", [item]))
        with django_assert_num_queries(1):
            loaded.save()
        assert published == ["room;room_id=2"]

    def test_a_watch_that_begins_while_a_row_is_saved_invalidates_what_it_can(
        self, published: Published, item: Item
    ) -> None:
        def watch(**kwargs: Any) -> None:
            watch_model(Room, "room", lambda room: {"room_id": room.pk})

        room = item.room
        signals.pre_save.connect(watch, sender=Room)
        try:
            assert room is not None
            room.save()
        finally:
            signals.pre_save.disconnect(watch, sender=Room)
        assert published == ["room;room_id=1"]


class TestDeleting:
    """A row that is deleted."""

    def test_it_is_published_by_itself_and_in_a_queryset(
        self, do: Do, published: Published, item: Item
    ) -> None:
        watch_model(Item, "room", its_room)
        Item.objects.create(room_id=2, label="lamp")
        published.clear()
        do(item.delete)
        do(Item.objects.all().delete)
        assert published == ["room;room_id=1", "room;room_id=2"]

    def test_with_what_it_belongs_to(self, published: Published, item: Item) -> None:
        watch_model(Item, "room", its_room)
        Room.objects.filter(pk=1).delete()
        assert published == ["room;room_id=1"]

    def test_the_rows_around_it_can_still_be_asked(
        self, published: Published, rooms: tuple[Room, Room]
    ) -> None:
        guest = Guest.objects.create(pk=5, name="Ada")
        guest.rooms.set(rooms)
        watch_model(
            Guest, "room", lambda guest: [{"room_id": room.pk} for room in guest.rooms.order_by("pk")]
        )
        guest.delete()
        assert published == ["room;room_id=1, room;room_id=2"]

    def test_it_is_invalidated_where_it_really_was(self, published: Published, item: Item) -> None:
        moved = Item.objects.get()
        moved.room_id = 2
        moved.save()
        watch_model(Item, "room", its_room)
        item.delete()
        assert published == ["room;room_id=2, room;room_id=1"]

    def test_a_queryset_is_not_read_twice(
        self, published: Published, item: Item, django_assert_num_queries: DjangoAssertNumQueries
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
        assert published == ["room;room_id=1, room;room_id=2"]
