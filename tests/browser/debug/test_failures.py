"""Under DEBUG the overlay says why a request was refused, and the technical page of a failure opens."""

import re

import pytest
from playwright.async_api import expect
from pytest_django import Settings

from tests.browser.helpers.overlay import change, opened, overlay
from tests.browser.helpers.tab import Tab

CALL = "/api/mizan/call/"
SHOW = """(html) => {
    document.querySelector("#here")?.remove();
    document.body.insertAdjacentHTML("afterbegin", `<section id="here">${html}</section>`);
    htmx.process(document.querySelector("#here"));
}"""
FORM = """<form hx-post="{url}" hx-vals='{{"fn": "{fn}"}}' hx-swap="none"><input name="title" value="P">
    <input name="amount" value="many"><input name="token" value="hush">
    <input name="pin" type="password" value="hush">
    <button id="send">Send</button></form>"""


async def send(tab: Tab, url: str, fn: str) -> None:
    """Put the form into the page, and send it."""
    await tab.page.evaluate(SHOW, FORM.format(url=url, fn=fn))
    await tab.page.locator("#send").click()


async def test_the_overlay_says_which_argument_had_which_value_and_why_it_did_not_fit(
    tab: Tab, settings: Settings
) -> None:
    settings.DEBUG = True
    await opened(tab)
    async with tab.answered(422):
        await send(tab, CALL, "order")
        await expect(change(tab)).to_contain_text("refused")
    assert await change(tab).locator("li").all_inner_texts() == [
        'title = "P" · String should have at least 3 characters',
        'amount = "many" · Input should be a valid integer, unable to parse string as an integer',
    ]
    # People are told so in Django's words.
    await expect(tab.page.locator("#here .errorlist").last).to_have_text("Enter a whole number.")
    async with tab.answered(422):
        await send(tab, "/order/", "")
        await expect(overlay(tab).locator("ol > li")).to_have_count(2)
        await expect(change(tab).locator("li")).to_have_text(
            ['title = "P" · String should have at least 3 characters']
        )
    assert "hush" not in await overlay(tab).inner_html()


async def test_the_overlay_says_what_does_not_fit_in_a_form_of_ours(tab: Tab, settings: Settings) -> None:
    settings.DEBUG = True
    await opened(tab, "/forms/contact/")
    async with tab.answered(422):
        await tab.page.locator("form [type=submit]").press("Enter")
        await expect(change(tab)).to_contain_text("refused")
    assert await change(tab).locator("li").all_inner_texts() == [
        'name = "" · This field is required.',
        'email = "" · This field is required.',
        "topic = not sent · This field is required.",
    ]


async def test_what_sounds_secret_has_no_value(tab: Tab) -> None:
    """Without DEBUG there are only the words for people; the overlay may be there all the same."""
    await opened(tab)
    await tab.page.evaluate(SHOW, FORM.format(url=CALL, fn="confess"))
    async with tab.answered(422):
        await tab.page.locator("#send").click()
        await expect(change(tab)).to_contain_text("refused")
    assert await change(tab).locator("li").all_inner_texts() == [
        "token = not shown · No.",
        "pin = not shown · No.",
        'amount = "many" · No.',
        "as a whole · Never.",
        "gone = not sent · No.",
    ]


@pytest.mark.parametrize("is_open", [False, True])
async def test_the_technical_page_opens_from_the_notice_and_from_the_overlay(
    tab: Tab, settings: Settings, is_open: bool
) -> None:
    """The policy of the page forbids its styles and scripts."""
    settings.DEBUG = True
    await (opened(tab) if is_open else tab.open("/why/"))
    async with tab.answered(500):
        await send(tab, CALL, "stumble")
        await expect(tab.page.locator(".mizan-notice")).to_be_visible()
    if is_open:
        await tab.page.locator(".mizan-notice").get_by_role("button", name="Close").click()  # may lie over it
        await overlay(tab).get_by_role("button", name="Show the error page").click()
    else:
        await tab.page.locator(".mizan-notice [data-mizan-page]").click()
    viewer = overlay(tab).get_by_role("dialog", name="Error page")
    await expect(viewer).to_be_visible()
    shown = viewer.frame_locator("iframe")
    await expect(shown.locator("h1")).to_have_text(re.compile(r"^RuntimeError\s+at /api/mizan/call/$"))
    await expect(shown.locator("pre.exception_value")).to_have_text("<b>no</b> P")
    await expect(shown.locator("#summary")).to_have_css("background-color", "rgb(255, 255, 204)")
    assert await shown.locator("script, style").count() == 0
    await expect(shown.locator("#pastebinTraceback")).to_be_hidden()
    await viewer.get_by_role("button", name="Close").click()
    await expect(viewer).to_be_hidden()


async def test_nothing_is_to_be_opened_without_debug(tab: Tab) -> None:
    await opened(tab)
    async with tab.answered(500):
        await send(tab, CALL, "stumble")
        await expect(tab.page.locator(".mizan-notice")).to_be_visible()
    await expect(tab.page.locator(".mizan-notice [data-mizan-page]")).to_be_hidden()
    await expect(overlay(tab).get_by_role("button", name="Show the error page")).to_have_count(0)


async def test_a_form_that_its_answer_has_replaced_is_one_change(tab: Tab, settings: Settings) -> None:
    settings.DEBUG = True
    await opened(tab, "/forms/note/")
    await tab.page.locator("[name=name]").fill("Grace")
    await tab.page.locator("[name=message]").fill("Hello")
    await tab.page.get_by_role("button", name="Send").click()
    await expect(tab.page.locator(".mizan-form-message")).to_be_visible()
    await expect(overlay(tab).locator("ol > li")).to_have_count(1)
    await expect(overlay(tab)).not_to_contain_text("Can't read")
