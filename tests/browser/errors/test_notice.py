"""Where a failure is told, to whom, and for how long."""

import pytest
from django.http import HttpResponse
from playwright.async_api import Route, expect

from mizan_htmx.errors import Unauthorized
from tests.browser.helpers.axe import expect_accessible
from tests.browser.helpers.desk import refresh
from tests.browser.helpers.errors import LISTEN, failures, hears, notice, open_page, told
from tests.browser.helpers.tab import Tab, on_newest_morph
from tests.helpers.waiting import until
from tests.site.errors import Conflict, TooMany, trouble
from tests.site.gates import closed_gate
from tests.site.keep import desk

CALL = '<button id="call" {% mizan_call "err_count" text="a" %}>Call</button>'
NO_ANSWER = "There was no answer. Is this device online?"
UNKNOWN = "It may have been done nevertheless. Look before you do it again."


async def press(tab: Tab, status: int, selector: str = "#call") -> None:
    """Press a button, whose request fails."""
    async with tab.answered(status):
        await tab.page.locator(selector).click()
        await hears(tab, 1)
    assert [name for [name] in await told(tab, "name")] == ["failed"]


async def test_without_an_answer_it_says_that_it_may_have_been_done(tab: Tab) -> None:
    html = CALL + '<button id="get" hx-get="/errors/answer/">Get</button>'
    with trouble(html):
        await open_page(tab)

        async def drop(route: Route) -> None:
            await route.abort()

        await tab.page.route("**/call/**", drop)
        await tab.page.route("**/errors/answer/", drop)
        async with tab.forgive("ERR_FAILED|^htmx"):
            await tab.page.locator("#call").click()
            await expect(failures(tab).locator("div:visible")).to_have_text([NO_ANSWER, UNKNOWN])
            assert await told(tab, "id", "status", "code", "isCommitted") == [["call", 0, "", "maybe"]]
            await expect(failures(tab).get_by_role("button")).to_have_text(["Close"], use_inner_text=True)
            await failures(tab).get_by_role("button", name="Close").click()
            # Nothing is changed by asking once more.
            await tab.page.locator("#get").click()
            await expect(failures(tab).locator("div:visible")).to_have_text([NO_ANSWER])
            await tab.page.unroute("**/errors/answer/")
            await failures(tab).get_by_role("button", name="Try again").click()
            await expect(tab.page.locator("#get")).to_have_text("Answered.")
            await expect(notice(tab)).to_have_count(0)


async def test_one_that_takes_too_long_has_no_answer_and_one_that_is_given_up_is_not_told(
    tab: Tab, htmx: str
) -> None:
    is_4 = htmx.startswith("4")
    timeout = "hx-config='{\"timeout\": 2000}'" if is_4 else "hx-request='{\"timeout\": 2000}'"
    html = f"""
      <button id="slow" hx-post="/errors/answer/" {timeout}>Slow</button>
      <button id="two" hx-post="/errors/answer/" hx-sync="this:replace">Twice</button>
    """
    with trouble(html) as state:
        await open_page(tab)
        with closed_gate() as gate:
            async with tab.forgive("htmx|TIMED_OUT"):
                await tab.page.locator("#slow").click()
                await expect(failures(tab).locator("div:visible")).to_have_text([NO_ANSWER, UNKNOWN])
                assert await told(tab, "name", "id", "status") == [["failed", "slow", 0]]
                await tab.page.locator("#two").click()
                await until(lambda: len(state.came) == 2)
                await tab.page.locator("#two").click()
                await until(lambda: len(state.came) == 3)
                gate.set()
                await hears(tab, 1)
        assert await told(tab, "name", "id", "status") == [["done", "two", 200]]


async def test_what_somebody_did_not_ask_for_is_not_told(tab: Tab) -> None:
    html = """
      <div id="loads" hx-get="/errors/answer/" hx-trigger="load">Loading</div>
      <button id="get" hx-get="/errors/answer/">Get</button>
    """
    with trouble(html) as state:
        state.response = HttpResponse('{"no": true}', content_type="application/json", status=404)
        async with tab.forgive(r"\b404\b"):
            await open_page(tab)
            await tab.page.locator("#get").click()
            await hears(tab, 1)
        assert await told(tab, "id", "method", "isCommitted") == [["get", "GET", "no"]]
        await expect(failures(tab)).to_contain_text("This is not there any more.")
        await expect(tab.page.locator("#get")).to_have_text("Get")


async def test_the_end_of_the_session_is_told_by_its_own_notice(tab: Tab) -> None:
    with trouble(CALL) as state:
        state.error = Unauthorized()
        await open_page(tab)
        async with tab.answered(401):
            await tab.page.locator("#call").click()
            await expect(tab.page.locator(".mizan-session")).to_contain_text("You are not signed in.")
            await hears(tab, 1)
        assert await told(tab, "status", "code", "isShown") == [[401, "UNAUTHORIZED", True]]
        await expect(notice(tab)).to_have_count(0)


@on_newest_morph
async def test_what_is_told_in_a_block_outlives_its_refresh(tab: Tab) -> None:
    slot = '<div class="mizan-slot" role="status" aria-atomic="false" data-mizan-slot></div>'
    form = (
        '<form id="form" hx-post="/errors/note/"><input name="text"><button id="call">Go</button>{}</form>{}'
    )
    with desk(form.format(slot, "before")) as shown, trouble("") as state:
        state.error = Conflict("Too late.")
        await tab.page.add_init_script(LISTEN)
        await tab.open("/keep/desk/")
        await tab.page.locator("[name=text]").fill("typed")
        async with tab.answered(409):
            await tab.page.locator("#call").click()
            await expect(failures(tab, "#form")).to_contain_text("Too late.")
        shown.html["main"] = form.format(slot, "after")
        await refresh(tab)
        await expect(tab.page.locator("#main")).to_contain_text("after")
        await expect(failures(tab, "#form")).to_contain_text("Too late.")
        state.error = None
        await failures(tab).get_by_role("button", name="Send again").click()
        await hears(tab, 2)
        assert [name for [name] in await told(tab, "name")] == ["failed", "done"]
        assert [each["text"] for each in state.came] == ["typed", "typed"]


async def test_a_form_of_ours_tells_by_itself_and_sends_the_same_events(tab: Tab) -> None:
    await tab.page.context.add_cookies([{"name": "refusal", "value": "503", "url": tab.address}])
    with trouble('{% mizan_form "note" %}'):
        await open_page(tab)
        await tab.page.locator("[name=name]").fill("Grace")
        await tab.page.locator("[name=message]").fill("Hello")
        async with tab.answered(503):
            await tab.page.get_by_role("button", name="Send").click()
            await hears(tab, 1)
        assert await told(tab, "name", "status", "isShown") == [["failed", 503, True]]
        await expect(tab.page.locator("[data-mizan-alert]")).to_contain_text("Something went wrong")
        await expect(notice(tab)).to_have_count(0)
        await tab.page.context.clear_cookies(name="refusal")
        await tab.page.get_by_role("button", name="Try again").click()
        await hears(tab, 1)
        assert await told(tab, "name", "status") == [["done", 200]]


@pytest.mark.parametrize("htmx", ["2.0.11"], indirect=True)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
async def test_axe_finds_nothing(tab: Tab, scheme: str, width: int) -> None:
    await tab.page.set_viewport_size({"width": width, "height": 700})
    await tab.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    html = (
        CALL + '<form id="form" hx-post="/errors/note/"><button id="go">Go</button>{% mizan_errors %}</form>'
    )
    with trouble(html) as state:
        await open_page(tab)
        await tab.page.evaluate("document.documentElement.style.colorScheme = 'light dark'")
        state.error = TooMany("Slowly!")
        await press(tab, 429)
        await press(tab, 429, "#go")
        box = await notice(tab).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        for part in ("form", "#call", ".mizan-notice"):
            await expect_accessible(tab.page, part)
