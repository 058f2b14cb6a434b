"""What a page must withstand: forged requests, hostile values, a strict policy."""

from urllib.parse import quote

import pytest
from django.test import override_settings
from playwright.async_api import expect

from tests.browser.helpers.tab import Tab, on_one_htmx

HOSTILE = [
    '"><script>document.title = "hacked"</script>',
    "'><img src=x onerror=\"document.title = 'hacked'\">",
    "</div><svg onload=\"document.title = 'hacked'\">",
    "{{ request }}{% load mizan %}",
    "a, b;c=d %41 & é 😀 \"x\"='y' \\ </script>",
]


async def test_a_hostile_value_is_text_before_and_after_a_refresh(tab: Tab) -> None:
    for value in HOSTILE:
        await tab.open("/tag/?tag=" + quote(value))
        await expect(tab.page.locator("b")).to_have_text(value)
        await tab.page.locator(".touch").click()
        await tab.happens("refreshed", 1)
        await expect(tab.page.locator("b")).to_have_text(value)
        await expect(tab.page.locator("i")).to_have_attribute("title", value)
        await expect(tab.page).to_have_title("Test site")
        await expect(tab.page.locator("[data-mizan] *")).to_have_count(2)


@on_one_htmx
async def test_the_policy_is_in_force(tab: Tab) -> None:
    """What the other tests rely on, when they take silence for compliance."""
    await tab.open("/people/")
    async with tab.forgive(
        "CSP: script-src", "CSP: style-src", "Content Security Policy|Content-Security-Policy"
    ):
        await tab.page.evaluate(
            """() => {
                for (const name of ["script", "style"]) {
                    const element = document.createElement(name);
                    element.textContent = "document.title = 'hacked'";
                    document.body.append(element);
                }
            }"""
        )
        await expect(tab.page).to_have_title("Test site")


async def test_an_own_hx_headers_leaves_the_csrf_token_in_place(tab: Tab) -> None:
    await tab.open("/people/")
    async with tab.page.expect_request("**/people/5/rename/") as request:
        await tab.page.locator("#actions-5 .headed").click()
    headers = await (await request.value).all_headers()
    assert headers["x-own"] == "1"
    await expect(tab.block("user;user_id=5")).to_have_text("Headed H")


async def test_the_token_is_the_one_that_the_cookie_has_now(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.page.evaluate(
        """document.querySelector(".rename").setAttribute("hx-headers", '{"x-csrftoken": "from the page"}')"""
    )
    token = "a" * 32
    await tab.page.context.add_cookies([{"name": "csrftoken", "value": token, "url": tab.address}])
    async with tab.page.expect_request("**/people/5/rename/") as request:
        await tab.submit("#actions-5 .rename", "Grace")
    assert (await (await request.value).all_headers())["x-csrftoken"] == token
    await expect(tab.block("user;user_id=5")).to_have_text("Grace G")


@pytest.mark.parametrize("setting", ["CSRF_COOKIE_HTTPONLY", "CSRF_USE_SESSIONS"])
async def test_the_token_comes_from_the_page_where_scripts_cannot_read_it(tab: Tab, setting: str) -> None:
    with override_settings(**{setting: True}):
        await tab.open("/people/")
        await tab.submit("#actions-5 .rename", "Grace")
        await expect(tab.block("user;user_id=5")).to_have_text("Grace G")


async def test_a_token_that_is_lost_is_fetched_before_the_request_goes(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.page.context.clear_cookies(name="csrftoken")
    await tab.submit("#actions-5 .rename", "Grace")
    await expect(tab.block("user;user_id=5")).to_have_text("Grace G")


async def test_a_request_without_a_token_is_refused_and_refreshes_nothing(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.page.route("**/session/", lambda route: route.abort())
    await tab.page.context.clear_cookies(name="csrftoken")
    async with tab.forgive(r"\b403\b", "net::ERR_FAILED"):
        async with tab.page.expect_response("**/people/5/rename/") as response:
            await tab.submit("#actions-5 .rename", "Grace")
        assert (await response.value).status == 403
        await tab.invalidate("notifications")
        await tab.happens("refreshed", 2)
    assert sorted(tab.refreshes) == ["notifications", "user;user_id=5"]
    await expect(tab.block("user;user_id=5")).to_have_text("Ada A")


async def test_a_request_that_changes_nothing_carries_no_token(tab: Tab) -> None:
    await tab.open("/people/")
    async with tab.page.expect_request("**/people/5/") as request:
        await tab.page.locator("#actions-5 .fetch").click()
    assert "x-csrftoken" not in await (await request.value).all_headers()
    await expect(tab.page.locator("#shown")).to_have_text("Ada A")
