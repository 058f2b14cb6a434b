"""The list of albums: what stands in the shop, and what the page shows of it."""

import re

from playwright.async_api import Locator, expect

from tests.browser.helpers.tab import Tab
from tests.site.models import Album

TITLES = ["Apple", "Berry", "Cherry", "Date", "Elder", "Fig", "Grape", "Berry pie"]


def stock() -> None:
    """Put eight albums into the shop, rock and jazz by turns."""
    genres = (Album.Genre.JAZZ, Album.Genre.ROCK)
    Album.objects.bulk_create(
        Album(pk=pk, title=title, genre=genres[pk % 2], year=2000 - pk)
        for pk, title in enumerate(TITLES, start=1)
    )


def link(tab: Tab, name: str) -> Locator:
    """Find a heading or a page of the table."""
    return tab.page.locator("#albums").get_by_role("link", name=name, exact=True)


async def shows(tab: Tab, titles: list[str], *, count: int = 8, page: str = "1", export: str = "") -> None:
    """Expect all three blocks to be of one address; without a ``page`` all are on one."""
    await expect(tab.page.locator("#albums tbody td:first-child")).to_have_text(titles)
    await expect(tab.page.locator("#albums li.active")).to_have_text([page] if page else [])
    await expect(tab.page.locator("#count")).to_have_text(f"{count} found")
    href = re.compile(rf"^/albums/export/\??{re.escape(export)}$")  # Django 6 writes the mark alone, too
    await expect(tab.page.locator("#export a")).to_have_attribute("href", href)
    await tab.page.evaluate("mizan.quiet()")


def requests(tab: Tab) -> list[list[str]]:
    """Return what blocks have asked for since the last time, request by request, and forget it."""
    batched = [each for batch in tab.batches for each in batch]
    singles = [each for each in tab.refreshes if each not in batched]
    asked = [*map(sorted, tab.batches), *([each] for each in singles)]
    tab.batches.clear()
    tab.refreshes.clear()
    return asked
