"""Hyperscript beside the shim: an element does once what its `_` says, and keeps its variables."""

import pytest
from playwright.async_api import expect

from tests.browser.helpers.desk import refresh, sit_down
from tests.browser.helpers.tab import Tab, on_newest_morph
from tests.site.keep import desk

pytestmark = on_newest_morph

# Hyperscript starts before the shim, or after it.
in_both_orders = pytest.mark.parametrize("order", ["before", "after"])

COUNT = "init set $starts to ($starts or 0) + 1 end on click increment :n then set @data-n to :n toggle .on"
COUNTER = """<b>{n}</b><div><button id="go" title="{n}" _="{script}">Go</button></div>"""
ROWS = "<b>{n}</b><ul>{rows}</ul>"
ROW = """<li id="{0}"><button _="on click increment :n then set @data-n to :n">{0}</button></li>"""


@in_both_orders
async def test_an_element_keeps_its_variables_and_acts_once(tab: Tab, order: str) -> None:
    with desk(COUNTER.format(n=0, script=COUNT)) as now:
        await sit_down(tab, f"beside/hyperscript/{order}")
        go = tab.page.locator("#go")
        await expect(go).to_have_attribute("data-hyperscript-powered", "true")
        for times in range(1, 4):
            await go.click()
            await expect(go).to_have_attribute("data-n", str(times))
            now.html["main"] = COUNTER.format(n=times, script=COUNT)
            await refresh(tab, times)
            await expect(go).to_have_attribute("title", str(times))
            await expect(go).to_have_attribute("data-n", str(times))
            await expect(go).to_have_class("on" if times % 2 else "")
        assert await tab.page.evaluate("$starts") == 1


@in_both_orders
async def test_elements_that_a_refresh_brings_act_once(tab: Tab, order: str) -> None:
    with desk(ROWS.format(n=0, rows=ROW.format("a"))) as now:
        await sit_down(tab, f"beside/hyperscript/{order}")
        await tab.page.locator("#a button").click()
        await expect(tab.page.locator("#a button")).to_have_attribute("data-n", "1")
        clicks = {"a": 1}
        for times, rows in enumerate(["za", "zxa", "zx"], start=1):
            now.html["main"] = ROWS.format(n=times, rows="".join(map(ROW.format, rows)))
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times))
            await expect(tab.page.locator("li")).to_have_count(len(rows))
            for row in rows:
                clicks[row] = clicks.get(row, 0) + 1
                await tab.page.locator(f"#{row} button").click()
                await expect(tab.page.locator(f"#{row} button")).to_have_attribute("data-n", str(clicks[row]))


async def test_another_script_on_the_same_element(tab: Tab) -> None:
    with desk(COUNTER.format(n=0, script="on click add .one")) as now:
        await sit_down(tab, "beside/hyperscript/after")
        go = tab.page.locator("#go")
        await expect(go).to_have_attribute("data-hyperscript-powered", "true")
        now.html["main"] = COUNTER.format(n=1, script="on click add .two")
        await refresh(tab)
        await expect(go).to_have_attribute("title", "1")
        await go.click()
        await expect(go).to_have_class("two")
        await expect(go).not_to_have_class("one two")
        now.html["main"] = COUNTER.format(n=2, script="")
        await refresh(tab, 2)
        await expect(go).to_have_attribute("title", "2")
        await tab.page.evaluate("document.querySelector('#go').className = ''")
        await go.click()
        await tab.page.evaluate("new Promise((done) => setTimeout(done, 20))")
        await expect(go).to_have_class("")


async def test_text_of_a_script_is_the_servers_again_unless_it_writes_it_again(tab: Tab) -> None:
    html = """<b>{n}</b><button _="on click increment :n then put :n into me {more}">none</button>"""
    for more, shown in (("", "none"), ("end on mizan:refreshed from document put :n into me", "1")):
        with desk(html.format(n=0, more=more)) as now:
            await sit_down(tab, "beside/hyperscript/after")
            button = tab.page.locator("#main button")
            await expect(button).to_have_attribute("data-hyperscript-powered", "true")
            await button.click()
            await expect(button).to_have_text("1")
            now.html["main"] = html.format(n=1, more=more)
            await refresh(tab)
            await expect(tab.page.locator("b")).to_have_text("1")
            await expect(button).to_have_text(shown)
