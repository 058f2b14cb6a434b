"""Links that a block makes of the page's address are the same after each refresh."""

import pytest
from playwright.async_api import expect
from pytest_django import Settings

from tests.browser.helpers.live import change
from tests.browser.helpers.tab import Tab, on_every_htmx, on_one_htmx

HERE = "/paged/?q=%C3%BC&page=2"
BOTH = ["paged", "paged"]


async def shows(tab: Tab, address: str, next_page: str, titles: list[str], count: int) -> None:
    """Wait until the list shows these cards, and all its links lead to this address."""
    main = tab.page.locator("#main")
    await expect(main.locator("li")).to_have_text(titles)
    await expect(main.locator(".next")).to_have_attribute("href", next_page)
    await expect(main.locator(".form")).to_have_text(address)
    await expect(tab.page.locator("#count")).to_have_text(f"{count} at {address}")


@on_every_htmx
async def test_links_are_right_after_a_batch_and_after_a_refresh_alone(tab: Tab) -> None:
    await links_are_right(tab)


async def test_links_are_right_after_a_refresh_under_asgi(asgi_tab: Tab) -> None:
    await links_are_right(asgi_tab)


async def links_are_right(tab: Tab) -> None:
    """Add a card, which refreshes the list and its length, and then refresh each of them alone."""
    await tab.open(HERE + "#row-5")
    await shows(tab, HERE, "?q=%C3%BC&page=3", ["Ship"], 3)
    await tab.submit("#add", "Rest")
    await shows(tab, HERE, "?q=%C3%BC&page=3", ["Ship", "Rest"], 4)
    assert tab.batches == [BOTH]
    for times, selector in enumerate((".list", "#count"), start=3):
        await tab.page.locator(selector).evaluate("(block) => mizan.refresh(block)")
        await tab.happens("refreshed", times)
    await shows(tab, HERE, "?q=%C3%BC&page=3", ["Ship", "Rest"], 4)


@on_every_htmx
async def test_links_are_right_after_a_single_flight(tab: Tab, settings: Settings) -> None:
    settings.MIZAN_SINGLE_FLIGHT = True
    await tab.open(HERE)
    await tab.submit("#add", "Rest")
    await shows(tab, HERE, "?q=%C3%BC&page=3", ["Ship", "Rest"], 4)
    assert tab.refreshes == []


async def test_links_are_those_of_the_address_at_the_time_of_the_refresh(tab: Tab) -> None:
    await tab.open(HERE)
    await tab.page.locator("#push").click()
    await tab.page.wait_for_url("**/paged/?q=b&page=1")
    await tab.invalidate("paged")
    await shows(tab, "/paged/?q=b&page=1", "?q=b&page=2", ["Plan", "Build"], 3)
    await tab.page.evaluate("history.replaceState(null, '', '/paged/')")
    await tab.invalidate("paged")
    await shows(tab, "/paged/", "?page=2", ["Plan", "Build"], 3)


@pytest.mark.parametrize("has_single_flight", [False, True])
async def test_links_are_right_in_what_a_change_answers(
    tab: Tab, settings: Settings, has_single_flight: bool
) -> None:
    settings.MIZAN_SINGLE_FLIGHT = has_single_flight
    await tab.open(HERE)
    await tab.submit("#add-and-show", "Rest")
    await shows(tab, HERE, "?q=%C3%BC&page=3", ["Ship", "Rest"], 4)
    shown = tab.page.locator("#shown")
    await expect(shown.locator("li")).to_have_text(["Ship", "Rest"])
    await expect(shown.locator(".form")).to_have_text(HERE)
    await expect(shown.locator(".next")).to_have_attribute("href", "?q=%C3%BC&page=3")


async def test_links_are_right_after_a_change_that_the_socket_tells_of(ada: Tab) -> None:
    await ada.follow("/paged/?live&page=2")
    await change(1, "Rest")
    await expect(ada.page.locator("#note")).to_have_text("Rest /paged/?live&page=2")


@on_one_htmx
async def test_an_address_that_is_too_long_is_not_said(tab: Tab) -> None:
    await tab.open("/paged/")
    await tab.page.evaluate("history.replaceState(null, '', '/paged/?q=' + 'x'.repeat(4000))")
    await tab.invalidate("paged")
    own = "/api/mizan/partial/paged/"
    await expect(tab.page.locator("#count")).to_have_text(f"3 at {own}")
