"""Invalidations reach the page that follows, and pages that come back are brought up to date."""

import pytest
from playwright.async_api import expect

from tests.browser.helpers.tab import Tab, on_every_htmx
from tests.site.models import Person

CACHED = "/people/?cached=1"  # what a redirect leads to, and the browser need not ask for again


async def go_back(tab: Tab) -> None:
    """Press the button; the page that is left must not have to answer any more."""
    await tab.page.evaluate("() => { setTimeout(() => history.back()) }")


@on_every_htmx
async def test_hx_redirect_refreshes_the_page_it_leads_to(tab: Tab) -> None:
    await tab.open(CACHED)
    await tab.open("/people/")
    await tab.page.locator("#actions-5 .go").click()
    await tab.page.wait_for_url("**" + CACHED)
    await expect(tab.block("user;user_id=5")).to_have_text("Redirected R")
    await expect(tab.page.locator("#greeting")).to_have_text("Hello, Redirected: 0 new")
    assert tab.refreshes == ["user;user_id=5", "user;user_id=5"]
    assert "mizan_invalidate" not in await tab.page.evaluate("document.cookie")


async def test_hx_refresh_loads_a_page_that_shows_what_it_changed(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.page.evaluate("document.documentElement.id = 'former'")
    await tab.page.locator("#actions-5 .reload").click()
    await expect(tab.page.locator("#former")).to_have_count(0)
    await expect(tab.block("user;user_id=5")).to_have_text("Reloaded R")
    await tab.happens("invalidate", 1)
    assert tab.refreshes == []


async def test_hx_location_refreshes_what_stays_on_the_page(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.page.locator("#actions-5 .locate").click()
    await expect(tab.block("user;user_id=5")).to_have_text("Located L")
    await expect(tab.page.locator("#greeting")).to_have_text("Hello, Located: 0 new")
    await expect(tab.page.locator("#shown")).to_have_text("Bob B")
    assert tab.refreshes == ["user;user_id=5", "user;user_id=5"]


async def test_a_plain_form_leads_to_a_page_that_shows_what_it_changed(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.submit("#actions-5 .redirect", "Grace")
    await tab.page.wait_for_url("**" + CACHED)
    await expect(tab.block("user;user_id=5")).to_have_text("Grace G")
    await tab.happens("invalidate", 1)
    assert tab.refreshes == []
    assert "mizan_invalidate" not in await tab.page.evaluate("document.cookie")


async def test_a_boosted_form_that_is_redirected_shows_what_it_changed(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.submit("#actions-5 .boosted", "Grace")
    await tab.page.wait_for_url("**" + CACHED)
    await expect(tab.block("user;user_id=5")).to_have_text("Grace G")
    assert "mizan_invalidate" not in await tab.page.evaluate("document.cookie")
    await tab.submit("#actions-6 .rename", "Edsger")
    await expect(tab.block("user;user_id=6")).to_have_text("Edsger E")
    assert tab.refreshes == ["user;user_id=6"]


@on_every_htmx
@pytest.mark.whole_browser
async def test_a_page_out_of_the_back_forward_cache_is_refreshed(tab: Tab) -> None:
    await tab.open("/profile/5/")
    await tab.page.evaluate("document.documentElement.id = 'kept'")
    await tab.open("/login/")
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await go_back(tab)
    await expect(tab.page.locator("#kept")).to_have_count(1)
    await expect(tab.block("user;user_id=5")).to_have_text("Grace G")
    assert tab.refreshes == ["user;user_id=5"]


async def test_a_page_out_of_the_http_cache_is_refreshed(tab: Tab) -> None:
    await tab.open(CACHED)
    # Keeps the page out of the back/forward cache.
    await tab.page.evaluate("document.documentElement.id = 'gone'; addEventListener('unload', () => {})")
    await tab.open("/login/")
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await go_back(tab)
    await expect(tab.block("user;user_id=5")).to_have_text("Grace G")
    await expect(tab.page.locator("#gone")).to_have_count(0)
    await tab.happens("invalidate", 1)


@on_every_htmx
async def test_a_page_out_of_the_history_of_htmx_shows_what_has_changed_meanwhile(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.page.locator("#away").click()
    await tab.page.wait_for_url("**/profile/6/")
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await go_back(tab)
    await tab.page.wait_for_url("**/people/")
    await expect(tab.block("user;user_id=5")).to_have_text("Grace G")
