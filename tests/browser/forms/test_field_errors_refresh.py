"""What is said at a field stays while its block is refreshed, as long as the field keeps what it had."""

from playwright.async_api import expect

from tests.browser.helpers.desk import field, refresh, sit_down
from tests.browser.helpers.tab import Tab, on_newest_morph
from tests.site.keep import desk

pytestmark = on_newest_morph

SHOW = """([selector, fields]) => mizan.fields.show(document.querySelector(selector), fields)"""
CLEAR = """(selector) => mizan.fields.clear(document.querySelector(selector))"""
# Rows with the same fields.
ROW = """<form class="row-{pk}" hx-post="/keep/send/" hx-vals='{{"pk": {pk}}}'>
    <input type="hidden" name="pk" value="{pk}">
    <label for="id_name_{pk}">Name</label><input name="name" id="id_name_{pk}" value="{value}">
    <fieldset><legend>Kind</legend><label><input type="radio" name="kind" value="a">A</label>
    <label><input type="radio" name="kind" value="b">B</label></fieldset><button>Send</button></form>"""


def rows(*pks: int, value: str = "") -> str:
    """Write some rows."""
    return "".join(ROW.format(pk=pk, value=value) for pk in pks) + f"<p>{pks} {value}</p>"


async def errors(tab: Tab) -> list[list[str]]:
    """List what is said: in which row, to whom it belongs, and what."""
    found: list[list[str]] = await tab.page.evaluate(
        """() => [...document.querySelectorAll(".errorlist")].map((list) => {
            const whose = [...document.querySelectorAll(`[aria-describedby~="${list.id}"]`)];
            const row = list.closest("form").className;
            const owners = whose.map((it) => it.closest("form").className + " " + it.localName);
            return [row, ...owners, list.innerText];
        })"""
    )
    return found


async def test_messages_stay_in_their_row_and_are_gone_after_success(tab: Tab) -> None:
    with desk(rows(1, 2)) as now:
        await sit_down(tab)
        await tab.page.locator(".row-2 [name=name]").fill("Ada")
        wrong = {"name": ["Taken."], "kind": ["Choose."]}
        assert await tab.page.evaluate(SHOW, [".row-2", wrong]) == []
        said = [["row-2", "row-2 input", "Taken."], ["row-2", "row-2 fieldset", "Choose."]]
        assert await errors(tab) == said
        for times, pks in enumerate([(3, 1, 2), (2,), (2, 4)], start=1):
            now.html["main"] = rows(*pks)
            await tab.invalidate("desk")
            await expect(tab.page.locator("main p")).to_have_text(f"{pks}".strip())
            await tab.happens("refreshed", times)
            assert await errors(tab) == said
            assert await tab.page.locator(".row-2 [aria-invalid=true]").count() == 3
            assert await tab.page.locator("[aria-invalid=true]").count() == 3
            await expect(tab.page.locator(".row-2 [name=name]")).to_have_value("Ada")
        await tab.page.evaluate(CLEAR, ".row-2")
        assert await errors(tab) == []
        assert await tab.page.locator("[aria-invalid=true], [aria-describedby]").count() == 0
        now.html["main"] = rows(2, 5)
        await tab.invalidate("desk")
        await tab.happens("refreshed", 4)
        assert await errors(tab) == []
        assert await tab.page.locator("[aria-invalid=true], [aria-describedby]").count() == 0


LINE = """<tr class="row-{pk}"><td><input name="name" id="name-{pk}"><input name="amount"></td><td><button
    hx-post="/keep/send/" hx-include="closest tr">Save</button></td></tr>"""


def table(*pks: int) -> str:
    """Write rows without forms."""
    return f"<table><tbody>{''.join(LINE.format(pk=pk) for pk in pks)}</tbody></table><p>{pks}</p>"


async def test_messages_in_a_row_without_a_form_stay_in_that_row(tab: Tab) -> None:
    with desk(table(1, 2)) as now:
        await sit_down(tab)
        await tab.page.evaluate(SHOW, [".row-2 button", {"name": ["Taken."], "amount": ["Too much."]}])
        lists = tab.page.locator(".row-2 .errorlist")
        await expect(lists).to_have_text(["Taken.", "Too much."])
        now.html["main"] = table(1, 2) + "!"
        await refresh(tab)
        await expect(lists).to_have_text(["Taken.", "Too much."])
        # The amounts have no id: which one it was says the row.
        now.html["main"] = table(3, 1, 2)
        await refresh(tab, 2)
        await expect(lists).to_have_text(["Taken.", "Too much."])
        await expect(tab.page.locator("#name-2")).to_have_accessible_description("Taken.")
        amount = tab.page.locator(".row-2 [name=amount]")
        await expect(amount).to_have_accessible_description("Too much.")
        assert await tab.page.locator(".errorlist").count() == 2
        now.html["main"] = table(3, 1)
        await refresh(tab, 3)
        await expect(tab.page.locator(".errorlist")).to_have_count(0)


async def test_a_message_goes_with_the_value_that_it_was_about(tab: Tab) -> None:
    with desk(rows(1)) as now:
        await sit_down(tab)
        await tab.page.evaluate(SHOW, [".row-1", {"name": ["Empty."], "kind": ["Choose."]}])
        now.html["main"] = rows(1, value="from the server")
        await refresh(tab)
        await expect(field(tab, "name")).to_have_value("from the server")
        assert await errors(tab) == [["row-1", "row-1 fieldset", "Choose."]]
