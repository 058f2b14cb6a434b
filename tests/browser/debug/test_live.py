"""The overlay knows this page's own changes, which the socket may tell before their answers do."""

import asyncio

import pytest
from playwright.async_api import Route, expect
from pytest_django import Settings

from tests.browser.helpers.live import WRITE, answer_kept, change, has_heard
from tests.browser.helpers.overlay import overlay, toggle
from tests.browser.helpers.tab import Tab

OWN = f"The socket: this page's own change, POST {WRITE} → 204"
OTHER = "The socket: by no request of this page"


@pytest.fixture(autouse=True)
def debug(settings: Settings) -> None:
    """Show the overlay."""
    settings.DEBUG = True


async def follow(tab: Tab) -> None:
    """Open the page and the list."""
    await tab.follow("/live/")
    await toggle(tab).click()


async def listed(tab: Tab) -> list[tuple[str, str]]:
    """List what happened, oldest first: the title, and what became of the note."""
    found: list[list[str]] = (
        await overlay(tab)
        .locator("ol > li")
        .evaluate_all(
            """(all) => all.map((it) => {
            const states = [...it.querySelectorAll("ul li")].map((each) => each.textContent);
            const note = states.find((text) => text.includes("#note ·")) ?? "";
            return [it.querySelector("h3 span").textContent, note.split(" · ")[1]?.split(",")[0] ?? ""];
        })"""
        )
    )
    return [(title, state) for title, state in reversed(found)]


async def test_what_the_socket_tells_while_one_s_own_change_is_fetched_is_one_s_own(ada: Tab) -> None:
    await follow(ada)
    release = asyncio.Event()

    async def hold(route: Route) -> None:
        await release.wait()
        await route.continue_()

    await ada.page.route("**/partial/note/**", hold)
    await ada.submit("#write", "Mine")
    await expect(overlay(ada).get_by_text(OWN)).to_be_visible()
    release.set()
    await expect(ada.page.locator("#note")).to_have_text("Mine")
    await has_heard(ada)
    assert await listed(ada) == [(f"POST {WRITE} → 204", "refreshed"), (OWN, "refreshed")]


async def test_what_it_told_before_the_answer_is_called_so_when_that_is_there(ada: Tab) -> None:
    await follow(ada)
    async with answer_kept(ada, WRITE) as there:
        await ada.submit("#write", "Mine")
        await there.wait()
        # The answer is waited for, but not for ever.
        await expect(overlay(ada).get_by_text(OTHER)).to_be_visible()
        await expect(ada.page.locator("#note")).to_have_text("Mine")
    await expect(overlay(ada).get_by_text(OWN)).to_be_visible()
    await has_heard(ada)
    assert await listed(ada) == [(OWN, "refreshed"), (f"POST {WRITE} → 204", "")]


async def test_what_somebody_else_does_is_somebody_else_s(ada: Tab) -> None:
    await follow(ada)
    await change(1, "Theirs")
    await expect(ada.page.locator("#note")).to_have_text("Theirs")
    await has_heard(ada)
    assert await listed(ada) == [(OTHER, "refreshed")]


async def test_every_change_that_a_refresh_was_for_says_so(ada: Tab) -> None:
    await follow(ada)
    await ada.page.evaluate("mizan.invalidate('note', { card_id: 1 }); mizan.invalidate('note')")
    await ada.happens("refreshed", 2)
    await has_heard(ada)
    assert await listed(ada) == [("mizan.invalidate()", "the same as before")] * 2
