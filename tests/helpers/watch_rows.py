"""Rows to watch: two rooms, and an item in one of them."""

from typing import Any

import pytest

from tests.apps.watched.models import Item, Room


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
