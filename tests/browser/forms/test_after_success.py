"""What data-mizan-after says happens once it was done: when the answer is in the page, after no failure."""

from playwright.async_api import expect

from tests.browser.helpers.desk import field, sit_down
from tests.browser.helpers.tab import Tab
from tests.site.gates import closed_gate, wait_until_reached
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


CLOSES = 'data-mizan-after="close"'
FORM = f"<form {SEND} {CLOSES}><button>Save</button></form>"
PLACES = {
    "a dialog that is not modal": f'<dialog open id="box">{FORM}</dialog>',
    "a popover": f'<div popover id="box">{FORM}</div>',
    "a form with names that shadow what it has": f"""<form popover id="box" {SEND} {CLOSES}>
        <input name="hidePopover"><input name="isConnected"><button>Save</button></form>""",
    "details": f'<details open id="box"><summary>S</summary>{FORM}</details>',
    "what the container says": f'<dialog open id="box" {CLOSES}>{FORM.replace(CLOSES, "")}</dialog>',
    "a button by itself": f'<dialog open id="box"><button {SEND} {CLOSES}>Save</button></dialog>',
    "one that is named": f'<dialog open id="box"></dialog>{FORM.replace("close", "close:box")}',
    "what the answer takes away": f"""<dialog open id="box"><form hx-post="/keep/again/" hx-target="this"
        hx-swap="delete" {CLOSES}><button>Save</button></form></dialog>""",
}
SHOW = """(html) => {
    document.querySelector("#here")?.remove();
    document.body.insertAdjacentHTML("beforeend", `<section id="here">${html}</section>`);
    htmx.process(document.querySelector("#here"));
    document.querySelector("#box[popover]")?.showPopover();
}"""
IS_OPEN = """() => {
    const box = document.querySelector("#box");
    return box.open === true || box.matches(":popover-open");
}"""


async def test_whatever_is_open_around_it_closes(tab: Tab) -> None:
    with desk("<p>Desk</p>") as now:
        now.affects = False
        await sit_down(tab)
        for place, html in PLACES.items():
            await tab.page.evaluate(SHOW, html)
            assert (place, await tab.page.evaluate(IS_OPEN)) == (place, True)
            await tab.page.get_by_role("button", name="Save").click()
            await expect(tab.page.locator("#box[open], #box:popover-open")).to_have_count(0)


async def test_what_was_entered_after_it_was_sent_stays(tab: Tab) -> None:
    html = f"""<form {SEND} data-mizan-after="reset"><input name="title"><input name="note" value="served">
        <select name="kind"><option>a<option selected>b</select><input type="checkbox" name="box">
        <button>Save</button></form>"""
    with desk(html) as now:
        now.affects = False
        await sit_down(tab)
        await field(tab, "title").fill("One")
        await field(tab, "note").fill("Mine")
        await field(tab, "kind").select_option("a")
        await field(tab, "box").check()
        with closed_gate() as gate:
            now.is_slow = True
            await tab.page.get_by_role("button", name="Save").click()
            wait_until_reached()
            await field(tab, "title").fill("Two")
            gate.set()
        await expect(field(tab, "note")).to_have_value("served")
        await expect(field(tab, "title")).to_have_value("Two")
        await expect(field(tab, "kind")).to_have_value("b")
        await expect(field(tab, "box")).not_to_be_checked()
        now.is_slow = False
        await tab.page.get_by_role("button", name="Save").click()
        await expect(field(tab, "title")).to_have_value("")


async def test_an_unknown_word_is_said_in_the_console(tab: Tab) -> None:
    with desk(f'<form {SEND} data-mizan-after="shut"><button>Save</button></form>') as now:
        now.affects = False
        await sit_down(tab)
        async with tab.forgive('data-mizan-after knows "close", "close:an-id" and "reset", not "shut"'):
            await tab.page.get_by_role("button", name="Save").click()


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
