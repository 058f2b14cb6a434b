"""Whatever sends it: what does not fit is said at its field, nothing typed is lost, success takes it away."""

import pytest
from playwright.async_api import expect

from tests.browser.helpers.axe import expect_accessible
from tests.browser.helpers.desk import field, sit_down
from tests.browser.helpers.tab import Tab
from tests.site.keep import desk

CALL = "/api/mizan/call/"
ERRORS = ".errorlist"
SHORT = "Ensure this value has at least 3 characters (it has 1)."
WHOLE = "Enter a whole number."

ORDER = f"""hx-post="{CALL}" hx-vals='{{"fn": "order"}}' hx-swap="none\""""
FORM = f"""<form id="it" {ORDER}>
    <label for="id_title">Title</label><input name="title" id="id_title">
    <label for="id_amount">Amount</label><input name="amount" id="id_amount"><button>Send</button></form>
    <p>Desk</p>"""


async def fill(tab: Tab, title: str, amount: str) -> None:
    """Fill in the form."""
    await field(tab, "title").fill(title)
    await field(tab, "amount").fill(amount)


@pytest.mark.parametrize("fn", ["order", "order_later"])
async def test_a_form_says_at_each_field_what_is_wrong_until_it_is_taken(tab: Tab, fn: str) -> None:
    with desk(FORM.replace('"order"', f'"{fn}"')):
        await sit_down(tab)
        await fill(tab, "Plan", "x")
        async with tab.answered(422):
            await field(tab, "amount").press("Enter")
            await expect(tab.page.locator(ERRORS)).to_have_text([WHOLE])
        await expect(field(tab, "amount")).to_be_focused()
        await expect(field(tab, "amount")).to_have_accessible_description(WHOLE)
        await expect(field(tab, "amount")).to_have_value("x")
        await expect(field(tab, "title")).not_to_have_attribute("aria-invalid", "true")
        await fill(tab, "P", "y")
        async with tab.answered(422):
            await tab.page.get_by_role("button", name="Send").click()
            await expect(tab.page.locator(ERRORS)).to_have_text([SHORT, WHOLE])
        await expect(field(tab, "title")).to_be_focused()
        await expect(field(tab, "title")).to_have_value("P")
        assert await tab.page.locator(".mizan-notice").count() == 0
        await fill(tab, "Plan", "5")
        await tab.page.get_by_role("button", name="Send").click()
        await tab.happens("refreshed", 1)
        await expect(tab.page.locator(f"{ERRORS}, [aria-invalid=true]")).to_have_count(0)


RADIOS = f"""<form {ORDER}><fieldset><legend>Title</legend>
    <label><input type="radio" name="title" value="a">A</label>
    <label><input type="radio" name="title" value="b">B</label></fieldset>
    <p><label>Amount <input name="amount"></label></p><button>Send</button></form>"""


async def test_axe_finds_nothing_where_messages_stand(tab: Tab) -> None:
    with desk(RADIOS):
        await sit_down(tab)
        async with tab.answered(422):
            await tab.page.get_by_role("button", name="Send").click()
            await expect(tab.page.locator(ERRORS)).to_have_text(["This field is required.", WHOLE])
        await expect(tab.page.get_by_role("group")).to_have_accessible_description("This field is required.")
        await expect_accessible(tab.page)


VIEW = """<form id="it" hx-post="/order/" hx-target="h1"><label>Title <input name="title"></label>
    <button>Send</button></form>"""


async def test_a_views_fragment_is_said_at_the_fields_too(tab: Tab) -> None:
    with desk(VIEW):
        await sit_down(tab)
        await field(tab, "title").fill("P")
        async with tab.answered(422):
            await field(tab, "title").press("Enter")
            await expect(tab.page.locator(ERRORS)).to_have_text([SHORT])
        await expect(tab.page.locator("h1")).to_have_text("Test site")
        await field(tab, "title").fill("Plan")
        await field(tab, "title").press("Enter")
        await expect(tab.page.locator("h1")).to_have_text("Taken: Plan")
        await expect(tab.page.locator(ERRORS)).to_have_count(0)


SUBMIT = f"""<p>Desk</p><dialog id="box"><form hx-post="{CALL}" hx-vals='{{"fn": "contact.submit"}}'
    hx-swap="none" data-mizan-after="close"><label>Name <input name="name"></label>
    <label>Email <input name="email"></label>
    <label>Message <textarea name="message"></textarea></label><button>Send</button></form></dialog>"""


async def test_what_a_forms_own_function_refuses_is_no_success(tab: Tab) -> None:
    """It answers 200, for scripts."""
    with desk(SUBMIT):
        await sit_down(tab)
        await tab.page.locator("#box").evaluate("(it) => it.showModal()")
        await tab.page.get_by_role("button", name="Send").click()
        await expect(tab.page.locator(ERRORS).first).to_have_text("This field is required.")
        await expect(tab.page.locator("#box")).to_be_visible()
        await expect(field(tab, "name")).to_be_focused()


STEPS = f"""<form hx-post="{CALL}" hx-vals='{{"fn": "step.formset.submit"}}' hx-swap="none">
    <input type="hidden" name="form-TOTAL_FORMS" value="2">
    <input type="hidden" name="form-INITIAL_FORMS" value="0">
    <input name="form-0-text" value="Plan"><input name="form-0-hours" id="h0" value="1">
    <input name="form-1-text" value="Build"><input name="form-1-hours" id="h1" value="9">
    <button>Send</button></form>"""


async def test_so_is_that_of_a_formset_in_its_row(tab: Tab) -> None:
    with desk(STEPS):
        await sit_down(tab)
        await tab.page.get_by_role("button", name="Send").click()
        await expect(tab.page.locator(ERRORS)).to_have_text(["Ensure this value is less than or equal to 8."])
        await expect(tab.page.locator("#h1")).to_be_focused()


ROWS = f"""<table><tbody>
    <tr><td><input name="title" id="t1" value="Plan"></td>
        <td><input name="amount" id="a1" value="5"></td><td></td></tr>
    <tr><td><input name="title" id="t2" value="P"></td>
        <td><input name="amount" id="a2" value="x"></td>
        <td><button {ORDER} hx-include="closest tr">Save</button></td></tr>
    </tbody></table>"""


async def test_a_button_in_a_row_means_the_fields_of_its_row(tab: Tab) -> None:
    with desk(ROWS):
        await sit_down(tab)
        async with tab.answered(422):
            await tab.page.get_by_role("button", name="Save").click()
            await expect(tab.page.locator(ERRORS)).to_have_text([SHORT, WHOLE])
        ids = "(all) => all.map(({ id }) => id)"
        assert await tab.page.locator("[aria-invalid]").evaluate_all(ids) == ["t2", "a2"]
        await expect(tab.page.locator("#t2")).to_be_focused()


ITSELF = f"""<label for="id_amount">Amount</label><input name="amount" id="id_amount"
    hx-post="{CALL}" hx-trigger="change" hx-vals='{{"fn": "order", "title": "Plan"}}' hx-swap="none">
    <input name="next">"""


async def test_a_field_that_sends_itself_does_not_call_the_focus_back(tab: Tab) -> None:
    with desk(ITSELF):
        await sit_down(tab)
        await field(tab, "amount").fill("x")
        async with tab.answered(422):
            await field(tab, "amount").press("Tab")
            await expect(tab.page.locator(ERRORS)).to_have_text([WHOLE])
        await expect(field(tab, "next")).to_be_focused()
        await expect(tab.page.locator("#mizan-announcements")).to_have_text(WHOLE)
        await expect(field(tab, "amount")).to_have_value("x")
        await field(tab, "amount").fill("5")
        await field(tab, "amount").press("Tab")
        await expect(tab.page.locator(ERRORS)).to_have_count(0)


GONE = f"""<form {ORDER}>
    <input type="hidden" name="amount" value="x"><label for="id_title">Title</label>
    <input name="title" id="id_title"><button>Send</button></form>"""


async def test_what_belongs_to_no_field_is_told_in_the_notice(tab: Tab) -> None:
    with desk(GONE):
        await sit_down(tab)
        await field(tab, "title").fill("P")
        async with tab.answered(422):
            await field(tab, "title").press("Enter")
            await expect(tab.page.locator(ERRORS)).to_have_text([SHORT])
        await expect(tab.page.locator(".mizan-notice [data-mizan-message]")).to_have_text(f"amount: {WHOLE}")
