"""Under DEBUG the console and the overlay say which blocks are empty, misplaced, or share an id."""

import pytest
from playwright.async_api import expect
from pytest_django import Settings

from tests.browser.helpers.overlay import change, opened, overlay
from tests.browser.helpers.tab import Tab, on_newest_htmx, on_one_htmx
from tests.site.fallbacks import SECRET
from tests.site.models import Card

EMPTY = "A reader has left a block empty"


@pytest.fixture(autouse=True)
def debug(settings: Settings) -> None:
    """Turn on ``DEBUG``."""
    settings.DEBUG = True


@on_one_htmx
async def test_the_overlay_says_why_a_block_is_empty(tab: Tab) -> None:
    await opened(tab, "/fallbacks/bare/")
    await expect(change(tab)).to_contain_text(EMPTY)
    await expect(change(tab)).to_contain_text(
        "secret #secret · This block is empty, because 'secret_plans' raised PermissionDenied. {% refused %}…"
        "{% endrefused %} in the block would be shown here."
    )
    await Card.objects.filter(pk=1).aupdate(title=SECRET)
    await tab.invalidate("review", card_id=1)
    await expect(change(tab)).to_contain_text("This block is empty, because 'review' raised Unauthorized")
    assert (await overlay(tab).locator("h3 > span").all_inner_texts()).count(EMPTY) == 1


@on_newest_htmx
async def test_a_wrapper_that_the_parser_moves_is_reported_once(tab: Tab) -> None:
    text = 'mizan: The browser has moved <div id="moved"> out of <table>'
    async with tab.forgive(text):
        await opened(tab, "/fallbacks/bare/?table")
    await expect(overlay(tab)).to_contain_text("The browser has moved a block")
    await tab.invalidate("notifications")
    await tab.happens("refreshed", 1)
    await tab.settle()
    assert tab.problems == []


@on_newest_htmx
async def test_an_id_that_a_swap_brings_a_second_time_is_reported(tab: Tab) -> None:
    await opened(tab, "/fallbacks/bare/")
    async with tab.forgive('mizan: Two elements have the id "review"'):
        await tab.page.locator("#again").click()
        await expect(overlay(tab)).to_contain_text("Two elements have the id review")


@on_newest_htmx
@pytest.mark.parametrize("page", ["/why/", "/board/1/", "/pace/lazy/", "/people/", "/fallbacks/"])
async def test_a_page_that_is_right_has_none_of_it(tab: Tab, page: str) -> None:
    await tab.open(page)
    await expect(tab.page.locator("mizan-debug")).to_be_attached()
    comments = await tab.page.evaluate(
        """() => {
            const walker = document.createTreeWalker(document, NodeFilter.SHOW_COMMENT);
            const found = [];
            while (walker.nextNode()) found.push(walker.currentNode.data);
            return found.filter((text) => /^\\/?mizan/.test(text));
        }"""
    )
    assert comments == []


@on_newest_htmx
async def test_what_is_looked_for_does_not_make_a_block_another_one(tab: Tab, settings: Settings) -> None:
    settings.MIZAN_SINGLE_FLIGHT = True
    await tab.open("/people/")
    async with tab.page.expect_response("**/rename/") as response:
        await tab.submit("#actions-5 .rename", "Ada")
    await tab.happens("refreshed", 2)
    assert set((await (await response.value).json()).values()) == {None}
