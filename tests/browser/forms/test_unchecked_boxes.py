"""A form leaves out what is not ticked: the shim names those boxes of what htmx sends, and no others."""

from django.http import HttpRequest

from mizan_htmx import client, register
from tests.browser.helpers.tab import Tab

SHOW = """(html) => {
    document.querySelector("#here")?.remove();
    document.body.insertAdjacentHTML("beforeend", `<section id="here">${html}</section>`);
    htmx.process(document.querySelector("#here"));
}"""


@client
def boxes(request: HttpRequest, news: bool = True, days: list[int] | None = None) -> list[object]:
    """Give back what the boxes say."""
    return [news, days]


async def test_a_box_with_the_default_true_can_be_unticked(tab: Tab) -> None:
    register(boxes, "boxes")
    await tab.open("/people/")
    form = """<form hx-post="/api/mizan/call/" hx-vals='{"fn": "boxes"}' hx-swap="none">
        <input type="checkbox" name="news" checked><input type="checkbox" name="days" value="1">"""
    await tab.page.evaluate(SHOW, form)
    results = []
    for _ in range(2):
        async with tab.page.expect_response("**/call/") as response:
            await tab.page.evaluate("document.querySelector('#here form').requestSubmit()")
        results.append((await (await response.value).json())["result"])
        await tab.page.locator("#here [name=news]").uncheck()
    assert results == [[True, []], [False, []]]
