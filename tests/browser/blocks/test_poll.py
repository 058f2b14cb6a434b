"""A block with ``poll`` refreshes every so many seconds, while somebody can see it."""

from playwright.async_api import expect

from tests.browser.helpers.live import set_hidden
from tests.browser.helpers.pace import freeze, refreshed
from tests.browser.helpers.tab import Tab, on_newest_htmx, on_one_htmx
from tests.site.gates import closed_gate
from tests.site.models import Person

pytestmark = on_one_htmx

BOTH = ["user;user_id=5", "notifications"]
LONGEST = 33_000  # 30 seconds and the jitter of 10 %


async def polling(tab: Tab, *, jitter: float = 0) -> None:
    """Open the page, and stop its clock when it has begun to poll."""
    await tab.page.add_init_script(f"Math.random = () => {jitter}")
    await freeze(tab, "/pace/poll/")


@on_newest_htmx
async def test_blocks_that_are_due_together_refresh_in_one_request_and_then_again(tab: Tab) -> None:
    await polling(tab)
    await tab.page.clock.run_for(29_000)
    assert tab.refreshes == []
    await Person.objects.filter(pk=5).aupdate(name="Grace!")
    await tab.page.clock.run_for(1_300)
    await expect(tab.page.locator("#polled")).to_have_text("Grace!")
    await refreshed(tab, 2)
    assert (tab.refreshes, len(tab.batches)) == (BOTH, 1)
    await tab.page.clock.run_for(29_000)
    assert tab.refreshes == BOTH
    await tab.page.clock.run_for(1_300)
    await refreshed(tab, 4)
    assert (tab.refreshes, len(tab.batches)) == (BOTH * 2, 2)


async def test_the_time_varies_by_up_to_a_tenth(tab: Tab) -> None:
    await polling(tab, jitter=0.999)
    await tab.page.clock.run_for(32_500)
    assert tab.refreshes == []
    await tab.page.clock.run_for(600)
    await refreshed(tab, 2)


async def test_the_time_counts_from_the_last_refresh_whatever_it_was_for(tab: Tab) -> None:
    await polling(tab)
    await tab.page.clock.run_for(20_000)
    await tab.invalidate("user", user_id=5)
    await tab.page.clock.run_for(10)
    await refreshed(tab, 1)
    await tab.page.clock.run_for(12_000)
    await refreshed(tab, 2)
    assert tab.refreshes == ["user;user_id=5", "notifications"]
    await tab.page.clock.run_for(18_000)
    await refreshed(tab, 3)
    assert tab.refreshes == ["user;user_id=5", "notifications", "user;user_id=5"]


async def test_a_hidden_page_does_not_poll_and_catches_up_when_it_is_shown(tab: Tab) -> None:
    await polling(tab)
    await set_hidden(tab, True)
    await tab.page.clock.run_for(600_000)
    assert tab.refreshes == []
    await set_hidden(tab, False)
    await tab.page.clock.run_for(20)
    await refreshed(tab, 2)
    assert sorted(tab.refreshes) == sorted(BOTH)


async def test_a_page_that_is_shown_before_it_is_due_waits(tab: Tab) -> None:
    await polling(tab)
    await set_hidden(tab, True)
    await tab.page.clock.run_for(10_000)
    await set_hidden(tab, False)
    await tab.page.clock.run_for(18_000)
    assert tab.refreshes == []
    await tab.page.clock.run_for(3_000)
    await refreshed(tab, 2)


async def test_a_page_that_is_offline_does_not_poll(tab: Tab) -> None:
    await polling(tab)
    await tab.page.evaluate(
        "addEventListener('online', () => (document.documentElement.dataset.online = navigator.onLine))"
    )
    await tab.page.context.set_offline(True)
    await tab.page.clock.run_for(600_000)
    assert tab.refreshes == []
    await tab.page.context.set_offline(False)
    await expect(tab.page.locator("html")).to_have_attribute("data-online", "true")
    await tab.page.clock.run_for(20)
    await refreshed(tab, 2)


@on_newest_htmx
async def test_no_polls_pile_up_behind_a_slow_answer(tab: Tab) -> None:
    await polling(tab)
    with closed_gate() as gate:
        await tab.page.clock.run_for(31_000)
        await expect(tab.page.locator("#polled")).to_have_attribute("aria-busy", "true")
        await tab.page.clock.run_for(40_000)  # htmx 4 waits for 60 seconds
        assert tab.refreshes == BOTH
        gate.set()
        await refreshed(tab, 2)
    await tab.page.clock.run_for(29_000)
    assert tab.refreshes == BOTH


async def test_a_block_that_has_left_the_page_is_not_asked_for(tab: Tab) -> None:
    await polling(tab)
    await tab.page.evaluate("document.querySelector('#polled').remove()")
    await tab.page.clock.run_for(LONGEST)
    await refreshed(tab, 1)
    assert tab.refreshes == ["notifications"]


async def test_a_block_that_arrives_later_polls(tab: Tab) -> None:
    await polling(tab)
    await tab.page.evaluate(
        """() => {
            const block = document.querySelector("#along");
            block.remove();
            setTimeout(() => document.body.append(block.cloneNode(true)), 20_000);
        }"""
    )
    await tab.page.clock.run_for(31_000)
    await refreshed(tab, 1)
    assert tab.refreshes == ["user;user_id=5"]
    await tab.page.clock.run_for(20_000)
    await refreshed(tab, 2)
    assert tab.refreshes == BOTH


@on_newest_htmx
async def test_a_failing_poll_is_left_to_those_who_try_again(tab: Tab) -> None:
    await polling(tab)
    await tab.page.context.add_cookies([{"name": "trouble", "value": "503", "url": tab.address}])
    async with tab.forgive("503"):
        await tab.page.clock.run_for(31_000)
        await tab.happens("error", 2)
        await tab.page.context.clear_cookies(name="trouble")
        await tab.page.clock.run_for(2_000)
        await refreshed(tab, 2)
    await tab.page.clock.run_for(LONGEST)
    await refreshed(tab, 4)
