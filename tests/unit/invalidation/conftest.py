"""Rows to watch, and tables whose rows go with others by the database."""

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from mizan_htmx.invalidation import cascades
from tests.apps.watched.models import Item, Room
from tests.helpers.cascades import CLAUSES, IS_STAND_IN, make_tables


@pytest.fixture
def rooms() -> tuple[Room, Room]:
    """Return two rooms."""
    return Room.objects.create(pk=1, name="Hall"), Room.objects.create(pk=2, name="Attic")


@pytest.fixture
def item(rooms: object) -> Item:
    """Return an item in the first room, made before anything is watched."""
    return Item.objects.create(room_id=1, label="chair")


@pytest.fixture(scope="module")
def tables(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Make the tables of the app anew, once for a module, where Django did not."""
    if IS_STAND_IN:
        with django_db_blocker.unblock():
            make_tables()
            connection.close()


@pytest.fixture
def cascading(tables: None, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the database cascade, and the package know of it."""
    if IS_STAND_IN:
        for on_delete, (_, effect) in CLAUSES.items():
            monkeypatch.setitem(cascades.EFFECTS, on_delete, effect)
    cascades.ways.cache_clear()
    yield
    cascades.ways.cache_clear()
