"""Channels in a page: messages arrive as HTML, and a form says something and keeps what was not said."""

import asyncio
import json
import re

from playwright.async_api import Locator, expect

from tests.browser.helpers.clobbering import LAY, READ, UNREAD
from tests.browser.helpers.live import has_heard, push, say, without_server
from tests.browser.helpers.serving import Site, on_both_servers
from tests.browser.helpers.tab import Tab, on_newest_htmx, on_one_htmx
from tests.site.gates import closed_gate, wait_until_reached

pytestmark = on_one_htmx

TALK = "talk;board_id=1"

# Puts what a form and a template report where a test can read it.
LISTEN = """
    window.told = [];
    for (const name of ["message", "sent", "error"]) {
        addEventListener(`mizan:${name}`, ({ target, detail }) => {
            told.push([name, target.localName ?? "document", detail]);
        });
    }
"""


def lines(tab: Tab) -> Locator:
    """Find what was said."""
    return tab.page.locator("#lines li")


async def reads(tab: Tab, *texts: str) -> None:
    """Wait until the page shows these lines and no others."""
    await expect(lines(tab)).to_have_text([re.compile(rf"^{text}\s+Ask") for text in texts])


def text(tab: Tab) -> Locator:
    """Find where one types what to say."""
    return tab.page.locator("#say [name=text]")


async def told(tab: Tab) -> list[list[object]]:
    """List what form and template have reported."""
    told: list[list[object]] = await tab.page.evaluate("told")
    return told


async def test_a_form_says_which_boxes_are_not_ticked(ada: Tab) -> None:
    sent: list[str] = []
    ada.page.on("websocket", lambda wire: wire.on("framesent", lambda text: sent.append(str(text))))
    await ada.follow("/talk/1/")
    boxes = [
        ("a", ""),
        ("b", "checked"),
        ("c", "disabled"),
        ("d", ""),
        ("d", "checked"),
        ("e", ""),
        ("e", ""),
    ]
    html = "".join(f'<input type="checkbox" name="{name}" {state}>' for name, state in boxes)
    await ada.page.locator("#say").evaluate(
        "(form, html) => form.insertAdjacentHTML('beforeend', html)", html
    )
    await ada.page.locator("#say [name=text]").fill("Hello")
    await ada.page.locator("#say button").click()
    await expect(lines(ada).last).to_contain_text("Hello")
    (message,) = [json.loads(text) for text in sent if '"message"' in text]
    assert message["unticked"] == ["a", "e"]
    assert message["data"] == {"text": "Hello", "b": "on", "d": "on"}


@on_newest_htmx
@on_both_servers
async def test_what_one_person_says_everybody_reads_and_htmx_has_processed_it(ada: Tab, bob: Tab) -> None:
    await ada.follow("/talk/1/")
    await bob.follow("/talk/1/")
    await ada.submit("#say", "Hello <b>")
    for tab in (ada, bob):
        await expect(lines(tab)).to_have_count(4)
        await expect(lines(tab).last).to_contain_text("Hello <b>")
        await lines(tab).last.get_by_role("button").click()
        await expect(lines(tab).last.locator(".answer")).to_have_text("Fragment")
        assert tab.refreshes == []
    await expect(text(ada)).to_have_value("")


async def test_a_form_may_have_controls_of_any_name(ada: Tab) -> None:
    await ada.follow("/talk/1/")
    await text(ada).fill("Hello")
    await ada.page.evaluate(LAY, ["#say", [*UNREAD, *READ]])
    await ada.page.evaluate("HTMLElement.prototype.click.call(document.querySelector('#say button'))")
    await expect(lines(ada).last).to_contain_text("Hello")
    state = "() => [document.querySelector('#say [name=text]').value, document.querySelector('[aria-busy]')]"
    await ada.page.wait_for_function(f"() => String(({state})()) === ','")


async def test_a_message_is_an_event_that_can_keep_it_out(ada: Tab) -> None:
    await ada.page.add_init_script(LISTEN)
    await ada.follow("/talk/1/")
    await ada.page.evaluate(
        """document.addEventListener("mizan:message", (event) => {
            if (event.detail.data.text === "Secret") event.preventDefault();
        })"""
    )
    await push(98, "Secret")
    await push(99, "Open")
    await expect(lines(ada)).to_have_count(4)
    await expect(lines(ada).last).to_contain_text("Open")
    assert await told(ada) == [
        [
            "message",
            "template",
            {
                "channel": "talk",
                "params": {"board_id": 1},
                "type": "DjangoMessage",
                "data": {"pk": pk, "text": text},
            },
        ]
        for pk, text in ((98, "Secret"), (99, "Open"))
    ]


@on_newest_htmx
async def test_a_message_with_an_id_that_is_there_takes_the_place_of_the_old_one(ada: Tab) -> None:
    await ada.follow("/talk/1/")
    await push(2, "Rebuild")
    await reads(ada, "Plan", "Rebuild", "Ship")
    await lines(ada).nth(1).get_by_role("button").click()
    await expect(lines(ada).nth(1).locator(".answer")).to_have_text("Fragment")


async def test_what_is_sent_twice_at_once_is_said_once(ada: Tab) -> None:
    await ada.page.add_init_script(LISTEN)
    await ada.follow("/talk/1/")
    await text(ada).fill("Once")
    with closed_gate():
        await ada.page.evaluate("for (const _ of 'ab') document.querySelector('#say').requestSubmit()")
        await expect(ada.page.locator("#say")).to_have_attribute("aria-busy", "true")
        await ada.page.evaluate("document.querySelector('#say').requestSubmit()")
    await expect(text(ada)).to_have_value("")
    assert "aria-busy" not in await ada.attributes("#say")
    await ada.submit("#say", "Twice")
    await reads(ada, "Plan", "Build", "Ship", "Once", "Twice")


async def test_what_is_typed_while_a_message_is_on_its_way_stays(ada: Tab) -> None:
    await ada.page.add_init_script(LISTEN)
    await ada.follow("/talk/1/")
    with closed_gate():
        await ada.submit("#say", "Hello")
        await text(ada).fill("Hello again")
    await expect(ada.page.locator("#say[aria-busy]")).to_have_count(0)
    await expect(text(ada)).to_have_value("Hello again")
    assert ["sent", "form", {"channel": "talk", "params": {"board_id": 1}}] in await told(ada)


@on_both_servers
async def test_a_message_that_is_refused_stays_in_the_form_and_says_why(ada: Tab) -> None:
    await ada.page.add_init_script(LISTEN)
    await ada.follow("/talk/1/")
    await ada.submit("#say", "x" * 41)
    await ada.happens("error", 1)
    await expect(text(ada)).to_have_value("x" * 41)
    too_long = {"text": ["Ensure this value has at most 40 characters (it has 41)."]}
    detail = {"code": "VALIDATION_ERROR", "error": "Invalid message", "fields": too_long}
    assert await told(ada) == [["error", "form", detail]]
    assert "aria-busy" not in await ada.attributes("#say")


async def test_without_a_connection_the_text_stays_and_can_be_sent_later(ada: Tab, site: Site) -> None:
    await ada.page.add_init_script(LISTEN)
    await ada.follow("/talk/1/")
    async with without_server(ada):
        site.stop()
        await ada.was("closed", "open", "closed")
        await ada.submit("#say", "Hello")
        await ada.happens("error", 1)
        await expect(text(ada)).to_have_value("Hello")
        detail = {"code": "OFFLINE", "error": "There is no connection to the server.", "fields": {}}
        assert await told(ada) == [["error", "form", detail]]
        site.start()
        await ada.was("closed", "open", "closed", "open")
    await ada.page.locator("#say button").click()
    await expect(lines(ada).last).to_contain_text("Hello")
    await expect(text(ada)).to_have_value("")


@on_newest_htmx
@on_both_servers
async def test_what_was_said_while_the_server_was_away_is_fetched(ada: Tab, site: Site) -> None:
    await ada.follow("/talk/1/")
    async with without_server(ada):
        site.stop()
        await ada.was("closed", "open", "closed")
        await say("Missed")
        site.start()
        await reads(ada, "Plan", "Build", "Ship", "Missed")
    assert ada.refreshes == [TALK]
    await say("Heard")
    await reads(ada, "Plan", "Build", "Ship", "Missed", "Heard")


async def test_what_was_said_before_the_first_connection_came_about_is_fetched(ada: Tab, site: Site) -> None:
    site.refuses_sockets = True
    async with without_server(ada):
        await ada.open("/talk/1/")
        # Refused when an attempt to connect has failed.
        await ada.page.evaluate("mizan.send('talk', { board_id: 1 }, { text: 'Lost' }).catch(() => true)")
        await expect(ada.page.locator("html")).to_have_attribute("data-mizan-socket", "closed")
        await say("Missed")
        site.refuses_sockets = False
        await ada.followed()
    await reads(ada, "Plan", "Build", "Ship", "Missed")
    assert ada.refreshes == [TALK]


@on_newest_htmx
async def test_a_message_that_comes_during_a_refresh_is_not_lost(ada: Tab) -> None:
    await ada.follow("/talk/1/")
    with closed_gate() as gate:
        await ada.invalidate("talk")
        await asyncio.to_thread(wait_until_reached)
        await say("Meanwhile")
        await has_heard(ada)
        await expect(lines(ada)).to_have_count(3)
        gate.set()
        await reads(ada, "Plan", "Build", "Ship", "Meanwhile")


async def test_a_page_that_does_not_listen_any_more_hears_nothing(ada: Tab) -> None:
    await ada.page.add_init_script(LISTEN)
    async with ada.page.expect_websocket() as opening:
        await ada.follow("/talk/1/")
    socket = await opening.value
    async with socket.expect_event("framesent", lambda frame: '"unsubscribe"' in str(frame)):
        await ada.page.evaluate("document.querySelectorAll('#ear, #say').forEach((each) => each.remove())")
    await say("Unheard")
    await has_heard(ada)
    assert await told(ada) == []


async def test_a_channel_that_is_refused_says_so(ada: Tab) -> None:
    await ada.page.add_init_script(LISTEN)
    await ada.follow("/talk/13/")
    detail = {"code": "FORBIDDEN", "error": "Not authorized", "fields": {}}
    assert await told(ada) == [["error", "template", detail]]
    await ada.submit("#say", "Hello")
    await ada.happens("error", 2)
    await expect(text(ada)).to_have_value("Hello")


@on_both_servers
async def test_a_script_can_say_something_from_any_page(ada: Tab, bob: Tab) -> None:
    await bob.follow("/talk/1/")
    await ada.page.add_init_script(LISTEN)
    await ada.open("/profile/5/")
    await ada.page.evaluate("mizan.send('talk', { board_id: 1 }, { text: 'By the way' }).then(() => {})")
    await expect(lines(bob).last).to_contain_text("By the way")
    await ada.followed()
    await ada.page.evaluate("mizan.send('talk', { board_id: 1 }, { text: 'And' }).then(() => {})")
    await expect(lines(bob).last).to_contain_text("And")
    await has_heard(ada)
    assert [name for name, *_ in await told(ada)] == ["message", "message"]
