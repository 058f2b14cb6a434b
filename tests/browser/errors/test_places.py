"""Where a failure is told: in the nearest slot that is nobody else's, or in a notice over the page."""

import pytest
from playwright.async_api import expect
from pytest_django import Settings

from mizan_htmx.errors import ValidationFailed
from tests.browser.helpers.desk import sit_down
from tests.browser.helpers.errors import LISTEN, failures, hears, open_page
from tests.browser.helpers.tab import Tab
from tests.site.errors import Conflict, trouble
from tests.site.keep import desk

pytestmark = pytest.mark.parametrize("htmx", ["4.0.1"], indirect=True)

CALL = '<button id="{}" {{% mizan_call "err_count" text="a" %}}>Call</button>'
SLOT = "{% mizan_errors %}"


async def press(tab: Tab, selector: str, status: int = 409) -> None:
    """Press a button, whose request fails."""
    async with tab.answered(status):
        await tab.page.locator(selector).click()
        await hears(tab, 1)
    await tab.page.evaluate("told.splice(0)")


async def test_the_notice_covers_nothing_that_has_the_focus(tab: Tab) -> None:
    html = """
      <form {% mizan_call "err_count" %}>
        <input name="text"><button id="send">Send</button>
      </form>
      <input id="top">
    """
    covers = """() => {
        const [one, other] = [document.querySelector(".mizan-notice"), document.activeElement].map((each) =>
            each.getBoundingClientRect());
        return one.top < other.bottom && one.bottom > other.top;
    }"""
    with trouble(html) as state:
        state.error = ValidationFailed({"text": ["Too long."], "__all__": ["Not today. " * 20]})
        await tab.page.set_viewport_size({"width": 390, "height": 600})
        await open_page(tab)
        await tab.page.evaluate(
            """() => {
                document.querySelector("form").style.paddingTop = "30rem";
                document.querySelector("#top").style.cssText = "position: fixed; top: 2rem";
            }"""
        )
        async with tab.answered(422):
            await tab.page.locator("#send").click()
            await expect(failures(tab)).to_contain_text("Not today.")
        await expect(tab.page.locator("[name=text]")).to_be_focused()
        assert not await tab.page.evaluate(covers)
        await tab.page.locator("#top").focus()
        assert not await tab.page.evaluate(covers)


async def test_a_page_of_an_error_is_offered_only_where_something_shows_it(
    tab: Tab, settings: Settings
) -> None:
    settings.DEBUG = True
    with trouble(CALL.format("call")) as state:
        state.error = RuntimeError()
        await tab.page.route(
            "**/mizan-debug*.js", lambda route: route.fulfill(content_type="text/javascript")
        )
        await open_page(tab)
        await press(tab, "#call", 500)
        await expect(failures(tab).get_by_role("button")).to_have_text(["Close"], use_inner_text=True)


async def test_a_popover_stays_open_while_its_failure_is_dealt_with(tab: Tab) -> None:
    html = f'<button popovertarget="menu">Menu</button><div id="menu" popover>{CALL.format("call")}</div>'
    with trouble(html) as state:
        state.error = Conflict()
        await open_page(tab)
        await tab.page.get_by_role("button", name="Menu").click()
        await press(tab, "#call")
        await failures(tab).get_by_role("button", name="Close").click()
        await expect(failures(tab)).to_have_count(0)
        await expect(tab.page.locator("#menu")).to_be_visible()
        await press(tab, "#call")
        await tab.page.keyboard.press("Escape")
        await expect(tab.page.locator("#menu")).to_be_hidden()
        await expect(failures(tab, "body > .mizan-notice")).to_be_visible()


BOOTSTRAP = """
    <button id="open" data-bs-toggle="modal" data-bs-target="#modal">Open</button>
    <div class="modal fade" id="modal" tabindex="-1"><div class="modal-dialog"><div class="modal-content">
      <form hx-post="/errors/note/" hx-swap="none" data-mizan-after="close reset">
        <input name="text"><button id="save">Save</button>
      </form></div></div></div>
    <div class="offcanvas offcanvas-start" id="side" tabindex="-1">
      <form hx-post="/errors/note/" hx-swap="none" data-mizan-after="close">
        <button id="note">Note</button></form></div>
"""


async def test_a_modal_of_bootstrap_tells_inside_of_itself_and_closes_when_it_is_done(tab: Tab) -> None:
    with desk(BOOTSTRAP), trouble("") as state:
        state.error = Conflict("Too late.")
        await tab.page.add_init_script(LISTEN)
        await sit_down(tab, "scripts/after")
        modal = tab.page.locator("#modal")
        await tab.page.locator("#open").click()
        await expect(modal).to_be_focused()
        await tab.page.locator("[name=text]").fill("typed")
        async with tab.answered(409):
            await tab.page.locator("#save").click()
            await expect(failures(tab, "#modal")).to_be_visible()
        await expect(tab.page.locator("#save")).to_be_focused()
        await tab.page.keyboard.press("Tab")  # Bootstrap lets the focus go nowhere else
        await expect(failures(tab).get_by_role("button", name="Send again")).to_be_focused()
        state.error = None
        await tab.page.keyboard.press("Enter")
        await expect(modal).to_be_hidden()
        await expect(tab.page.locator(".modal-backdrop")).to_have_count(0)
        await expect(tab.page.locator("[name=text]")).to_have_value("")
        await expect(tab.page.locator("#open")).to_be_focused()
        assert [each["text"] for each in state.came] == ["typed", "typed"]


async def test_what_bootstrap_still_opens_closes_when_it_is_done(tab: Tab) -> None:
    opens = """([kind, id, button]) => new Promise((done) => {
        const part = document.getElementById(id);
        part.addEventListener(`hidden.bs.${kind.toLowerCase()}`, () => done());
        bootstrap[kind].getOrCreateInstance(part).show();
        const press = () => {
            if (part.matches(".show, .showing")) document.getElementById(button).click();
            else requestAnimationFrame(press);
        };
        press();
    })"""
    with desk(BOOTSTRAP), trouble(""):
        await sit_down(tab, "scripts/after")
        for kind, name, button in (("Modal", "modal", "save"), ("Offcanvas", "side", "note")):
            await tab.page.evaluate(opens, [kind, name, button])
            await expect(tab.page.locator(f"#{name}")).to_be_hidden()
            await expect(tab.page.locator(".modal-backdrop, .offcanvas-backdrop")).to_have_count(0)
