"""What a block shows instead of its content comes by a refresh like any content, and leaves so again."""

import re

from playwright.async_api import Locator, expect

from tests.browser.helpers.tab import Tab, on_newest_morph, on_one_htmx
from tests.site.fallbacks import SECRET
from tests.site.models import Card

REFUSED = "Not for you. Sign in"


def block(tab: Tab, number: int = 1) -> Locator:
    """Find one of the blocks of the page."""
    return tab.block(f"review;card_id={number}").first


async def call(number: int, title: str) -> None:
    """Give a card another title."""
    await Card.objects.filter(pk=number).aupdate(title=title)


@on_newest_morph
async def test_a_block_that_is_refused_says_so_and_shows_its_content_again_when_it_may(tab: Tab) -> None:
    await tab.open("/fallbacks/?tab=2")
    await expect(block(tab)).to_contain_text("Plan")
    await tab.page.locator("#close").click()
    await expect(block(tab)).to_have_text(REFUSED)
    href = await block(tab).locator("a").get_attribute("href")
    assert (href or "").startswith("/login/?next=/")
    await expect(block(tab, 2)).to_contain_text("Build")
    await call(1, "Rest")
    await tab.invalidate("review")
    await expect(block(tab)).to_have_text("Rest")
    await tab.page.locator("#remove").click()
    await expect(block(tab)).to_have_text("Card 1 was removed.")
    await expect(block(tab, 2)).to_contain_text("Build")


@on_newest_morph
async def test_what_both_have_keeps_what_is_typed_and_the_focus(tab: Tab) -> None:
    await tab.open("/fallbacks/")
    field = tab.page.locator("#search-1")
    await field.press_sequentially("half a wo")
    await call(1, SECRET)
    await tab.invalidate("review", card_id=1)
    await expect(block(tab)).to_have_text(REFUSED)
    await expect(field).to_be_focused()
    await field.press_sequentially("rd")
    await expect(field).to_have_value("half a word")
    await call(1, "Rest")
    await tab.invalidate("review", card_id=1)
    await expect(block(tab)).to_have_text("Rest")
    await expect(field).to_be_focused()
    await expect(field).to_have_value("half a word")


@on_one_htmx
async def test_a_page_begins_with_it_and_its_link_leads_to_the_login_page_and_back(tab: Tab) -> None:
    await call(1, SECRET)
    await tab.open("/fallbacks/?tab=2")
    await expect(block(tab)).to_have_text(REFUSED)
    await block(tab).locator("a").click()
    await tab.page.wait_for_url(re.compile(r"/login/\?next=/fallbacks/%3Ftab%3D2$"))


@on_one_htmx
async def test_a_lazy_block_loads_it(tab: Tab) -> None:
    await call(3, SECRET)
    await tab.open("/fallbacks/")
    await expect(tab.page.locator("#late")).to_have_text("Not for you")
    await Card.objects.filter(pk=3).adelete()
    await tab.invalidate("review", card_id=3)
    await expect(tab.page.locator("#late")).to_have_text("")


async def test_other_pages_show_it_at_once(ada: Tab, bob: Tab) -> None:
    await bob.follow("/fallbacks/live/")
    await ada.follow("/fallbacks/live/")
    shown = bob.page.locator("#minutes")
    await expect(shown).to_have_text("Plan")
    await ada.page.locator("#close").click()
    await expect(shown).to_have_text("Not for you")
    await ada.page.locator("#remove").click()
    await expect(shown).to_have_text("It was removed.")
