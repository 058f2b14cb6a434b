"""``watch_model`` of the table behind a ``ManyToManyField``."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from mizan_htmx.invalidation import model_watch as watch
from mizan_htmx.invalidation.model_watch import watch_model
from tests.apps.watched.models import Guest, Room, Shift
from tests.helpers.model_watch import Do, Published

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rooms_and_guests")]


@pytest.fixture
def room() -> Room:
    """Make a room."""
    return Room.objects.create(pk=1, name="Hall")


@pytest.fixture
def guests() -> list[Guest]:
    """Make three guests, whose keys are other numbers than the room's."""
    return [Guest.objects.create(pk=pk, name=f"guest {pk}") for pk in (11, 12, 13)]


def both(stay: Any) -> dict[str, object]:
    """Name room and guest as one text."""
    return {"room_id": stay.room_id, "tab": str(stay.guest_id)}


@pytest.fixture
def watched(rooms_and_guests: None) -> None:
    """Watch who is in which room."""
    watch_model(Room.guests.through, "room", both)


@pytest.mark.usefixtures("watched")
class TestTableOfDjango:
    """A table that Django made."""

    def test_relations_that_come_are_published_once_for_each_that_is_new(
        self, do: Do, published: Published, room: Room, guests: list[Guest]
    ) -> None:
        do(room.guests.add, guests[0])
        do(room.guests.add, *guests[:2])
        do(room.guests.add, *guests[:2])
        assert published == ["room;room_id=1;tab=11", "room;room_id=1;tab=12"]

    def test_relations_that_go_are_published_where_there_were_some(
        self, do: Do, published: Published, room: Room, guests: list[Guest]
    ) -> None:
        room.guests.set(guests[:2])
        published.clear()
        do(room.guests.remove, guests[0], guests[2])
        do(room.guests.remove, guests[0])
        do(room.guests.clear)
        do(room.guests.clear)
        assert published == ["room;room_id=1;tab=11", "room;room_id=1;tab=12"]

    def test_a_whole_new_list_is_published_at_once(
        self, do: Do, published: Published, room: Room, guests: list[Guest]
    ) -> None:
        room.guests.set(guests[:2])
        published.clear()
        do(room.guests.set, guests[1:])
        assert published == ["room;room_id=1;tab=11, room;room_id=1;tab=13"]

    def test_from_the_other_side(self, published: Published, room: Room, guests: list[Guest]) -> None:
        guests[0].rooms.add(room)
        guests[0].rooms.remove(room)
        guests[0].rooms.add(room)
        guests[0].rooms.clear()
        assert published == ["room;room_id=1;tab=11"] * 4

    def test_rows_that_go_with_one_of_their_ends_are_not_published(
        self, published: Published, room: Room, guests: list[Guest]
    ) -> None:
        """Django says nothing of them: the model at the end has to be watched as well."""
        room.guests.set(guests)
        published.clear()
        guests[0].delete()
        room.delete()
        assert published == []


def test_a_symmetrical_relation_is_invalidated_for_both_of_its_rows(
    published: Published, guests: list[Guest]
) -> None:
    watch_model(Guest.friends.through, "guest", lambda pair: {"guest_id": pair.from_guest_id})
    ada, bob, _ = guests
    ada.friends.add(bob)
    bob.friends.remove(ada)
    ada.friends.add(bob)
    ada.friends.clear()
    assert {frozenset(each.split(", ")) for each in published} == {
        frozenset({"guest;guest_id=11", "guest;guest_id=12"})
    }
    assert len(published) == 4


def test_a_table_with_a_model_of_its_own_is_watched_in_both_ways_to_change_it(
    published: Published, room: Room, guests: list[Guest]
) -> None:
    watch_model(Shift, "room", lambda shift: {"room_id": shift.room_id, "tab": f"{shift.hours}h"})
    room.staff.add(guests[0], through_defaults={"hours": 4})
    Shift.objects.create(room=room, guest=guests[1], hours=5)
    room.staff.remove(guests[0])
    guests[1].delete()
    assert published == [f"room;room_id=1;tab={hours}h" for hours in (4, 5, 4, 5)]


def test_more_relations_than_are_worth_asking_about_invalidate_the_whole_context(
    published: Published, room: Room, guests: list[Guest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "MAX_ROWS", 2)
    watch_model(Room.guests.through, "room", both)
    room.guests.add(*guests[:2])
    room.guests.add(guests[2])
    room.guests.clear()
    assert published == ["room;room_id=1;tab=11, room;room_id=1;tab=12", "room;room_id=1;tab=13", "room"]


def test_relations_that_nobody_watches_cost_nothing(
    published: Published, room: Room, guests: list[Guest], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    watch_model(Guest, "guest", lambda guest: {"guest_id": guest.pk})
    room.guests.add(guests[0])
    assert published == []
