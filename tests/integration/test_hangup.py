"""A client hangs up: what its request commits is published nevertheless, once, when it is committed."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.db import connection, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, RequestFactory
from django.views.decorators.csrf import csrf_exempt
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from mizan_htmx.invalidation.model_watch import watch_model
from mizan_htmx.invalidation.recorder import abandon, open_recorder, recorder_of
from mizan_htmx.signals import invalidated
from tests.apps.watched.models import Item, Room
from tests.helpers.hangup import IMPATIENT, NOTICING, PATIENCE, PLAIN, Gate, Noticing, hang_up
from tests.helpers.model_watch import Published
from tests.helpers.sockets import Tab, person
from tests.helpers.visitor import CALL, HEADER, serve

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rooms_and_guests")]

MIZAN = "mizan_htmx.middleware.MizanMiddleware"
JSON = "application/json"

View = Callable[[HttpRequest], Any]


@pytest.fixture
def gate() -> Gate:
    """Hold what a test sends."""
    return Gate()


@pytest.fixture(params=[True, False], ids=["ATOMIC_REQUESTS", "autocommit"])
def atomic_requests(request: pytest.FixtureRequest, settings: Settings) -> Iterator[bool]:
    """Run requests in a transaction each, and once more without; threads have connections of their own."""
    databases: Any = settings.DATABASES
    former = databases["default"]["ATOMIC_REQUESTS"]
    databases["default"]["ATOMIC_REQUESTS"] = request.param
    yield request.param
    databases["default"]["ATOMIC_REQUESTS"] = former


@pytest.fixture(params=[True, False], ids=["middleware", "bare"])
def middleware(request: pytest.FixtureRequest, settings: Settings) -> bool:
    """Serve with the package's middleware, and once more without."""
    settings.MIDDLEWARE = [NOTICING, MIZAN] if request.param else [NOTICING]
    return bool(request.param)


@pytest.fixture(autouse=True)
def room(rooms_and_guests: None, settings: Settings) -> None:
    """Watch the items of a room."""
    Room.objects.create(pk=1, name="room 1")
    watch_model(Item, "room", lambda item: {"room_id": item.room_id})
    settings.MIDDLEWARE = [NOTICING, MIZAN]


def put() -> None:
    """Put an item into the room, which the model alone invalidates."""
    Item.objects.create(room_id=1)


def change_quietly() -> None:
    """Change the room, which nobody watches."""
    Room.objects.filter(pk=1).update(name="changed")


def is_changed() -> bool:
    """Tell whether that has been committed."""
    return Room.objects.get(pk=1).name == "changed"


def join_publications() -> None:
    """Wait for the threads that publish what could be published nowhere else."""
    for thread in threading.enumerate():
        if thread.name == "mizan_htmx.invalidation.publication":
            thread.join(PATIENCE)


def function(gate: Gate) -> Callable[..., None]:
    """Make a body that is left while it runs."""

    def change(request: HttpRequest, guest_id: int) -> None:
        gate.hold()
        change_quietly()

    return change


@pytest.mark.usefixtures("atomic_requests", "middleware")
@pytest.mark.parametrize("atomic", [True, False])
async def test_a_call(gate: Gate, published: Published, settings: Settings, atomic: bool) -> None:
    register(client(affects="guest", atomic=atomic)(function(gate)), "change")
    serve(settings, {})
    assert await hang_up(gate, CALL, '{"fn": "change", "args": {"guest_id": 5}}', JSON) == []
    assert await sync_to_async(is_changed)()
    assert published == ["guest;guest_id=5"]


@pytest.mark.usefixtures("atomic_requests", "middleware")
async def test_a_view(gate: Gate, published: Published, settings: Settings) -> None:
    def change(request: HttpRequest, guest_id: int) -> HttpResponse:
        put()
        gate.hold()
        change_quietly()
        return HttpResponse()

    serve(settings, {"change/": csrf_exempt(client(affects="guest")(change))})
    assert await hang_up(gate, "/change/", "guest_id=5") == []
    assert await sync_to_async(is_changed)()
    assert published == ["guest;guest_id=5, room;room_id=1"]


def before(gate: Gate) -> View:
    """Make a view that is left before it writes."""

    def view(request: HttpRequest) -> HttpResponse:
        gate.hold()
        put()
        return HttpResponse()

    return view


def within(gate: Gate) -> View:
    """Make one that is left between the write and the commit."""

    @transaction.atomic
    def view(request: HttpRequest) -> HttpResponse:
        put()
        gate.hold()
        return HttpResponse()

    return view


def after(gate: Gate) -> View:
    """Make one that is left after it has written."""

    def view(request: HttpRequest) -> HttpResponse:
        put()
        gate.hold()
        return HttpResponse()

    return view


def hooked(gate: Gate) -> View:
    """Make one that is left while a hook runs."""

    @transaction.atomic
    def view(request: HttpRequest) -> HttpResponse:
        transaction.on_commit(gate.hold)
        put()
        return HttpResponse()

    return view


@pytest.mark.usefixtures("atomic_requests", "middleware")
@pytest.mark.parametrize("make", [before, within, after, hooked])
async def test_a_plain_view_of_a_watched_model(
    gate: Gate, published: Published, settings: Settings, make: Callable[[Gate], View]
) -> None:
    serve(settings, {"put/": csrf_exempt(make(gate))})
    assert await hang_up(gate, "/put/", "") == []
    assert (published, await Item.objects.acount()) == (["room;room_id=1"], 1)


@pytest.mark.usefixtures("atomic_requests")
async def test_what_a_view_names_by_hand(gate: Gate, published: Published, settings: Settings) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        invalidate(request, "guest", guest_id=1)
        gate.hold()
        with transaction.atomic():
            invalidate(request, "guest", guest_id=2)
        return HttpResponse()

    serve(settings, {"name/": csrf_exempt(view)})
    assert await hang_up(gate, "/name/", "") == []
    # A site's own receivers get the first one in the request's thread, too, once that is free.
    assert sorted(", ".join(published).split(", ")) == ["guest;guest_id=1", "guest;guest_id=2"]


@pytest.mark.usefixtures("atomic_requests")
async def test_what_is_rolled_back_after_all_is_not_published(
    gate: Gate, published: Published, settings: Settings
) -> None:
    @client(affects="guest")
    def change(request: HttpRequest, guest_id: int) -> HttpResponse:
        put()
        gate.hold()
        raise ValueError

    serve(settings, {"change/": csrf_exempt(change)})
    await hang_up(gate, "/change/", "guest_id=5")
    assert (published, await Item.objects.acount()) == ([], 0)


async def test_it_is_published_once_the_hooks_of_the_site_have_run(
    gate: Gate, published: Published, settings: Settings
) -> None:
    received: list[list[str]] = []

    @client(affects="guest")
    def change(request: HttpRequest, guest_id: int) -> HttpResponse:
        transaction.on_commit(gate.hold)
        transaction.on_commit(lambda: received.append(published[:]))  # clears a cache, as it were
        return HttpResponse()

    serve(settings, {"change/": csrf_exempt(change)})
    await hang_up(gate, "/change/", "guest_id=5")
    assert (received, published) == ([[]], ["guest;guest_id=5"])


@pytest.mark.usefixtures("middleware")
@pytest.mark.parametrize("path", ["call", "view"])
async def test_an_async_mutation(gate: Gate, published: Published, settings: Settings, path: str) -> None:
    async def change(request: HttpRequest, guest_id: int) -> HttpResponse:
        await sync_to_async(change_quietly)()
        await gate.ahold()
        return HttpResponse()

    declared = client(affects="guest")(change)
    register(declared, "change")
    serve(settings, {"change/": csrf_exempt(declared)})
    url, body = (CALL, "fn=change&guest_id=5") if path == "call" else ("/change/", "guest_id=5")
    assert await hang_up(gate, url, body) == []
    assert await sync_to_async(is_changed)()
    assert published == ["guest;guest_id=5"]


async def test_what_an_async_mutation_has_under_way_is_published_once_it_is_committed(
    gate: Gate, published: Published, settings: Settings
) -> None:
    """Its wait ends at once, and what it waited for goes on in its thread."""
    early: list[bool] = []

    def slow() -> None:
        gate.hold()
        early.append(bool(published))
        change_quietly()

    @client(affects="guest")
    async def change(request: HttpRequest, guest_id: int) -> HttpResponse:
        try:
            await sync_to_async(slow)()
        except asyncio.CancelledError:
            gate.opened.set()
            raise
        return HttpResponse()

    serve(settings, {"change/": csrf_exempt(change)})
    await hang_up(gate, "/change/", "guest_id=5")
    assert await sync_to_async(is_changed)()
    assert (published, early) == (["guest;guest_id=5"], [False])


@pytest.mark.usefixtures("middleware")
async def test_an_async_view_of_a_watched_model(gate: Gate, published: Published, settings: Settings) -> None:
    async def view(request: HttpRequest) -> HttpResponse:
        await Item.objects.acreate(room_id=1)
        await gate.ahold()
        return HttpResponse()

    serve(settings, {"put/": csrf_exempt(view)})
    assert await hang_up(gate, "/put/", "") == []
    assert published == ["room;room_id=1"]


async def test_a_receiver_that_is_slow_is_not_cut_off(
    gate: Gate, published: Published, settings: Settings
) -> None:
    """The client leaves while the answer waits for the receivers of the signal."""
    finished = asyncio.Event()

    async def slow(**kwargs: Any) -> None:
        gate.reached.set()
        await asyncio.to_thread(gate.opened.wait)
        finished.set()

    @client(affects="guest")
    def change(request: HttpRequest, guest_id: int) -> HttpResponse:
        return HttpResponse()

    invalidated.connect(slow)
    try:
        serve(settings, {"change/": csrf_exempt(change)})
        await hang_up(gate, "/change/", "guest_id=5")
        async with asyncio.timeout(PATIENCE):
            await finished.wait()
    finally:
        invalidated.disconnect(slow)
    assert published == ["guest;guest_id=5"]


async def test_a_receiver_that_is_a_coroutine_is_published_by_a_thread_that_was_left(
    gate: Gate, settings: Settings
) -> None:
    """The loop of the server may wait for that thread; nobody waits for ever."""
    received: list[str] = []

    async def receive(invalidations: Any, **kwargs: Any) -> None:
        received.extend(map(str, invalidations))

    serve(settings, {"put/": csrf_exempt(within(gate))})
    invalidated.connect(receive)
    try:
        await hang_up(gate, "/put/", "")
    finally:
        invalidated.disconnect(receive)
    assert received == ["room;room_id=1"]


async def test_the_request_is_named_and_no_response(gate: Gate, settings: Settings) -> None:
    received: list[tuple[str, object]] = []

    def receive(request: HttpRequest, response: object, **kwargs: Any) -> None:
        received.append((request.path, response))

    serve(settings, {"put/": csrf_exempt(before(gate))})
    invalidated.connect(receive)
    try:
        await hang_up(gate, "/put/", "")
    finally:
        invalidated.disconnect(receive)
    assert received == [("/put/", None)]


def test_a_recorder_that_was_closed_publishes_each_thing_by_itself(published: Published) -> None:
    request = RequestFactory().get("/")
    recorder, _ = open_recorder(request)
    with transaction.atomic():
        invalidate(request, "guest", guest_id=1)
        abandon(recorder, owned=True)
        invalidate(request, "guest", guest_id=2)
        assert published == []
    invalidate(request, "guest", guest_id=3)
    with transaction.atomic():
        invalidate(request, "guest", guest_id=4)
        transaction.set_rollback(True)
    assert published == ["guest;guest_id=1, guest;guest_id=2", "guest;guest_id=3"]
    assert recorder_of(request) is recorder
    assert not connection.run_on_commit


@pytest.mark.parametrize(
    "middleware", [[NOTICING, MIZAN, PLAIN], [NOTICING, PLAIN, MIZAN]], ids=["inside", "around"]
)
@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_a_site_with_middleware_that_runs_in_a_thread(
    gate: Gate, published: Published, settings: Settings, middleware: list[str], kind: str
) -> None:
    def change(request: HttpRequest, guest_id: int) -> HttpResponse:
        change_quietly()
        gate.hold()
        return HttpResponse()

    async def achange(request: HttpRequest, guest_id: int) -> HttpResponse:
        await sync_to_async(change_quietly)()
        await gate.ahold()
        return HttpResponse()

    settings.MIDDLEWARE = middleware
    declared = client(affects="guest")(change if kind == "sync" else achange)
    serve(settings, {"change/": csrf_exempt(declared)})
    await hang_up(gate, "/change/", "guest_id=5", opens=kind == "sync")
    assert await sync_to_async(is_changed)()
    async with asyncio.timeout(PATIENCE):
        while not published:  # by a thread of its own, where that of the request has ended
            await asyncio.to_thread(join_publications)
    assert published == ["guest;guest_id=5"]


class TestTimeouts:
    """A site's own middleware gives a request up, and answers something else."""

    @pytest.fixture(autouse=True)
    def impatient(self, settings: Settings, gate: Gate) -> None:
        """Give up whatever has reached the gate."""
        settings.MIDDLEWARE = [MIZAN, IMPATIENT]
        Noticing.gate = gate

    async def test_that_answer_carries_what_a_coroutine_has_changed(
        self, gate: Gate, published: Published, settings: Settings
    ) -> None:
        @client(affects="guest")
        async def change(request: HttpRequest, guest_id: int) -> HttpResponse:
            await sync_to_async(change_quietly)()
            await gate.ahold()
            return HttpResponse()

        serve(settings, {"change/": csrf_exempt(change)})
        response = await AsyncClient().post("/change/", {"guest_id": "5"})
        assert (response.status_code, response.headers[HEADER]) == (503, "guest;guest_id=5")
        assert published == ["guest;guest_id=5"]

    async def test_what_goes_on_in_a_thread_is_published_when_it_is_committed(
        self, gate: Gate, published: Published, settings: Settings
    ) -> None:
        done = asyncio.Event()
        loop = asyncio.get_running_loop()

        @client(affects="guest")
        def change(request: HttpRequest, guest_id: int) -> HttpResponse:
            gate.hold()
            change_quietly()
            return HttpResponse()

        def receive(**kwargs: object) -> None:
            loop.call_soon_threadsafe(done.set)

        serve(settings, {"change/": csrf_exempt(change)})
        invalidated.connect(receive)
        try:
            async with ThreadSensitiveContext(), asyncio.timeout(PATIENCE):
                response = await AsyncClient().post("/change/", {"guest_id": "5"})
                assert (response.status_code, HEADER in response.headers, published) == (503, False, [])
                gate.opened.set()
                await done.wait()
                await sync_to_async(connections.close_all)()  # in the thread that ends now
        finally:
            invalidated.disconnect(receive)
        assert published == ["guest;guest_id=5"]


async def test_a_call_over_a_socket_that_the_server_ends(gate: Gate, published: Published) -> None:
    register(client(affects="guest", websocket=True)(function(gate)), "change")
    async with asyncio.timeout(PATIENCE):
        tab = Tab(user=person())
        await tab.communicator.connect(PATIENCE)
        await tab.send(action="rpc", id=1, fn="change", args={"guest_id": 5})
        assert await asyncio.to_thread(gate.reached.wait, PATIENCE)
        tab.communicator.future.cancel()
        gate.opened.set()
        with suppress(asyncio.CancelledError):
            await tab.communicator.future
    assert await sync_to_async(is_changed)()
    assert published == ["guest;guest_id=5"]
