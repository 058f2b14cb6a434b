"""``await mizan.quiet()``: fulfilled when nothing on the page is stale or under way."""

import asyncio
from typing import Any

from playwright.async_api import Route

from tests.browser.helpers.tab import NOT_LOADED, REPORTS, Tab, on_every_htmx, on_newest_htmx, on_one_htmx
from tests.site.gates import closed_gate, wait_until_reached

USER = "user;user_id=5"
FAILED = "its refresh has failed (500), and waits for a retry"

# What the page was waiting for, in words and as a list; null if it became quiet.
WAIT = """(timeout) => mizan.quiet({ timeout }).then(() => null, ({ message, blocks }) => ({
    message,
    blocks: blocks.map(({ block, context, reason }) => [block?.id ?? null, context, reason]),
}))"""


async def unrest(tab: Tab, timeout: int) -> dict[str, Any] | None:
    """Wait so many milliseconds for quiet, and return what the page was waiting for."""
    found: dict[str, Any] | None = await tab.page.evaluate(WAIT, timeout)
    return found


@on_every_htmx
async def test_it_waits_for_the_refreshes_that_a_change_causes(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.submit("#actions-5 .rename", "Grace")
    await tab.page.evaluate("mizan.quiet()")
    assert await tab.block(USER).first.inner_text() == "Grace G"
    assert await tab.page.locator("#greeting").inner_text() == "Hello, Grace: 0 new"


@on_newest_htmx
async def test_it_says_which_refreshes_it_waits_for(tab: Tab) -> None:
    await tab.open("/people/")
    with closed_gate() as gate:
        await tab.invalidate("user", user_id=6)
        await asyncio.to_thread(wait_until_reached)
        found = await unrest(tab, 100)
        gate.set()
        assert await unrest(tab, 10_000) is None
    assert found is not None
    [[_, context, reason]] = found["blocks"]
    assert (context, reason) == ("user;user_id=6", "its refresh is under way")
    assert found["message"].startswith("mizan.quiet: not quiet after 100 ms: <")
    assert found["message"].endswith(", which shows user;user_id=6: its refresh is under way.")


@on_newest_htmx
async def test_it_waits_for_what_a_visitor_has_sent(tab: Tab) -> None:
    await tab.open("/people/")
    held: asyncio.Future[Route] = asyncio.get_running_loop().create_future()
    await tab.page.route("**/slow/", lambda route: held.set_result(route))
    await tab.page.evaluate("void htmx.ajax('GET', '/slow/', { target: '#unread', swap: 'none' })")
    route = await held
    found = await unrest(tab, 100)
    assert found is not None
    assert found["blocks"] == [[None, None, "GET /slow/ is under way"]]
    await route.fulfill(body="")
    assert await unrest(tab, 10_000) is None


@on_newest_htmx
async def test_it_waits_for_lazy_blocks_that_load(tab: Tab) -> None:
    await tab.open("/pace/lazy/")
    await tab.page.evaluate("mizan.quiet()")
    assert await tab.page.locator("#near").inner_text() == "Ada"
    assert await tab.page.locator("#below").inner_text() == "Later"


@on_one_htmx
async def test_a_refresh_that_failed_is_waited_for_until_the_timeout(tab: Tab) -> None:
    await tab.open("/profile/5/")
    await tab.hold_retries()
    await tab.page.context.add_cookies([{"name": "trouble", "value": "500", "url": tab.address}])
    async with tab.forgive(REPORTS, perhaps=[NOT_LOADED]):
        await tab.invalidate("user", user_id=5)
        found = await unrest(tab, 1000)
    assert found is not None
    assert [context for _, context, _ in found["blocks"]] == [USER]
    assert {reason for *_, reason in found["blocks"]} == {FAILED}


@on_one_htmx
async def test_a_block_that_cannot_be_kept_up_to_date_does_not_count(tab: Tab) -> None:
    await tab.open("/people/")
    async with tab.forgive(REPORTS):
        await tab.page.evaluate("mizan.fail(document.querySelector('#unread'), 404, 'Not there.')")
        assert await unrest(tab, 1000) is None


@on_one_htmx
async def test_a_refresh_that_is_held_back_is_named(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.page.evaluate(
        "addEventListener('mizan:due', window.hold = (event) => event.preventDefault(), true)"
    )
    await tab.invalidate("user", user_id=6)
    found = await unrest(tab, 100)
    assert found is not None
    assert [each[1:] for each in found["blocks"]] == [["user;user_id=6", "its refresh is held back"]]
    await tab.page.evaluate("removeEventListener('mizan:due', hold, true); mizan.retry()")
    assert await unrest(tab, 10_000) is None
