"""Sites with blocks: templates that a test writes, some readers, and somebody who looks at the pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest
from django.urls import include, path
from django.utils import translation
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.protocol.keys import format_list
from mizan_htmx.signals import invalidated
from mizan_htmx.testing import isolated_registry
from tests.helpers.blocks import MIDDLEWARE, Site, declare_readers, template_settings
from tests.helpers.languages import pages, speak, with_libraries


@pytest.fixture
def site(tmp_path: Path, settings: Settings) -> Iterator[Site]:
    """Return a site with the usual readers, under WSGI."""
    site = Site(tmp_path)
    settings.SECRET_KEY = "one"
    settings.MIDDLEWARE = MIDDLEWARE
    settings.TEMPLATES = template_settings(tmp_path)
    settings.ROOT_URLCONF = (
        path("page/", site.page_view),
        path("async/", site.async_view),
        path("inside/", site.inside_view),
        path("api/mizan/", include("mizan_htmx.urls")),
    )
    with isolated_registry():
        declare_readers(site)
        yield site


@pytest.fixture(params=["wsgi /page/", "wsgi /async/", "asgi /page/", "asgi /async/"])
def any_site(site: Site, request: pytest.FixtureRequest) -> Site:
    """Return the site under both servers, its page by a sync and an async view."""
    site.server, site.address = request.param.split()
    return site


@pytest.fixture
def spoken(site: Site, settings: Settings) -> Iterator[Site]:
    """Return a site whose page is asked for in German, under WSGI."""
    site.address = "/de/page/"
    settings.TEMPLATES = with_libraries(site)
    speak(settings, *pages(site))
    yield site
    translation.deactivate()  # LocaleMiddleware leaves the last visitor's language to its thread


@pytest.fixture(params=["wsgi /de/page/", "wsgi /de/async/", "asgi /de/page/", "asgi /de/async/"])
def german(spoken: Site, request: pytest.FixtureRequest) -> Site:
    """Return that site under both servers, its page by a sync and an async view."""
    spoken.server, spoken.address = request.param.split()
    return spoken


@pytest.fixture
def user_context(registry: Any) -> None:
    """Declare a context to invalidate."""

    def user_name(request: HttpRequest, user_id: int, tab: str = "") -> str:
        return "Ada"

    register(client(context="user")(user_name))


@pytest.fixture
def signals() -> Iterator[list[Any]]:
    """Collect what the signal brings: the list, the request, and whether all was committed by then."""
    received: list[Any] = []

    def receive(sender: object, invalidations: Any, request: Any, **kwargs: Any) -> None:
        received.append((format_list(invalidations), request, connection.in_atomic_block))

    invalidated.connect(receive)
    yield received
    invalidated.disconnect(receive)
