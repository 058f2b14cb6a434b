"""A site with a public and a private context, and somebody who can sign in to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx.testing import isolated_registry
from tests.helpers.blocks import MIDDLEWARE, template_settings
from tests.helpers.public import PublicSite, declare
from tests.helpers.visitor import as_coroutine, as_written


@pytest.fixture(params=[as_written, as_coroutine], ids=["def", "async def"])
def public(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Iterator[PublicSite]:
    """Return the site, its functions sync, and once more async."""
    settings.MIDDLEWARE = MIDDLEWARE
    settings.TEMPLATES = template_settings(tmp_path)
    with isolated_registry():
        pages = declare(request.param)
        settings.ROOT_URLCONF = (
            path("news/<str:topic>/", pages["news_page"]),
            path("late/<str:topic>/", pages["late_page"]),
            path("inbox/", pages["inbox_page"]),
            path("api/mizan/", include("mizan_htmx.urls")),
        )
        site = PublicSite(tmp_path)
        site.write("{{ seen }} {{ topic }}")
        yield site


@pytest.fixture
def ada() -> User:
    """Return somebody who can sign in."""
    return User.objects.create_user("ada", password="secret")
