"""Copies of pages that show what has changed since are dropped: in the history of htmx, and preloaded."""

import pytest
from playwright.async_api import expect

from tests.browser.helpers.tab import Tab, on_every_htmx
from tests.site.models import Person

# As htmx 4's extension hx-history-cache keeps pages.
AS_HISTORY_CACHE = """() => {
    const block = (user) => `<div data-mizan="user;user_id=${user}"></div>`;
    const page = (content) => JSON.stringify({ content, head: "", scroll: 0, title: "" });
    sessionStorage.setItem("htmx-history-index", '["people", "profile"]');
    sessionStorage.setItem("htmx-history-people", page(block(5)));
    sessionStorage.setItem("htmx-history-profile", page(block(6)));
}"""

# The names of the copies that htmx has in the page's storage.
COPIES = """() => [
    ...JSON.parse(sessionStorage.getItem("htmx-history-cache") ?? "[]").map(({ url }) => url.split("/")[1]),
    ...["people", "profile"].filter((name) => sessionStorage.getItem(`htmx-history-${name}`)),
]"""


@on_every_htmx
async def test_a_copy_in_the_history_of_htmx_that_shows_what_is_stale_is_dropped(tab: Tab, htmx: str) -> None:
    await tab.open("/people/")
    await tab.page.locator("#away").click()
    await tab.page.wait_for_url("**/profile/6/")
    if htmx.startswith("4"):
        await tab.page.evaluate(AS_HISTORY_CACHE)
    await tab.invalidate("user;user_id=7, board")
    assert await tab.page.evaluate(COPIES) == ["people", "profile"][: 2 if htmx.startswith("4") else 1]
    await tab.invalidate("user", user_id=5)
    assert await tab.page.evaluate(COPIES) == ["profile"][: 1 if htmx.startswith("4") else 0]
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    async with tab.page.expect_request("**/people/"):
        await tab.page.evaluate("() => { setTimeout(() => history.back()) }")
    await expect(tab.block("user;user_id=5")).to_have_text("Grace G")


@pytest.mark.parametrize("htmx", ["4", "4.0.1"], indirect=True)
async def test_what_htmx_4_has_preloaded_is_dropped_when_something_is_stale(tab: Tab) -> None:
    """On htmx 2 a preloaded answer is in the browser's cache, which no script reaches."""
    await tab.open("/people/")
    await tab.page.evaluate(
        """async () => {
            const script = document.createElement("script");
            script.src = "/static/django_htmx/ext/hx-preload-4.js";
            const loaded = new Promise((resolve) => { script.onload = resolve; });
            document.head.append(script);
            await loaded;
            const button = document.querySelector("#actions-5 .fetch");
            button.setAttribute("hx-preload", "mouseenter");
            button.replaceWith(button.cloneNode(true));
            htmx.process(document.querySelector("#actions-5"));
        }"""
    )
    button = tab.page.locator("#actions-5 .fetch")
    async with tab.page.expect_response("**/people/5/"):
        await button.hover()
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await tab.invalidate("user", user_id=5)
    await expect(tab.block("user;user_id=5").first).to_have_text("Grace G")
    async with tab.page.expect_request("**/people/5/"):
        await button.click()
    await expect(tab.page.locator("#shown")).to_have_text("Grace G")
