"""What the server has now stands beside what somebody entered, and goes when they agree."""

from playwright.async_api import expect

from tests.browser.helpers.desk import field, refresh, sit_down, told
from tests.browser.helpers.tab import Tab, on_every_morph, on_newest_morph
from tests.site.keep import desk

pytestmark = on_newest_morph

CHANGED = "data-mizan-changed"
VALUES = """
    <form><input name="one" value="{one}"><textarea name="text">{text}</textarea>
    <input type="radio" name="way" value="a"{a}><input type="radio" name="way" value="b"{b}>
    <input type="radio" name="way" value="c"{c}>
    <select name="size"><option{s}>S<option{m}>M<option{l}>L</select>
    <button type="reset">Back</button></form><p id="p" contenteditable>{p}</p>
"""


def values(**chosen: str) -> str:
    """Render the fields with these values in place of the first ones."""
    first = {"one": "Ada", "text": "Dear", "a": " checked", "s": " selected", "p": "Draft"}
    blank = dict.fromkeys("abcsml", "")
    return VALUES.format(**{**blank, **first, **chosen})


async def enter(tab: Tab) -> None:
    """Enter something everywhere."""
    await field(tab, "one").fill("Adam")
    await field(tab, "text").fill("Dear you")
    await field(tab, "way", "[value=b]").check()
    await field(tab, "size").select_option("M")
    await tab.page.locator("p").click()
    await tab.page.keyboard.press("Home")
    await tab.page.keyboard.type("My ")


OTHERS = {"one": "Eve", "text": "Hello", "a": "", "c": " checked", "s": "", "l": " selected", "p": "Plan"}


@on_every_morph
async def test_a_value_that_the_server_has_changed_stands_beside_what_was_entered(tab: Tab) -> None:
    with desk(values()) as now:
        await sit_down(tab)
        await enter(tab)
        now.html["main"] = values(**OTHERS)
        for times in (1, 2):
            await refresh(tab, times)
            await expect(field(tab, "one")).to_have_value("Adam")
            await expect(field(tab, "one")).to_have_attribute(CHANGED, "Eve")
            await expect(field(tab, "text")).to_have_value("Dear you")
            await expect(field(tab, "text")).to_have_attribute(CHANGED, "Hello")
            await expect(field(tab, "way", "[value=b]")).to_be_checked()
            await expect(field(tab, "way", "[value=c]")).to_have_attribute(CHANGED, "c")
            await expect(field(tab, "size")).to_have_value("M")
            await expect(field(tab, "size")).to_have_attribute(CHANGED, "L")
            await expect(tab.page.locator("p")).to_have_text("My Draft")
            await expect(tab.page.locator("p")).to_have_attribute(CHANGED, "Plan")
            await expect(tab.page.locator(f"[{CHANGED}]")).to_have_count(5)
        changed = [["one", "Eve"], ["text", "Hello"], ["way", "c"], ["size", "L"], ["p", "Plan"]]
        assert await told(tab, "mizan:changed") == changed  # once each

        now.html["main"] = values(one="Mallory", text="Dear you", b=" checked", a="", m=" selected", s="")
        await refresh(tab, 3)
        await expect(field(tab, "one")).to_have_attribute(CHANGED, "Mallory")
        await expect(tab.page.locator(f"[{CHANGED}]")).to_have_count(1)
        assert await told(tab, "mizan:changed") == [*changed, ["one", "Mallory"]]


async def test_the_mark_goes_when_the_field_has_what_the_server_has_or_is_reset(tab: Tab) -> None:
    with desk(values()) as now:
        await sit_down(tab)
        await enter(tab)
        now.html["main"] = values(**OTHERS)
        await refresh(tab)
        await expect(tab.page.locator(f"[{CHANGED}]")).to_have_count(5)
        await field(tab, "one").fill("Eve")
        await field(tab, "way", "[value=c]").check()
        await field(tab, "size").select_option("L")
        await expect(tab.page.locator(f"[{CHANGED}]")).to_have_count(2)
        await expect(field(tab, "text")).to_have_attribute(CHANGED, "Hello")

        await tab.page.locator("button").click()
        await expect(field(tab, "text")).to_have_value("Hello")
        await expect(field(tab, "text")).not_to_have_attribute(CHANGED, "Hello")
        now.html["main"] = values(one="Mallory", text="Hi", b=" checked", a="", p="Plan")
        await refresh(tab, 2)
        await expect(field(tab, "one")).to_have_value("Mallory")
        await expect(field(tab, "text")).to_have_value("Hi")
        await expect(field(tab, "way", "[value=b]")).to_be_checked()
        await expect(field(tab, "size")).to_have_value("S")
        await expect(tab.page.locator("p")).to_have_text("My Draft")


async def test_a_choice_that_is_not_on_offer_any_more_gives_way(tab: Tab) -> None:
    options = '<select name="size"><option>S{m}<option>L</select>'
    with desk(options.format(m="<option>M")) as now:
        await sit_down(tab)
        await field(tab, "size").select_option("M")
        now.html["main"] = options.format(m="")
        await refresh(tab)
        await expect(field(tab, "size")).to_have_value("S")
        await field(tab, "size").select_option("L")
        now.html["main"] = options.format(m="<option>M")
        await refresh(tab, 2)
        await expect(field(tab, "size")).to_have_value("L")


async def test_a_default_that_only_the_browser_knows_is_nothing_entered(tab: Tab) -> None:
    fields = """
        <input type="range" name="much"{v}><input type="number" name="n"{v}>
        <input type="color" name="hue" value="#00ff00">
    """
    with desk(fields.format(v="")) as now:
        await sit_down(tab)
        now.html["main"] = fields.format(v=' value="7"')
        await refresh(tab)
        await expect(field(tab, "much")).to_have_value("7")
        await expect(field(tab, "n")).to_have_value("7")
        await field(tab, "hue").fill("#ff0000")
        now.html["main"] = fields.format(v=' value="8"')
        await refresh(tab, 2)
        await expect(field(tab, "n")).to_have_value("8")
        await expect(field(tab, "hue")).to_have_value("#ff0000")
