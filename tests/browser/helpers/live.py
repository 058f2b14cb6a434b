"""What the tests of live pages do: change things behind a page's back, and wait for what it hears."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from playwright.async_api import Route

from mizan_htmx import invalidate
from tests.browser.helpers.tab import Tab
from tests.site.live import TalkChannel
from tests.site.models import Card

NOTE = "note;card_id=1"
SECOND = "note;card_id=2"
PLAIN = "user;user_id=6"

# Where the form of the page writes the first note.
WRITE = "/live/1/write/"

# What the browser logs while there is no server, and what htmx 2 or 4 may log besides.
AWAY = r"WebSocket|net::ERR_|htmx:"


def without_server(tab: Tab) -> AbstractAsyncContextManager[None]:
    """Let pass what the browser logs about a server that is away, if it has noticed."""
    return tab.forgive(perhaps=[AWAY])


async def change(card_id: int, title: str) -> None:
    """Write a note as a task does, which has no request."""
    await asyncio.to_thread(_change, card_id, title)


def _change(card_id: int, title: str) -> None:
    Card.objects.filter(pk=card_id).update(title=title)
    invalidate(None, "note", card_id=card_id)


async def title_of(card_id: int) -> str:
    """Give what a note says."""
    return (await Card.objects.aget(pk=card_id)).title


async def say(text: str, board_id: int = 1) -> int:
    """Keep a line and push it, as a task does; give its number."""
    card = await Card.objects.acreate(board_id=board_id, title=text)
    await push(card.pk, text, board_id)
    return card.pk


async def push(pk: int, text: str, board_id: int = 1) -> None:
    """Push a line."""
    message = TalkChannel.DjangoMessage(pk=pk, text=text)
    await asyncio.to_thread(TalkChannel.push_sync, message, board_id=board_id)


async def has_heard(tab: Tab) -> None:
    """Wait until the page has acted on what the server has sent to it by now.

    An answer comes after that, and a timer after those that were set before it and are not longer.
    """
    await tab.page.evaluate(
        """async () => {
            const { mizanSocket } = document.documentElement.dataset;
            if (mizanSocket !== "open") throw new Error("There is no socket.");
            await mizan.call("hello");
            await new Promise((done) => setTimeout(done, 20));
        }"""
    )


@asynccontextmanager
async def answer_kept(tab: Tab, path: str) -> AsyncIterator[asyncio.Event]:
    """Let the server do what a page sends there, keep its answers until the end, and tell of the first."""
    there, over = asyncio.Event(), asyncio.Event()

    async def keep(route: Route) -> None:
        answer = await route.fetch()
        there.set()
        await over.wait()
        await route.fulfill(response=answer)

    await tab.page.route(f"**{path}", keep)
    yield there
    over.set()


async def set_hidden(tab: Tab, hidden: bool) -> None:
    """Put another window before the tab, or take it away; headless, all pages count as visible."""
    await tab.page.evaluate(
        """(hidden) => {
            Object.defineProperty(Document.prototype, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )
