"""Clients that hang up on uvicorn and on daphne: other pages are refreshed all the same."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections
from websockets.sync.client import ClientConnection, connect

from tests.apps.watched.models import Room
from tests.helpers.postgres import PostgresServer, watched_tables
from tests.helpers.redis import RedisServer

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
SITE = "tests.helpers.hangup_site:application"
SERVERS = {
    "uvicorn": ["uvicorn", SITE, "--host", "127.0.0.1", "--log-level", "warning", "--port"],
    "daphne": ["daphne", SITE, "-b", "127.0.0.1", "-v", "0", "-p"],
}
PUBLISHED = "room;room_id=1"
VIEWS = ["call", "within", "hooked", "plain"]


class Gates:
    """Hears what the site says, and opens its gates."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self._door.settimeout(PATIENCE)
        self.port: int = self._door.getsockname()[1]
        self.received: list[str] = []

    def wait(self, *words: str) -> socket.socket:
        """Wait until the site says one of these; what it says before is kept in ``received``."""
        while True:
            line, _ = self._door.accept()
            line.settimeout(PATIENCE)
            said = line.makefile().readline().strip()
            if said in words:
                return line
            self.received.append(said)
            line.close()

    def close(self) -> None:
        """Hear no more."""
        self._door.close()


class Site:
    """A server with its site, and the database that it has."""

    def __init__(self, address: tuple[str, int], gates: Gates, process: "subprocess.Popen[bytes]") -> None:
        self.address = address
        self.gates = gates
        self.process = process

    @contextmanager
    def watching(self) -> Iterator[ClientConnection]:
        """Look at the room, as a page does."""
        host, port = self.address
        origin: Any = f"http://{host}:{port}"
        with connect(f"ws://{host}:{port}/ws/", origin=origin, proxy=None) as page:
            page.send(json.dumps({"action": "watch", "id": 1, "contexts": PUBLISHED}))
            assert json.loads(page.recv(timeout=PATIENCE))["ok"]
            yield page

    def post(self, name: str) -> socket.socket:
        """Send a request, and do not wait for the answer."""
        path, body = f"/{name}/", "room_id=1"
        if name == "call":
            path, body = "/api/mizan/call/", "fn=before&room_id=1"
        token = "a" * 32
        head = [
            *(f"POST {path} HTTP/1.1", f"Host: {self.address[0]}", f"Content-Length: {len(body)}"),
            *("Content-Type: application/x-www-form-urlencoded", f"Cookie: csrftoken={token}"),
            *(f"X-CSRFToken: {token}", "", body),
        ]
        client = socket.create_connection(self.address, timeout=PATIENCE)
        client.sendall("\r\n".join(head).encode())
        return client


@contextmanager
def serving(server: str, databases: Mapping[str, Any], layers: Mapping[str, Any]) -> Iterator[Site]:
    """Run the site on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address: tuple[str, int] = free.getsockname()
    gates = Gates()
    given = {"databases": databases, "layers": layers, "gates": gates.port}
    environment = {**os.environ, "MIZAN_HANGUP": json.dumps(given)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", *SERVERS[server], str(address[1])]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        until(lambda: _answers(address) or process.poll() is not None, f"{server} does not answer.")
        assert process.poll() is None, f"{server} ended at once."
        yield Site(address, gates, process)
    finally:
        process.kill()
        process.wait()
        gates.close()


def until(condition: Callable[[], bool], problem: str) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, problem
        time.sleep(0.02)


def _answers(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, timeout=1):
            return True
    except OSError:
        return False


@pytest.fixture(scope="module")
def database(postgres_server: PostgresServer, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """Give a database with the tables of the site."""
    settings = {**connections.settings["default"], **postgres_server.settings(), "OPTIONS": {}}
    connections.settings["hangup"] = settings
    with django_db_blocker.unblock():
        with watched_tables(connections["hangup"]):
            yield postgres_server.settings()
        connections["hangup"].close()
    del connections["hangup"], connections.settings["hangup"]


@pytest.fixture(scope="module", params=["ATOMIC_REQUESTS", "autocommit"])
def databases(request: pytest.FixtureRequest, database: dict[str, Any]) -> dict[str, Any]:
    """Run requests in a transaction each, and once more without."""
    return {"default": {**database, "ATOMIC_REQUESTS": request.param == "ATOMIC_REQUESTS"}}


@pytest.fixture(scope="module", params=["memory", "Redis"])
def layers(request: pytest.FixtureRequest, redis_process: RedisServer) -> dict[str, Any]:
    """Publish inside of the process, and once more by Redis."""
    return {} if request.param == "memory" else redis_process.layers("core")


@pytest.fixture(scope="module", params=sorted(SERVERS))
def running(
    request: pytest.FixtureRequest, databases: dict[str, Any], layers: dict[str, Any]
) -> Iterator[Site]:
    """Run the site once for all tests that leave it as it is."""
    with serving(request.param, databases, layers) as site:
        yield site


@pytest.fixture
def site(running: Site, room: "RoomRow") -> Site:
    """Give the site with a room that nobody has changed."""
    running.gates.received.clear()
    return running


class RoomRow:
    """The row of the room, by a connection of one's own."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        table = Room._meta.db_table
        with psycopg.connect(server.address()) as own:
            own.execute(f"DELETE FROM {Room.items.rel.related_model._meta.db_table}")
            own.execute(f"DELETE FROM {table}")
            own.execute(f"INSERT INTO {table} (id, name) VALUES (1, 'new')")

    @property
    def name(self) -> str:
        """What it is called."""
        with psycopg.connect(self._server.address()) as own:
            row = own.execute(f"SELECT name FROM {Room._meta.db_table}").fetchone()
        assert row is not None
        return str(row[0])


@pytest.fixture
def room(postgres_server: PostgresServer, database: object) -> RoomRow:
    """Have a room that nobody has changed."""
    return RoomRow(postgres_server)


def hang_up(site: Site, name: str) -> None:
    """Send a request, and hang up at its gate; then let it go on."""
    client = site.post(name)
    with site.gates.wait("reached") as gate:
        client.close()
        site.gates.wait("gone").close()
        assert site.gates.received == []
        gate.sendall(b".")
        site.gates.wait(f"published {PUBLISHED}").close()


@pytest.mark.parametrize("name", VIEWS)
def test_who_watches_receives_what_is_committed(site: Site, room: RoomRow, name: str) -> None:
    with site.watching() as page:
        hang_up(site, name)
        assert json.loads(page.recv(timeout=PATIENCE))["invalidate"] == PUBLISHED
    assert (room.name, site.gates.received) == ("renamed", [])


def test_so_is_who_watches_what_a_coroutine_has_changed(
    site: Site, room: RoomRow, databases: dict[str, Any]
) -> None:
    if databases["default"]["ATOMIC_REQUESTS"]:
        return  # Django refuses async views then
    with site.watching() as page:
        client = site.post("waiting")
        site.gates.wait("reached").close()
        client.close()
        site.gates.wait("gone").close()
        site.gates.wait(f"published {PUBLISHED}").close()
        assert json.loads(page.recv(timeout=PATIENCE))["invalidate"] == PUBLISHED
    assert room.name == "renamed"


def test_a_page_that_is_closed_during_a_call_over_its_socket(site: Site, room: RoomRow) -> None:
    with site.watching() as page:
        with site.watching() as leaving:
            leaving.send(json.dumps({"action": "rpc", "id": 2, "fn": "before", "args": {"room_id": 1}}))
            gate = site.gates.wait("reached")
        gate.sendall(b".")
        gate.close()
        assert json.loads(page.recv(timeout=PATIENCE))["invalidate"] == PUBLISHED
    assert room.name == "renamed"


@pytest.mark.parametrize("server", sorted(SERVERS))
def test_a_server_that_is_stopped_between_commit_and_answer_publishes_first(
    server: str, database: dict[str, Any], room: RoomRow
) -> None:
    with serving(server, {"default": database}, {}) as site, site.post("hooked"):
        with site.gates.wait("reached") as gate:
            assert room.name == "renamed"
            site.process.send_signal(signal.SIGTERM)
            if server == "uvicorn":  # daphne keeps its port as long as there is a thread
                until(lambda: not _answers(site.address), f"{server} does not end.")
            gate.sendall(b".")
        # With the answer, where the server waits for that.
        site.gates.wait(f"published {PUBLISHED}", f"published {PUBLISHED} with an answer").close()
