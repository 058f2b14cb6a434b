"""The session ends: no login page in a block, one notice, and what was refused can be sent again."""

import pytest
from playwright.async_api import expect
from pytest_django import Settings

from tests.browser.helpers.sessions import (
    BACK,
    ENTER,
    GONE,
    OVER,
    become,
    enter,
    expire,
    notice,
    refuse,
    sign_in_elsewhere,
)
from tests.browser.helpers.tab import Tab, on_one_htmx
from tests.site.models import Person


async def test_a_form_that_is_answered_by_a_login_redirect_stays_and_is_sent_again(ada: Tab) -> None:
    await expire()
    await ada.page.locator("#write [name=name]").fill("Grace")
    await ada.page.locator("#loudly").click()
    await expect(notice(ada)).to_contain_text(GONE)
    await expect(ada.page.locator("#loudly")).to_be_focused()
    await expect(ada.page.locator("#shown")).to_be_empty()
    await expect(ada.page.locator("#write [name=name]")).to_have_value("Grace")
    async with ada.page.context.expect_page() as page:
        await notice(ada).get_by_role("link", name="Sign in").click()
    await enter(await page.value, "ada")
    assert (await page.value).url == ada.address + "/sessions/"
    await expect(notice(ada)).to_contain_text(BACK)
    await ada.page.locator("#write [name=name]").fill("Edsger")
    await notice(ada).get_by_role("button", name="Send again").click()
    await expect(ada.page.locator("#letter")).to_have_text("ada: Edsger!")
    await expect(notice(ada)).to_have_count(0)
    await expect(ada.page.locator("#loudly")).to_be_focused()
    assert ada.posts == ["/sessions/write/", "/sessions/write/"]


@on_one_htmx
async def test_the_way_to_the_login_page_leads_back_here(ada: Tab) -> None:
    await ada.open("/sessions/?of=a%20b&c=d")
    await refuse(ada)
    link = notice(ada).get_by_role("link", name="Sign in (opens a new tab)")
    await expect(link).to_have_attribute("href", f"{ENTER}?next=/sessions/%3Fof%3Da%2520b%26c%3Dd")


@pytest.mark.parametrize(
    ("element", "typed", "sent", "written"),
    [
        ("#seal button", "#seal input", "/sessions/seal/", "Grace"),
        ("#sign", None, "/call/", "Signed"),
    ],
    ids=["view path", "RPC path"],
)
async def test_a_mutation_that_is_answered_by_401_is_sent_again(
    ada: Tab, element: str, typed: str | None, sent: str, written: str
) -> None:
    if typed:
        await ada.page.locator(typed).fill("Grace")
    await expire()
    async with ada.answered(401):
        await ada.page.locator(element).click()
        await expect(notice(ada)).to_contain_text(GONE)
    await expect(ada.page.locator("#shown")).to_be_empty()
    await sign_in_elsewhere(ada, "ada")
    await notice(ada).get_by_role("button", name="Send again").click()
    await expect(ada.page.locator("#letter")).to_have_text(f"ada: {written}")
    assert ada.posts == [sent, sent]


async def test_what_is_sent_as_one_types_is_sent_again_though_nothing_has_changed(ada: Tab) -> None:
    await expire()
    await ada.page.locator("#typed").fill("Grace")
    await expect(notice(ada)).to_contain_text(GONE)
    await sign_in_elsewhere(ada, "ada")
    await notice(ada).get_by_role("button", name="Send again").click()
    await expect(ada.page.locator("#letter")).to_have_text("ada: Grace")


async def test_a_refresh_that_is_refused_leaves_the_block_and_succeeds_after_signing_in(ada: Tab) -> None:
    await expire()
    async with ada.forgive(OVER):
        await ada.invalidate("letter")
        await expect(notice(ada)).to_contain_text(GONE)
    await expect(ada.page.locator("#letter")).to_have_text("ada: Ada")
    await expect(ada.page.locator("#letter")).to_have_attribute("data-mizan-error", "200")
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await sign_in_elsewhere(ada, "ada")
    await expect(ada.page.locator("#letter")).to_have_text("ada: Grace")
    await expect(notice(ada)).to_contain_text(BACK)
    await expect(notice(ada).get_by_role("button", name="Send again")).to_have_count(0)


@pytest.mark.parametrize("trouble", ["login", "401"])
async def test_a_refresh_that_a_middleware_refuses_leaves_the_block(
    ada: Tab, settings: Settings, trouble: str
) -> None:
    settings.LOGIN_URL = "/login/"
    await ada.page.reload()
    await ada.page.context.add_cookies([{"name": "trouble", "value": trouble, "url": ada.address}])
    patterns = [OVER] if trouble == "login" else [OVER, r"\b401\b"]
    async with ada.forgive(*patterns):
        await ada.invalidate("user", user_id=5)
        await expect(notice(ada)).to_contain_text(GONE)
    await expect(ada.page.locator("#open")).to_have_text("Ada")
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await ada.page.context.clear_cookies(name="trouble")
    await ada.page.evaluate("window.dispatchEvent(new Event('focus'))")
    await expect(ada.page.locator("#open")).to_have_text("Grace")
    await expect(notice(ada)).to_contain_text(BACK)


async def test_under_asgi_what_was_refused_is_sent_again_as_well(asgi_tab: Tab) -> None:
    await become(asgi_tab, "ada")
    await asgi_tab.open("/sessions/")
    await refuse(asgi_tab)
    async with asgi_tab.forgive(OVER):
        await asgi_tab.invalidate("letter")
        await asgi_tab.happens("error", 1)
    await expect(asgi_tab.page.locator("#letter")).to_have_text("ada: Ada")
    await sign_in_elsewhere(asgi_tab, "ada")
    await notice(asgi_tab).get_by_role("button", name="Send again").click()
    await expect(asgi_tab.page.locator("#letter")).to_have_text("ada: Grace")
    await expect(notice(asgi_tab)).to_have_count(0)
