"""A choice stays what somebody chose, whichever way the page is cut into blocks."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.helpers.desk import field, refresh, sit_down, told
from tests.browser.helpers.tab import Tab, on_newest_morph
from tests.site.keep import desk

pytestmark = on_newest_morph

CHANGED = "data-mizan-changed"


def radio(*values: str, checked: str = "", name: str = "way", n: int = 1) -> str:
    """Write radio buttons."""
    written = [f'<input type="radio" name="{name}" value="{v}"{" checked" * (v == checked)}>' for v in values]
    return f"<b>{n}</b>" + "".join(written)


def way(tab: Tab, value: str) -> Locator:
    """Find the radio button with this value."""
    return field(tab, "way", f"[value={value}]")


@pytest.mark.parametrize("form", [("", ""), ("<form>", "</form>")], ids=["no form", "form"])
async def test_radio_buttons_in_several_blocks_are_one_choice(tab: Tab, form: tuple[str, str]) -> None:
    with desk(radio("a", "b", checked="a"), beside=radio("c", "d")) as now:
        now.around = {"main": (form[0], ""), "beside": ("", form[1])}
        await sit_down(tab)
        await way(tab, "d").check()
        # The block with what the server has chosen, and the block with what somebody has, alone and together.
        for times, (place, n) in enumerate((("main", 2), ("beside", 3), ("main", 4), ("beside", 5)), start=1):
            now.html["main"] = radio("a", "b", checked="a", n=n)
            now.html["beside"] = radio("c", "d", n=n)
            await tab.invalidate("desk", place=place)
            await tab.happens("refreshed", times)
            await expect(tab.page.locator(f"#{place} b")).to_have_text(str(n))
            await expect(way(tab, "d")).to_be_checked()
            await expect(tab.page.locator(f"[{CHANGED}]")).to_have_count(0)

        now.html["main"] = radio("a", "b", checked="b", n=6)
        await tab.invalidate("desk", place="main")
        await tab.happens("refreshed", 5)
        await expect(way(tab, "d")).to_be_checked()
        await expect(way(tab, "b")).to_have_attribute(CHANGED, "b")
        assert await told(tab, "mizan:changed") == [["way", "b"]]

        # What was chosen goes: the choice is the server's again.
        now.html["beside"] = radio("c", n=7)
        await tab.invalidate("desk", place="beside")
        await tab.happens("refreshed", 6)
        await expect(way(tab, "b")).to_be_checked()


async def test_radio_buttons_in_several_blocks_that_nobody_has_touched_are_as_the_server_says(
    tab: Tab,
) -> None:
    with desk(radio("a", "b", checked="a"), beside=radio("c", "d")) as now:
        await sit_down(tab)
        steps = (
            ("main", "b", ""),
            ("main", "", "c"),
            ("beside", "", "c"),
            ("main", "b", ""),
            ("main", "a", ""),
        )
        expected = ("b", "", "c", "b", "a")
        for times, ((place, one, two), checked) in enumerate(zip(steps, expected, strict=True), start=1):
            now.html["main"] = radio("a", "b", checked=one, n=times + 1)
            now.html["beside"] = radio("c", "d", checked=two, n=times + 1)
            await tab.invalidate("desk", place=place)
            await tab.happens("refreshed", times)
            await expect(tab.page.locator(f"#{place} b")).to_have_text(str(times + 1))
            read = "(all) => all.filter((it) => it.checked).map((it) => it.value).join()"
            assert await field(tab, "way").evaluate_all(read) == checked, times
        assert await told(tab, "mizan:changed") == []


async def test_a_radio_button_that_is_new_does_not_take_the_choice(tab: Tab) -> None:
    with desk(radio("a", "b", checked="a")) as now:
        await sit_down(tab)
        await way(tab, "b").check()
        now.html["main"] = radio("a", "b", "c", checked="c", n=2)
        await refresh(tab)
        await expect(tab.page.locator("#main b")).to_have_text("2")
        await expect(way(tab, "b")).to_be_checked()
        await expect(way(tab, "c")).to_have_attribute(CHANGED, "c")
        now.html["main"] = radio("a", "c", checked="c", n=3)
        await refresh(tab, 2)
        await expect(tab.page.locator("#main b")).to_have_text("3")
        await expect(way(tab, "c")).to_be_checked()
        await expect(tab.page.locator(f"[{CHANGED}]")).to_have_count(0)


@pytest.mark.parametrize("tag", ["optgroup", "option"])
async def test_options_that_arrive_anew_are_chosen_as_before(tab: Tab, tag: str) -> None:
    def html(n: int, value: str, more: str = "") -> str:
        if tag == "option":
            return f"{value}"
        return f'<option value="{value}1"{more}>{value} {n}</option><option value="{value}2">{n}</option>'

    end = "" if tag == "option" else "2"
    with desk(html(1, "a"), beside=html(1, "b")) as now:
        now.tags = {"main": tag, "beside": tag}
        now.around = {"main": ('<select name="one"><option value="">None</option>', ""),
                      "beside": ("", "</select>")}  # fmt: skip
        await sit_down(tab)
        await field(tab, "one").select_option("b" + end)
        await field(tab, "one").focus()
        await tab.invalidate("desk", place="main")
        await tab.happens("refreshed", 1)
        for times in (2, 4):
            now.html.update(main=html(times, "a"), beside=html(times, "b"))
            await refresh(tab, times + 1)
            await expect(field(tab, "one")).to_have_value("b" + end)
            await expect(field(tab, "one")).to_be_focused()
        await expect(field(tab, "one")).not_to_have_attribute(CHANGED, "")
        if tag == "option":
            # It is the same option, and called otherwise.
            now.html["beside"] = "bb"
            await refresh(tab, 7)
            await expect(field(tab, "one")).to_have_value("bb")
        else:
            now.html["main"] = html(6, "a", " selected")
            await refresh(tab, 7)
            await expect(field(tab, "one")).to_have_value("b2")
            await expect(field(tab, "one")).to_have_attribute(CHANGED, "a1")
            assert await told(tab, "mizan:changed") == [["one", "a1"]]
            now.html["beside"] = ""
            await refresh(tab, 9)
            await expect(field(tab, "one")).to_have_value("a1")
            await expect(field(tab, "one")).not_to_have_attribute(CHANGED, "a1")


async def test_options_in_blocks_that_nobody_has_chosen_from_are_as_the_server_says(tab: Tab) -> None:
    options = '<option value="{0}"{1}>{0}</option>'
    with desk(options.format("a", " selected"), beside=options.format("b", "")) as now:
        now.tags = {"main": "optgroup", "beside": "optgroup"}
        now.around = {"main": ('<select name="one"><option value="">', ""), "beside": ("", "</select>")}
        await sit_down(tab)
        for times, (one, two, value) in enumerate(
            ((" selected", "", "a"), ("", " selected", "b"), ("", "", ""), (" selected", "", "a")), start=1
        ):
            now.html.update(main=options.format("a", one), beside=options.format("b", two))
            await refresh(tab, 2 * times)
            await expect(field(tab, "one")).to_have_value(value)
        assert await told(tab, "mizan:changed") == []


async def test_several_options_are_chosen_as_before(tab: Tab) -> None:
    def html(n: int, *values: str) -> str:
        return "".join(f'<option value="{value}">{value} {n}</option>' for value in values)

    with desk(html(1, "a", "b"), beside=html(1, "c", "d")) as now:
        now.tags = {"main": "optgroup", "beside": "optgroup"}
        now.around = {"main": ('<select name="some" multiple>', ""), "beside": ("", "</select>")}
        await sit_down(tab)
        await field(tab, "some").select_option(["b", "c", "d"])
        now.html.update(main=html(2, "z", "b", "a"), beside=html(2, "d"))
        await refresh(tab, 2)
        await expect(field(tab, "some")).to_have_values(["b", "d"])


async def test_a_list_of_proposals_that_arrives_anew_leaves_what_is_typed(tab: Tab) -> None:
    with desk("<option>Ada", beside='<b>1</b><input name="one" list="main">') as now:
        now.tags["main"] = "datalist"
        await sit_down(tab)
        await field(tab, "one").press_sequentially("Au")
        now.html.update(main="<option>Augusta", beside='<b>2</b><input name="one" list="main">')
        await refresh(tab, 2)
        await expect(tab.page.locator("#beside b")).to_have_text("2")
        await expect(field(tab, "one")).to_have_value("Au")
        await expect(field(tab, "one")).to_be_focused()
        assert await field(tab, "one").evaluate("(it) => it.list.options[0].value") == "Augusta"


async def test_an_option_that_a_script_has_put_in_stays_while_it_is_chosen(tab: Tab) -> None:
    html = """<b>{n}</b><select name="none"></select><select name="one"><option>a</option></select>
        <select name="many" multiple><option selected>a</option><option>b</option></select>"""
    add = """(names) => {
        for (const name of names) {
            const select = document.querySelector(`[name=${name}]`);
            select.append(new Option("mine", "mine", false, true), new Option("other", "other"));
        }
    }"""
    with desk(html.format(n=0)) as now:
        await sit_down(tab)
        await tab.page.evaluate(add, ["none", "one", "many"])
        for times in (1, 2, 3):
            now.html["main"] = html.format(n=times)
            await refresh(tab, times)
            await expect(tab.page.locator("b")).to_have_text(str(times))
            await expect(field(tab, "none")).to_have_value("mine")
            await expect(field(tab, "one")).to_have_value("mine")
            await expect(field(tab, "many")).to_have_values(["a", "mine"])
        await field(tab, "one").select_option("a")
        await refresh(tab, 4)
        await expect(field(tab, "one").locator("option")).to_have_text(["a"])
