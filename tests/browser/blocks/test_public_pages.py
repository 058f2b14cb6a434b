"""A page that everyone is handed: what is the visitor's own comes after it, and so does the CSRF token."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import override_settings
from playwright.async_api import Request, expect

from tests.browser.helpers.tab import Tab, on_shipped_htmx

pytestmark = on_shipped_htmx  # the build stands in the address, and the site knows these there


async def cookies(tab: Tab) -> list[str]:
    """List the names of the cookies that the site has set."""
    return sorted(
        each.get("name", "") for each in await tab.page.context.cookies() if each.get("name") != "htmx"
    )


async def test_a_private_block_fills_itself_once(tab: Tab, htmx: str) -> None:
    await tab.page.context.add_cookies([{"name": "name", "value": "Ada", "url": tab.address}])
    await tab.open(f"/slogan/{htmx}/")
    await expect(tab.block("visitor")).to_have_text("Hello Ada")
    assert await tab.block("visitor").get_attribute("hx-trigger") == "mizan:refresh"
    await tab.page.context.add_cookies([{"name": "name", "value": "Grace", "url": tab.address}])
    await tab.invalidate("visitor")
    await expect(tab.block("visitor")).to_have_text("Hello Grace")
    assert [name for name, *_ in await tab.happened() if name == "error"] == []


@pytest.mark.parametrize("setting", [None, "CSRF_COOKIE_HTTPONLY", "CSRF_USE_SESSIONS"])
async def test_the_token_is_fetched_before_the_first_request_that_needs_it(
    tab: Tab, htmx: str, setting: str | None
) -> None:
    with override_settings(**({setting: True} if setting else {})):
        await tab.open(f"/slogan/{htmx}/")
        await expect(tab.block("visitor")).to_have_text("Hello nobody")
        assert await cookies(tab) == []
        for title in ("First", "Second"):
            await tab.submit("form", title)
            await expect(tab.block(f"slogan;build={htmx}")).to_have_text(title)
        assert await cookies(tab) == ["sessionid" if setting == "CSRF_USE_SESSIONS" else "csrftoken"]


async def test_what_has_changed_is_asked_for_where_no_cache_has_an_old_copy(tab: Tab, htmx: str) -> None:
    asked: list[dict[str, list[str]]] = []

    def note(request: Request) -> None:
        if "/partial/slogan/" in request.url:
            asked.append(parse_qs(urlsplit(request.url).query))

    tab.page.on("request", note)
    await tab.open(f"/slogan/{htmx}/")
    await expect(tab.block("visitor")).to_have_text("Hello nobody")
    assert asked == []
    for title in ("First", "Second"):
        await tab.submit("form", title)
        await expect(tab.block(f"slogan;build={htmx}")).to_have_text(title)
    # Where htmx 4 was ready before the shim came, it has filled the visitor's block, uncounted.
    async with tab.page.expect_response("**/partial/slogan/**"):
        await tab.page.evaluate("build => mizan.invalidate('slogan', {build}, {version: '0a1b2c3d.7'})", htmx)
    words = [query.pop("mizan-since")[0] for query in asked]
    assert asked == [asked[0]] * 3
    assert sorted(asked[0]) == ["block", "build"]
    assert len(set(words)) == 3
    assert words[2] == "0a1b2c3d.7"
    assert "mizan-since" not in str(await tab.block(f"slogan;build={htmx}").get_attribute("hx-get"))
