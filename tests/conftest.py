"""What holds for every test, and the fixtures that more than one folder uses."""

import gc
import sys
from collections.abc import Generator, Iterator
from contextvars import copy_context
from pathlib import Path
from typing import TypeVar, cast

import pytest
from _pytest import runner
from _pytest.unraisableexception import collect_unraisable
from django.core.management.color import no_style
from django.db import connection, connections
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.test import AsyncClient, Client, TransactionTestCase
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.channels.layer import publish as publishing
from mizan_htmx.channels.outage_log import layer_outage, reauthorization_outage
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.setup.registry import Registry
from mizan_htmx.signals import invalidated
from mizan_htmx.testing import isolated_registry
from tests.helpers import forms
from tests.helpers.model_watch import (
    SENT,
    Do,
    Published,
    as_it_is,
    by_its_twin,
    collected,
    guest_name,
    room_name,
)
from tests.helpers.postgres import PostgresServer
from tests.helpers.redis import RedisServer
from tests.helpers.visitor import SyncOrAsync, Visitor, as_coroutine, as_written, serve

#: Whether a connection to SQLite that was not closed is a ResourceWarning.
WARNS_OF_CONNECTIONS = sys.version_info >= (3, 13)

#: One for each connection to a database that the test has opened.
opened: list[None] = []

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run each test, from its first fixture to its last, in a copy of the context.

    Every URL resolver of Django keeps a context variable, and every test that makes a site makes some of
    them. asgiref copies all variables at each step between a thread and an event loop: after some thousand
    tests a request under ASGI took ten times as long as after the first.
    """
    if "browser" in item.path.parts:  # Playwright's event loop goes on from one test to the next
        return None
    return copy_context().run(runner.pytest_runtest_protocol, item, nextitem)


def pytest_collection_finish() -> None:
    """Have the garbage collector pass over what was collected, which stays until the end."""
    gc.collect()
    gc.freeze()


@receiver(connection_created)
def note_opening(**kwargs: object) -> None:
    """Note that the test opens a connection to a database."""
    opened.append(None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Collect what a test leaves behind, so that a connection it did not close is its own failure.

    The warning is an error, and comes when the garbage is collected: otherwise during some later test. Only
    young garbage is looked at, which takes half a millisecond; all of it after a test that has opened a
    connection, which may have grown old before it was left: where Python warns of these, from 3.13 on. No
    fixture holds anything any more by now.
    """
    done = yield
    gc.collect(2 if opened and WARNS_OF_CONNECTIONS else 1)
    opened.clear()
    collect_unraisable(item.config)
    return done


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a failure of a test that is skipped."""
    return refuse_skipping((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Make a failure of a module that is skipped as a whole."""
    return refuse_skipping((yield))


def refuse_skipping(report: Report) -> Report:
    """Turn "skipped" into "failed": what a test needs is installed, or the run says what is missing."""
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped. Install what it needs. {report.longreprtext}"
    return report


#: Migrations fill them, and no test changes them.
KEPT_TABLES = frozenset({"django_content_type", "auth_permission"})


@pytest.fixture(autouse=True, scope="session")
def quick_flush() -> Iterator[None]:
    """Empty the tables after a test with transactions by nothing but DELETE.

    Django's ``flush`` then sends ``post_migrate``, which makes all content types and permissions anew:
    35 ms of CPU for each of these tests.
    """

    def empty_tables(case: TransactionTestCase) -> None:
        for name in case._databases_names(include_mirrors=False):  # type: ignore[attr-defined]
            connection = connections[name]
            existing = connection.introspection.django_table_names(only_existing=True, include_views=False)
            tables = sorted(set(existing) - KEPT_TABLES)
            connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield


@pytest.fixture(params=[Client, AsyncClient], ids=["WSGI", "ASGI"])
def visitor(request: pytest.FixtureRequest) -> Visitor:
    """Return a visitor over WSGI, and once more one over ASGI."""
    return Visitor(request.param)


@pytest.fixture(params=[Client, AsyncClient], ids=["WSGI", "ASGI"])
def strict(request: pytest.FixtureRequest) -> Visitor:
    """Return a visitor whose requests need a CSRF token, over both."""
    return Visitor(request.param, enforce_csrf_checks=True)


@pytest.fixture(params=[as_written, as_coroutine], ids=["def", "async def"])
def sync_or_async(request: pytest.FixtureRequest) -> SyncOrAsync:
    """Return what makes a function one of either kind: as written, and once more a coroutine function."""
    return cast("SyncOrAsync", request.param)


@pytest.fixture
def registry() -> Iterator[Registry]:
    """Run inside of an empty registry: nothing is declared but by the test itself."""
    with isolated_registry() as registry:
        yield registry


@pytest.fixture
def published() -> Iterator[Published]:
    """Collect what is invalidated, and fail if that comes before its transaction is through."""
    early: list[tuple[Invalidation, ...]] = []

    def check(invalidations: tuple[Invalidation, ...], **kwargs: object) -> None:
        if connection.in_atomic_block:
            early.append(invalidations)

    invalidated.connect(check)
    with collected() as received:
        yield received
    invalidated.disconnect(check)
    assert early == []


@pytest.fixture
def rooms_and_guests() -> Iterator[None]:
    """Declare two contexts and nothing else, and watch no model once the test is over."""
    former = [each.receivers[:] for each in SENT]
    with isolated_registry():
        register(client(context="room")(room_name))
        register(client(context="guest")(guest_name))
        yield
    for signal, receivers in zip(SENT, former, strict=True):
        signal.receivers[:] = receivers
        signal.sender_receivers_cache.clear()


@pytest.fixture(params=[as_it_is, by_its_twin], ids=["sync", "async"])
def do(request: pytest.FixtureRequest) -> Do:
    """Return what calls a method, and once more what calls its asynchronous twin: ``do(card.save)``."""
    return cast("Do", request.param)


@pytest.fixture
def forms_site(settings: Settings) -> Iterator[None]:
    """Serve the endpoints, and declare contexts that forms can invalidate."""
    serve(settings, {"said/": forms.said})
    with isolated_registry():
        forms.declare_readers()
        yield


@pytest.fixture
def folder(tmp_path: Path, settings: Settings, forms_site: None) -> Path:
    """Return a folder for the templates of a site with forms; ``/page/`` shows its ``page.html``."""
    [engine] = settings.TEMPLATES
    libraries = ["mizan_htmx.templatetags.mizan"]
    options = {**engine["OPTIONS"], "loaders": forms.LOADERS, "builtins": libraries}
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "DIRS": [tmp_path], "OPTIONS": options}]
    serve(settings, {"page/": forms.show, "async/": forms.show_async, "said/": forms.said})
    return tmp_path


@pytest.fixture(params=["/page/", "/async/"])
def show(request: pytest.FixtureRequest, folder: Path, visitor: Visitor) -> forms.Show:
    """Return what shows a page with a source, by a sync and an async view, and returns its HTML."""

    def show_source(source: str) -> str:
        (folder / "page.html").write_text(source, encoding="utf-8")
        response = visitor.get(f"{request.param}?card_id=99&of=the+page")
        assert response.status_code == 200, response.text
        return response.text

    return show_source


@pytest.fixture(scope="session")
def redis_process() -> Iterator[RedisServer]:
    """Run one redis-server for all tests of a process."""
    server = RedisServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_server(redis_process: RedisServer) -> Iterator[RedisServer]:
    """Return a redis-server that answers, and does so again after the test, whatever that does to it."""
    yield redis_process
    redis_process.thaw()
    redis_process.start()


@pytest.fixture(params=["core", "pubsub"])
def redis_layer(request: pytest.FixtureRequest, settings: Settings, redis_server: RedisServer) -> str:
    """Configure each of the channel layers on Redis, and return which."""
    name: str = request.param
    settings.CHANNEL_LAYERS = redis_server.layers(name)
    return name


@pytest.fixture(params=["none", "memory", "core", "pubsub"])
def any_layer(request: pytest.FixtureRequest, settings: Settings) -> str:
    """Configure each kind of channel layer, or none, and return which."""
    name: str = request.param
    if name == "none":
        settings.CHANNEL_LAYERS = {}
    elif name == "memory":
        settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    else:
        server: RedisServer = request.getfixturevalue("redis_server")
        settings.CHANNEL_LAYERS = server.layers(name)
    return name


@pytest.fixture
def quiet() -> Iterator[None]:
    """Begin without an outage, and leave nothing to be published behind."""
    layer_outage.reset()
    reauthorization_outage.reset()
    yield
    publishing._retry_queue.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Run one PostgreSQL for all tests of a process."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()
