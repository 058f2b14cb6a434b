"""What the tests of failing requests share: a page of trouble, and what it tells."""

from typing import Any

from playwright.async_api import Locator

from tests.browser.helpers.tab import Tab

# Keeps what a page is told of its requests, by the id of the element.
LISTEN = """
    window.told = [];
    for (const name of ["failed", "done"]) {
        const hear = ({ target: { id }, detail }) => told.push({ name, id, ...detail });
        addEventListener(`mizan:${name}`, hear);
    }
"""

OWN = ("name", "id", "status", "code", "message", "isCommitted")


async def open_page(tab: Tab) -> None:
    """Open the page of trouble."""
    await tab.page.add_init_script(LISTEN)
    await tab.open("/errors/")
    await tab.page.wait_for_function("window.mizan?.session && htmx")


async def told(tab: Tab, *names: str) -> list[list[Any]]:
    """List what was told, and forget it: these of the details of each event."""
    script = "(names) => told.splice(0).map((each) => names.map((name) => each[name] ?? null))"
    events: list[list[Any]] = await tab.page.evaluate(script, list(names or OWN))
    return events


async def hears(tab: Tab, count: int) -> None:
    """Wait until so many events have come."""
    await tab.page.wait_for_function("(count) => told.length >= count", arg=count)


def notice(tab: Tab) -> Locator:
    """Find the notice of the page."""
    return tab.page.locator(".mizan-notice")


def failures(tab: Tab, inside: str = "") -> Locator:
    """Find what is told, in one place or anywhere."""
    return tab.page.locator(f"{inside} .mizan-failure")
