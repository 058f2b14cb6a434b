"""Sites whose mutations bring blocks along, and functions that a page calls."""

import pytest
from django.test import AsyncRequestFactory, RequestFactory
from pytest_django import Settings

from mizan_htmx import client, register
from tests.helpers.blocks import Site
from tests.helpers.page import count_up, rename, secret
from tests.helpers.page_address import Ask, asker
from tests.helpers.single_flight import prepare
from tests.helpers.visitor import as_coroutine, as_written


@pytest.fixture(params=["wsgi def", "wsgi async def", "asgi def", "asgi async def"])
def flying(site: Site, settings: Settings, request: pytest.FixtureRequest) -> Site:
    """Return a site of either server whose mutations, sync and async, bring blocks along."""
    site.server, _, kind = request.param.partition(" ")
    settings.MIZAN_SINGLE_FLIGHT = True
    prepare(site, settings, {"def": as_written, "async def": as_coroutine}[kind])
    return site


@pytest.fixture
def flight(site: Site, settings: Settings) -> Site:
    """Return such a site under WSGI, its mutations sync."""
    settings.MIZAN_SINGLE_FLIGHT = True
    prepare(site, settings, as_written)
    return site


@pytest.fixture(params=[RequestFactory, AsyncRequestFactory], ids=["WSGI", "ASGI"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Return what makes a request for a block of a page at an address, under WSGI and under ASGI."""
    return asker(request.param())


@pytest.fixture
def functions(site: Site) -> None:
    """Declare a mutation of each path and a private one."""
    register(client(affects="user")(rename))
    register(client(affects="notifications")(count_up))
    register(client(affects="user", private=True)(secret))
