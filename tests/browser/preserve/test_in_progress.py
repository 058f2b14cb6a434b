"""What somebody is in the middle of goes on through a refresh: a field not left yet, an answer under way."""

import asyncio

from playwright.async_api import Route, expect

from tests.browser.helpers.desk import field, refresh, sit_down, told
from tests.browser.helpers.tab import Tab, on_newest_morph
from tests.site.keep import desk

pytestmark = on_newest_morph

LEFT = 'hx-post="/keep/send/" hx-trigger="change" hx-swap="none"'


async def test_a_refresh_leaves_no_field_and_so_sends_none_that_is_sent_when_it_is_left(tab: Tab) -> None:
    """Browsers tell of a field that is taken out of the page what they tell when somebody leaves it."""
    html = f'<p>{{n}}</p><div data-mizan-keep><input name="kept" {LEFT}></div><input name="plain" {LEFT}>'
    with desk(html.format(n=0)) as now:
        now.affects = False
        await sit_down(tab)
        for at, name in enumerate(("kept", "plain")):
            await field(tab, name).press_sequentially("typed")
            await tab.page.evaluate("told.length = 0")
            for times in (1, 2):
                now.html["main"] = html.format(n=times + 2 * at)
                await refresh(tab, times + 2 * at)
                await expect(tab.page.locator("main p")).to_have_text(f"{times + 2 * at}")
            assert await told(tab, "change") == await told(tab, "focusout") == []
            assert len(tab.posts) == at
            await expect(field(tab, name)).to_be_focused()
            async with tab.page.expect_response("**/keep/send/"):
                await field(tab, name).press("Tab")
            assert await told(tab, "change") == [[name, None]]


async def test_an_answer_that_somebody_waits_for_finds_its_place_though_the_block_is_refreshed(
    tab: Tab, htmx: str
) -> None:
    edit = 'hx-get="/keep/part/edit/" hx-target="closest li" hx-swap="outerHTML swap:50ms"'
    row = f"<li><button {edit}>Edit</button></li>"
    with desk(f"<p>0</p><ul>{row}{row}</ul>") as now:
        now.parts = {"edit": '<li><input name="it"></li>'}
        await sit_down(tab)
        may_go = asyncio.Event()

        async def hold(route: Route) -> None:
            await may_go.wait()
            await route.continue_()

        await tab.page.route("**/part/edit/", hold)
        async with tab.page.expect_request("**/part/edit/"):
            await tab.page.locator("li:nth-child(2) button").click()
        now.html["main"] = f"<p>1</p><ul>{row}{row}</ul>"
        await tab.invalidate("desk")
        if htmx != "2.0.11":  # which has no morph without Idiomorph, and waits
            await tab.happens("refreshed", 1)
        may_go.set()
        await tab.happens("refreshed", 1)
        await expect(tab.page.locator("main p")).to_have_text("1")
        await expect(tab.page.locator("li:nth-child(2) > [name=it]")).to_have_count(1)
        await expect(tab.page.locator("li")).to_have_count(2)
