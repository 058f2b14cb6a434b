"""What the server says of single fields stands at those, in Django's markup; the rest is handed back."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.helpers.desk import sit_down
from tests.browser.helpers.tab import Tab
from tests.site.keep import desk
from tools import htmx

# Nothing of it hangs on htmx's own ways.
pytestmark = pytest.mark.parametrize("htmx", htmx.VERSIONS[:1], ids="htmx{}".format, indirect=True)

PUT = """(html) => {
    document.querySelector("#here")?.remove();
    document.body.insertAdjacentHTML("beforeend", `<section id="here">${html}</section>`);
}"""
# Shows it, and gives what is left, and what the section has become.
SHOW = """([selector, fields]) => {
    const rest = mizan.fields.show(document.querySelector(selector), fields);
    return [rest, document.querySelector("#here").innerHTML.replace(/\\s+/g, " ").trim()];
}"""


async def show(tab: Tab, html: str, fields: dict[str, Any], selector: str = "#it") -> tuple[list[str], str]:
    """Put HTML into the page, show messages for an element in it; give what is left, and the HTML then."""
    await tab.page.evaluate(PUT, html)
    rest, after = await tab.page.evaluate(SHOW, [selector, fields])
    return rest, after


def said(id_: str, name: str, *texts: str) -> str:
    """Write a list of messages as it stands in the page."""
    items = "".join(f"<li>{text}</li>" for text in texts)
    return f'<ul class="errorlist" id="{id_}" data-mizan-said="{name}">{items}</ul>'


def wrong(*ids: str) -> str:
    """Write the attributes of a field with messages."""
    return f'aria-invalid="true" aria-describedby="{" ".join(ids)}"'


SHADOWS = "".join(
    f'<input name="{name}">'
    for name in ("checkVisibility", "children", "closest", "contains", "getClientRects", "matches")
)

CASES: dict[str, tuple[str, dict[str, Any], list[str], str]] = {
    "a field by its name, before it as Django has it": (
        '<form id="it"><label for="id_a">A</label><input name="a" id="id_a"></form>',
        {"a": ["No.", "Never <b>."], "__all__": ["Not today."], "": ["Nor tomorrow."]},
        ["Not today.", "Nor tomorrow."],
        '<form id="it"><label for="id_a">A</label>'
        + said("id_a_error", "a", "No.", "Never &lt;b&gt;.")
        + f'<input name="a" id="id_a" {wrong("id_a_error")}></form>',
    ),
    "a description that is there": (
        '<form id="it"><p id="help">Help</p><input name="a" id="a" aria-describedby="help"></form>',
        {"a": ["No."]},
        [],
        '<form id="it"><p id="help">Help</p>'
        + said("a_error", "a", "No.")
        + '<input name="a" id="a" aria-describedby="help a_error" aria-invalid="true"></form>',
    ),
    "what holds no list": (
        '<form id="it"><p><label>A <input name="a" id="a"></label></p></form>',
        {"a": ["No."]},
        [],
        '<form id="it">'
        + said("a_error", "a", "No.")
        + f'<p><label>A <input name="a" id="a" {wrong("a_error")}></label></p></form>',
    ),
    "what came with the page is as old as the attempt before": (
        '<form id="it"><ul class="errorlist" id="a_error"><li>Old.</li></ul>'
        f'<input name="a" id="a" {wrong("a_error")}></form>',
        {"a": ["No."]},
        [],
        '<form id="it">' + said("a_error", "a", "No.") + f'<input name="a" id="a" {wrong("a_error")}></form>',
    ),
    "an id that is taken": (
        '<p id="a_error">Else</p><form id="it"><input name="a" id="a"></form>',
        {"a": ["No."]},
        [],
        '<p id="a_error">Else</p><form id="it">'
        + said("a_error-1", "a", "No.")
        + f'<input name="a" id="a" {wrong("a_error-1")}></form>',
    ),
    "a fieldset of radios, once": (
        '<form id="it"><fieldset><legend>K</legend><div id="id_k">'
        '<div><label><input type="radio" name="k" id="id_k_0" value="a"> A</label></div>'
        '<div><label><input type="radio" name="k" id="id_k_1" value="b"> B</label></div></div></fieldset>'
        "</form>",
        {"k": ["Choose."]},
        [],
        '<form id="it"><fieldset aria-describedby="id_k_error"><legend>K</legend>'
        + said("id_k_error", "k", "Choose.")
        + '<div id="id_k"><div><label><input type="radio" name="k" id="id_k_0" value="a"'
        ' aria-invalid="true"> A</label></div><div><label><input type="radio" name="k" id="id_k_1" value="b"'
        ' aria-invalid="true"> B</label></div></div></fieldset></form>',
    ),
    "boxes of one name among others": (
        '<form id="it"><fieldset><input name="t"><div><input type="checkbox" name="c" id="c_0" value="1">'
        '<input type="checkbox" name="c" id="c_1" value="2" checked></div></fieldset></form>',
        {"c.0": ["No."], "c.1": ["No."]},
        [],
        '<form id="it"><fieldset><input name="t">'
        + said("c_error", "c.0", "No.")
        + f'<div><input type="checkbox" name="c" id="c_0" value="1" {wrong("c_error")}>'
        f'<input type="checkbox" name="c" id="c_1" value="2" checked="" {wrong("c_error")}></div></fieldset>'
        "</form>",
    ),
    "what nobody sees, or is not there, by its label or name": (
        '<form id="it"><input type="hidden" name="h"><div hidden><label for="a">Amount:</label>'
        '<input name="a" id="a"></div></form>',
        {"h": ["No."], "a": ["Nor this."], "gone": ["Nor that."]},
        ["h: No.", "Amount: Nor this.", "gone: Nor that."],
        '<form id="it"><input type="hidden" name="h"><div hidden=""><label for="a">Amount:</label>'
        '<input name="a" id="a"></div></form>',
    ),
    "a closed details opens": (
        '<form id="it"><details><summary>More</summary><input name="a" id="a"></details></form>',
        {"a": ["No."]},
        [],
        '<form id="it"><details open=""><summary>More</summary>'
        + said("a_error", "a", "No.")
        + f'<input name="a" id="a" {wrong("a_error")}></details></form>',
    ),
    "the form's own, and those of the attribute form": (
        '<form><input name="a"></form><form id="it"></form><input name="a" id="a" form="it">',
        {"a": ["No."]},
        [],
        '<form><input name="a"></form><form id="it"></form>'
        + said("a_error", "a", "No.")
        + f'<input name="a" id="a" form="it" {wrong("a_error")}>',
    ),
    "a place of the site's": (
        '<form id="it"><input name="a" id="a"><div data-mizan-errors="a"></div></form>',
        {"a": ["No."]},
        [],
        f'<form id="it"><input name="a" id="a" {wrong("a_error")}><div data-mizan-errors="a">'
        + said("a_error", "a", "No.")
        + "</div></form>",
    ),
    "names that shadow what a form has": (
        '<form id="it"><input name="elements" id="a"><input name="closest"><input name="contains">'
        '<input name="id"><input name="querySelector"></form>',
        {"elements": ["No."]},
        [],
        '<form id="it">'
        + said("a_error", "elements", "No.")
        + f'<input name="elements" id="a" {wrong("a_error")}>'
        '<input name="closest"><input name="contains"><input name="id"><input name="querySelector"></form>',
    ),
    "the same where boxes of one name stand in the form itself": (
        '<form id="it"><input type="checkbox" name="a" id="a_0"><input type="checkbox" name="a">'
        + SHADOWS
        + "</form>",
        {"a": ["No."]},
        [],
        '<form id="it">'
        + said("a_error", "a", "No.")
        + f'<input type="checkbox" name="a" id="a_0" {wrong("a_error")}>'
        + f'<input type="checkbox" name="a" {wrong("a_error")}>'
        + SHADOWS
        + "</form>",
    ),
    "a control by itself": (
        '<input name="a" id="it">',
        {"a": ["No."]},
        [],
        said("it_error", "a", "No.") + f'<input name="a" id="it" {wrong("it_error")}>',
    ),
    "a button with hx-include": (
        '<table><tbody><tr><td><input name="a" id="a"></td>'
        '<td><button id="it" hx-post="/x/" hx-include="closest tr">Go</button></td></tr>'
        '<tr><td><input name="a"></td></tr></tbody></table>',
        {"a": ["No."]},
        [],
        "<table><tbody><tr><td>"
        + said("a_error", "a", "No.")
        + f'<input name="a" id="a" {wrong("a_error")}></td>'
        '<td><button id="it" hx-post="/x/" hx-include="closest tr">Go</button></td></tr>'
        '<tr><td><input name="a"></td></tr></tbody></table>',
    ),
    "parts in a cell of a table": (
        '<form id="it"><table><tbody><tr><td><input name="d_year" id="d_year"><input name="d_month">'
        "</td></tr></tbody></table></form>",
        {"d": ["No."]},
        [],
        '<form id="it"><table><tbody><tr><td>'
        + said("d_year_error", "d", "No.")
        + f'<input name="d_year" id="d_year" {wrong("d_year_error")}>'
        f'<input name="d_month" {wrong("d_year_error")}></td></tr></tbody></table></form>',
    ),
    "a wrapper that says which field it is": (
        '<form id="it"><div data-mizan-field="when"><input name="when_0" id="w_0">'
        '<input name="when_1" id="w_1"></div></form>',
        {"when": ["No."]},
        [],
        '<form id="it"><div data-mizan-field="when">'
        + said("w_error", "when", "No.")
        + f'<input name="when_0" id="w_0" {wrong("w_error")}>'
        f'<input name="when_1" id="w_1" {wrong("w_error")}></div></form>',
    ),
}


PARSE = """(html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.innerHTML;
}"""


async def test_each_message_stands_at_its_field_and_goes_again(tab: Tab) -> None:
    with desk("<p>Desk</p>"):
        await sit_down(tab)
        for case, (html, fields, left, after) in CASES.items():
            assert (case, *await show(tab, html, fields)) == (case, left, after)
            assert await tab.page.evaluate("document.activeElement === document.body") is True
            await tab.page.evaluate("mizan.fields.clear(document.querySelector('#it'))")
            # What is open stays open, and what came with the page was too old to come back.
            former = html.replace('<ul class="errorlist" id="a_error"><li>Old.</li></ul>', "")
            former = former.replace(f" {wrong('a_error')}", "").replace("<details>", "<details open>")
            fresh = await tab.page.evaluate(PARSE, former)
            assert (case, await tab.page.locator("#here").inner_html()) == (case, fresh)


NAMES = {
    "items.0.name": ("items.0.name", "items[0][name]", "items-0-name"),
    "address.street": ("address.street", "address[street]", "address-street", "address"),
    "name": ("form-0-name", "name_0"),
    "tags": ("tags[]",),
    "items.0": ("items",),
    "when": ("when_year",),
}


async def test_a_name_is_found_however_it_is_spelt(tab: Tab) -> None:
    with desk("<p>Desk</p>"):
        await sit_down(tab)
        for key, names in NAMES.items():
            for name in names:
                rest, _ = await show(
                    tab, f'<form id="it"><input name="{name}" id="a"></form>', {key: ["No."]}
                )
                assert (key, name, rest) == (key, name, [])
                await expect(tab.page.locator("#a")).to_have_attribute("aria-describedby", "a_error")


async def test_of_a_list_of_fields_the_one_is_meant_that_is_wrong(tab: Tab) -> None:
    with desk("<p>Desk</p>"):
        await sit_down(tab)
        fields = '<input name="tags" id="t0"><input name="tags" id="t1"><input name="tags" id="t2" disabled>'
        await show(tab, f'<form id="it">{fields}</form>', {"tags.1": ["No."]})
        assert await tab.page.locator("[aria-invalid]").evaluate_all("(all) => all.map(({ id }) => id)") == [
            "t1"
        ]
        # Nobody knows which of several rows a bare name means.
        rows = '<input name="form-0-name"><input name="form-1-name">'
        assert (await show(tab, f'<form id="it">{rows}</form>', {"name": ["No."]}))[0] == ["name: No."]


async def test_what_is_shown_anew_takes_the_place_of_what_was(tab: Tab) -> None:
    with desk("<p>Desk</p>"):
        await sit_down(tab)
        html = '<form id="it"><input name="a" id="a" aria-invalid="false"><input name="b" id="b"></form>'
        await show(tab, html, {"a": ["One."], "b": ["Two."]})
        rest, _ = await tab.page.evaluate(SHOW, ["#it", {"a": ["Three."]}])
        assert rest == []
        assert await tab.page.locator(".errorlist").all_inner_texts() == ["Three."]
        await tab.page.evaluate("mizan.fields.clear(document.querySelector('#it'))")
        await expect(tab.page.locator("#a")).to_have_attribute("aria-invalid", "false")
        await expect(tab.page.locator("#b")).not_to_have_attribute("aria-invalid", "true")


async def test_a_message_goes_when_its_field_gets_another_value(tab: Tab) -> None:
    with desk("<p>Desk</p>"):
        await sit_down(tab)
        html = """<form id="it"><input name="a" id="a" value="x"><input name="b" id="b">
            <button type="button">B</button><label><input type="radio" name="r" value="1">1</label>
            <label><input type="radio" name="r" value="2">2</label><input type="reset"></form>"""
        await show(tab, html, {"a": ["One."], "b": ["Two."], "r": ["Three."]})
        lists = tab.page.locator(".errorlist")
        await tab.page.locator("#a").fill("xy")
        assert await lists.count() == 3  # read while it is corrected
        await tab.page.locator("#a").fill("x")
        await tab.page.locator("#b").focus()
        assert await lists.count() == 3  # as it was
        await tab.page.locator("#a").fill("xy")
        # The click that leaves the field would miss, if what is below it moved before it is over.
        await tab.page.evaluate(
            "document.querySelector('button').addEventListener('click', () => (window.hit = true))"
        )
        await tab.page.locator("button").click()
        assert await tab.page.evaluate("window.hit") is True
        await expect(lists).to_have_text(["Two.", "Three."])
        await tab.page.locator("[value='2']").check()
        await expect(lists).to_have_text(["Two."])
        await expect(tab.page.locator("[value='1']")).not_to_have_attribute("aria-invalid", "true")
        await tab.page.locator("[type=reset]").click()
        await expect(lists).to_have_count(0)
