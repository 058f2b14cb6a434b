"""The same form in each row, as Django writes it without a prefix: what was entered stays with its row."""

from typing import Any
from urllib.parse import parse_qsl

from playwright.async_api import Locator, expect

from tests.browser.helpers.desk import field, refresh, sit_down
from tests.browser.helpers.tab import Tab, on_every_morph, on_newest_morph
from tests.site.keep import desk

ROW = """
    <form id="row" class="{css}"><input type="hidden" name="item" value="{item}">{text}
      <label for="id_note">Note</label><input name="note" id="id_note" value="{note}">
      <textarea name="more" id="id_more"></textarea>
      <input type="checkbox" name="done" id="id_done">
      <input type="radio" name="way" id="id_way_0" value="a" checked>
      <input type="radio" name="way" id="id_way_1" value="b">
      <select name="size" id="id_size"><option>S<option>M</select>
      <details id="id_details"><summary>More</summary>{item}</details>
      <div class="pane" id=""><p>{lines}</p></div>
    </form>
"""
FRESH: dict[str, Any] = {
    "note": "", "more": "", "done": False, "way": "a", "size": "S", "open": False, "top": 0
}  # fmt: skip
MINE: dict[str, Any] = {
    "note": "mine", "more": "more", "done": True, "way": "b", "size": "M", "open": True, "top": 40
}  # fmt: skip
READ = """(forms) => Object.fromEntries(forms.map((form) => {
    const { note, more, done, way, size } = form.elements;
    const [item, details, pane] = form.querySelectorAll("[name=item], details, .pane");
    return [item.value, {
        note: note.value, more: more.value, done: done.checked, way: way.value, size: size.value,
        open: details.open, top: pane.scrollTop,
    }];
}))"""


def rows(items: str, *, css: str = "", note: str = "", text: str = "") -> str:
    """Write a row for each item."""
    lines = "<br>".join(["A line"] * 40)
    return f"<b>{items}</b>" + "".join(
        ROW.format(item=item, css=css, note=note, text=text.format(item), lines=lines) for item in items
    )


def row(tab: Tab, item: str) -> Locator:
    """Find the row of an item."""
    return tab.page.locator("form", has=tab.page.locator(f"[name=item][value='{item}']"))


async def enter(form: Locator) -> None:
    """Enter something everywhere in a row, and leave the caret in the middle of its note."""
    await form.locator("[name=more]").fill("more")
    await form.locator("[name=done]").check()
    await form.locator("[name=way][value=b]").check()
    await form.locator("select").select_option("M")
    await form.locator("summary").click()
    await form.locator(".pane").evaluate("(it) => { it.scrollTop = 40; }")
    await form.locator("[name=note]").fill("mine")
    await form.locator("[name=note]").evaluate("(it) => it.setSelectionRange(2, 2)")


async def read(tab: Tab) -> dict[str, Any]:
    """Read all rows, by their items."""
    found: dict[str, Any] = await tab.page.locator("#row").evaluate_all(READ)
    return found


@on_newest_morph
async def test_what_was_entered_in_a_row_stays_in_it_wherever_it_goes(tab: Tab) -> None:
    with desk(rows("123")) as now:
        await sit_down(tab)
        await enter(row(tab, "2"))
        note = row(tab, "2").locator("[name=note]")
        for times, items in enumerate(("123", "0123", "321", "23", "24", "2"), start=1):
            now.html["main"] = rows(items)
            await refresh(tab, times)
            await expect(tab.page.locator("#main > b")).to_have_text(items)
            assert await read(tab) == {item: MINE if item == "2" else FRESH for item in items}, items
            await expect(note).to_be_focused()
            assert await note.evaluate("(it) => it.selectionStart") == 2
            ids = await tab.page.locator("#main [id]").evaluate_all("(all) => all.map((it) => it.id)")
            assert len(ids) == 9 * len(items)
            assert len(set(ids)) == 9, ids  # what was lent for a morph was given back
        now.html["main"] = rows("13")
        await refresh(tab, 7)
        await expect(tab.page.locator("#main > b")).to_have_text("13")
        assert await read(tab) == {"1": FRESH, "3": FRESH}
        await expect(tab.page.locator(":focus")).to_have_count(0)


@on_newest_morph
async def test_a_row_without_a_key_is_known_by_its_text_or_its_place(tab: Tab) -> None:
    def keyless(items: str, text: str) -> str:
        return rows(items, text=text).replace('type="hidden"', 'type="text" hidden')

    with desk(keyless("123", "Item {}")) as now:
        await sit_down(tab)
        await enter(tab.page.locator("form").nth(1))
        for times, (items, text, place) in enumerate(
            [("0123", "Item {}", 2), ("231", "Item {}", 0), ("132", "", 0), ("456", "", 0)], start=1
        ):
            now.html["main"] = keyless(items, text)
            await refresh(tab, times)
            await expect(tab.page.locator("#main > b")).to_have_text(items)
            found = list((await read(tab)).items())
            filled = [at for at, item in enumerate(items) if dict(found)[item] == MINE]
            assert filled == [place], (items, text)


@on_newest_morph
async def test_what_the_server_has_changed_is_told_in_the_row(tab: Tab) -> None:
    with desk(rows("12", css="old")) as now:
        await sit_down(tab)
        await row(tab, "2").locator("[name=note]").fill("mine")
        now.html["main"] = rows("312", css="new", note="theirs")
        await refresh(tab)
        await expect(row(tab, "3").locator("[name=note]")).to_have_value("theirs")
        await expect(row(tab, "1").locator("[name=note]")).to_have_value("theirs")
        await expect(row(tab, "2").locator("[name=note]")).to_have_value("mine")
        await expect(row(tab, "2").locator("[name=note]")).to_have_attribute("data-mizan-changed", "theirs")
        await expect(tab.page.locator("[data-mizan-changed]")).to_have_count(1)
        await expect(tab.page.locator("form.new")).to_have_count(3)
        await tab.page.locator("label").nth(2).click()
        await expect(row(tab, "3").locator("[name=note]")).to_be_focused()  # as HTML has it: the first


@on_every_morph
async def test_the_form_of_a_row_sends_what_was_entered_for_its_item(tab: Tab) -> None:
    def forms(items: str) -> str:
        form = """<form hx-post="/keep/send/" hx-swap="none"><input type="hidden" name="item" value="{0}">
            <input name="note" id="id_note"><button>Send</button></form>"""
        return f"<b>{items}</b>" + "".join(form.format(item) for item in items)

    with desk(forms("123")) as now:
        await sit_down(tab)
        await field(tab, "note").nth(1).click()
        await tab.page.keyboard.type("for 2")
        now.html["main"] = forms("0123")
        await refresh(tab)
        await expect(tab.page.locator("#main b")).to_have_text("0123")
        await tab.page.keyboard.type(" and more")
        async with tab.page.expect_request(lambda request: request.url.endswith("/keep/send/")) as sent:
            await tab.page.keyboard.press("Enter")
        body = (await sent.value).post_data or ""
        assert parse_qsl(body) == [("item", "2"), ("note", "for 2 and more")]
        await tab.happens("refreshed", 2)
        await expect(field(tab, "note").nth(2)).to_have_value("")
