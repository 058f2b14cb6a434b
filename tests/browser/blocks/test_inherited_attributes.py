"""Attributes of htmx that a page hands down: whatever they say, a block that is fresh shows what is new."""

import pytest
from playwright.async_api import expect

from tests.browser.helpers.desk import sit_down
from tests.browser.helpers.tab import REPORTS, Tab
from tests.site.keep import desk

# Attributes that both versions have, then those of one.
BOTH = {
    "hx-boost": ["true"],
    "hx-confirm": ["Sure?"],
    "hx-encoding": ["multipart/form-data"],
    "hx-headers": ['{"X-Own": "1"}'],
    "hx-include": ["#other", "closest body"],
    "hx-indicator": ["#other"],
    "hx-preserve": ["true"],
    "hx-push-url": ["true"],
    "hx-replace-url": ["true"],
    "hx-select": ["#none", "b"],
    "hx-select-oob": ["#other", "#main"],
    "hx-swap": ["none", "innerHTML", "delete", "beforeend", "textContent", "outerHTML swap:1s", "nonsense"],
    "hx-swap-oob": ["true"],
    "hx-sync": ["this:drop", "this:abort", "closest body:queue all", "#other:replace"],
    "hx-target": ["#other", "body", "next section", "closest main"],
    "hx-trigger": ["click", "mizan:refresh[false]"],
    "hx-validate": ["true"],
    "hx-vals": ['{"own": 1}'],
}
OF_2 = {
    "hx-disabled-elt": ["this"],
    "hx-disinherit": ["*", "hx-target hx-swap"],
    "hx-ext": ["ignore:mizan", "ignore:mizan, nonsense"],
    "hx-history": ["false"],
    "hx-inherit": ["*"],
    "hx-params": ["none", "not block"],
    "hx-prompt": ["Name?"],
    "hx-request": ['{"credentials": true}'],
}
OF_4 = {
    "hx-action": ["/none/"],
    "hx-config": ["action:/none/", "method:POST", "timeout:9000"],
    "hx-disable": ["this"],
    "hx-get": ["/none/"],
    "hx-method": ["POST"],
    "hx-post": ["/none/"],
    "hx-status:200": [
        "swap:none",
        "select:#none",
        "target:#other",
        "swap:delete",
        "swap:beforeend target:#other",
    ],
    "hx-status:20x": ["swap:none"],
    "hx-status:2xx": ["swap:innerHTML"],
}

OTHER = "<i>Other</i>"


def spellings(htmx: str, name: str) -> list[str]:
    """Give the names of an attribute as a page hands it down, with a prefix or without."""
    bare = [name, f"data-{name}"]
    return bare if htmx[0] == "2" else [f"{each}:inherited" for each in bare]


@pytest.mark.parametrize("place", ["body", "main"])
async def test_a_refresh_is_not_turned_elsewhere(tab: Tab, htmx: str, place: str) -> None:
    with desk("<b>0</b>", other=OTHER) as now:
        await sit_down(tab)
        where = tab.page.locator(place)
        attributes = {**BOTH, **(OF_2 if htmx[0] == "2" else OF_4)}
        cases = [
            (spelling, value)
            for name, values in attributes.items()
            for spelling in spellings(htmx, name)
            for value in values
        ]
        for count, (name, value) in enumerate(cases, start=1):
            await where.evaluate("(it, [name, value]) => it.setAttribute(name, value)", [name, value])
            now.html["main"] = f"<b>{count}</b>"
            await tab.invalidate("desk", place="main")
            await expect(tab.page.locator("#main"), f"{name}={value!r}").to_have_text(str(count))
            await tab.happens("refreshed", count)
            await expect(tab.page.locator("main > section")).to_have_count(2)
            await expect(tab.page.locator("#other")).to_have_text("Other")
            await where.evaluate("(it, name) => it.removeAttribute(name)", name)
        assert await tab.page.evaluate("location.pathname") == "/keep/desk/"


@pytest.mark.parametrize(
    "config", ['{"noSwap": [200]}', '{"responseHandling": [{"code": "...", "swap": false}]}']
)
async def test_nor_kept_back_by_the_page_s_settings(tab: Tab, config: str) -> None:
    with desk("<b>1</b>") as now:
        await sit_down(tab)
        await tab.page.evaluate("(config) => Object.assign(htmx.config, JSON.parse(config))", config)
        now.html["main"] = "<b>2</b>"
        await tab.invalidate("desk")
        await expect(tab.page.locator("#main")).to_have_text("2")


async def test_what_a_listener_keeps_out_is_told(tab: Tab, htmx: str) -> None:
    event = "htmx:beforeSwap" if htmx[0] == "2" else "htmx:before:swap"
    with desk("<b>1</b>") as now:
        await sit_down(tab)
        await tab.hold_retries()
        await tab.page.evaluate(
            "(name) => addEventListener(name, (event) => event.preventDefault(), { once: true })", event
        )
        now.html["main"] = "<b>2</b>"
        async with tab.forgive(REPORTS):
            await tab.invalidate("desk")
            await tab.happens("error", 1)
        await expect(tab.page.locator("#main")).to_have_attribute("data-mizan-error", "200")
        await tab.page.evaluate("mizan.retry()")
        await expect(tab.page.locator("#main")).to_have_text("2")
        await expect(tab.page.locator("[data-mizan-error]")).to_have_count(0)


async def test_an_attribute_that_a_script_gives_a_block_does_not_keep_it_old(tab: Tab) -> None:
    for attribute in ("hx-morph-skip", "hx-morph-skip-children", "hx-select", "hx-sync"):
        with desk("<b>1</b>") as now:
            await sit_down(tab)
            await tab.page.evaluate(
                "(name) => document.querySelector('#main').setAttribute(name, '#none')", attribute
            )
            now.html["main"] = "<b>2</b>"
            await tab.invalidate("desk")
            await expect(tab.page.locator("#main"), attribute).to_have_text("2")


async def test_a_form_filled_in_by_halves_is_refreshed(tab: Tab) -> None:
    fields = '<input name="one" required><input name="two" type="email">'
    with desk("<b>1</b>", form="<b>1</b>" + fields) as now:
        await tab.open("/keep/forms/")
        await tab.page.locator("[name=two]").fill("half")
        now.html["form"] = "<b>2</b>" + fields
        async with tab.page.expect_request("**/partial/**") as request:
            await tab.invalidate("desk", place="form")
        await expect(tab.page.locator("#form b")).to_have_text("2")
        assert "half" not in (await request.value).url
        await expect(tab.page.locator("[name=two]")).to_have_value("half")
        assert "novalidate" not in await tab.attributes("#form")
