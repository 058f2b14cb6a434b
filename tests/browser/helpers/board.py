"""The demo in a browser: what tests do there, and what they let pass."""

import re
from asyncio import to_thread
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http.cookiejar import CookieJar

from playwright.async_api import Locator, expect

from tests.browser.helpers.pages import Pages
from tests.browser.helpers.tab import Tab
from tests.helpers.demo import Board, Visitor

Enter = Callable[..., Awaitable[Tab]]

# What the browser logs, and what htmx 2 or 4 may log besides.
REFUSED = ("the server responded with a status of 4", "Response Status Error Code 4")
UNREACHABLE = ("ERR_CONNECTION_REFUSED", "htmx:(sendError|afterRequest|error)")


def board_with_a_card(address: str) -> Board:
    """Start a board of Mara and Tomás with a card."""
    mara = Visitor(address).sign_in("mara")
    board = mara.start_board("Work", "tomas")
    assert mara.call("add_card", column_id=board.columns[0], title="Plan").status == 200
    return board


@asynccontextmanager
async def visitors(pages: Pages, demo: str, htmx: str) -> AsyncIterator[Enter]:
    """Give a function that opens a browser for somebody who has signed in; ``None`` is nobody.

    With ``options`` it is a new browser context of that kind, otherwise a page that others have used.
    """
    tabs: list[tuple[Tab, bool]] = []

    async def come(username: str | None, path: str, address: str = demo, **options: object) -> Tab:
        tab = await pages.open_new(address, **options) if options else await pages.open(address)
        tabs.append((tab, not options))
        cookies = await to_thread(_cookies, address, htmx, username)
        await tab.page.context.add_cookies(
            [
                {
                    "name": each.name,
                    "value": each.value or "",
                    "url": address,
                    "httpOnly": each.has_nonstandard_attr("HttpOnly"),
                    "sameSite": "Lax",
                }
                for each in cookies
            ]
        )
        await tab.open(path)
        return tab

    yield come
    for tab, may_be_kept in tabs:
        await (pages.close(tab) if may_be_kept else tab.close())


def _cookies(address: str, htmx: str, username: str | None) -> CookieJar:
    """Return the cookies of somebody who has chosen a version of htmx, and then signed in."""
    visitor = Visitor(address)
    visitor.get(f"/sign-in/?htmx={htmx}")
    if username is not None:
        visitor.sign_in(username)
    return visitor.cookies


async def settled(tab: Tab) -> None:
    """Wait until a page is followed by its socket and has loaded what is in view; then count anew."""
    await tab.page.wait_for_function(
        """() => {
            const { mizanSocket, refreshing = 0, refreshed = 0 } = document.documentElement.dataset;
            const me = document.querySelector("#chat")?.dataset.person;
            const isHere = !me || document.querySelector(`.here [data-mizan="user;user_id=${me}"]`);
            const isLoaded = [...document.querySelectorAll("[data-mizan-lazy]")].every(
                (block) => block.getBoundingClientRect().top > innerHeight + 200
            );
            return mizanSocket === "open" && isHere && isLoaded && refreshing === refreshed;
        }"""
    )
    await tab.page.evaluate(
        """() => {
            for (const name of ["invalidate", "refreshing", "refreshed", "error"]) {
                delete document.documentElement.dataset[name];
            }
            happened.length = 0;
        }"""
    )
    tab.refreshes.clear()


def failing(tab: Tab, kind: tuple[str, str]) -> AbstractAsyncContextManager[None]:
    """Expect the console to speak of a request that fails."""
    return tab.forgive(kind[0], perhaps=kind[1:])


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


async def call_oneself(tab: Tab, name: str) -> None:
    """Change one's name on one's own page."""
    await tab.page.get_by_label("Everybody on your boards sees it").fill(name)
    await tab.page.keyboard.press("Enter")


async def focused(tab: Tab) -> str:
    """Give the id of what has the focus."""
    found: str = await tab.page.evaluate("document.activeElement.id")
    return found


def here(tab: Tab) -> Locator:
    """Find the people who are here."""
    return tab.page.locator(".here__faces > li")


def said(tab: Tab) -> Locator:
    """Find what was said."""
    return tab.page.locator(".message__text")


async def open_chat(tab: Tab) -> None:
    """Open the chat."""
    await tab.page.get_by_role("button", name=re.compile("^Chat")).click()
    await expect(tab.page.locator("#chat")).to_be_visible()


async def say(tab: Tab, text: str) -> None:
    """Type a message and send it."""
    await tab.page.get_by_role("textbox", name="Message").fill(text)
    await tab.page.keyboard.press("Enter")
