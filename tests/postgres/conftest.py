"""The default database on PostgreSQL, over a wire that can be cut."""

from collections.abc import Iterator

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.helpers.postgres import PostgresServer, Wire, watched_tables


@pytest.fixture
def wire(postgres_server: PostgresServer) -> Iterator[Wire]:
    """Return a wire to the server."""
    wire = Wire(postgres_server.port)
    yield wire
    wire.close()


@pytest.fixture
def on_postgres(
    transactional_db: None, postgres_server: PostgresServer, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BaseDatabaseWrapper]:
    """Let the default database be one of PostgreSQL's, over the wire, with the tables of the watched models.

    Threads that the site starts have it, too.
    """
    former = connections["default"]
    own = {**connections.settings["default"], **postgres_server.settings(port=wire.port), "OPTIONS": {}}
    monkeypatch.setitem(connections.settings, "default", own)
    made = connections["default"] = connections.create_connection("default")
    with watched_tables(made):
        yield made
        wire.is_armed = False
    made.close()
    connections["default"] = former
