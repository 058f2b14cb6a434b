"""What data-mizan-after says happens once it was done: when the answer is in the page, after no failure."""

from playwright.async_api import expect

from tests.browser.helpers.desk import field, sit_down
from tests.browser.helpers.tab import Tab
from tests.site.keep import desk

SEND = 'hx-post="/keep/send/" hx-swap="none"'
FIELDS = '<input name="title"><input name="more" value="as served">'
DIALOG = f"""<p>{{n}}</p><button id="open">Open</button><dialog id="card">
    <form {SEND} data-mizan-after="close reset">{FIELDS}<button>Save</button>
    <button id="another" data-mizan-after="reset">Another</button></form></dialog>"""
OPEN = """() => document.querySelector("#open").addEventListener("click", () =>
    document.querySelector("#card").showModal())"""


async def test_a_dialog_closes_and_its_form_is_empty_and_the_block_that_waited_is_fresh(tab: Tab) -> None:
    with desk(DIALOG.format(n=0)) as now:
        await sit_down(tab)
        await tab.page.evaluate(OPEN)
        await tab.page.locator("#open").click()
        await field(tab, "title").fill("One")
        now.status, now.html["main"] = 409, DIALOG.format(n=1)
        async with tab.answered(409):
            await tab.page.get_by_role("button", name="Save").click()
            await expect(tab.page.locator(".mizan-notice")).to_be_visible()
        await expect(tab.page.locator("#card")).to_be_visible()
        await expect(field(tab, "title")).to_have_value("One")
        now.status = 204
        await tab.page.get_by_role("button", name="Another").click()
        await expect(field(tab, "title")).to_have_value("")
        await expect(tab.page.locator("#card")).to_be_visible()
        await expect(tab.page.locator("main p")).to_have_text("0")  # it waits
        await field(tab, "title").fill("Two")
        await tab.page.get_by_role("button", name="Save").click()
        await expect(tab.page.locator("#card")).to_be_hidden()
        await expect(tab.page.locator("#open")).to_be_focused()
        await expect(tab.page.locator("main p")).to_have_text("1")
        await expect(field(tab, "title")).to_have_value("")


async def test_a_form_of_ours_closes_what_is_around_it(tab: Tab) -> None:
    await tab.open("/forms/note/")
    await tab.page.evaluate(
        """() => {
            const dialog = document.createElement("dialog");
            dialog.setAttribute("data-mizan-after", "close");
            document.querySelector("main").append(dialog);
            dialog.append(document.querySelector("form[data-mizan-form]"));
            dialog.showModal();
        }"""
    )
    await field(tab, "message").fill(" ")
    async with tab.answered(422):
        await tab.page.get_by_role("button", name="Send").click()
        await expect(tab.page.locator(".errorlist").first).to_be_visible()
    await expect(tab.page.locator("dialog")).to_be_visible()
    await field(tab, "name").fill("Grace")
    await field(tab, "message").fill("Hello")
    await tab.page.get_by_role("button", name="Send").click()
    await expect(tab.page.locator("dialog")).to_be_hidden()
