"""What the tests of typing do at the desk: a page whose blocks hold the HTML that a test gives."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Locator, expect

from tests.browser.helpers.tab import Tab
from tests.site.gates import closed_gate, wait_until_reached

# Counts what a page hears, and keeps what elements went by.
LISTEN = """
    window.told = [];
    for (const name of ["mizan:changed", "change", "focusout", "mizan:keep"]) {
        document.addEventListener(name, ({ target, detail }) =>
            told.push([name, target.name ?? target.id, detail?.value ?? null]));
    }
"""


def field(tab: Tab, name: str, more: str = "") -> Locator:
    """Find a field by its name."""
    return tab.page.locator(f"[name={name}]{more}")


async def sit_down(tab: Tab, variant: str = "desk") -> None:
    """Open the page."""
    await tab.page.add_init_script(LISTEN)
    await tab.open(f"/keep/{variant}/")
    await expect(tab.page.locator("#main")).to_be_attached()


async def refresh(tab: Tab, times: int = 1) -> None:
    """Make the desk stale and wait until its blocks have been refreshed so often, and can be used."""
    await tab.invalidate("desk")
    await tab.happens("refreshed", times)
    await tab.bound()


async def told(tab: Tab, name: str) -> list[list[str]]:
    """List what an event of this name has told: on which element, and the value."""
    events: list[list[str]] = await tab.page.evaluate("told")
    return [rest for heard, *rest in events if heard == name]


@asynccontextmanager
async def under_way(tab: Tab) -> AsyncIterator[None]:
    """Do what is inside while a refresh has been sent and not been answered."""
    with closed_gate() as gate:
        await tab.invalidate("desk")
        await tab.happens("refreshing", 1)
        wait_until_reached()
        yield
        gate.set()
