"""The demo, served for a module, and browsers of people who use it."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.helpers.board import Enter, board_with_a_card, settled, visitors
from tests.browser.helpers.pages import Pages
from tests.browser.helpers.tab import Tab
from tests.helpers.demo import Board, serving


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the demo once for all tests of a module; each makes a board of its own."""
    with serving(tmp_path_factory.mktemp("demo")) as address:
        yield address


@pytest.fixture
def board(demo: str) -> Board:
    """Give a new board of Mara and Tomás, with one card "Plan" that nobody has."""
    return board_with_a_card(demo)


@pytest_asyncio.fixture(loop_scope="session")
async def enter(pages: Pages, demo: str, htmx: str) -> AsyncIterator[Enter]:
    """Give a function that opens a browser of their own for somebody, and waits until the page is at rest."""
    async with visitors(pages, demo, htmx) as come:

        async def enter(username: str, path: str = "/", **options: object) -> Tab:
            tab = await come(username, path, **options)
            await expect(tab.page.locator("[data-htmx-version]")).to_contain_text(f"htmx {htmx}.")
            await settled(tab)
            return tab

        yield enter
