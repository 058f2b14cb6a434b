"""Fixtures of the tests of what class-based views put into blocks."""

import pytest

from tests.helpers.blocks import Site
from tests.site.models import Board


@pytest.fixture(params=["wsgi", "asgi"])
def boards(site: Site, request: pytest.FixtureRequest) -> Site:
    """Return a site with three boards, over both servers."""
    Board.objects.bulk_create([Board(pk=pk, title=title) for pk, title in enumerate(("A", "B", "C"), 1)])
    site.server = request.param
    return site
