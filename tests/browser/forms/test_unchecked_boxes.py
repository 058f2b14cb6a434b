"""A form leaves out what is not ticked: the shim names those boxes of what htmx sends, and no others."""

from urllib.parse import unquote

from django.http import HttpRequest
from playwright.async_api import Route

from mizan_htmx import client, register
from tests.browser.helpers.tab import Tab, on_every_htmx

SHOW = """(html) => {
    document.querySelector("#here")?.remove();
    document.body.insertAdjacentHTML("beforeend", `<section id="here">${html}</section>`);
    htmx.process(document.querySelector("#here"));
}"""
# A page may swap what it wants; here nothing is.
POST = 'hx-post="/boxes/" hx-swap="none"'
INHERITED = 'hx-include="#elsewhere" hx-include:inherited="#elsewhere"'
BOX = '<input type="checkbox" name='
ELSEWHERE = f'<div id="elsewhere">{BOX}"far">{BOX}"on" checked></div>'

CASES = {
    "a form": (f'<form {POST}>{BOX}"a">{BOX}"b" checked>', "a"),
    "several of one name": (
        f'<form {POST}>{BOX}"a" value="1">{BOX}"a" value="2" checked>{BOX}"b" value="1">{BOX}"b" value="2">',
        "b",
    ),
    "what is no box": (
        f'<form {POST}><input type="radio" name="r" value="1"><input type="text" name="t">'
        f'<select name="s"></select><input type="checkbox">{BOX}"">',
        None,
    ),
    "a hidden field of the name": (
        f'<form {POST}><input type="hidden" name="a" value="0">{BOX}"a">',
        None,
    ),
    "a name that is no word": (f'<form {POST}>{BOX}"ä, b&amp;c[]%">', "ä, b&c[]%"),
    "disabled boxes": (
        f'<form {POST}>{BOX}"a" disabled><fieldset disabled>{BOX}"b">'
        f'</fieldset><fieldset>{BOX}"c"></fieldset>',
        "c",
    ),
    "boxes by their attribute form": (
        f'<form id="f" {POST}></form>{BOX}"a" form="f">{BOX}"b"><button form="f" id="go">go</button>',
        "a",
    ),
    "a button inside of a form": (
        f'<form>{BOX}"a"><button type="button" id="go" {POST}>go',
        "a",
    ),
    "a button beside a form": (
        f'<form>{BOX}"a"></form><button id="go" {POST}>go',
        None,
    ),
    "a button with hx-include": (f'{ELSEWHERE}<button id="go" {POST} hx-include="#elsewhere">go', "far"),
    "hx-include of a form": (
        f'<form id="f">{BOX}"a"></form><button id="go" {POST} hx-include="#f">go',
        "a",
    ),
    "hx-include of a box": (
        f'{BOX}"a" id="box">{BOX}"b"><button id="go" {POST} hx-include="[name=\'a\']">go',
        "a",
    ),
    "hx-include from around": (
        f'{ELSEWHERE}<div {INHERITED}><button id="go" {POST}>go</button></div>',
        "far",
    ),
    "hx-include from around that is held back": (
        f'{ELSEWHERE}<div hx-include="#elsewhere" hx-disinherit="*"><button id="go" {POST}>go</button></div>',
        None,
    ),
    "hx-include by a word": (
        f'<div class="it">{BOX}"a"><button id="go" {POST} hx-include="closest .it">go',
        "a",
    ),
    "hx-include of two": (
        f'{ELSEWHERE}<div><button id="go" {POST} hx-include="next .it, #elsewhere">go</button></div>'
        f'<p class="it">{BOX}"a"></p>',
        "a,far",
    ),
    "a box by itself": (f'{BOX}"a" id="go" checked {POST} hx-trigger="change">', "a"),
    "a form with files": (
        f'<form {POST} hx-encoding="multipart/form-data"><input type="file" name="f">{BOX}"a">',
        "a",
    ),
    "hx-put": (f'<form hx-put="/boxes/" hx-swap="none">{BOX}"a">', "a"),
    "hx-delete": (f'<form hx-delete="/boxes/" hx-swap="none">{BOX}"a">', "a"),
    "hx-vals": (f"""<form {POST} hx-vals='{{"a": 1}}'>{BOX}"a">{BOX}"b">""", "b"),
    "a button with an address of its own": (
        f'<form action="/none/" method="post" hx-boost="true">{BOX}"a">'
        '<button id="go" formaction="/boxes/">go',
        "a",
    ),
    "a button that sends by GET": (
        f'<form action="/none/" method="post" hx-boost="true">{BOX}"a">'
        '<button id="go" formaction="/boxes/" formmethod="get">go',
        None,
    ),
    "a form of forms": (f'<form {POST}><fieldset><p>{BOX}"a">{BOX}"a" form="none"></p></fieldset>', "a"),
    "a box of another form": (
        f'<form {POST}>{BOX}"a"><input type="checkbox" name="b" form="other"></form><form id="other"></form>',
        "a",
    ),
    "controls by the names of what is read": (
        f'<form {POST}>{BOX}"querySelectorAll">{BOX}"localName">',
        "localName,querySelectorAll",
    ),
    "hx-get": (f'<form hx-get="/boxes/" hx-swap="none">{BOX}"a">', None),
    "hx-boost": (
        f'<form action="/boxes/" method="post" hx-boost="true">{BOX}"a">',
        "a",
    ),
    "more than fits": (
        f"<form {POST}>" + "".join(f'{BOX}"{"x" * 95}{n}">' for n in range(100, 143)),
        None,
    ),
}


@client
def boxes(request: HttpRequest, news: bool = True, days: list[int] | None = None) -> list[object]:
    """Give back what the boxes say."""
    return [news, days]


async def answer(route: Route) -> None:
    """Take whatever is sent."""
    await route.fulfill(status=204)


async def named(tab: Tab, html: str) -> str | None:
    """Send what ``html`` has, and give the boxes that the request names."""
    await tab.page.evaluate(SHOW, html)
    async with tab.page.expect_request("**/boxes/**") as request, tab.page.expect_response("**/boxes/**"):
        if 'id="go"' in html:
            await tab.page.locator("#go").click()
        else:
            await tab.page.evaluate(
                "HTMLFormElement.prototype.requestSubmit.call(document.querySelector('#here form'))"
            )
    header = (await request.value).headers.get("x-mizan-unticked")
    return None if header is None else ",".join(sorted(map(unquote, header.split(","))))


@on_every_htmx
async def test_the_boxes_that_are_not_ticked_are_named(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.page.route("**/boxes/**", answer)
    async with tab.forgive("a form has too many unticked boxes to name them JSHandle@node$"):
        found = {case: await named(tab, html) for case, (html, _) in CASES.items()}
    assert found == {case: expected for case, (_, expected) in CASES.items()}


async def test_nothing_is_named_to_another_site(tab: Tab) -> None:
    await tab.open("/people/")
    headers = await tab.page.evaluate(
        """() => {
            const element = document.createElement("form");
            element.innerHTML = '<input name="parentElement"><input type="checkbox" name="a">';
            const send = (url, isSafe) => {
                const body = new FormData(element);
                const detail = { element, method: "POST", isSafe, url, headers: {}, body };
                document.dispatchEvent(new CustomEvent("mizan:request", { detail }));
                return "X-Mizan-Unticked" in detail.headers;
            };
            return [send("https://elsewhere.example/", false), send("/here/", true), send("/here/", false)];
        }"""
    )
    assert headers == [False, False, True]


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
