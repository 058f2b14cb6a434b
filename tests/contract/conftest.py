"""The demo, and visitors who are signed in to it."""

from collections.abc import Iterator

import pytest

from tests.helpers.demo import Board, Visitor, serving


@pytest.fixture(scope="session")
def site_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the demo once for all tests of a process; each makes a board of its own."""
    with serving(tmp_path_factory.mktemp("demo")) as site_url:
        yield site_url


@pytest.fixture
def mara(site_url: str) -> Visitor:
    """Return a visitor who is signed in as Mara."""
    return Visitor(site_url).sign_in("mara")


@pytest.fixture
def jonah(site_url: str) -> Visitor:
    """Return a visitor who is signed in as Jonah, who is on none of the boards of the tests unless asked."""
    return Visitor(site_url).sign_in("jonah")


@pytest.fixture
def board(mara: Visitor) -> Board:
    """Return a new board of Mara and Tomás."""
    return mara.start_board("Work", "tomas")
