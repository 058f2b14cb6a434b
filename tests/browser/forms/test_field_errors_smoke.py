"""On the builds that django-htmx ships: what does not fit is said at its field, and a dialog closes."""

from playwright.async_api import expect

from tests.browser.helpers.desk import field, sit_down
from tests.browser.helpers.tab import Tab, on_shipped_htmx
from tests.site.keep import desk

CARD = """<p>Desk</p><dialog id="card"><form hx-post="/api/mizan/call/" hx-vals='{"fn": "order"}'
    hx-swap="none" data-mizan-after="close reset"><label>Title <input name="title" value="Plan"></label>
    <label>Amount <input name="amount"></label><button>Send</button></form></dialog>"""

pytestmark = on_shipped_htmx


async def test_a_form_in_a_dialog_is_refused_and_then_taken(tab: Tab) -> None:
    with desk(CARD):
        await sit_down(tab)
        await tab.page.locator("#card").evaluate("(it) => it.showModal()")
        await field(tab, "amount").fill("x")
        async with tab.answered(422):
            await field(tab, "amount").press("Enter")
            await expect(tab.page.locator(".errorlist")).to_have_text(["Enter a whole number."])
        await expect(field(tab, "amount")).to_be_focused()
        await expect(tab.page.locator("#card")).to_be_visible()
        await field(tab, "amount").fill("5")
        await field(tab, "amount").press("Enter")
        await expect(tab.page.locator("#card")).to_be_hidden()
        await expect(tab.page.locator(".errorlist")).to_have_count(0)
