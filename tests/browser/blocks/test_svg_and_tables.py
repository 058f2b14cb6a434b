"""Blocks inside of SVG, MathML and tables: each is parsed as what it stands in."""

import pytest
from playwright.async_api import expect
from pytest_django import Settings

from tests.browser.helpers.desk import sit_down
from tests.browser.helpers.tab import Tab, on_newest_morph
from tests.site.keep import desk

pytestmark = on_newest_morph

SVG, MATH, HTML = (
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1998/Math/MathML",
    "http://www.w3.org/1999/xhtml",
)

# What stands in each block, and the namespaces of the block and of what is in it.
DRAWN = {
    "g": ('<linearGradient id="fade"/><g><rect id="bar" width="{n}0" height="9"/></g>', SVG, SVG),
    "foreign": ('<p><input name="note" value="{n}"></p>', SVG, HTML),
    "lazy": ('<rect width="{n}0" height="9"/><title>{n}</title>', SVG, SVG),
    "inner": ('<rect width="{n}0" height="9"/>', SVG, SVG),
    "mrow": ("<mi>x</mi><mo>=</mo><mn>{n}</mn>", MATH, MATH),
    "caption": ("<i>{n}</i>", HTML, HTML),
    "colgroup": ('<col span="{n}">', HTML, HTML),
    "td": ("<i>{n}</i>", HTML, HTML),
    "tr": ("<td>{n}</td>", HTML, HTML),
    "option": ("{n}", HTML, None),
}

LOOK = """() => Object.fromEntries([...document.querySelectorAll("[data-mizan]")].map((block) => {
    const inside = new Set([...block.querySelectorAll("*")].map((each) => each.namespaceURI));
    const html = block.innerHTML.replaceAll("></rect>", "/>").replaceAll("></linearGradient>", "/>");
    return [block.id, [block.localName, html, block.parentElement.localName, block.namespaceURI, ...inside]];
}))"""
TABLE = {"caption": "table", "colgroup": "table", "td": "tr", "tr": "tbody"}
PARENTS = {**TABLE, "mrow": "math", "option": "select"}
NAMES = {"foreign": "foreignObject", "lazy": "g", "inner": "svg"}


def contents(number: int) -> dict[str, str]:
    """Give the HTML of each block."""
    return {name: html.format(n=number) for name, (html, *_) in DRAWN.items()}


def expected(number: int) -> dict[str, list[str]]:
    """Give what the page has to hold."""
    found = {}
    for name, (html, own, inside) in DRAWN.items():
        place = [NAMES.get(name, name), html.format(n=number), PARENTS.get(name, "svg"), own]
        found[name] = [*place, *([inside] if inside else [])]
    return found


@pytest.mark.parametrize("way", ["together", "alone", "brought"])
async def test_a_block_is_parsed_as_what_it_stands_in(tab: Tab, settings: Settings, way: str) -> None:
    settings.MIZAN_SINGLE_FLIGHT = way == "brought"
    first = contents(1)
    with desk(first["g"], **first) as now:
        await sit_down(tab, "drawn")
        await expect(tab.page.locator("#lazy title")).to_have_text("1")
        assert await tab.page.evaluate(LOOK) == expected(1)
        now.html.update(contents(2))
        if way == "brought":
            await tab.page.evaluate("document.querySelector('#send button').click()")
        elif way == "together":
            await tab.invalidate("desk")
        else:
            for name in DRAWN:
                await tab.invalidate("desk", place=name)
                await expect(tab.page.locator(f"#{name}[aria-busy], #{name}.mizan-stale")).to_have_count(0)
        await tab.happens("refreshed", len(DRAWN) + 1)
        assert await tab.page.evaluate(LOOK) == expected(2)
        assert await tab.page.evaluate("document.querySelector('#bar').getBBox().width") == 20
        assert (len(tab.batches) > 0) == (way == "together")


async def test_what_is_typed_into_a_drawing_stays(tab: Tab) -> None:
    with desk("", **contents(1)) as now:
        await sit_down(tab, "drawn")
        await tab.page.locator("[name=note]").fill("typed")
        now.html.update(contents(2))
        await tab.invalidate("desk", place="foreign")
        await expect(tab.page.locator("[name=note]")).to_have_attribute("data-mizan-changed", "2")
        await expect(tab.page.locator("[name=note]")).to_have_value("typed")
        await expect(tab.page.locator("[name=note]")).to_be_focused()


async def test_what_a_morph_moves_in_a_drawing_stays_drawn(tab: Tab) -> None:
    with desk("", **contents(1)) as now:
        now.html["g"] = '<g><rect id="a" width="10" height="9"/></g><text>1</text>'
        await sit_down(tab, "drawn")
        moved = '<svg><g><rect id="a" width="20" height="9"/></g></svg>'
        now.html["g"] = f"<text>2</text><linearGradient><stop/></linearGradient>{moved}"
        await tab.invalidate("desk", place="g")
        await expect(tab.page.locator("#g text")).to_have_text("2")
        spaces = "[...new Set([...document.querySelectorAll('#g *')].map((it) => it.namespaceURI))]"
        assert await tab.page.evaluate(spaces) == [SVG]
        assert await tab.page.evaluate("document.querySelector('#a').getBBox().width") == 20
