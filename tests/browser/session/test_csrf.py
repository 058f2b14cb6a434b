"""A CSRF token that a new session has made old: the page gets another one, and sends again when asked."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect
from pytest_django import Settings

from tests.browser.helpers.sessions import (
    BACK,
    ENTER,
    GONE,
    another,
    become,
    enter,
    expire,
    notice,
    sign_in_elsewhere,
)
from tests.browser.helpers.tab import Tab, on_one_htmx

way = pytest.mark.parametrize(("element", "sent"), [("#write", "/sessions/write/"), ("#sign", "/call/")])

RENEWED = "This page was open for so long that it had to be renewed."


@pytest.fixture
def setting(request: pytest.FixtureRequest, settings: Settings) -> str | None:
    """Say where the token is."""
    settings.LOGIN_URL = ENTER
    if request.param:
        setattr(settings, request.param, True)
    name: str | None = request.param
    return name


@pytest_asyncio.fixture(loop_scope="session")
async def ada(setting: str | None, tab: Tab) -> AsyncIterator[Tab]:
    """Give a tab in which Ada has signed in by the login page."""
    await become(tab, "ada")
    await tab.page.context.clear_cookies(name="sessionid")
    await tab.open(f"{ENTER}?next=/sessions/")
    await enter(tab.page, "ada")
    await expect(tab.page.locator("#letter")).to_have_text("ada: Ada")
    tab.posts.clear()
    yield tab


async def act(tab: Tab, element: str) -> None:
    """Send what is refused."""
    if element == "#write":
        await tab.page.locator("#write [name=name]").fill("Signed")
        await tab.page.get_by_role("button", name="Write", exact=True).click()
    else:
        await tab.page.locator(element).click()


async def sign_in_anew(tab: Tab) -> None:
    """Sign out and in again in another tab."""
    async with another(tab) as other:
        await other.open("/sessions/leave/")
        await other.open(f"{ENTER}?next=/people/")
        await enter(other.page, "ada")


@pytest.mark.parametrize("setting", ["CSRF_COOKIE_HTTPONLY", "CSRF_USE_SESSIONS"], indirect=True)
@way
async def test_a_token_from_before_a_new_login_is_renewed(ada: Tab, element: str, sent: str) -> None:
    await sign_in_anew(ada)
    async with ada.answered(403):
        await act(ada, element)
        await expect(notice(ada)).to_contain_text(RENEWED)
    await expect(ada.page.locator("#shown")).to_be_empty()
    assert ada.posts == [sent]
    await notice(ada).get_by_role("button", name="Send again").click()
    await expect(ada.page.locator("#letter")).to_have_text("ada: Signed")
    await expect(notice(ada)).to_have_count(0)
    assert ada.posts == [sent, sent]


@on_one_htmx
@pytest.mark.parametrize("setting", [None], indirect=True)
@way
async def test_a_token_in_a_cookie_is_never_old(ada: Tab, element: str, sent: str) -> None:
    await sign_in_anew(ada)
    await act(ada, element)
    await expect(ada.page.locator("#letter")).to_have_text("ada: Signed")
    await expect(notice(ada)).to_have_count(0)
    assert ada.posts == [sent]


@pytest.mark.parametrize("setting", ["CSRF_USE_SESSIONS"], indirect=True)
@way
async def test_a_token_that_went_with_its_session_means_to_sign_in(ada: Tab, element: str, sent: str) -> None:
    await expire()
    async with ada.answered(403):
        await act(ada, element)
        await expect(notice(ada)).to_contain_text(GONE)
    await sign_in_elsewhere(ada, "ada")
    await expect(notice(ada)).to_contain_text(BACK)
    await notice(ada).get_by_role("button", name="Send again").click()
    await expect(ada.page.locator("#letter")).to_have_text("ada: Signed")
    assert ada.posts == [sent, sent]


@pytest.mark.parametrize("setting", [None, "CSRF_COOKIE_HTTPONLY", "CSRF_USE_SESSIONS"], indirect=True)
async def test_whoever_signs_in_again_sends_with_the_new_token(ada: Tab) -> None:
    await ada.page.evaluate(
        """() => {
            const token = '<input type="hidden" name="csrfmiddlewaretoken" class="foreign">';
            const elsewhere = 'action="https://evil.test/"';
            const own = `<input name="action"><button form="write" name="method">Own</button>`;
            document.body.insertAdjacentHTML("beforeend",
                `<form ${elsewhere}>${token}<input name="action"></form>
                 <form>${token}<button formaction="https://evil.test/">Go</button></form>
                 <form hx-post="https://evil.test/">${token}</form>${token}
                 <form action="javascript:1">${token}</form>`);
            document.querySelector("#write").insertAdjacentHTML("beforeend", own);
        }"""
    )
    async with another(ada) as other:
        await other.open("/sessions/leave/")
    await ada.page.locator("#seal input").fill("Grace")
    async with ada.forgive(r"\b40[13]\b"):
        await ada.page.get_by_role("button", name="Seal").click()
        await expect(notice(ada)).to_contain_text(GONE)
    before = await ada.page.locator("#write [name=csrfmiddlewaretoken]").input_value()
    await sign_in_elsewhere(ada, "ada")
    await expect(ada.page.locator("#write [name=csrfmiddlewaretoken]")).not_to_have_value(before)
    foreign = ada.page.locator(".foreign")
    assert await foreign.evaluate_all("(all) => all.map(({ value }) => value)") == [""] * 5
    await act(ada, "#write")
    await expect(ada.page.locator("#letter")).to_have_text("ada: Signed")
    await notice(ada).get_by_role("button", name="Send again").click()
    await expect(ada.page.locator("#letter")).to_have_text("ada: Grace")
    assert ada.posts == ["/sessions/seal/", "/sessions/write/", "/sessions/seal/"]
