"""What is published of transactions on PostgreSQL, whose answers can get lost on their way."""

from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.views.decorators.csrf import csrf_exempt
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from mizan_htmx.invalidation.model_watch import watch_model
from tests.apps.watched.models import Item, Room
from tests.helpers.hangup import NOTICING, Gate, hang_up
from tests.helpers.model_watch import Published
from tests.helpers.postgres import PostgresServer, Wire
from tests.helpers.visitor import HEADER, Visitor, serve

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("on_postgres", "rooms_and_guests"),
]


@pytest.fixture(autouse=True)
def room(rooms_and_guests: None, on_postgres: object) -> None:
    """Watch the items of a room."""
    Room.objects.create(pk=1, name="room 1")
    watch_model(Item, "room", lambda item: {"room_id": item.room_id})


@pytest.fixture(params=[True, False], ids=["ATOMIC_REQUESTS", "autocommit"])
def atomic_requests(
    request: pytest.FixtureRequest, on_postgres: Any, monkeypatch: pytest.MonkeyPatch
) -> bool:
    """Run requests in a transaction each, and once more without, in whichever thread."""
    monkeypatch.setitem(on_postgres.settings_dict, "ATOMIC_REQUESTS", request.param)
    return bool(request.param)


def put(room_id: int = 1) -> None:
    """Put an item into a room."""
    Item.objects.create(room_id=room_id)


def rows(server: PostgresServer) -> int:
    """Count the items by a connection that nobody cuts."""
    with psycopg.connect(server.address()) as own:
        found = own.execute(f"SELECT count(*) FROM {Item._meta.db_table}").fetchone()
    assert found is not None
    return int(found[0])


@transaction.atomic
def put_and_name() -> None:
    """Change something without a request."""
    put()
    invalidate(None, "guest")


def test_a_commit_whose_answer_is_lost_is_published(
    published: Published, postgres_server: PostgresServer, wire: Wire
) -> None:
    wire.is_armed = True
    with pytest.raises(OperationalError):
        put_and_name()
    assert (published, rows(postgres_server)) == (["room;room_id=1", "guest"], 1)


@pytest.mark.usefixtures("atomic_requests")
@pytest.mark.parametrize("path", ["call", "view", "plain"])
def test_so_it_is_in_a_request(
    published: Published, postgres_server: PostgresServer, wire: Wire, settings: Settings, path: str
) -> None:
    def change(request: HttpRequest) -> HttpResponse:
        put()
        wire.is_armed = True
        return HttpResponse()

    declared = client(affects="guest")(change)
    register(declared)
    serve(settings, {"view/": declared, "plain/": transaction.atomic(change)})
    visitor = Visitor(Client)
    settings.MIDDLEWARE = ["mizan_htmx.middleware.MizanMiddleware"]
    response = visitor.call("change") if path == "call" else visitor.form(f"/{path}/", "")
    named = "room;room_id=1" if path == "plain" else "guest, room;room_id=1"
    assert (response.status_code, response.headers[HEADER], published) == (500, named, [named])
    assert rows(postgres_server) == 1


def test_what_a_constraint_refuses_at_the_commit_is_not_published(published: Published) -> None:
    @transaction.atomic
    def change() -> None:
        put(7)  # which has no room

    with pytest.raises(IntegrityError):
        change()
    assert published == []


def test_what_can_not_be_serialised_is_not_published(
    published: Published, postgres_server: PostgresServer
) -> None:
    """Two write what the other has read; who commits last is refused."""

    @transaction.atomic
    def change() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        assert Item.objects.count() == 0
        put()
        with psycopg.connect(postgres_server.address()) as rival:
            rival.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
            table = Item._meta.db_table
            rival.execute(f"SELECT count(*) FROM {table}")
            rival.execute(f"INSERT INTO {table} (room_id, label) VALUES (1, '')")

    with pytest.raises(OperationalError):
        change()
    assert (published, rows(postgres_server)) == ([], 1)


def test_a_connection_that_is_ended_before_the_commit_is_not_published(
    published: Published, postgres_server: PostgresServer, settings: Settings
) -> None:
    @client(affects="guest")
    def change(request: HttpRequest) -> HttpResponse:
        put()
        with psycopg.connect(postgres_server.address()) as rival, connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            rival.execute("SELECT pg_terminate_backend(%s)", cursor.fetchone())
        put()
        return HttpResponse()

    settings.MIDDLEWARE = ["mizan_htmx.middleware.MizanMiddleware"]
    serve(settings, {"change/": change})
    response = Visitor(Client).form("/change/", "")
    assert (response.status_code, HEADER in response.headers, published) == (500, False, [])
    assert rows(postgres_server) == 0


@pytest.mark.usefixtures("atomic_requests")
@pytest.mark.parametrize("declares", [True, False])
async def test_a_client_that_hangs_up(
    published: Published, postgres_server: PostgresServer, settings: Settings, declares: bool
) -> None:
    gate = Gate()

    def change(request: HttpRequest) -> HttpResponse:
        put()
        gate.hold()
        return HttpResponse()

    settings.MIDDLEWARE = [NOTICING, "mizan_htmx.middleware.MizanMiddleware"]
    serve(settings, {"change/": csrf_exempt(client(affects="guest")(change) if declares else change)})
    assert await hang_up(gate, "/change/", "") == []
    assert rows(postgres_server) == 1
    assert published == ["guest, room;room_id=1" if declares else "room;room_id=1"]
