"""Blocks that are refreshed by one request, and that or some of them fail: each other one is as if alone."""

import re

from playwright.async_api import expect

from tests.browser.helpers.tab import REPORT, REPORTS, Tab, on_every_htmx
from tests.site.models import Board, Person
from tests.site.together import BROKEN

USER, SHAKY = "user;user_id=5", "shaky"


@on_every_htmx
async def test_a_block_that_fails_spoils_no_other(tab: Tab) -> None:
    await tab.open("/together/2/")
    await tab.hold_retries()
    await Board.objects.filter(pk=1).aupdate(title=BROKEN)
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    async with tab.forgive(REPORTS):
        await tab.invalidate("user, shaky")
        await expect(tab.block(USER)).to_have_text(["0 Grace", "1 Grace"])
        await tab.happens("error", 1)
    assert ["error", SHAKY, 500] in await tab.happened()
    await expect(tab.block(SHAKY)).to_have_text("Work")
    await expect(tab.block(SHAKY)).to_have_attribute("data-mizan-error", "500")
    assert tab.batches == [[USER, USER, SHAKY]]

    await Board.objects.filter(pk=1).aupdate(title="Mended")
    await tab.page.evaluate("mizan.retry()")
    await expect(tab.block(SHAKY)).to_have_text("Mended")
    assert "data-mizan-error" not in await tab.attributes("#shaky")


async def test_a_block_that_the_server_does_not_know_says_so_and_spoils_no_other(tab: Tab) -> None:
    await tab.open("/together/2/")
    await tab.hold_retries()
    forged = "/api/mizan/partial/shaky/?block=" + "Zm9yZ2Vk"
    await tab.page.locator("#shaky").evaluate("(block, url) => block.setAttribute('hx-get', url)", forged)
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    tab.page.remove_listener("request", tab._see)  # can't be read
    await tab.page.evaluate("htmx.process(document.querySelector('#shaky'), true)")
    await tab.invalidate("user, shaky")
    await expect(tab.block(USER)).to_have_text(["0 Grace", "1 Grace"])
    await tab.happens("error", 1)
    await expect(tab.block(SHAKY)).to_have_text("Work")
    assert ["error", SHAKY, 404] in await tab.happened()
    tag = f'<div id="shaky" data-mizan="shaky" hx-get="{forged}" hx-trigger="mizan:refresh"'
    [report] = [problem for problem in tab.problems if re.search(REPORT, problem)]
    async with tab.forgive(REPORTS):
        pass
    assert report.startswith(f"mizan: {tag}")
    assert report.endswith(
        ", which shows shaky, was not refreshed."
        f" Expected of GET {forged}: status 200 with X-Mizan-Refresh; got: status 404."
    )


async def test_where_the_request_as_a_whole_fails_all_keep_what_they_show(tab: Tab) -> None:
    await tab.open("/together/2/")
    await tab.page.context.add_cookies([{"name": "trouble", "value": "503-600", "url": tab.address}])
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    async with tab.forgive(r"\b503 \(", REPORTS):
        await tab.invalidate("user, shaky")
        await tab.happens("error", 3)
    await expect(tab.block(USER)).to_have_text(["0 Ada", "1 Ada"])
    await expect(tab.page.locator("[data-mizan-error='503']")).to_have_count(3)
    await tab.page.context.clear_cookies(name="trouble")
    await tab.page.evaluate("mizan.retry()")
    await expect(tab.block(USER)).to_have_text(["0 Grace", "1 Grace"])
    await tab.happens("refreshed", 3)
    assert tab.batches == [[USER, USER, SHAKY]] * 2


async def test_blocks_go_alone_where_their_request_is_too_long_for_a_server(tab: Tab) -> None:
    await tab.open("/together/2/")
    await tab.page.context.add_cookies([{"name": "trouble", "value": "long", "url": tab.address}])
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    async with tab.forgive(r"\b414 \("):
        await tab.invalidate("user, shaky")
        await expect(tab.block(USER)).to_have_text(["0 Grace", "1 Grace"])
        await tab.happens("refreshed", 3)
    assert tab.batches == [[USER, USER, SHAKY]]
    assert sorted(tab.refreshes) == sorted([USER, USER, SHAKY] * 2)
