"""What an answer to a refresh says to htmx counts once, and what is told of a failure is told once."""

import json
from contextlib import nullcontext
from typing import Any

import pytest
from playwright.async_api import expect
from pytest_django import Settings

from tests.browser.helpers.tab import REPORT, REPORTS, Tab
from tests.site.answers import answering
from tests.site.gates import closed_gate
from tests.site.models import Board, Person

USER, SHAKY = "user;user_id=5", "shaky"

# Counts events of the page, by name: what each was told of, and its detail.
HEAR = """(names) => {
    window.heard = [];
    for (const name of names) {
        addEventListener(name, ({ target, detail }) => {
            const { elt, target: _, ...rest } = detail ?? {};
            heard.push([name, target.dataset?.mizan ?? target.localName ?? "document", rest]);
        });
    }
}"""

MESSAGES = ["note", "toast", "swapped", "settled"]


async def hear(tab: Tab, *names: str) -> None:
    """Keep these events from now on."""
    await tab.page.evaluate(HEAR, list(names))


async def heard(tab: Tab, *names: str) -> list[Any]:
    """List what was heard, of these names only if there are some."""
    found: list[Any] = await tab.page.evaluate("heard")
    return [each for each in found if not names or each[0] in names]


async def over(tab: Tab) -> None:
    """Wait until what htmx does after a swap is over: behind its timers, which take 20 ms."""
    await tab.page.evaluate("() => new Promise((done) => setTimeout(done, 50))")


def told(htmx: str) -> list[str]:
    """List the events by which a build of htmx tells of a failure."""
    if htmx.startswith("2"):
        return ["htmx:responseError", "htmx:sendError", "htmx:error"]
    return ["htmx:response:error", "htmx:error"]


@pytest.mark.parametrize("count", [1, 3])
async def test_the_events_of_an_answer_are_fired_once(tab: Tab, htmx: str, count: int) -> None:
    await tab.open("/together/2/")
    await hear(tab, *MESSAGES)
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    trigger = json.dumps({"note": {"text": "Saved"}, "toast": "Hello"})
    with answering(HX_Trigger=trigger, HX_Trigger_After_Swap="swapped", HX_Trigger_After_Settle="settled, b"):
        await tab.invalidate("user, shaky" if count == 3 else "shaky")
        await tab.happens("refreshed", count)
        await tab.page.wait_for_function(f"() => heard.length >= {4 if htmx.startswith('2') else 2}")
        await over(tab)
    bound = USER if count == 3 else SHAKY
    found = await heard(tab)
    assert found[:2] == [["note", bound, {"text": "Saved"}], ["toast", bound, {"value": "Hello"}]]
    # htmx 4 does not have the other two.
    assert [name for name, *_ in found[2:]] == (["swapped", "settled"] if htmx.startswith("2") else [])
    assert tab.batches == ([[USER, USER, SHAKY]] if count == 3 else [])


async def test_what_can_t_be_fired_keeps_no_block_from_being_refreshed(tab: Tab) -> None:
    await tab.open("/together/2/")
    await hear(tab, "note")
    await tab.invalidate("user, shaky")
    await tab.happens("refreshed", 3)
    nowhere = '{"note": {"target": "#nowhere"}}'
    async with tab.forgive("^mizan: HX-Trigger is no JSON: {note$"):
        for times, trigger in enumerate(["{note", nowhere, '{"note": null}', '{"note": 1}, {"note": 2}'], 2):
            with answering(HX_Trigger=trigger):
                await tab.invalidate("user, shaky")
                await tab.happens("refreshed", times * 3)
                await over(tab)
    assert [where for _, where, _ in await heard(tab)] == [USER] * 4


@pytest.mark.parametrize("gone", ["aborted", "removed", "all removed"])
async def test_they_are_fired_where_the_first_block_is_gone(tab: Tab, gone: str) -> None:
    await tab.open("/together/2/")
    await hear(tab, "note")
    async with tab.forgive(REPORTS) if gone == "aborted" else nullcontext():
        with answering(HX_Trigger="note"):
            with closed_gate() as gate:
                await tab.invalidate("user, shaky")
                await tab.happens("refreshing", 3)
                end = "htmx.trigger(block, 'htmx:abort')" if gone == "aborted" else "block.remove()"
                blocks = "[data-mizan]" if gone == "all removed" else ".user"
                await tab.page.evaluate(f"for (const block of document.querySelectorAll('{blocks}')) {end}")
                gate.set()
                await tab.page.wait_for_function("() => heard.length")
            await over(tab)
    [(name, where, _)] = (await heard(tab))[:1]
    assert (name, where) == ("note", "body" if gone == "all removed" else SHAKY)
    # The retry of what was aborted is another answer.
    assert gone == "aborted" or len(await heard(tab)) == 1


async def test_they_are_fired_where_nothing_is_swapped_in(tab: Tab) -> None:
    await tab.open("/together/2/")
    await hear(tab, "note")
    await tab.page.context.add_cookies([{"name": "trouble", "value": "503-600", "url": tab.address}])
    async with tab.forgive(r"\b503 \(", REPORTS):
        with answering(HX_Trigger="note"):
            await tab.invalidate("user, shaky")
            await tab.happens("error", 3)
    assert [name for name, *_ in await heard(tab)] == ["note"]


async def test_they_are_fired_where_the_request_for_several_is_refused(tab: Tab) -> None:
    await tab.open("/together/2/")
    await hear(tab, "note")
    await tab.page.context.add_cookies([{"name": "trouble", "value": "long", "url": tab.address}])
    async with tab.forgive(r"\b414 \("):
        with answering(HX_Trigger="note"):
            await tab.invalidate("user, shaky")
            await tab.happens("refreshed", 3)
            await tab.page.wait_for_function("() => heard.length === 4")  # four answers


@pytest.mark.parametrize("what", ["user, shaky", "shaky"])
async def test_what_says_where_to_put_an_answer_is_not_heard(tab: Tab, what: str) -> None:
    await tab.open("/together/2/")
    await Person.objects.filter(pk=5).aupdate(name="Grace")
    await Board.objects.filter(pk=1).aupdate(title="Play")
    address, length = tab.page.url, await tab.page.evaluate("history.length")
    headers = {"HX_Retarget": "#shown", "HX_Reswap": "innerHTML", "HX_Reselect": "em", "HX_Push_Url": "/x/"}
    with answering(**headers, HX_Replace_Url="/y/"):
        await tab.invalidate(what)
        await expect(tab.block(SHAKY)).to_have_text("Play")
        await tab.happens("refreshed", 1 if what == "shaky" else 3)
    if what != "shaky":
        await expect(tab.block(USER)).to_have_text(["0 Grace", "1 Grace"])
    await expect(tab.page.locator("#shown")).to_be_empty()
    assert tab.page.url == address
    assert await tab.page.evaluate("history.length") == length


@pytest.mark.parametrize("what", ["user, shaky", "shaky"])
async def test_a_redirect_is_followed_once_and_is_no_failure(tab: Tab, what: str) -> None:
    await tab.open("/together/2/")
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    with answering(HX_Redirect="/fragment/"):
        await tab.invalidate(what)
        await tab.page.wait_for_url("**/fragment/")
    assert [url for url in asked if url.endswith("/fragment/")] == [f"{tab.address}/fragment/"]


async def test_a_redirect_in_place_of_a_batch_is_followed_once(tab: Tab) -> None:
    await tab.open("/together/2/")
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    await tab.page.context.add_cookies([{"name": "trouble", "value": "204", "url": tab.address}])
    with answering(HX_Redirect="/fragment/"):
        await tab.invalidate("user, shaky")
        await tab.page.wait_for_url("**/fragment/")
    assert [url for url in asked if url.endswith("/fragment/")] == [f"{tab.address}/fragment/"]


@pytest.mark.parametrize("what", ["user, shaky", "shaky"])
async def test_a_location_is_followed_once(tab: Tab, what: str) -> None:
    await tab.open("/together/2/")
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    async with tab.forgive(REPORT):
        with answering("/partial", HX_Location="/fragment/"):
            await tab.invalidate(what)
            await expect(tab.page.locator("body > em")).to_have_text("Fragment")
            await tab.page.wait_for_url("**/fragment/")
    assert [url for url in asked if url.endswith("/fragment/")] == [f"{tab.address}/fragment/"]


async def test_what_a_change_brings_along_fires_nothing_once_more(tab: Tab, settings: Settings) -> None:
    settings.MIZAN_SINGLE_FLIGHT = True
    await tab.open("/together/2/")
    await hear(tab, "note")
    with answering(HX_Trigger="note"):
        await tab.submit("#shake", "Grace")
        await tab.happens("refreshed", 3)
        await over(tab)
    await expect(tab.block(USER)).to_have_text(["0 Grace", "1 Grace"])
    assert [where for _, where, _ in await heard(tab)] == ["form"]
    assert tab.refreshes == []


@pytest.mark.parametrize("what", ["user, shaky", "shaky"])
async def test_htmx_tells_of_a_failing_refresh_once(tab: Tab, htmx: str, what: str) -> None:
    await tab.open("/together/2/")
    await hear(tab, *told(htmx), "mizan:error")
    count = 1 if what == "shaky" else 3
    await tab.page.context.add_cookies([{"name": "trouble", "value": "503-600", "url": tab.address}])
    async with tab.forgive(r"\b50[03] \(", REPORTS):
        for tries in (1, 2, 3):
            await tab.invalidate(what)
            await tab.happens("error", tries * count)
        one = ["htmx:responseError"] if htmx.startswith("2") else ["htmx:response:error"]
        assert [name for name, *_ in await heard(tab) if name in one] == one
        again = [detail["again"] for name, _, detail in await heard(tab) if name == "mizan:error"]
        assert again == [False] * count + [True] * count * 2
        written = [problem for problem in tab.problems if problem.startswith(("Response Status", "htmx"))]
        assert len(written) == (1 if htmx.startswith("2") else 0)
        # Another failure is told, and so is the first one after it has worked.
        await tab.page.context.add_cookies([{"name": "trouble", "value": "500-600", "url": tab.address}])
        await tab.invalidate(what)
        await tab.happens("error", 4 * count)
        assert [name for name, *_ in await heard(tab) if name in one] == one * 2
        await tab.page.context.clear_cookies(name="trouble")
        await tab.invalidate(what)
        await tab.happens("refreshed", count)
        await tab.page.context.add_cookies([{"name": "trouble", "value": "500-600", "url": tab.address}])
        await tab.invalidate(what)
        await tab.happens("error", 5 * count)
    assert [name for name, *_ in await heard(tab) if name in one] == one * 3


@pytest.mark.parametrize("what", ["user, shaky", "shaky"])
async def test_it_tells_once_of_one_that_has_no_answer(tab: Tab, htmx: str, what: str) -> None:
    await tab.open("/together/2/")
    await tab.hold_retries()
    await hear(tab, *told(htmx))
    count = 1 if what == "shaky" else 3
    await tab.page.route("**/partial*/**", lambda route: route.abort())
    async with tab.forgive("ERR_FAILED", REPORTS):
        for tries in (1, 2, 3):
            await tab.invalidate(what)
            await tab.happens("error", tries * count)
        one = ["htmx:sendError"] if htmx.startswith("2") else ["htmx:error"]
        assert [name for name, *_ in await heard(tab) if name in one] == one
        written = [problem for problem in tab.problems if problem.startswith("htmx")]
        assert len(written) == (2 if htmx.startswith("2") else 1)  # of htmx:afterRequest, too
    await tab.page.unroute("**/partial*/**")
    await tab.page.evaluate("mizan.retry()")
    await tab.happens("refreshed", count)
    await expect(tab.page.locator("[data-mizan-error], [aria-busy], .htmx-request")).to_have_count(0)


async def test_it_tells_once_of_blocks_that_have_waited_too_long_together(tab: Tab, htmx: str) -> None:
    await tab.open("/together/2/")
    await tab.hold_retries()
    one = "htmx:timeout" if htmx.startswith("2") else "htmx:error"
    await hear(tab, one)
    await tab.page.evaluate("htmx.config.timeout = htmx.config.defaultTimeout = 300")
    await tab.page.route("**/partials/**", lambda route: None)
    async with tab.forgive(REPORTS):
        await tab.invalidate("user, shaky")
        await tab.happens("error", 3)
    assert [where for _, where, _ in await heard(tab)] == [USER]


async def test_a_failure_of_several_is_told_of_one_that_had_not_failed_so(tab: Tab, htmx: str) -> None:
    await tab.open("/together/2/")
    await hear(tab, *told(htmx))
    await tab.page.context.add_cookies([{"name": "trouble", "value": "503-600", "url": tab.address}])
    async with tab.forgive(r"\b503 \(", REPORTS):
        for stale, count in (("user", 2), ("user, shaky", 5), ("user, shaky", 8)):
            await tab.invalidate(stale)
            await tab.happens("error", count)
    one = "htmx:responseError" if htmx.startswith("2") else "htmx:response:error"
    assert [where for name, where, _ in await heard(tab) if name == one] == [USER, SHAKY]


# Sorts every event of htmx by what mizan.isRefresh() says of it.
SORT = """() => {
    window.sorted = { refresh: [], other: [] };
    const dispatch = EventTarget.prototype.dispatchEvent;
    EventTarget.prototype.dispatchEvent = function (event) {
        if (event.type.startsWith("htmx")) {
            sorted[mizan.isRefresh(event) ? "refresh" : "other"].push(event.type);
        }
        return dispatch.call(this, event);
    };
}"""
# About what was swapped in, whoever asked for it; on htmx 2 each has a second spelling.
OF_CONTENT = ("process", "cleanup", "clean-up", "init", "htmx:load", "cleanUp", "Cleanup")


async def test_every_event_of_a_refresh_can_be_told_from_the_others(tab: Tab) -> None:
    await tab.open("/answers/wide/")
    await tab.page.evaluate(SORT)

    async def others() -> tuple[set[str], set[str]]:
        found = await tab.page.evaluate("sorted")
        of = [name for name in found["other"] if not any(each.lower() in name.lower() for each in OF_CONTENT)]
        await tab.page.evaluate("sorted.refresh = []; sorted.other = []")
        return set(found["refresh"]), set(of)

    await tab.invalidate("user", user_id=5)
    await tab.happens("refreshed", 2)
    await tab.page.evaluate("mizan.refresh(document.querySelector('#first'))")
    await tab.happens("refreshed", 3)
    await tab.page.context.add_cookies([{"name": "trouble", "value": "503", "url": tab.address}])
    await tab.hold_retries(after=1)
    async with tab.forgive(r"\b503 \(", REPORTS):
        await tab.invalidate("user", user_id=5)
        await tab.happens("error", 4)  # each once more, by itself
    await tab.page.context.clear_cookies(name="trouble")
    with closed_gate() as gate:
        await tab.page.evaluate("mizan.retry()")
        await tab.page.wait_for_function("() => document.querySelectorAll('.htmx-request').length === 2")
        await tab.page.evaluate("document.querySelector('#first').remove()")  # which is told on the document
        gate.set()
        await tab.happens("refreshed", 4)
    await over(tab)
    refresh, other = await others()
    assert len(refresh) > 6
    assert other == set()

    # What a person asks for is none, although it aims at a block.
    await tab.page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<div id=\"aim\" data-mizan=\"none\"></div>');"
        "document.querySelector('#ask').setAttribute('hx-target', '#aim');"
    )
    await tab.page.locator("#ask").click()
    await expect(tab.page.locator("#aim")).to_have_text("Fragment")
    await over(tab)
    refresh, other = await others()
    assert refresh == set()
    assert len(other) > 4
    # Neither is what they have not chosen, where the field is a block.
    await tab.page.evaluate(
        """() => {
            const select = `<select name="who" data-mizan="none" required><option></select>`;
            const form = `<form hx-post="/fragment/">${select}<button>Send</button></form>`;
            document.body.insertAdjacentHTML("beforeend", form);
            htmx.process(document.body.lastElementChild);
            htmx.trigger(document.body.lastElementChild, "submit");
        }"""
    )
    await over(tab)
    refresh, _ = await others()
    assert refresh == set()


async def test_an_indicator_of_the_whole_page_is_for_what_a_person_does(tab: Tab) -> None:
    await tab.open("/answers/wide/")
    with closed_gate() as gate:
        await tab.page.evaluate(
            "window.seen = 0; new MutationObserver(() => seen++).observe("
            "document.querySelector('#bar'), { attributes: true })"
        )
        await tab.invalidate("user", user_id=5)
        await tab.happens("refreshing", 2)
        gate.set()
        await tab.happens("refreshed", 2)
    await tab.invalidate("user", user_id=5)
    await tab.happens("refreshed", 4)
    assert await tab.page.evaluate("seen") == 0
    await tab.page.locator("#ask").click()
    await tab.page.wait_for_function("() => seen === 2")
