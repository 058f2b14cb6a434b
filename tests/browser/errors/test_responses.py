"""Which answers to a failed request go into the page: HTML where it says, nothing in the place of a form."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from playwright.async_api import expect
from pytest_django import Settings

from mizan_htmx.errors import ValidationFailed
from tests.browser.helpers.errors import failures, hears, open_page, told
from tests.browser.helpers.tab import Tab, on_shipped_htmx
from tests.site.errors import Conflict, trouble

FORM = '<form id="form" hx-post="/errors/answer/"><input name="text"><button id="send">Send</button></form>'
CHANGED = "Somebody else has changed this in the meantime."


def html(text: str, status: int, **headers: str) -> HttpResponse:
    """Answer a bit of HTML."""
    return HttpResponse(text, status=status, headers=headers)


async def send(tab: Tab, status: int, button: str = "#send") -> Any:
    """Press a button, and give what was told of the answer: whether it is shown already."""
    async with tab.answered(status):
        await tab.page.locator(button).click()
        await hears(tab, 1)
    [[name, is_shown]] = await told(tab, "name", "isShown")
    assert name == "failed"
    return is_shown


async def test_a_boosted_form_is_kept_from_a_page_that_only_refuses(tab: Tab) -> None:
    boosted = '<form id="form" hx-boost="true" method="post" action="/errors/answer/">{}</form>'
    fields = '<input name="text"><button id="send">Send</button>'
    with trouble(boosted.format(fields)) as state:
        await open_page(tab)
        await tab.page.locator("[name=text]").fill("typed")
        for error, status in ((PermissionDenied(), 403), (RuntimeError(), 500)):
            state.error = error
            assert await send(tab, status) is False
            await expect(tab.page.locator("#form [name=text]")).to_have_value("typed")
        state.error = None
        again = f"<!doctype html><title>Again</title><body><h2>Again</h2>{boosted.format(fields)}"
        state.response = html(again, 422)
        assert await send(tab, 422) is True
        await expect(tab.page.locator("h2")).to_have_text("Again")


@on_shipped_htmx
async def test_under_debug_no_error_takes_the_place_of_the_page(
    tab: Tab, settings: Settings, htmx: str
) -> None:
    settings.DEBUG = True
    page = (
        FORM
        + """
      <button id="call" {% mizan_call "err_note" %}>Call</button>
      <button id="get" hx-get="/not/there/">Get</button>
    """
    )
    with trouble(page) as state:
        await open_page(tab)
        assert await tab.page.locator("script[src*=django-htmx]").count() == 1
        await tab.page.locator("[name=text]").fill("typed")
        state.error = ValidationFailed({"text": ["Too long."]})
        assert await send(tab, 422, "#call") is False
        state.error = Conflict()
        assert await send(tab, 409, "#call") is False
        state.error = PermissionDenied()
        assert await send(tab, 403, "#call") is False
        await failures(tab).get_by_role("button", name="Close").click()
        state.error = RuntimeError()
        assert await send(tab, 500) is False
        show = failures(tab).get_by_role("button", name="Show the error page")
        await tab.page.evaluate(
            "addEventListener('mizan:page', ({ detail }) => { window.shown = detail.html })"
        )
        await show.click()
        assert "RuntimeError" in await tab.page.evaluate("shown")
        await tab.page.keyboard.press("Escape")  # the overlay shows it
        assert await send(tab, 404, "#get") is False
        await expect(tab.page.locator("#form [name=text]")).to_have_value("typed")
        state.error, state.response = None, html("<p>Look again.</p>", 422)
        assert await send(tab, 422) is True
        await expect(tab.page.locator("#form")).to_have_text("Look again.")
