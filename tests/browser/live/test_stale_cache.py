"""Live pages behind a cache that has not been told yet: it answers a refresh with the copy of before."""

import pytest
from playwright.async_api import Route, expect

from tests.browser.helpers.live import change
from tests.browser.helpers.tab import Tab

COPY = """(it, swap) => {
    it.setAttribute("hx-swap", swap);
    it.setAttribute("hx-target", "this");
    it.dataset.mizanSwap = swap;
    return it.outerHTML;
}"""


@pytest.mark.parametrize(
    ("htmx", "swap"), [("2", "outerHTML"), ("4", "outerHTML"), ("4", "outerMorph")], indirect=["htmx"]
)
async def test_a_block_that_got_an_old_copy_asks_until_it_has_the_new_one(ada: Tab, swap: str) -> None:
    await ada.follow("/live/")
    copy = str(await ada.page.locator("#note").evaluate(COPY, swap))
    asked = []

    async def answer(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) > 2:
            await route.continue_()
        else:
            await route.fulfill(headers={"X-Mizan-Refresh": "1", "Content-Type": "text/html"}, body=copy)

    await ada.page.route("**/partial/note/*card_id=1*", answer)
    await change(1, "New")
    await expect(ada.page.locator("#note")).to_contain_text("New")
    assert len(asked) == 3
