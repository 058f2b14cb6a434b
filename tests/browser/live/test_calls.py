"""mizan.call(): a function of the server, called by a script over HTTP or the socket."""

from typing import Any

import pytest
from django.conf import settings as site_settings
from django.test import override_settings
from playwright.async_api import Route, expect

from tests.browser.helpers.live import NOTE
from tests.browser.helpers.tab import Tab, on_every_htmx, on_one_htmx, on_shipped_htmx

CALL = "/api/mizan/call/"

# What a call was rejected with.
REFUSED = """(error) => ({
    isError: error instanceof Error,
    status: error.status,
    code: error.code,
    fields: error.fields,
    message: error.message,
})"""

# Notes what made blocks stale, and what ended the session.
LISTEN = """
    window.told = [];
    addEventListener("mizan:invalidate", ({ detail: { header, source, cause } }) =>
        told.push([header, source, cause?.method, cause?.url, cause?.status]));
    addEventListener("mizan:session", ({ detail: { state, reason } }) => told.push([state, reason]));
"""

# Lets a test reach the sockets of a page.
SOCKETS = """
    window.sockets = [];
    const { WebSocket: Socket } = window;
    window.WebSocket = class extends Socket {
        constructor(...where) {
            super(...where);
            sockets.push(this);
        }
    };
"""

# Whether there is a socket when the function is called.
ways = pytest.mark.parametrize("is_open", [True, False], ids=["over the socket", "over HTTP"])


async def call(tab: Tab, fn: str, **args: object) -> Any:
    """Call a function, and return its result."""
    return await tab.page.evaluate("([fn, args]) => mizan.call(fn, args)", [fn, args])


async def refusal(tab: Tab, fn: str, **args: object) -> Any:
    """Call a function that is refused, and return what it was rejected with."""
    script = f"([fn, args]) => mizan.call(fn, args).then((result) => [result], {REFUSED})"
    return await tab.page.evaluate(script, [fn, args])


async def open_page(tab: Tab, is_open: bool) -> None:
    """Open the page with the notes, with a socket or without."""
    await tab.page.add_init_script(LISTEN + SOCKETS)
    if is_open:
        return await tab.follow("/live/")
    # Nothing on the page needs a socket when its blocks are not live.
    await tab.open("/live/")
    await tab.followed()
    version = "data-mizan-version"
    await tab.page.evaluate(
        f"document.querySelectorAll('[{version}]').forEach((it) => it.removeAttribute('{version}'))"
    )
    await tab.page.evaluate("sockets.forEach((socket) => socket.close())")
    await expect(tab.page.locator("html")).to_have_attribute("data-mizan-socket", "closed")


@on_every_htmx
async def test_a_page_without_a_socket_calls_over_http(tab: Tab) -> None:
    await tab.page.add_init_script(LISTEN)
    await tab.open("/people/")
    assert await call(tab, "cheer", user_id=5) == {"pk": 5, "name": "Ada!"}
    await expect(tab.block("user;user_id=5")).to_contain_text("Ada!")
    assert tab.posts == ["/call/"]
    assert "data-mizan-socket" not in await tab.attributes("html")
    [told] = await tab.page.evaluate("told")
    assert told[1:] == ["response", "POST", CALL, 200]
    assert sorted(told[0].split(", ")) == ["notifications", "user;user_id=5"]


@on_one_htmx
@pytest.mark.parametrize("setting", ["CSRF_COOKIE_HTTPONLY", "CSRF_USE_SESSIONS"])
async def test_the_token_comes_from_the_page_where_scripts_cannot_read_it(tab: Tab, setting: str) -> None:
    with override_settings(**{setting: True}):
        await tab.open("/people/")
        assert (await call(tab, "cheer", user_id=5))["name"] == "Ada!"


@on_shipped_htmx
async def test_a_public_page_has_no_token_and_fetches_it(tab: Tab, htmx: str) -> None:
    fetched: list[str] = []
    tab.page.on("request", lambda request: fetched.append(request.url))
    await tab.open(f"/slogan/{htmx}/")
    assert "csrftoken" not in str(await tab.page.context.cookies())
    assert (await call(tab, "cheer", user_id=5))["name"] == "Ada!"
    assert (await call(tab, "cheer", user_id=5))["name"] == "Ada!!"
    assert [url.endswith("/session/") for url in fetched].count(True) == 1


@on_one_htmx
async def test_a_token_that_is_refused_is_not_used_again(tab: Tab) -> None:
    with override_settings(CSRF_COOKIE_HTTPONLY=True):
        await tab.page.add_init_script(LISTEN)
        await tab.open("/people/")
        await tab.page.context.clear_cookies(name="csrftoken")
        await tab.page.context.add_cookies([{"name": "csrftoken", "value": "a" * 32, "url": tab.address}])
        async with tab.answered(403):
            refused = await refusal(tab, "cheer", user_id=5)
        assert (refused["status"], refused["code"]) == (403, "FORBIDDEN")
        assert (await tab.page.evaluate("told"))[0] == ["ended", "csrf"]
        assert (await call(tab, "cheer", user_id=5))["name"] == "Ada!"


@on_one_htmx
async def test_a_view_has_no_result_and_refreshes_what_it_affects(tab: Tab) -> None:
    await tab.open("/people/")
    assert await call(tab, "rename", user_id=5, name="Grace") is None
    await expect(tab.block("user;user_id=5")).to_contain_text("Grace")


@on_one_htmx
async def test_what_no_function_has_answered_is_an_error_too(tab: Tab) -> None:
    async def answer(route: Route) -> None:
        await route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway</h1>")

    await tab.open("/people/")
    await tab.page.route(f"**{CALL}", answer)
    async with tab.answered(502):
        refused = await refusal(tab, "cheer", user_id=5)
    message = "The server has answered 502."
    assert refused == {"isError": True, "status": 502, "code": "ERROR", "fields": {}, "message": message}


@on_one_htmx
async def test_a_login_page_in_place_of_the_answer_is_the_end_of_the_session(tab: Tab) -> None:
    async def answer(route: Route) -> None:
        # As of a middleware that redirects: playwright can't answer fetch() so.
        await route.continue_(url=tab.address + site_settings.LOGIN_URL, method="GET")

    await tab.page.add_init_script(LISTEN)
    await tab.open("/people/")
    await tab.page.evaluate(
        """(login) => {
            const fetched = window.fetch;
            window.fetch = async (...given) => {
                const answer = await fetched(...given);
                return Object.defineProperty(answer, "url", { value: login });
            };
        }""",
        tab.address + site_settings.LOGIN_URL,
    )
    await tab.page.route(f"**{CALL}", answer)
    refused = await refusal(tab, "cheer", user_id=5)
    assert (refused["status"], refused["code"]) == (401, "UNAUTHORIZED")
    assert await tab.page.evaluate("told") == [["ended", "login"]]


@ways
async def test_the_result_and_what_it_makes_stale_are_the_same(ada: Tab, is_open: bool) -> None:
    await open_page(ada, is_open)
    assert await call(ada, "add_to_note", card_id=1, text="!") == "Plan!"
    await expect(ada.page.locator("#note")).to_have_text("Plan!")
    assert ada.posts == ([] if is_open else ["/call/"])
    told = [each for each in await ada.page.evaluate("told") if each[1] == "response"]
    assert told == [[NOTE, "response", "POST", CALL, 200]]
    assert ada.refreshes == [NOTE]


@on_one_htmx
@ways
async def test_a_refusal_is_the_same(ada: Tab, is_open: bool) -> None:
    await open_page(ada, is_open)
    async with ada.forgive(*[] if is_open else [r"\b422\b"]):
        refused = await refusal(ada, "add_to_note", card_id="x")
    assert refused == {
        "isError": True,
        "status": 422,
        "code": "VALIDATION_ERROR",
        "fields": {"card_id": ["Enter a whole number."], "text": ["This field is required."]},
        "message": "Some values are invalid.",
    }
    assert await ada.page.evaluate("told") == []


@on_one_htmx
async def test_a_function_that_is_not_for_the_socket_is_called_over_http(ada: Tab) -> None:
    await ada.follow("/live/")
    assert (await call(ada, "cheer", user_id=5))["name"] == "Ada!"
    assert ada.posts == ["/call/"]


@on_one_htmx
async def test_what_is_too_large_for_a_frame_goes_over_http(ada: Tab) -> None:
    await ada.follow("/live/")
    text = "ü" * 33_000
    async with ada.forgive(perhaps=[r"\b500\b"]):
        await refusal(ada, "add_to_note", card_id=1, text=text)
    assert ada.posts == ["/call/"]
    await ada.followed()


@on_one_htmx
async def test_a_call_without_a_network_is_refused(tab: Tab) -> None:
    await tab.open("/people/")
    await tab.page.context.set_offline(True)
    async with tab.forgive("net::ERR_INTERNET_DISCONNECTED"):
        refused = await refusal(tab, "cheer", user_id=5)
    assert refused.pop("message")
    assert refused == {"isError": True, "status": 0, "code": "OFFLINE", "fields": {}}
    await tab.page.context.set_offline(False)
    assert (await call(tab, "cheer", user_id=5))["name"] == "Ada!"


@on_one_htmx
@pytest.mark.parametrize("is_sent", [True, False])
async def test_a_call_whose_socket_is_lost_is_refused_and_not_sent_again(ada: Tab, is_sent: bool) -> None:
    await ada.follow("/live/")
    await ada.page.evaluate(
        f"""() => {{
            window.outcome = null;
            mizan.call("add_to_note", {{ card_id: 1, text: "!" }}).catch({REFUSED})
                .then((outcome) => {{ window.outcome = outcome; }});
            const lose = () => dispatchEvent(new PageTransitionEvent("pagehide"));
            if ({str(is_sent).lower()}) setTimeout(lose);
            else lose();
        }}"""
    )
    await ada.page.wait_for_function("outcome")
    refused = await ada.page.evaluate("outcome")
    assert (refused["status"], refused["code"]) == (0, "OFFLINE")
    assert ada.posts == []


@on_one_htmx
async def test_a_function_that_does_not_exist_is_not_found(ada: Tab) -> None:
    await ada.open("/live/")
    async with ada.answered(404):
        refused = await refusal(ada, "nothing")
    assert (refused["status"], refused["code"], refused["fields"]) == (404, "NOT_FOUND", {})
