"""``watch_model``: what a row names is stale after it is saved or deleted."""

import logging
import pickle
import re
from collections.abc import Iterator
from typing import Any, cast
from uuid import uuid4

import pytest
from django.core import serializers
from django.db import DatabaseError, IntegrityError, connection, models
from django.db.models import F, signals
from django.db.models.base import ModelBase
from django.test.utils import CaptureQueriesContext, isolate_apps
from pytest_django import DjangoAssertNumQueries

from mizan_htmx.client import Context
from mizan_htmx.errors import DeclarationError
from mizan_htmx.watch import watch_model
from tests.apps.watched.models import Antique, Guest, Item, Labelled, Lamp, Room, Ticket
from tests.support_watch import Do, Told, both_twins, ear, rooms_and_guests

pytestmark = pytest.mark.django_db(transaction=True)
declared = rooms_and_guests()
told = ear()
do = both_twins()


def its_room(row: Any) -> dict[str, object]:
    """Name the room that something is in."""
    return {"room_id": row.room_id}


@pytest.fixture
def rooms() -> tuple[Room, Room]:
    """Make two rooms."""
    return Room.objects.create(pk=1, name="Hall"), Room.objects.create(pk=2, name="Attic")


@pytest.fixture
def item(rooms: object) -> Item:
    """Make an item in the first room, before anything is watched."""
    return Item.objects.create(room_id=1, label="chair")


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


class TestNaming:
    """What the callable may say."""

    @pytest.mark.parametrize(
        ("answer", "text"),
        [
            ({"room_id": 3}, ["room;room_id=3"]),
            ({"room_id": "03"}, ["room;room_id=3"]),
            ({"room_id": 3, "tab": None}, ["room;room_id=3"]),
            ({}, ["room"]),
            ([{"room_id": 3}, {"room_id": 4}, {"room_id": 3}], ["room;room_id=3, room;room_id=4"]),
            (({"room_id": pk} for pk in (3, 4)), ["room;room_id=3, room;room_id=4"]),
            (None, []),
            ([], []),
        ],
    )
    def test_parameters_several_or_nothing(
        self, told: Told, rooms: object, answer: Any, text: list[str]
    ) -> None:
        watch_model(Item, "room", lambda item: answer)
        Item(label="chair").save()
        assert told == text

    def test_as_a_decorator_and_a_generator(self, told: Told, rooms: object) -> None:
        @watch_model(Item, Context("room"))
        def both(item: Item) -> Iterator[dict[str, object]]:
            yield {"room_id": item.room_id}
            yield {"room_id": 9}

        Item(room_id=2).save()
        assert told == ["room;room_id=2, room;room_id=9"]
        assert [each["room_id"] for each in both(Item(room_id=5))] == [5, 9]

    def test_several_watches_of_a_model_are_told_together(self, told: Told, rooms: object) -> None:
        watch_model(Item, "room", its_room)
        watch_model(Item, "room", lambda item: {"tab": item.label})
        watch_model(Item, "guest", lambda item: {"guest_id": 7})
        Item(room_id=1, label="chair").save()
        assert told == ["room;room_id=1, room;tab=chair, guest;guest_id=7"]

    @pytest.mark.parametrize(
        ("naming", "reason"),
        [
            (lambda item: {"room_id": F("room_id")}, "watch_model('room', …): {'room_id': ['Input should be"),
            (
                lambda item: {"rom_id": 3},
                "Context 'room' has no parameter 'rom_id' in watch_model(). Did you mean 'room_id'?"
                " Known parameters: room_id, tab.",
            ),
            (lambda item: [{"room_id": 3}, {"room_id": item.nothing}], "object has no attribute 'nothing'"),
            (lambda item: 5, "'int' object is not iterable"),
        ],
    )
    def test_what_fails_is_logged_and_makes_all_of_the_context_stale(
        self, told: Told, rooms: object, caplog: pytest.LogCaptureFixture, naming: Any, reason: str
    ) -> None:
        watch_model(Item, "room", naming)
        item = Item.objects.create(room_id=1, label="chair")
        assert (told, Item.objects.count()) == (["room"], 1)
        (record,) = caplog.records
        code = naming.__code__
        assert (record.name, record.levelno) == ("mizan_htmx", logging.ERROR)
        assert record.getMessage() == (
            f"{__name__}.TestNaming.<lambda> ({code.co_filename}:{code.co_firstlineno}) does not say what"
            f" watched.Item {item.pk} makes stale: all of 'room' is."
        )
        assert reason in caplog.text

    def test_an_error_of_the_database_is_not_hidden(self, rooms: object) -> None:
        """In a transaction all that follows would be lost without a word."""

        def broken(item: Item) -> None:
            raise DatabaseError("The database is gone.")

        watch_model(Item, "room", broken)
        with pytest.raises(DatabaseError, match="gone"):
            Item(room_id=1).save()


class TestSubclasses:
    """Which classes a watch covers."""

    def test_a_watch_covers_children_and_proxies(self, do: Do, told: Told, rooms: object) -> None:
        watch_model(Item, "room", its_room)
        lamp = Lamp(room_id=1, label="lamp")
        do(lamp.save)
        lamp.room_id = 2
        do(lamp.save)
        antique = Antique(room_id=1, label="vase")
        do(antique.save)
        assert told.take() == ["room;room_id=1", "room;room_id=1, room;room_id=2", "room;room_id=1"]
        do(lamp.delete)
        do(Antique.objects.filter(pk=antique.pk).delete)
        assert told == ["room;room_id=2", "room;room_id=1"]

    def test_a_watch_of_a_child_is_not_told_of_its_parent_alone(self, told: Told, rooms: object) -> None:
        lamp = Lamp.objects.create(room_id=1, label="lamp")
        watch_model(Lamp, "room", its_room)
        item = Item.objects.get()
        item.save()
        assert told == []
        lamp.save()
        item.delete()  # with which the child goes
        assert told == ["room;room_id=1", "room;room_id=1"]

    def test_a_watch_of_an_abstract_model_covers_what_is_made_of_it(self, told: Told, rooms: object) -> None:
        watch_model(cast("Any", Labelled), "room", its_room)
        Ticket.objects.create(room_id=2, pk=uuid4())
        assert told == ["room;room_id=2"]

    @isolate_apps("tests.apps.watched")
    def test_a_class_that_is_made_later_is_covered(self) -> None:
        watch_model(cast("Any", Labelled), "room", its_room)
        body = {"__module__": "tests.apps.watched.models", "id": models.BigAutoField(primary_key=True)}
        late = ModelBase("Late", (Labelled,), dict(body))
        stranger = ModelBase("Stranger", (models.Model,), dict(body))
        listening = [signals.post_save.has_listeners(each) for each in (late, stranger)]
        assert listening == [True, False]

    def test_a_proxy_is_refused(self) -> None:
        message = (
            "watch_model(Antique, 'room'): Antique is a proxy, and would not be told of rows that are saved"
            " as Item. Watch Item."
        )
        with pytest.raises(DeclarationError, match=f"^{re.escape(message)}$"):
            watch_model(Antique, "room", its_room)


def test_a_coroutine_function_is_refused() -> None:
    async def naming(item: Item) -> None: ...

    message = (
        f"watch_model(Item, 'room'): {naming!r} must be a plain function of one row, since signals of models"
        " are sent by plain code."
    )
    wrong: Any = naming
    with pytest.raises(DeclarationError, match=f"^{re.escape(message)}$"):
        watch_model(Item, "room", wrong)


def test_a_context_that_can_not_be_called_so_is_refused() -> None:
    with pytest.raises(DeclarationError, match=r"^Context name 'a room' is not allowed\."):
        watch_model(Item, "a room", its_room)


def test_a_model_that_is_not_watched_is_left_alone(
    told: Told, item: Item, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        item.save()
    with django_assert_num_queries(1):
        Item.objects.update(label="stool")
    assert told == []
