"""Attributes of the wrapper: what the server has new is there, and what the page has made of them stays."""

import pytest
from playwright.async_api import expect

from tests.browser.helpers.desk import refresh, sit_down
from tests.browser.helpers.tab import Tab, on_newest_morph
from tests.site.keep import desk

pytestmark = on_newest_morph

in_both_orders = pytest.mark.parametrize("order", ["before", "after"])
BLOCKS = 3


async def attributes(tab: Tab, selector: str, *names: str) -> list[str | None]:
    """Return what an element has of these attributes."""
    found: list[str | None] = await tab.page.locator(selector).evaluate(
        "(it, names) => names.map((name) => it.getAttribute(name))", names
    )
    return found


async def test_what_the_server_says_anew_is_there_and_what_a_script_has_set_stays(tab: Tab) -> None:
    with desk("<b>1</b>", alpine="", own="<b>1</b>") as now:
        now.said = {"label": "One & <1>", "count": 1, "tabindex": 0, "kind": "a"}
        await sit_down(tab, "wrapper/after")
        names = ("aria-label", "data-count", "hidden", "tabindex", "class")
        assert await attributes(tab, "#main", *names) == ["One & <1>", "1", None, "0", "block"]
        await tab.page.locator("#main").click()
        await tab.page.evaluate(
            """() => {
                main.classList.add("mine");
                main.style.width = "90%";
                main.setAttribute("data-mine", "x");
                own.setAttribute("aria-busy-since", "x");
                own.classList.add("mine");
            }"""
        )

        now.said = {"label": "Two", "count": 2, "hidden": False, "kind": "b"}
        now.html.update(main="<b>2</b>", own="<b>2</b>")
        await refresh(tab, BLOCKS)
        await expect(tab.page.locator("#main b")).to_have_text("2")
        assert await attributes(tab, "#main", *names) == ["Two", "2", None, None, "block mine"]
        assert await attributes(tab, "#main", "data-mine", "data-clicks") == ["x", "1"]
        assert await tab.page.evaluate("main.style.width") == "90%"
        assert await attributes(tab, "#own", "title", "data-count", "lang") == ["Two", "2", "en"]
        assert await attributes(tab, "#own", "aria-busy-since", "class") == ["x", "card b mine"]
        await expect(tab.page.locator("article#own > b")).to_have_text("2")

        now.said = {"hidden": True, "kind": ""}
        await refresh(tab, 2 * BLOCKS)
        await expect(tab.page.locator("#main")).to_be_hidden()
        assert await attributes(tab, "#main", "aria-label", "data-count", "data-mine") == [None, None, "x"]
        assert await attributes(tab, "#own", "class") == ["card mine"]


async def test_what_elements_inherit_is_for_those_inside(tab: Tab) -> None:
    button = (
        '<button id="go" hx-get="/keep/part/x/" hx-target="find i" hx-push-url="false">Go<i></i></button>'
    )
    other = '<button id="other" hx-get="/keep/part/x/">Go</button>'
    with desk(button + other, alpine="<u></u>", own="") as now:
        now.parts = {"x": "Done"}
        await sit_down(tab, "wrapper/after")
        address = tab.page.url
        own = ("hx-confirm", "hx-vals", "hx-push-url")
        for times in (1, 2):
            await refresh(tab, times * BLOCKS)
            assert tab.page.url == address
            assert await attributes(tab, "#main", *own) == ["Sure?", '{"a": 1}', "true"]
        tab.page.once("dialog", lambda dialog: dialog.accept())
        await tab.page.locator("#go").click()
        await expect(tab.page.locator("#go i")).to_have_text("Done")
        is_inherited = await tab.page.evaluate("htmx.version[0] === '2'")  # htmx 4 has "hx-vals:inherited"
        assert now.asked == ["GET x/?a=1" if is_inherited else "GET x/"]
        if not is_inherited:
            await tab.page.locator("#other").click()
            await expect(tab.page.locator("#alpine u")).to_have_text("Done")


async def test_a_change_of_attributes_alone_is_shown(tab: Tab) -> None:
    with desk("<b>1</b>", alpine="", own="") as now:
        now.said = {"count": 1}
        await sit_down(tab, "wrapper/after")
        await tab.page.evaluate("document.querySelector('#main b').same = true")
        for count in (2, 3):
            now.said = {"count": count}
            await refresh(tab, (count - 1) * BLOCKS)
            await expect(tab.page.locator("#main")).to_have_attribute("data-count", str(count))
            await expect(tab.page.locator("#own")).to_have_attribute("data-count", str(count))


@in_both_orders
async def test_what_alpine_knows_of_the_wrapper_stays(tab: Tab, order: str) -> None:
    with desk("", alpine="<u>1</u>", own="") as now:
        now.said = {"count": 1}
        await sit_down(tab, f"wrapper/{order}")
        alpine = tab.page.locator("#alpine")
        for clicks in range(1, 4):
            await alpine.locator("u").click()
            await expect(alpine.locator("i")).to_have_text(str(clicks))
            now.said, now.html["alpine"] = {"count": clicks + 1}, f"<u>{clicks + 1}</u>"
            await refresh(tab, clicks * BLOCKS)
            await expect(alpine.locator("u")).to_have_text(str(clicks + 1))
            await expect(alpine).to_have_attribute("data-count", str(clicks + 1))
            await expect(alpine.locator("i")).to_have_text(str(clicks))
            if clicks % 2:
                await expect(alpine).to_have_class("open")
                await expect(alpine.locator("b")).to_be_visible()
            else:
                await expect(alpine).not_to_have_class("open")
                await expect(alpine.locator("b")).to_be_hidden()


async def test_a_block_that_says_where_it_goes_says_so_once(tab: Tab) -> None:
    with desk("", alpine="", own="<b>1</b>") as now:
        await sit_down(tab, "wrapper/after")
        now.html["own"] = "<b>2</b>"
        await tab.page.evaluate("htmx.ajax('GET', '/keep/elsewhere/', {target: '#main', swap: 'innerHTML'})")
        await expect(tab.page.locator("#main > p")).to_have_text("Sent")
        await expect(tab.page.locator("main > article#own > b")).to_have_text("2")
        assert await attributes(tab, "#own", "hx-swap-oob") == [None]
        now.html["own"] = "<b>3</b>"
        await refresh(tab, BLOCKS)
        await expect(tab.page.locator("main > article#own > b")).to_have_text("3")
