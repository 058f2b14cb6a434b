"""A lazy block shows a placeholder, and loads when it comes near the view of somebody."""

import re

from playwright.async_api import expect

from tests.browser.helpers.live import set_hidden
from tests.browser.helpers.tab import Tab, on_newest_htmx, on_one_htmx
from tests.site.gates import closed_gate

pytestmark = on_one_htmx

HIDDEN = "Object.defineProperty(Document.prototype, 'hidden', { value: true, configurable: true })"


@on_newest_htmx
async def test_what_is_in_view_loads_in_one_request_and_nothing_else_does(tab: Tab) -> None:
    with closed_gate() as gate:
        await tab.open("/pace/lazy/")
        await expect(tab.page.locator("#near")).to_have_text("One moment")
        await expect(tab.page.locator("#near")).to_have_attribute("aria-busy", "true")
        gate.set()
        await expect(tab.page.locator("#near")).to_have_text("Ada")
    await expect(tab.page.locator("#second")).to_have_text("0 new")
    await tab.happens("refreshed", 2)
    await expect(tab.page.locator("#below")).to_have_text("Later")
    assert tab.refreshes == ["user;user_id=5", "notifications"]
    assert len(tab.batches) == 1


async def test_a_placeholder_is_busy_but_not_old_and_its_block_is_not_announced(tab: Tab) -> None:
    with closed_gate() as gate:
        await tab.page.clock.install()
        await tab.open("/pace/lazy/")
        await expect(tab.page.locator("#near")).to_have_attribute("aria-busy", "true")
        await tab.page.clock.run_for(1000)
        await expect(tab.page.locator("#near")).not_to_have_class(re.compile("mizan-stale"))
        gate.set()
        await expect(tab.page.locator("#near")).to_have_text("Ada")
    await tab.page.clock.run_for(6000)
    await expect(tab.page.get_by_role("status")).to_have_count(0)
    await expect(tab.page.locator("[aria-busy]")).to_have_count(0)


async def test_what_comes_near_the_view_loads(tab: Tab) -> None:
    await tab.open("/pace/lazy/")
    await tab.happens("refreshed", 2)
    await tab.page.locator("#below").scroll_into_view_if_needed()
    await expect(tab.page.locator("#below")).to_have_text("Bob")
    await tab.happens("refreshed", 3)
    await tab.page.evaluate("scrollTo(0, 0)")
    await tab.page.locator("#below").scroll_into_view_if_needed()
    await tab.invalidate("user", user_id=6)
    await tab.happens("refreshed", 4)
    assert tab.refreshes.count("user;user_id=6") == 2


@on_newest_htmx
async def test_what_arrives_later_loads(tab: Tab) -> None:
    await tab.open("/pace/lazy/")
    await tab.happens("refreshed", 2)
    await tab.page.locator("#more").click()
    await expect(tab.page.locator("#arrived")).to_have_text("Bob")
    await tab.happens("refreshed", 3)


async def test_a_hidden_page_loads_when_it_is_shown(tab: Tab) -> None:
    await tab.page.add_init_script(HIDDEN)
    await tab.open("/pace/lazy/")
    await tab.page.locator("#more").click()
    await expect(tab.page.locator("#arrived")).to_have_text("Soon")
    # What would have been loaded has been looked at by now.
    await tab.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert tab.refreshes == []
    await set_hidden(tab, False)
    await expect(tab.page.locator("#near")).to_have_text("Ada")
    await expect(tab.page.locator("#arrived")).to_have_text("Bob")
    await tab.happens("refreshed", 3)
    assert sorted(tab.refreshes) == ["notifications", "user;user_id=5", "user;user_id=6"]


@on_newest_htmx
async def test_a_block_that_could_not_be_loaded_is_tried_again(tab: Tab) -> None:
    await tab.page.context.add_cookies([{"name": "trouble", "value": "503", "url": tab.address}])
    async with tab.forgive("503"):
        await tab.open("/pace/lazy/")
        await expect(tab.page.locator("#near[data-mizan-error]")).to_have_text("One moment")
        await tab.page.context.clear_cookies(name="trouble")
        await expect(tab.page.locator("#near")).to_have_text("Ada")
        await expect(tab.page.locator("#second")).to_have_text("0 new")


async def test_an_invalidation_leaves_alone_what_is_not_loaded_yet(tab: Tab) -> None:
    await tab.open("/pace/lazy/")
    await tab.happens("refreshed", 2)
    await tab.invalidate("user")
    await tab.happens("refreshed", 3)
    await expect(tab.page.locator("#below")).to_have_text("Later")
    assert "user;user_id=6" not in tab.refreshes


async def test_without_an_observer_of_the_view_everything_loads_at_once(tab: Tab) -> None:
    await tab.page.add_init_script("delete window.IntersectionObserver")
    await tab.open("/pace/lazy/")
    await expect(tab.page.locator("#below")).to_have_text("Bob")
    await tab.happens("refreshed", 3)
    assert len(tab.batches) == 1


@on_newest_htmx
async def test_a_placeholder_that_a_block_around_it_brings_back_loads_again(tab: Tab) -> None:
    await tab.open("/pace/lazy/")
    await tab.happens("refreshed", 2)
    await tab.page.locator("#more").click()
    await expect(tab.page.locator("#arrived")).to_have_text("Bob")
    await tab.page.locator("#more").click()
    await tab.happens("refreshed", 4)
    await expect(tab.page.locator("#arrived")).to_have_text("Bob")
