"""What the tests do on a page of the demo, and what they let pass while its server refuses or is away."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.async_api import Locator, expect

from tests.browser.tab import Tab
from tests.support_demo import Board

# What the browser logs, and what htmx 2 or 4 may log besides.
REFUSED = ("the server responded with a status of 4", "Response Status Error Code 4")
UNREACHABLE = ("ERR_CONNECTION_REFUSED", "htmx:(sendError|afterRequest|error)")


@contextmanager
def failing(tab: Tab, kind: tuple[str, str]) -> Iterator[None]:
    """Expect the console to speak of a request that fails."""
    with tab.forgive(kind[0]):
        yield
    tab.problems = [problem for problem in tab.problems if not re.search(kind[1], problem)]


def column(tab: Tab, board: Board, place: int) -> Locator:
    """Find a column of a board."""
    return tab.page.locator(f"#column-{board.columns[place]}")


def titles(tab: Tab, board: Board, place: int) -> Locator:
    """Find the titles of the cards in a column."""
    return column(tab, board, place).locator(".card__title")


async def add(tab: Tab, board: Board, title: str, place: int = 0) -> None:
    """Add a card by typing its title."""
    await column(tab, board, place).get_by_label("New card").fill(title)
    await tab.page.keyboard.press("Enter")
    await expect(titles(tab, board, place).last).to_contain_text(title)


async def focused(tab: Tab) -> str:
    """Give the id of what has the focus."""
    found: str = await tab.page.evaluate("document.activeElement.id")
    return found


async def bound(tab: Tab) -> None:
    """Wait until htmx 2 has bound what it swapped in, which it does some 20 ms later."""
    await expect(tab.page.locator(".htmx-added")).to_have_count(0)
