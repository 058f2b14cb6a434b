"""Forms for everybody: without JavaScript, and by the rules of accessibility."""

import pytest
from playwright.async_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.helpers.axe import expect_accessible
from tests.browser.helpers.tab import Tab, on_one_htmx
from tests.site.models import Card, Person

pytestmark = on_one_htmx


async def plain_page(chromium: Browser) -> Page:
    """Open a tab without JavaScript."""
    context = await chromium.new_context(java_script_enabled=False)
    return await context.new_page()


@pytest.mark.usefixtures("content")
async def test_without_javascript_it_is_a_plain_form(chromium: Browser, live_server: LiveServer) -> None:
    page = await plain_page(chromium)
    await page.goto(live_server.url + "/forms/note/")
    await page.locator("[name=name]").fill("Grace")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("[name=message]:invalid")).to_have_count(1)  # the browser refuses it
    await page.locator("[name=message]").fill(" ")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".errorlist li")).to_have_text(["This field is required."])
    await expect(page.locator("[name=name]")).to_have_value("Grace")
    await expect(page.get_by_role("status")).to_contain_text("1 field needs attention")
    await page.locator("[name=message]").fill("Hello")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("[name=name]")).to_have_value("")
    assert await Person.objects.filter(name="Grace").acount() == 1
    await page.context.close()


@pytest.mark.usefixtures("content")
async def test_without_javascript_a_formset_has_its_plain_fields(
    chromium: Browser, live_server: LiveServer
) -> None:
    page = await plain_page(chromium)
    await page.goto(live_server.url + "/formsets/card/")
    await expect(page.get_by_role("button")).to_have_text(["Submit"])
    await page.locator("[name=card-0-DELETE]").check()
    await page.locator("[name=card-1-title]").fill("Make")
    await page.get_by_role("button", name="Submit").click()
    await expect(page.locator("[name=card-0-title]")).to_have_value("Make")
    assert [card.title async for card in Card.objects.order_by("pk")] == ["Make", "Ship"]
    await page.context.close()


async def test_axe_finds_nothing_in_a_fresh_form(tab: Tab) -> None:
    forms = ["/forms/contact/", "/forms/upload/", "/forms/note/", "/cards/5/"]
    for path in (*forms, "/formsets/step/", "/formsets/card/"):
        await tab.open(path)
        await expect(tab.page.locator("form"), path).to_be_visible()
        await expect_accessible(tab.page)


@pytest.mark.parametrize("path", ["/forms/contact/", "/forms/upload/", "/formsets/step/"])
async def test_axe_finds_nothing_in_a_refused_form(tab: Tab, path: str) -> None:
    await tab.open(path)
    async with tab.answered(422):
        await tab.page.locator("form [type=submit]").click()
        await expect(tab.page.get_by_role("status")).to_contain_text("attention")
    await expect_accessible(tab.page)


async def test_axe_finds_nothing_in_a_form_that_could_not_be_sent(tab: Tab) -> None:
    await tab.open("/forms/leave/")
    await tab.page.locator("[name=name]").fill("Grace")
    await tab.page.context.add_cookies([{"name": "refusal", "value": "401", "url": tab.address}])
    async with tab.answered(401):
        await tab.page.locator("[name=name]").press("Enter")
        await expect(tab.page.get_by_role("alert")).to_contain_text("Sign in")
    await expect_accessible(tab.page)


async def test_axe_finds_nothing_after_a_success(tab: Tab) -> None:
    await tab.open("/cards/5/")
    await tab.page.locator("[name=name]").fill("Grace")
    await tab.page.locator("[name=name]").press("Enter")
    await expect(tab.page.get_by_role("status")).to_have_text("Saved.")
    await expect(tab.page.locator("#card h2")).to_have_text("Grace")
    await expect_accessible(tab.page)
