"""Stimulus beside the shim: a controller lives as long as its element, with its state, and acts once."""

import pytest
from playwright.async_api import expect

from tests.browser.helpers.desk import refresh, sit_down
from tests.browser.helpers.tab import Tab, morphs, on_newest_morph
from tests.site.keep import desk

pytestmark = on_newest_morph

# Stimulus starts before the shim, or after it.
in_both_orders = pytest.mark.parametrize("order", ["before", "after"])

COUNTER = """<b>{n}</b>
<div data-controller="counter" id="c" data-counter-step-value="{step}" data-counter-busy-class="busy">
    <button id="go" data-action="{action}">Go</button><p id="server">{n}</p>
    <output data-counter-target="out" data-mizan-keep>none</output>
</div>"""
ROWS = "<b>{n}</b><ul>{rows}</ul>"
ROW = '<li data-controller="other" id="{0}"><button data-action="counter#go">{0}</button></li>'


async def heard(tab: Tab) -> list[str]:
    """Take what the controllers have written down, once Stimulus has seen what has changed."""
    said: list[str] = await tab.page.evaluate(
        "new Promise((done) => setTimeout(() => done(heard.splice(0).sort())))"
    )
    return said


@in_both_orders
async def test_a_controller_keeps_its_state_and_acts_once(tab: Tab, htmx: str, order: str) -> None:
    html = COUNTER.replace("{action}", "counter#go")
    with desk(html.format(n=0, step=2)) as now:
        await sit_down(tab, f"beside/stimulus/{order}")
        await expect(tab.page.locator("#c")).to_be_attached()
        assert await heard(tab) == ["counter c connect", "counter c out", "counter c step 2"]
        for times in range(1, 4):
            await tab.page.locator("#go").click()
            await expect(tab.page.locator("output")).to_have_text(f"{times} of {times * 2}")
            now.html["main"] = html.format(n=times, step=2)
            await refresh(tab, times)
            await expect(tab.page.locator("#server")).to_have_text(str(times))
            await expect(tab.page.locator("output")).to_have_text(f"{times} of {times * 2}")
            await expect(tab.page.locator("#c")).to_have_attribute("data-counter-count-value", str(times * 2))
            await expect(tab.page.locator("#c")).to_have_class("busy")
            happened = await heard(tab)
            assert happened.count("counter c connect") == happened.count("counter c disconnect")
            if morphs(htmx):
                assert happened == []


async def test_what_the_server_changes_for_a_controller_is_new(tab: Tab, htmx: str) -> None:
    with desk(COUNTER.format(n=0, step=2, action="counter#go")) as now:
        await sit_down(tab, "beside/stimulus/after")
        await tab.page.locator("#go").click()
        await expect(tab.page.locator("output")).to_have_text("1 of 2")
        await heard(tab)
        now.html["main"] = COUNTER.format(n=1, step=10, action="counter#go")
        await refresh(tab)
        await expect(tab.page.locator("#server")).to_have_text("1")
        assert (await heard(tab)).count("counter c step 10") == 1
        await tab.page.locator("#go").click()
        await expect(tab.page.locator("output")).to_have_text("2 of 12")
        now.html["main"] = COUNTER.format(n=2, step=10, action="counter#reset")
        await refresh(tab, 2)
        await expect(tab.page.locator("#server")).to_have_text("2")
        await heard(tab)
        await tab.page.locator("#go").click()
        assert await heard(tab) == ["counter c reset"]
        await expect(tab.page.locator("#c")).to_have_attribute("data-counter-count-value", "0")
        await expect(tab.page.locator("output")).to_have_text("2 of 12")


async def test_state_that_no_attribute_shows_stays(tab: Tab) -> None:
    html = "<b>{n}</b><p data-controller='other'>{n}<input name='one'></p>"
    with desk(html.format(n=0)) as now:
        await sit_down(tab, "beside/stimulus/after")
        await tab.page.evaluate("window.was = document.querySelector('p')")
        for times in (1, 2):
            now.html["main"] = html.format(n=times)
            await refresh(tab, times)
            await expect(tab.page.locator("p")).to_have_text(str(times))
            assert await tab.page.evaluate("was === document.querySelector('p')")


@in_both_orders
async def test_controllers_come_and_go_with_their_elements(tab: Tab, htmx: str, order: str) -> None:
    with desk(ROWS.format(n=0, rows="".join(map(ROW.format, "ab")))) as now:
        await sit_down(tab, f"beside/stimulus/{order}")
        await expect(tab.page.locator("#a")).to_be_attached()
        assert await heard(tab) == ["other a connect", "other b connect"]
        for times, rows in enumerate(["zab", "za", "za", ""], start=1):
            was = set(await tab.page.locator("li").evaluate_all("(all) => all.map((it) => it.id)"))
            now.html["main"] = ROWS.format(n=times, rows="".join(map(ROW.format, rows)))
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times))
            happened = await heard(tab)
            for row in was | set(rows):
                came, went = (happened.count(f"other {row} {what}") for what in ("connect", "disconnect"))
                assert came - went == (row in rows) - (row in was), (row, happened)
                if morphs(htmx):
                    assert came + went == (row in rows) ^ (row in was), (row, happened)


async def test_another_controller_on_the_same_element(tab: Tab) -> None:
    with desk("<b>0</b><p id='p' data-controller='other'>One</p>") as now:
        await sit_down(tab, "beside/stimulus/after")
        await expect(tab.page.locator("#p")).to_be_attached()
        assert await heard(tab) == ["other p connect"]
        now.html["main"] = "<b>1</b><p id='p' data-controller='counter'>Two</p>"
        await refresh(tab)
        await expect(tab.page.locator("#p")).to_have_text("Two")
        assert await heard(tab) == ["counter p connect", "counter p step 0", "other p disconnect"]


async def test_text_of_a_controller_is_the_servers_again_unless_it_writes_it_again(tab: Tab) -> None:
    html = """<b>{n}</b><div data-controller="counter" id="c" data-counter-step-value="1"
        data-counter-busy-class="on" {more}>
        <button data-action="counter#go">Go</button><i data-counter-target="out">none</i></div>"""
    for more, shown in (("", "none"), ('data-action="mizan:refreshed@document->counter#show"', "1 of 1")):
        with desk(html.format(n=0, more=more)) as now:
            await sit_down(tab, "beside/stimulus/after")
            await tab.page.locator("button").click()
            await expect(tab.page.locator("i")).to_have_text("1 of 1")
            now.html["main"] = html.format(n=1, more=more)
            await refresh(tab)
            await expect(tab.page.locator("b")).to_have_text("1")
            await expect(tab.page.locator("i")).to_have_text(shown)
