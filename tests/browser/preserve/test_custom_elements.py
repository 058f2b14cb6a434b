"""Web components beside the shim: they stay the same elements, with their state."""

import pytest
from playwright.async_api import expect

from tests.browser.helpers.desk import refresh, sit_down
from tests.browser.helpers.tab import Tab, morphs, on_newest_morph
from tests.site.keep import desk

pytestmark = on_newest_morph

# They are defined before the shim starts, or after it.
in_both_orders = pytest.mark.parametrize("order", ["before", "after"])

PAGE = """<b>{n}</b>
<x-plain id="p" level="{level}"><i>Plain {n}</i></x-plain>
<x-panel id="s" level="{level}"><i>Slotted {n}</i></x-panel>
<form><x-rating id="r" name="stars" level="{level}"></x-rating><button type="button">Send</button></form>"""
NAMES = {"p": "x-plain", "s": "x-panel", "r": "x-rating"}
ENTER = """() => {
    for (const id of ["p", "s"]) document.getElementById(id).state = "kept";
    document.getElementById("r").rate("4");
}"""
STATE = """() => [...["p", "s", "r"].map((id) => document.getElementById(id).state),
    new FormData(document.querySelector("form")).get("stars")]"""


async def heard(tab: Tab) -> list[str]:
    """Take what the elements have written down."""
    said: list[str] = await tab.page.evaluate("heard.splice(0)")
    return said


@in_both_orders
async def test_components_keep_their_state_and_get_what_is_new(tab: Tab, htmx: str, order: str) -> None:
    with desk(PAGE.format(n=0, level=0)) as now:
        await sit_down(tab, f"beside/elements/{order}")
        await tab.page.evaluate(ENTER)
        await tab.page.locator("x-panel input").fill("typed")
        await heard(tab)
        for times in (1, 2, 3):
            now.html["main"] = PAGE.format(n=times, level=times // 2)
            await refresh(tab, times)
            await expect(tab.page.locator("x-plain i")).to_have_text(f"Plain {times}")
            await expect(tab.page.locator("x-panel i")).to_have_text(f"Slotted {times}")
            await expect(tab.page.locator("x-panel i")).to_be_visible()
            assert await tab.page.evaluate(STATE) == ["kept", "kept", "4", "4"]
            await expect(tab.page.locator("x-panel input")).to_have_value("typed")
            await expect(tab.page.locator("x-panel input")).to_be_focused()
            happened = await heard(tab)
            for id, name in NAMES.items():
                changes = [each for each in happened if each.startswith(f"{name} {id} level")]
                assert changes == ([f"{name} {id} level 0 1"] if times == 2 else []), happened
                came, went = (happened.count(f"{name} {id} {what}") for what in ("connected", "disconnected"))
                assert came == went
                if morphs(htmx):
                    assert came == 0


async def test_components_come_and_go_once(tab: Tab, htmx: str) -> None:
    rows = {id: f'<li id="l{id}"><x-plain id="{id}">{id}</x-plain></li>' for id in "az"}
    with desk(f"<b>0</b><ul>{rows['a']}</ul>") as now:
        await sit_down(tab, "beside/elements/after")
        assert await heard(tab) == ["x-plain a connected"]
        now.html["main"] = f"<b>1</b><ul>{rows['z']}{rows['a']}</ul>"
        await refresh(tab)
        await expect(tab.page.locator("b")).to_have_text("1")
        happened = await heard(tab)
        assert [each for each in happened if " z " in each] == ["x-plain z connected"]
        now.html["main"] = f"<b>2</b><ul>{rows['z']}</ul>"
        await refresh(tab, 2)
        await expect(tab.page.locator("b")).to_have_text("2")
        happened = await heard(tab)
        assert [each for each in happened if " a " in each] == ["x-plain a disconnected"]


async def test_a_component_loses_an_attribute_that_the_server_takes_away(tab: Tab) -> None:
    names = NAMES.values()
    elements = "".join(f'<{name} id="{name}" level="3"></{name}>' for name in names)
    with desk(f"<b>0</b>{elements}") as now:
        await sit_down(tab, "beside/elements/after")
        await heard(tab)
        now.html["main"] = "<b>1</b>" + elements.replace(' level="3"', "")
        await refresh(tab)
        await expect(tab.page.locator("b")).to_have_text("1")
        happened = await heard(tab)
        for name in names:
            changes = [each for each in happened if each.startswith(f"{name} {name} level")]
            assert changes == [f"{name} {name} level 3 null"]


CARD = """
    customElements.define("x-card", class extends HTMLElement {
        state = "";
    });
"""


async def test_a_block_that_is_a_component_keeps_its_state_where_it_is_morphed(tab: Tab, htmx: str) -> None:
    await tab.page.add_init_script(CARD)
    with desk("<b>0</b><input name='one'>") as now:
        now.tags["main"] = "x-card"
        await sit_down(tab)
        await tab.page.evaluate("document.querySelector('x-card').state = 'kept'")
        await tab.page.locator("input").fill("Ada")
        for times in (1, 2, 3):
            now.html["main"] = f"<b>{times}</b><input name='one'>"
            await refresh(tab, times)
            await expect(tab.page.locator("x-card#main b")).to_have_text(str(times))
            state = await tab.page.evaluate("document.querySelector('x-card').state")
            assert state == ("kept" if morphs(htmx) else "")
            await expect(tab.page.locator("input")).to_have_value("Ada")
            await expect(tab.page.locator("input")).to_be_focused()
