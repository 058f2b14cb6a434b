"""No network, a broken server, an old token, an ended session: what happened is told and nothing is lost."""

from contextlib import nullcontext

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import Client, override_settings
from playwright.async_api import Locator, expect

from tests.browser.helpers.tab import Tab, on_every_htmx
from tests.site.models import Person


def field(tab: Tab, name: str) -> Locator:
    """Find a control by its name."""
    return tab.page.locator(f"form [name={name}]")


async def fill(tab: Tab) -> None:
    """Fill the form in."""
    await field(tab, "name").fill("Grace")
    await field(tab, "message").fill("Much to say.")
    await field(tab, "urgent").check()


async def expect_kept(tab: Tab) -> None:
    """Expect the form as it was filled in, and able to be sent."""
    await expect(field(tab, "name")).to_have_value("Grace")
    await expect(field(tab, "message")).to_have_value("Much to say.")
    await expect(field(tab, "urgent")).to_be_checked()
    await expect(tab.page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    await expect(tab.page.locator("h1")).to_have_text("Test site")


@sync_to_async
def sign_in() -> str:
    """Give the session cookie of somebody who has just signed in."""
    user, _ = User.objects.get_or_create(username="ada")
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


async def test_without_a_network(tab: Tab) -> None:
    await tab.open("/forms/note/")
    await fill(tab)
    button = tab.page.get_by_role("button", name="Send", exact=True)
    async with tab.forgive("ERR_INTERNET_DISCONNECTED", perhaps=["htmx"]):
        await tab.page.context.set_offline(True)
        await button.click()
        await expect(tab.page.get_by_role("alert")).to_contain_text("The server could not be reached.")
        await expect(button).to_be_focused()
        await expect_kept(tab)
    await tab.page.context.set_offline(False)
    await tab.page.get_by_role("button", name="Try again").click()
    await expect(tab.page.get_by_role("status")).to_have_text("Thank you.")
    await expect(tab.page.get_by_role("alert")).to_be_empty()
    assert await Person.objects.filter(name="Grace").acount() == 1


@pytest.mark.parametrize(
    ("refusal", "text", "again"),
    [
        ("500", "Something went wrong on the server.", "Try again"),
        ("502", "Something went wrong on the server.", "Try again"),
        ("413", "This is more than the server takes.", "Try again"),
        ("401", "You are no longer signed in.", "Send again"),
        ("login", "You are no longer signed in.", "Send again"),
    ],
)
async def test_a_server_that_refuses(tab: Tab, refusal: str, text: str, again: str) -> None:
    await tab.open("/forms/note/")
    await fill(tab)
    await tab.page.context.add_cookies([{"name": "refusal", "value": refusal, "url": tab.address}])
    async with tab.answered(int(refusal)) if refusal != "login" else nullcontext():
        await field(tab, "name").press("Enter")
        await expect(tab.page.get_by_role("alert")).to_contain_text(text)
        await expect(field(tab, "name")).to_be_focused()
        await expect_kept(tab)
    await tab.page.context.clear_cookies(name="refusal")
    await tab.page.get_by_role("button", name=again).press("Enter")
    await expect(tab.page.get_by_role("status")).to_have_text("Thank you.")


async def test_a_refusal_in_the_hooks_own_words_is_shown_with_the_form(tab: Tab) -> None:
    await tab.open("/forms/full/")
    await field(tab, "name").evaluate("(input) => input.removeAttribute('maxlength')")
    await field(tab, "name").fill("Grace")
    async with tab.answered(422):
        await field(tab, "name").press("Enter")
        await expect(tab.page.get_by_role("alert")).to_have_text("We are full.")
    await expect(field(tab, "name")).to_have_value("Grace")


@on_every_htmx
async def test_a_token_that_rotated_is_taken_from_the_cookie(tab: Tab) -> None:
    await tab.open("/forms/note/")
    await fill(tab)
    await tab.page.context.add_cookies([{"name": "csrftoken", "value": "a" * 32, "url": tab.address}])
    await field(tab, "name").press("Enter")
    await expect(tab.page.get_by_role("status")).to_have_text("Thank you.")


async def test_a_cookie_that_is_gone_is_fetched_anew_before_the_form_is_sent(tab: Tab) -> None:
    await tab.open("/forms/note/")
    await fill(tab)
    await tab.page.context.clear_cookies(name="csrftoken")
    await field(tab, "name").press("Enter")
    await expect(tab.page.get_by_role("status")).to_have_text("Thank you.")


@pytest.mark.parametrize("setting", ["CSRF_COOKIE_HTTPONLY", "CSRF_USE_SESSIONS"])
async def test_a_token_that_is_gone_is_renewed(tab: Tab, setting: str) -> None:
    with override_settings(**{setting: True}):
        await tab.open("/forms/note/")
        await fill(tab)
        for name in ("csrftoken", "sessionid"):
            await tab.page.context.clear_cookies(name=name)
        async with tab.answered(403):
            await field(tab, "name").press("Enter")
            await expect(tab.page.get_by_role("alert")).to_contain_text("had to be renewed")
            await expect_kept(tab)
        await tab.page.get_by_role("button", name="Send again").click()
        await expect(tab.page.get_by_role("status")).to_have_text("Thank you.")
        assert await Person.objects.filter(name="Grace").acount() == 1


async def test_whoever_signed_out_elsewhere_signs_in_and_sends_again(tab: Tab) -> None:
    context = tab.page.context
    await context.add_cookies([{"name": "sessionid", "value": await sign_in(), "url": tab.address}])
    await tab.open("/forms/member/")
    await field(tab, "name").fill("Grace")
    await context.clear_cookies(name="sessionid")
    async with tab.answered(401):
        await field(tab, "name").press("Enter")
        alert = tab.page.get_by_role("alert")
        await expect(alert).to_contain_text("You are no longer signed in.")
    async with context.expect_page() as page:
        await alert.get_by_role("link", name="Sign in").click()
    login = await page.value
    await expect(login.locator("h1")).to_have_text("Please sign in")
    await context.add_cookies([{"name": "sessionid", "value": await sign_in(), "url": tab.address}])
    await login.close()
    await expect(field(tab, "name")).to_have_value("Grace")
    await alert.get_by_role("button", name="Send again").click()
    await expect(tab.page.get_by_role("status")).to_have_text("Done.")
    assert await Person.objects.filter(name="Grace").acount() == 1
