"""A list page of one reader: search, sorting, pages, a badge and an export link follow the page's address."""

import asyncio

import pytest
from playwright.async_api import Locator, expect

from tests.browser.helpers.tab import Tab, on_every_htmx
from tests.site.models import Card

TITLES = ["Apple", "Berry", "Cherry", "Date", "Elder", "Fig", "Grape", "Berry pie"]


@pytest.fixture(autouse=True)
def tickets(content: None) -> None:
    """Open eight tickets in place of the three cards."""
    Card.objects.all().delete()
    cards = enumerate(TITLES, start=1)
    Card.objects.bulk_create(Card(pk=pk, board_id=1, title=title) for pk, title in cards)


def titles(tab: Tab) -> Locator:
    return tab.page.locator("#list li")


def pages(tab: Tab) -> Locator:
    return tab.page.locator("#pager a")


async def shows(tab: Tab, *listed: str, count: int, page: int, export: str) -> None:
    """Expect all four blocks to be of one address."""
    await expect(titles(tab)).to_have_text([f"{title}Close" for title in listed])
    await expect(tab.page.locator("#count")).to_have_text(f"{count} found")
    await expect(tab.page.locator("#pager [aria-current]")).to_have_text(str(page))
    await expect(tab.page.locator("#export a")).to_have_attribute("href", f"/tickets/export/?{export}")
    await tab.page.evaluate("mizan.quiet()")


def batches(tab: Tab) -> list[list[str]]:
    """Return what was asked for since the last time, request by request, and forget it."""
    singles = [each for each in tab.refreshes if each not in [one for batch in tab.batches for one in batch]]
    asked = [*tab.batches, *([each] for each in singles)]
    tab.batches.clear()
    tab.refreshes.clear()
    return asked


@on_every_htmx
async def test_links_and_the_history_move_all_blocks_together_and_once(tab: Tab) -> None:
    await tab.open("/tickets/")
    await shows(tab, "Apple", "Berry", "Cherry", count=8, page=1, export="q=&sort=pk")
    assert batches(tab) == []

    await pages(tab).nth(1).click()
    await shows(tab, "Date", "Elder", "Fig", count=8, page=2, export="q=&sort=pk")
    assert tab.page.url.endswith("/tickets/?q=&sort=pk&page=2")
    # The list came with the answer, and of the others only these show the page or the order.
    assert batches(tab) == [["tickets;page=2;sort=pk", "tickets;sort=pk"]]

    await tab.page.locator("#list .down").click()
    await shows(tab, "Grape", "Fig", "Elder", count=8, page=1, export="q=&sort=-title")
    assert batches(tab) == [["tickets;sort=-title", "tickets;sort=-title"]]

    await tab.page.go_back()
    await shows(tab, "Date", "Elder", "Fig", count=8, page=2, export="q=&sort=pk")
    assert len(batches(tab)) <= 1  # htmx 2 has a copy of the page, and htmx 4 fetches it
    await tab.page.go_back()
    await shows(tab, "Apple", "Berry", "Cherry", count=8, page=1, export="q=&sort=pk")
    assert len(batches(tab)) <= 1
    await tab.page.go_forward()
    await shows(tab, "Date", "Elder", "Fig", count=8, page=2, export="q=&sort=pk")
    assert len(batches(tab)) <= 1
    assert tab.page.url.endswith("page=2")


@on_every_htmx
async def test_what_is_typed_into_the_search_moves_all_blocks_and_stays(tab: Tab) -> None:
    await tab.open("/tickets/?page=2")
    await shows(tab, "Date", "Elder", "Fig", count=8, page=2, export="q=&sort=pk")
    search = tab.page.get_by_label("Search")

    await search.fill("berr")
    await shows(tab, "Berry", "Berry pie", count=2, page=1, export="q=berr&sort=pk")
    await expect(search).to_be_focused()
    assert [sorted(batch) for batch in batches(tab)] == [["tickets;q=berr"] * 3]

    await search.press("End")
    await search.press_sequentially("y pi")
    await shows(tab, "Berry pie", count=1, page=1, export="q=berry%20pi&sort=pk")
    await expect(search).to_have_value("berry pi")
    await search.press("Enter")
    await shows(tab, "Berry pie", count=1, page=1, export="q=berry%20pi&sort=pk")
    assert tab.page.url.endswith(("/tickets/?q=berry+pi", "/tickets/?q=berry%20pi"))


async def test_the_focus_stays_on_the_link_that_was_followed_by_the_keyboard(tab: Tab) -> None:
    await tab.open("/tickets/")
    await pages(tab).nth(1).focus()
    await tab.page.keyboard.press("Enter")
    await shows(tab, "Date", "Elder", "Fig", count=8, page=2, export="q=&sort=pk")
    await expect(pages(tab).nth(1)).to_be_focused()

    await tab.page.keyboard.press("Tab")
    await tab.page.keyboard.press("Enter")
    await shows(tab, "Grape", "Berry pie", count=8, page=3, export="q=&sort=pk")
    await expect(pages(tab).nth(2)).to_be_focused()


async def test_a_change_on_the_second_page_refreshes_the_second_page(tab: Tab) -> None:
    await tab.open("/tickets/?page=2")
    await titles(tab).nth(0).get_by_role("button").click()

    await shows(tab, "Elder", "Fig", "Grape", count=7, page=2, export="q=&sort=pk")
    assert [sorted(batch) for batch in batches(tab)] == [
        ["tickets", "tickets", "tickets;page=2", "tickets;page=2"]
    ]


async def test_a_change_that_pushes_an_address_refreshes_for_that_once(tab: Tab) -> None:
    await tab.open("/tickets/?page=2")
    await tab.page.locator("#open").click()

    await shows(tab, "Zoo", count=1, page=1, export="q=Zoo&sort=pk")
    assert [sorted(batch) for batch in batches(tab)] == [["tickets;q=Zoo"] * 4]


async def test_a_boosted_link_brings_all_blocks(tab: Tab) -> None:
    await tab.open("/tickets/")
    await tab.page.locator("#boosted").click()

    await shows(tab, "Date", "Elder", "Fig", count=8, page=2, export="q=&sort=pk")
    assert batches(tab) == []


async def test_a_script_may_push_an_address_and_what_does_not_fit_is_the_default(tab: Tab) -> None:
    await tab.open("/tickets/?page=abc&sort=")
    await shows(tab, "Apple", "Berry", "Cherry", count=8, page=1, export="q=&sort=pk")
    assert batches(tab) == []

    await tab.page.evaluate("history.pushState(null, '', '?page=3')")
    await shows(tab, "Grape", "Berry pie", count=8, page=3, export="q=&sort=pk")
    await tab.page.evaluate("history.pushState(null, '', '?sort=size&page=2&q=')")
    await shows(tab, "Date", "Elder", "Fig", count=8, page=2, export="q=&sort=pk")
    assert [sorted(batch) for batch in batches(tab)] == [
        ["tickets;page=3", "tickets;page=3"],
        ["tickets;page=2;sort=size", "tickets;page=2;sort=size", "tickets;sort=size"],
    ]
    await tab.page.go_back()
    await shows(tab, "Grape", "Berry pie", count=8, page=3, export="q=&sort=pk")
    # htmx 4 has made each entry its own, and fetches the page.
    assert len(batches(tab)) == await tab.page.evaluate("Number(htmx.version.startsWith('2.'))")
    await tab.page.reload()
    await shows(tab, "Grape", "Berry pie", count=8, page=3, export="q=&sort=pk")


@on_every_htmx
async def test_pages_at_several_addresses_follow_each_change_live(ada: Tab, bob: Tab) -> None:
    await ada.follow("/tickets/live/")
    await bob.follow("/tickets/live/?q=berry")
    await pages(ada).nth(1).click()
    await shows(ada, "Date", "Elder", "Fig", count=8, page=2, export="q=&sort=pk")
    await bob.page.evaluate("history.pushState(null, '', '?sort=-title')")
    await shows(bob, "Grape", "Fig", "Elder", count=8, page=1, export="q=&sort=-title")

    await titles(ada).nth(0).get_by_role("button").click()

    await asyncio.gather(
        shows(ada, "Elder", "Fig", "Grape", count=7, page=2, export="q=&sort=pk"),
        shows(bob, "Grape", "Fig", "Elder", count=7, page=1, export="q=&sort=-title"),
    )
    await ada.page.go_back()
    await shows(ada, "Apple", "Berry", "Cherry", count=7, page=1, export="q=&sort=pk")
