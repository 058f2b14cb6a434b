"""The notice of a session's end: for eyes, ears and keyboards, and never two that contradict each other."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.helpers.sessions import BACK, GONE, become, expire, notice, sign_in_elsewhere
from tests.browser.helpers.tab import Tab, on_newest_htmx, on_one_htmx
from tests.site.models import Person

pytestmark = on_one_htmx


@pytest_asyncio.fixture(loop_scope="session")
async def ada(tab: Tab) -> AsyncIterator[Tab]:
    """Give a tab in which Ada is signed in, with a form; the session ends at once."""
    await become(tab, "ada")
    await tab.open("/sessions/?form=1")
    await expect(tab.page.locator("#letter")).to_have_text("ada: Ada")
    await expire()
    yield tab


async def write(tab: Tab) -> None:
    """Send a form that is refused."""
    await tab.page.get_by_role("button", name="Write", exact=True).click()


async def test_a_screen_reader_is_told_when_the_notice_fills(ada: Tab) -> None:
    await ada.page.evaluate(
        """new MutationObserver((records) => {
            for (const { addedNodes } of records) {
                const added = [...addedNodes].find(({ className }) => className === "mizan-session");
                if (added?.innerText === "") document.documentElement.dataset.filled = "later";
            }
        }).observe(document.body, { childList: true })"""
    )
    await write(ada)
    await expect(notice(ada)).to_match_aria_snapshot(
        f"""
        - status:
          - paragraph: {GONE}
          - link "Sign in (opens a new tab)"
          - button "Close"
        """
    )
    await expect(ada.page.locator("html")).to_have_attribute("data-filled", "later")


async def test_the_notice_is_at_the_end_of_the_page_and_escape_takes_it_away(ada: Tab) -> None:
    await write(ada)
    await expect(notice(ada).get_by_text(GONE)).to_be_visible()
    button = ada.page.get_by_role("button", name="Write", exact=True)
    await expect(button).to_be_focused()
    await ada.page.keyboard.press("Escape")
    await expect(notice(ada)).to_be_visible()  # the key was meant for something else
    last = ada.page.locator("form[data-mizan-form] button").last
    await last.focus()
    await ada.page.keyboard.press("Tab")
    await expect(notice(ada).get_by_role("link")).to_be_focused()
    await ada.page.keyboard.press("Tab")
    await expect(notice(ada).get_by_role("button", name="Close")).to_be_focused()
    await ada.page.keyboard.press("Escape")
    await expect(notice(ada)).to_have_count(0)
    await expect(last).to_be_focused()


async def test_what_was_closed_comes_back_where_something_can_be_sent_again(ada: Tab) -> None:
    await write(ada)
    await notice(ada).get_by_role("button", name="Close").click()
    await sign_in_elsewhere(ada, "ada")
    await expect(notice(ada)).to_contain_text(BACK)
    await expect(notice(ada).get_by_role("button", name="Send again")).to_be_visible()


@on_newest_htmx
async def test_a_page_out_of_the_history_of_htmx_has_no_dead_notice_in_it(ada: Tab) -> None:
    await ada.page.evaluate(
        """() => {
            shown.innerHTML = '<a id="go" href="/profile/6/" hx-boost="true">Go</a>';
            htmx.process(shown);
        }"""
    )
    await write(ada)
    await expect(notice(ada)).to_contain_text(GONE)
    await ada.page.locator("#go").click()
    await expect(ada.block("user;user_id=6")).to_be_visible()
    await expect(notice(ada)).to_have_count(0)
    await ada.page.evaluate("() => { setTimeout(() => history.back()) }")
    await expect(ada.page.locator("#write")).to_be_visible()
    await expect(notice(ada)).to_have_count(0)


async def test_what_calls_itself_modal_has_the_notice_as_long_as_it_is_open(ada: Tab) -> None:
    dialog = ada.page.locator("#dialog")
    await dialog.evaluate("(dialog) => { dialog.ariaModal = 'true'; dialog.show(); }")
    await dialog.get_by_role("button").click()
    await expect(dialog.locator(".mizan-session")).to_contain_text(GONE)
    await dialog.evaluate(
        """(dialog) => {
            dialog.removeAttribute("open");
            dialog.dispatchEvent(new Event("hidden.bs.modal", { bubbles: true }));
        }"""
    )
    await expect(ada.page.locator("body > .mizan-session")).to_contain_text(GONE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_notice_fits_and_has_the_colours_of_the_page(ada: Tab, scheme: str) -> None:
    await ada.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await write(ada)
    await expect(notice(ada)).to_contain_text(GONE)
    colour = "rgb(255, 255, 255)" if scheme == "light" else "rgb(18, 18, 18)"
    await expect(notice(ada)).to_have_css("background-color", colour)
    for width in (1280, 390, 320):
        await ada.page.set_viewport_size({"width": width, "height": 640})
        box = await notice(ada).bounding_box()
        assert box is not None
        assert box["x"] >= 16
        assert box["x"] + box["width"] == width - 16
        assert box["y"] + box["height"] == 640 - 16
        assert box["width"] <= 416


async def test_the_rules_of_the_site_win(ada: Tab) -> None:
    await ada.page.evaluate("document.styleSheets[0].insertRule('div { position: static }')")
    await write(ada)
    await expect(notice(ada)).to_contain_text(GONE)
    await expect(notice(ada)).to_have_css("position", "static")


@on_newest_htmx
async def test_a_form_that_tells_it_by_itself_has_no_notice_beside_it(ada: Tab) -> None:
    form = ada.page.locator("form[data-mizan-form]")
    await form.locator("[name=name]").fill("Grace")
    async with ada.answered(401):
        await form.locator("[name=name]").press("Enter")
        await expect(form.get_by_role("alert")).to_contain_text("You are no longer signed in.")
    await form.get_by_role("link", name="Sign in").focus()
    await sign_in_elsewhere(ada, "ada")
    await expect(form.get_by_role("alert")).to_contain_text(BACK)
    await expect(form.get_by_role("button", name="Send again")).to_be_focused()
    await expect(notice(ada)).to_have_count(0)
    await ada.page.keyboard.press("Enter")
    await expect(ada.page.get_by_text("Done.")).to_be_visible()
    assert await Person.objects.filter(name="Grace").acount() == 1


async def test_a_form_and_the_notice_do_not_contradict_each_other(ada: Tab) -> None:
    form = ada.page.locator("form[data-mizan-form]")
    await form.locator("[name=name]").fill("Grace")
    async with ada.answered(401):
        await form.locator("[name=name]").press("Enter")
        await expect(form.get_by_role("alert")).to_contain_text("You are no longer signed in.")
    await write(ada)
    await expect(notice(ada)).to_contain_text(GONE)
    await sign_in_elsewhere(ada, "ada")
    await expect(notice(ada)).to_contain_text(BACK)
    await expect(form.get_by_role("alert")).to_contain_text(BACK)
