"""The overlay of mizan-debug.js: its parts, an entry of its list, and a page on which it is open."""

from playwright.async_api import Locator, expect

from tests.browser.helpers.tab import Tab


def overlay(tab: Tab) -> Locator:
    """Find the overlay, whose shadow tree is open to locators."""
    return tab.page.locator("mizan-debug")


def toggle(tab: Tab) -> Locator:
    """Find the button in the corner."""
    return overlay(tab).get_by_role("button", name="Why did this refresh?")


def panel(tab: Tab) -> Locator:
    """Find what the button opens."""
    return overlay(tab).get_by_role("region")


def change(tab: Tab, number: int = 0) -> Locator:
    """Find an entry of the list; 0 is the newest."""
    return overlay(tab).locator("ol > li").nth(number)


async def opened(tab: Tab, path: str = "/why/") -> None:
    """Go to a page and open the overlay."""
    await tab.open(path)
    await toggle(tab).click()
    await expect(panel(tab)).to_be_visible()
