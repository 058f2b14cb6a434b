"""What somebody has entered into a block stays when it refreshes, whether the field has the focus or not."""

from typing import Any

from playwright.async_api import expect

from tests.browser.helpers.desk import field, refresh, sit_down, told, under_way
from tests.browser.helpers.tab import Tab, morphs, on_every_morph, on_newest_morph
from tests.site.keep import desk

pytestmark = on_newest_morph

FORM = """
    <h2>{n}</h2>
    <input name="one" value="Ada"> <input name="two" value="Bob"> <input type="email" name="mail">
    <textarea name="text">Dear</textarea>
    <input type="checkbox" name="yes"> <input type="checkbox" name="no" checked>
    <input type="radio" name="way" value="a" checked> <input type="radio" name="way" value="b">
    <select name="size"><option>S<option>M<option>L</select>
    <select name="tags" multiple><option>x<option>y<option>z</select>
    <p contenteditable="true">Draft</p>
    <input type="file" name="file">
"""


async def fill(tab: Tab) -> None:
    """Enter something into every field, and leave the caret in the first."""
    await field(tab, "two").fill("Bobby")
    await field(tab, "mail").fill("bob@example.com")
    await field(tab, "text").fill("Dear you")
    await field(tab, "yes").check()
    await field(tab, "no").uncheck()
    await field(tab, "way", "[value=b]").check()
    await field(tab, "size").select_option("M")
    await field(tab, "tags").select_option(["x", "z"])
    await tab.page.locator("p").click()
    await tab.page.keyboard.press("Home")
    await tab.page.keyboard.type("My ")
    await field(tab, "file").set_input_files(
        {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"A plan."}
    )
    await field(tab, "one").focus()
    await tab.page.keyboard.press("End")
    await tab.page.keyboard.type("m")


async def expect_filled(tab: Tab) -> None:
    """Expect everything that was entered, except in the first field."""
    await expect(field(tab, "two")).to_have_value("Bobby")
    await expect(field(tab, "mail")).to_have_value("bob@example.com")
    await expect(field(tab, "text")).to_have_value("Dear you")
    await expect(field(tab, "yes")).to_be_checked()
    await expect(field(tab, "no")).not_to_be_checked()
    await expect(field(tab, "way", "[value=b]")).to_be_checked()
    await expect(field(tab, "size")).to_have_value("M")
    await expect(field(tab, "tags")).to_have_values(["x", "z"])
    await expect(tab.page.locator("p")).to_have_text("My Draft")
    read = "async (input) => [input.files[0].name, await input.files[0].text()]"
    assert await field(tab, "file").evaluate(read) == ["plan.txt", "A plan."]


@on_every_morph
async def test_everything_entered_stays_while_the_rest_is_renewed(tab: Tab) -> None:
    with desk(FORM.format(n=1)) as now:
        await sit_down(tab)
        await fill(tab)
        for times in (1, 2):
            now.html["main"] = FORM.format(n=times + 1)
            await refresh(tab, times)
            await expect(tab.page.locator("h2")).to_have_text(str(times + 1))
            await tab.page.keyboard.type(str(times))
        await expect(field(tab, "one")).to_have_value("Adam12")
        await expect(field(tab, "one")).to_be_focused()
        await expect_filled(tab)
        assert await told(tab, "mizan:changed") == []
        await expect(tab.page.locator("[data-mizan-changed], [id^=mizan-keep]")).to_have_count(0)


async def test_what_is_entered_while_the_refresh_is_under_way_stays(tab: Tab) -> None:
    with desk(FORM.format(n=1)) as now:
        await sit_down(tab)
        now.html["main"] = FORM.format(n=2)
        async with under_way(tab):
            await fill(tab)
        await tab.happens("refreshed", 1)
        await expect(tab.page.locator("h2")).to_have_text("2")
        await expect(field(tab, "one")).to_have_value("Adam")
        await expect_filled(tab)


async def test_numbers_and_dates_of_which_a_part_is_typed_stay(tab: Tab) -> None:
    """They have no value: "-", say, or a day without its month."""
    form = """
        <b>{n}</b><input type="number" name="new"><input type="number" name="old" value="{n}">
        <input type="date" name="day"><input name="other">
    """
    with desk(form.format(n=1)) as now:
        await sit_down(tab)
        for name, keys in (("new", "-"), ("old", "-"), ("day", "12")):
            await field(tab, name).click()
            await tab.page.keyboard.press("Control+A")
            await tab.page.keyboard.type(keys)
        for times, place in enumerate(("day", "other"), start=1):
            await field(tab, place).focus()
            now.html["main"] = form.format(n=times + 1)
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times + 1))
            for name in ("new", "old", "day"):
                assert await field(tab, name).evaluate("(it) => it.validity.badInput"), name
            await expect(field(tab, place)).to_be_focused()


async def test_fields_in_which_nothing_was_entered_are_renewed(tab: Tab) -> None:
    """The one with the focus, too, and one in which something was taken back."""
    with desk(FORM.format(n=1)) as now:
        await sit_down(tab)
        await field(tab, "two").fill("Bobby")
        await field(tab, "two").fill("Bob")
        await field(tab, "yes").check()
        await field(tab, "yes").uncheck()
        await field(tab, "one").focus()
        now.html["main"] = (
            FORM.format(n=2)
            .replace('"Ada"', '"Eve"')
            .replace('"Bob"', '"Rob"')
            .replace(">Dear<", ">Hello<")
            .replace('"yes"', '"yes" checked')
            .replace('"no" checked', '"no"')
            .replace('"b"', '"b" checked')
            .replace("<option>M", "<option selected>M")
            .replace("Draft", "Draught")
        )
        await refresh(tab)
        await expect(field(tab, "one")).to_have_value("Eve")
        await expect(field(tab, "one")).to_be_focused()
        await expect(field(tab, "two")).to_have_value("Rob")
        await expect(field(tab, "text")).to_have_value("Hello")
        await expect(field(tab, "yes")).to_be_checked()
        await expect(field(tab, "no")).not_to_be_checked()
        await expect(field(tab, "way", "[value=b]")).to_be_checked()
        await expect(field(tab, "size")).to_have_value("M")
        await expect(tab.page.locator("p")).to_have_text("Draught")
        assert await told(tab, "mizan:changed") == []


async def caret(tab: Tab, name: str) -> list[Any]:
    """Give where the selection of a field begins and ends, and in which direction it was made."""
    read = "({ selectionStart: a, selectionEnd: b, selectionDirection: d }) => [a, b, d]"
    found: list[Any] = await field(tab, name).evaluate(read)
    return found


async def test_caret_selection_and_direction_stay(tab: Tab) -> None:
    form = '<b>{n}</b><input name="one" value="Augusta"><textarea name="text">Dear</textarea>'
    with desk(form.format(n=1)) as now:
        await sit_down(tab)
        await field(tab, "one").click()
        await tab.page.keyboard.press("End")
        await tab.page.keyboard.type("s")
        for key in ("ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowLeft"):
            await tab.page.keyboard.press(key)
        now.html["main"] = form.format(n=2)
        await refresh(tab, 1)
        assert await caret(tab, "one") == [5, 7, "backward"]
        await tab.page.keyboard.type("-")
        await expect(field(tab, "one")).to_have_value("Augus-s")

        await field(tab, "text").click()
        await tab.page.keyboard.press("Home")
        await tab.page.keyboard.press("ArrowRight")
        now.html["main"] = form.format(n=3)
        await refresh(tab, 2)
        assert await caret(tab, "text") == [1, 1, "forward"]


async def test_where_blocks_are_morphed_typing_can_be_undone_afterwards(tab: Tab, htmx: str) -> None:
    form = '<b>{n}</b><input name="one" value="Ada"><input name="two" value="{n}">'
    with desk(form.format(n=1)) as now:
        await sit_down(tab)
        await field(tab, "one").press_sequentially("m")
        now.html["main"] = form.format(n=2).replace("Ada", "Eve")
        await refresh(tab)
        await expect(field(tab, "two")).to_have_value("2")
        await tab.page.keyboard.press("Control+z")
        await expect(field(tab, "one")).to_have_value("Ada" if morphs(htmx) else "mAda")


async def test_a_change_that_nobody_has_been_told_of_is_told_when_the_field_is_left(tab: Tab) -> None:
    form = '<b>{n}</b><input name="one" value="Ada"><input name="two">'
    with desk(form.format(n=1)) as now:
        await sit_down(tab)
        await field(tab, "one").press_sequentially("m")
        now.html["main"] = form.format(n=2)
        await refresh(tab)
        await tab.page.keyboard.press("Tab")
        assert await told(tab, "change") == [["one", None]]
        await field(tab, "one").focus()
        await tab.page.keyboard.press("Tab")
        await field(tab, "two").press_sequentially("x")
        await tab.page.keyboard.press("Tab")
        assert await told(tab, "change") == [["one", None], ["two", None]]
