"""Fixtures for tests of languages; test modules name this module in ``pytest_plugins``."""

from collections.abc import Iterator

import pytest
from django.utils import translation
from pytest_django import Settings

from tests.helpers.blocks import Site
from tests.helpers.languages import pages, speak, with_libraries


@pytest.fixture(params=["wsgi /de/page/", "wsgi /de/async/", "asgi /de/page/", "asgi /de/async/"])
def german(site: Site, settings: Settings, request: pytest.FixtureRequest) -> Iterator[Site]:
    """Give a site whose page is asked for in German, under both servers, by a view of both colours."""
    site.server, site.address = request.param.split()
    settings.TEMPLATES = with_libraries(site)
    speak(settings, *pages(site))
    yield site
    translation.deactivate()  # LocaleMiddleware leaves the last visitor's language to its thread


@pytest.fixture
def spoken(site: Site, settings: Settings) -> Iterator[Site]:
    """Do so under WSGI alone."""
    site.address = "/de/page/"
    settings.TEMPLATES = with_libraries(site)
    speak(settings, *pages(site))
    yield site
    translation.deactivate()
