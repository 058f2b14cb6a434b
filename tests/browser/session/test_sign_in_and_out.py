"""Somebody signs in or out meanwhile, here or in another tab: what the page then shows, and offers."""

from playwright.async_api import expect

from tests.browser.helpers.sessions import (
    BACK,
    ENTER,
    GONE,
    OVER,
    SEND,
    SEND_PLAINLY,
    another,
    become,
    enter,
    notice,
    session_of,
    sign_in_elsewhere,
    write,
)
from tests.browser.helpers.tab import Tab, on_one_htmx
from tests.site.models import Person

OTHER = "Who is signed in has changed."


async def name() -> str:
    """Give the name that the mutations write."""
    return (await Person.objects.aget(pk=5)).name


@on_one_htmx
async def test_signing_out_in_another_tab_ends_the_session_here(ada: Tab) -> None:
    async with another(ada) as other:
        await other.open("/sessions/leave/")
    await write(ada, "Grace")
    await expect(notice(ada)).to_contain_text(GONE)
    assert await name() == "Ada"


async def test_of_somebody_else_nothing_comes_into_the_page(ada: Tab) -> None:
    await become(ada, "bob")
    async with ada.forgive(OVER):
        await ada.invalidate("letter")
        await expect(notice(ada)).to_contain_text(OTHER)
    await expect(ada.page.locator("#letter")).to_have_text("ada: Ada")
    await notice(ada).get_by_role("button", name="Load the page again").click()
    await expect(ada.page.locator("#letter")).to_have_text("bob: Ada")
    await expect(notice(ada)).to_have_count(0)


@on_one_htmx
async def test_somebody_else_who_signs_in_in_another_tab_is_noticed_at_once(ada: Tab) -> None:
    await become(ada, "bob")
    async with another(ada) as other:
        await other.open("/sessions/")
        await expect(notice(ada)).to_contain_text(OTHER)
        # Who is signed in again is told so.
        await become(ada, "ada")
        await other.page.reload()
        await expect(notice(ada)).to_contain_text(BACK)


async def test_a_visitor_who_has_to_sign_in_sees_the_page_as_themselves(tab: Tab) -> None:
    await become(tab, "ada")
    await tab.page.context.clear_cookies(name="sessionid")
    await tab.open("/sessions/")
    async with tab.answered(401):
        await tab.page.locator("#sign").click()
        await expect(notice(tab)).to_contain_text(GONE)
    await sign_in_elsewhere(tab, "ada")
    await notice(tab).get_by_role("button", name="Send again").click()
    await expect(tab.page.locator("#open")).to_have_text("Signed")
    await expect(notice(tab)).to_have_count(0)


async def test_whoever_signs_in_by_a_boosted_form_is_at_home(tab: Tab) -> None:
    await session_of("ada")
    async with another(tab) as other:
        await other.open("/sessions/")
        await tab.open(f"{ENTER}?boosted=1&next=/sessions/")
        await tab.page.evaluate("document.documentElement.id = 'same'")
        await enter(tab.page, "ada")
        await expect(tab.page.locator("#letter")).to_have_text("ada: Ada")
        await tab.invalidate("letter")
        await tab.happens("refreshed", 1)
        await expect(tab.page.locator("#same")).to_have_count(1)
        await expect(notice(tab)).to_have_count(0)
        await expect(notice(other)).to_contain_text(OTHER)
        await tab.page.get_by_role("button", name="Sign", exact=True).click()
        await expect(tab.page.locator("#letter")).to_have_text("ada: Signed")


async def test_a_wrong_password_ends_no_session(tab: Tab) -> None:
    await tab.open(ENTER)
    async with tab.forgive(r"\b401\b"):
        await tab.page.evaluate(
            """void addEventListener("mizan:answer", ({ defaultPrevented }) => {
                document.body.dataset.refused = defaultPrevented;
            })"""
        )
        await tab.page.evaluate(SEND, f'hx-post="{ENTER}"')
        await expect(tab.page.locator("body")).to_have_attribute("data-refused", "false")


async def test_where_a_form_leads_nowhere_the_page_goes_on(ada: Tab) -> None:
    await ada.page.evaluate(SEND_PLAINLY, "/sessions/write/")
    await ada.invalidate("letter")
    await expect(ada.page.locator("#letter")).to_have_text("ada: Grace")
    assert ada.refreshes == ["letter"]
