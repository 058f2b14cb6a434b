"""Fixtures for tests of blocks; test modules name this module in ``pytest_plugins``."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx.testing import isolated_registry
from tests.helpers.blocks import MIDDLEWARE, Site, declare_readers, template_settings


@pytest.fixture
def site(tmp_path: Path, settings: Settings) -> Iterator[Site]:
    """Give a site with the usual readers, under WSGI."""
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
    """Give the site under both servers, its page by a view of both colours."""
    site.server, site.address = request.param.split()
    return site
