"""A refresh that failed is sent again by itself: later each time, at once where there is hope."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from playwright.async_api import expect

from tests.browser.helpers.live import set_hidden
from tests.browser.helpers.tab import REPORT, Tab, on_every_htmx, on_one_htmx
from tests.site.gates import closed_gate
from tests.site.models import Board, Person

USER = "user;user_id=5"
SOON = 2  # milliseconds in which what is planned for now has been sent


def loud(tab: Tab) -> AbstractAsyncContextManager[None]:
    """Expect the report, and what the browser and htmx write besides."""
    return tab.forgive(f"{REPORT}|^Failed to load resource|^Response Status Error Code|^htmx")


async def trouble(tab: Tab, kind: str) -> None:
    """Let the server answer refreshes wrongly from now on."""
    await tab.page.context.add_cookies([{"name": "trouble", "value": kind, "url": tab.address}])


async def mend(tab: Tab) -> None:
    """Let the server answer refreshes again, with another name."""
    await tab.page.context.clear_cookies(name="trouble")
    await Person.objects.filter(pk=5).aupdate(name="Grace")


async def open_stopped(tab: Tab, path: str) -> None:
    """Open a page whose clock only goes on when it is told."""
    await tab.page.clock.install()
    await tab.open(path)
    await tab.page.clock.pause_at(await tab.page.evaluate("Date.now() / 1000") + 5)


async def wait(tab: Tab, milliseconds: int) -> None:
    """Let the time of the page go by; what goes wrong meanwhile does so when its time stands still again."""
    with closed_gate():
        await tab.page.clock.run_for(milliseconds)


async def fail(tab: Tab, times: int) -> None:
    """Wait until so many refreshes have failed."""
    await wait(tab, SOON)
    await tab.happens("error", times)


@asynccontextmanager
async def failing(tab: Tab, kind: str) -> AsyncIterator[None]:
    """Open a page whose refreshes are answered wrongly, and see the first one fail; expect the report."""
    await open_stopped(tab, "/profile/5/")
    await trouble(tab, kind)
    async with loud(tab):
        await tab.invalidate("user", user_id=5)
        await fail(tab, 1)
        yield


async def sent(tab: Tab) -> int:
    """Count the refreshes that the shim has sent."""
    return sum(event == "refreshing" for event, _, _ in await tab.happened())


async def test_each_wait_is_twice_as_long_as_the_one_before_up_to_a_minute(tab: Tab) -> None:
    async with failing(tab, "500"):
        for count, longest in enumerate([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000], start=1):
            await wait(tab, longest // 2 - 2 * SOON)
            assert await sent(tab) == count
            await wait(tab, longest // 2 + 2 * SOON)
            await tab.happens("refreshing", count + 1)
            await fail(tab, count + 1)
        await mend(tab)
        await wait(tab, 60_000)
        await expect(tab.block(USER)).to_have_text("Grace G")
    assert "data-mizan-error" not in await tab.attributes(".person")


async def test_a_refresh_that_works_ends_the_long_waits(tab: Tab) -> None:
    async with failing(tab, "500"):
        for count in (2, 3, 4):
            await wait(tab, 8000)
            await tab.happens("refreshing", count)
            await fail(tab, count)
        await mend(tab)
        await wait(tab, 8000)
        await expect(tab.block(USER)).to_have_text("Grace G")
        await trouble(tab, "500")
        await tab.invalidate("user", user_id=5)
        await fail(tab, 5)
        await wait(tab, 1000)
        await tab.happens("refreshing", 7)
        await fail(tab, 6)


async def test_a_server_that_says_how_long_is_left_alone_for_so_long(tab: Tab) -> None:
    async with failing(tab, "503-7"):
        await wait(tab, 7000 - 2 * SOON)
        assert await sent(tab) == 1
        await mend(tab)
        await wait(tab, 4 * SOON)
        await expect(tab.block(USER)).to_have_text("Grace G")


@on_every_htmx
async def test_blocks_that_failed_together_are_tried_again_together(tab: Tab) -> None:
    await open_stopped(tab, "/together/2/")
    await trouble(tab, "500")
    async with loud(tab):
        await tab.invalidate("user")
        await fail(tab, 2)
        await mend(tab)
        await wait(tab, 1000)
        await expect(tab.block(USER)).to_have_text(["0 Grace", "1 Grace"])
    assert tab.batches == [[USER, USER]] * 2


async def test_a_block_that_fails_alone_is_tried_again_alone(tab: Tab) -> None:
    await open_stopped(tab, "/together/2/")
    await Board.objects.filter(pk=1).aupdate(title="broken")
    async with loud(tab):
        await tab.invalidate("user, shaky")
        await fail(tab, 1)
        await tab.happens("refreshed", 2)
        await Board.objects.filter(pk=1).aupdate(title="Mended")
        await wait(tab, 1000)
        await expect(tab.block("shaky")).to_have_text("Mended")
    assert tab.refreshes == [USER, USER, "shaky", "shaky"]


async def test_the_report_is_written_once_for_each_status(tab: Tab) -> None:
    async with failing(tab, "500"):
        await wait(tab, 1000)
        await fail(tab, 2)
        await trouble(tab, "403")
        await wait(tab, 2000)
        await fail(tab, 3)
        reports = [problem[-11:] for problem in tab.problems if problem.startswith("mizan: ")]
    assert reports == ["status 500.", "status 403."]


async def test_a_hidden_page_asks_for_nothing_until_it_is_shown(tab: Tab) -> None:
    async with failing(tab, "500"):
        await mend(tab)
    await set_hidden(tab, True)
    await wait(tab, 60_000)
    await tab.invalidate("notifications")
    await wait(tab, SOON)
    assert await sent(tab) == 1
    await set_hidden(tab, False)
    await wait(tab, SOON)
    await expect(tab.block(USER)).to_have_text("Grace G")
    assert tab.refreshes == [USER, USER]


async def test_a_browser_that_is_offline_asks_for_nothing_until_it_is_back(tab: Tab) -> None:
    await open_stopped(tab, "/profile/5/")
    async with loud(tab):
        await tab.page.context.set_offline(True)
        await tab.invalidate("user", user_id=5)
        await fail(tab, 1)
        await expect(tab.block(USER)).to_have_attribute("data-mizan-error", "0")
        await wait(tab, 60_000)
    assert await sent(tab) == 1
    await mend(tab)
    await tab.page.context.set_offline(False)
    await expect(tab.page.locator("html")).to_be_visible()
    await tab.page.wait_for_function("navigator.onLine")
    await wait(tab, SOON)
    await expect(tab.block(USER)).to_have_text("Grace G")


async def test_a_page_that_has_slept_is_refreshed(tab: Tab) -> None:
    await tab.page.clock.install()
    await tab.open("/together/2/")
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await tab.page.clock.fast_forward(60 * 60 * 1000)
    await expect(tab.block(USER)).to_have_text(["0 Grace", "1 Grace"])
    assert ["invalidate", "*", None] in await tab.happened()


@on_one_htmx
async def test_a_page_that_is_only_open_for_long_is_not(tab: Tab) -> None:
    await open_stopped(tab, "/together/2/")
    await wait(tab, 300_000)
    assert await tab.happened() == []
