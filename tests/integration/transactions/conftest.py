"""Rooms whose items are watched, a COMMIT whose response is lost, and another database."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from mizan_htmx.invalidation.model_watch import watch_model
from tests.apps.watched.models import Guest, Item, Lamp, Room


@pytest.fixture(autouse=True)
def room(rooms_and_guests: None) -> None:
    """Watch the items of two rooms."""
    for pk in (1, 2):
        Room.objects.create(pk=pk, name=f"room {pk}")
    watch_model(Item, "room", lambda item: {"room_id": item.room_id})


@pytest.fixture(params=[True, False], ids=["ATOMIC_REQUESTS", "autocommit"])
def atomic_requests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Run requests in a transaction each, and once more without."""
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", request.param)
    return bool(request.param)


@pytest.fixture
def lose(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Return what has COMMIT carried out from then on, and raises an error in place of its response."""

    def arm(error: BaseException) -> None:
        kind: Any = type(connections["default"])
        commit = kind._commit

        def lost(self: BaseDatabaseWrapper) -> None:
            commit(self)
            raise error

        monkeypatch.setattr(kind, "_commit", lost)

    return arm


@pytest.fixture
def other(tmp_path: Path) -> Iterator[BaseDatabaseWrapper]:
    """Provide another database, in this thread alone, with the tables of the watched models."""
    own = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "other.sqlite3"), "OPTIONS": {}}
    connections.settings["other"] = {**connections.settings["default"], **own}
    made = connections["other"]
    # Django's test cases guard connections to databases that they do not know.
    for name in ("connect", "cursor", "chunked_cursor", "temporary_connection"):
        vars(made).pop(name, None)
    made.connect()
    with made.schema_editor() as editor:
        for model in (Guest, Room, Item, Lamp):
            editor.create_model(model)
    Room.objects.using("other").create(pk=1, name="room 1")
    yield made
    made.close()
    del connections["other"], connections.settings["other"]
