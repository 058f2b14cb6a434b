"""A page in another language than the site's own: what comes later speaks as it does."""

from playwright.async_api import expect
from pytest_django import Settings

from tests.browser.helpers.sessions import ENTER, notice
from tests.browser.helpers.tab import Tab
from tests.site.models import Person


async def test_blocks_refresh_together_in_their_languages(tab: Tab) -> None:
    await tab.open("/german/")
    await expect(tab.page.locator("#five")).to_have_text("Ja Ada 0,5")
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await tab.page.evaluate("mizan.invalidate('user')")
    await expect(tab.page.locator("#five")).to_have_text("Ja Grace 0,5")
    await expect(tab.page.locator("#six")).to_have_text("Ja Bob 0,5")
    await expect(tab.page.locator("#french")).to_have_text("Oui Grace")


async def test_a_form_is_checked_and_sent_as_the_page_writes_it(tab: Tab) -> None:
    await tab.open("/german/")
    price = tab.page.get_by_label("Price")
    await expect(price).to_have_value("1234,5")
    await price.fill("x")
    await price.dispatch_event("change")
    await expect(tab.page.locator("form .errorlist li")).to_have_text(["Bitte eine Zahl eingeben."])
    await price.fill("1234,50")
    await expect(tab.page.locator("form .errorlist li")).to_have_count(0)
    await tab.page.get_by_role("button", name="Save").click()
    await expect(tab.page.locator("#five")).to_have_text("Ja 1234.50 0,5")
    await expect(price).to_have_value("1234,5")


async def test_a_call_is_answered_in_the_language_of_the_page(tab: Tab) -> None:
    await tab.open("/german/")
    await tab.page.locator("#speak").click()
    await expect(tab.page.locator("#said")).to_have_text("Ja")


async def test_the_notice_is_asked_for_in_the_language_of_the_page(tab: Tab, settings: Settings) -> None:
    settings.LOGIN_URL = ENTER
    await tab.open("/german/")
    async with tab.forgive(r"\b401\b"):  # the browser's message, and htmx's own on one of its versions
        async with tab.page.expect_request("**/session/notice/**") as asked:
            await tab.page.locator("#sign").click()
        await expect(notice(tab)).to_be_visible()
    assert "&mizan-locale=" in (await asked.value).url
