"""Whose page it is: the CSRF token that goes out with it, and whoever signs in or out on it."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser.helpers.sessions import SEND, SEND_PLAINLY, become, has_run, notice
from tests.browser.helpers.tab import Tab, on_every_htmx
from tests.site.gates import closed_gate, wait_until_reached
from tests.site.models import Person

ANOTHER_SECRET = "0123456789abcdefABCDEF0123456789"

# Nothing can be evaluated while a page waits to be taken away: this is, before.
INVALIDATE_SOON = """void setTimeout(() => {
    mizan.invalidate("letter");
    setTimeout(() => console.log("by now"), 100);
}, 300)"""


@on_every_htmx
async def test_a_form_with_a_token_from_before_a_login_elsewhere_is_not_refused(tab: Tab) -> None:
    await become(tab, "ada")
    await tab.open("/sessions/")
    # As a login in another tab does, which renews the secret.
    await tab.page.context.clear_cookies(name="csrftoken")
    await tab.page.context.add_cookies([{"name": "csrftoken", "value": ANOTHER_SECRET, "url": tab.address}])
    await tab.page.locator("#write [name=name]").fill("Grace")
    async with tab.page.expect_response("**/sessions/write/") as response:
        await tab.page.get_by_role("button", name="Write", exact=True).click()
    assert (await response.value).status == 204
    await expect(tab.page.locator("#open")).to_have_text("Grace")
    await expect(notice(tab)).to_have_count(0)


async def test_whoever_signs_out_by_a_boosted_form_sees_the_login_page(tab: Tab) -> None:
    await become(tab, "ada")
    await tab.open("/sessions/")
    await tab.page.evaluate(SEND, 'method="post" action="/together/leave/" hx-boost="true"')
    await expect(tab.page.locator("#enter")).to_be_visible()
    await expect(notice(tab)).to_have_count(0)


@on_every_htmx
async def test_whoever_signs_out_by_htmx_goes_on_as_nobody(tab: Tab) -> None:
    await become(tab, "ada")
    await tab.open("/sessions/")
    await expect(tab.page.locator("#letter")).to_have_text("ada: Ada")
    former = await tab.page.evaluate("mizan.session()")
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await tab.page.evaluate(SEND, 'hx-post="/sessions/leave/" hx-swap="none"')
    await expect(tab.page.locator("#letter")).to_be_empty()
    await expect(tab.page.locator("#open")).to_have_text("Grace")
    assert len(former) == 16
    assert await tab.page.evaluate("mizan.session()") == "anonymous"
    await expect(notice(tab)).to_have_count(0)


# Changes a form when it is sent, before the scripts of the page hear of that.
PREPARE = "addEventListener('submit', ({ target: form }) => { %s }, { capture: true })"


@pytest.mark.parametrize(
    "change",
    ["", "form.target = '_top'", """form.insertAdjacentHTML("beforeend", '<input name="getAttribute">')"""],
    ids=["plain", "top", "hidden method"],
)
async def test_while_a_form_takes_the_page_away_it_asks_for_nothing(tab: Tab, change: str) -> None:
    await become(tab, "ada")
    await tab.open("/sessions/")
    await tab.page.evaluate(PREPARE % change)
    with closed_gate():
        async with tab.page.expect_console_message(lambda message: message.text == "by now"):
            await tab.page.evaluate(INVALIDATE_SOON)
            await tab.page.evaluate(SEND_PLAINLY, "/sessions/leave/")
        await asyncio.to_thread(wait_until_reached)
    await expect(tab.page.locator("#letter")).to_have_count(0)
    assert tab.refreshes == []


async def test_a_form_that_is_kept_from_being_sent_holds_nothing_back(tab: Tab) -> None:
    await become(tab, "ada")
    await tab.open("/sessions/")
    await tab.page.evaluate("addEventListener('submit', (event) => event.preventDefault())")
    await tab.page.evaluate(SEND_PLAINLY, "/sessions/leave/")
    await refreshes_at_once(tab)


async def test_a_submission_that_a_script_made_up_holds_nothing_back(tab: Tab) -> None:
    await become(tab, "ada")
    await tab.open("/sessions/")
    await tab.page.evaluate(
        """() => {
            const form = Object.assign(document.createElement("form"), { method: "post" });
            document.body.append(form);
            const submission = () => new Event("submit", { bubbles: true });
            for (const target of [form, document]) target.dispatchEvent(submission());
        }"""
    )
    await refreshes_at_once(tab)


async def refreshes_at_once(tab: Tab) -> None:
    """See that what becomes stale is asked for in this moment."""
    await tab.invalidate("letter")
    await has_run(tab)
    assert [each[:2] for each in await tab.happened()][:2] == [
        ["invalidate", "letter"],
        ["refreshing", "letter"],
    ]
    await tab.happens("refreshed", 1)
