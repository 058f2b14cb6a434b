"""The socket: its state, what was missed while there was none, and when it must end."""

import asyncio

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from playwright.async_api import expect

from mizan_htmx import invalidate
from mizan_htmx.channels import MizanConsumer
from mizan_htmx.channels.layer import version_store
from mizan_htmx.channels.layer.memory_versions import MemoryVersions
from mizan_htmx.channels.socket.session_user import Visitor
from tests.browser.helpers.live import NOTE, PLAIN, SECOND, change, has_heard, without_server
from tests.browser.helpers.serving import Site, on_both_servers
from tests.browser.helpers.tab import REPORT, Tab, on_one_htmx
from tests.site import live
from tests.site.models import Person

pytestmark = on_one_htmx


@pytest.fixture
def session(content: None, django_user_model: type) -> str:
    """Sign somebody in, and give the key of the session."""
    client = Client()
    client.force_login(django_user_model.objects.create_user("grace"))  # type: ignore[attr-defined]
    return str(client.cookies["sessionid"].value)


async def go_back(tab: Tab) -> None:
    """Press the button; the page that is left must not have to answer any more."""
    await tab.page.evaluate("() => { setTimeout(() => history.back()) }")


async def is_lost(tab: Tab) -> None:
    """Wait until the page knows that nobody follows it."""
    await expect(tab.page.locator("html")).to_have_attribute("data-mizan-socket", "closed")


@on_both_servers
async def test_the_page_shows_whether_it_is_followed(ada: Tab, site: Site) -> None:
    await ada.follow("/live/")
    async with without_server(ada):
        site.stop()
        await is_lost(ada)
        site.start()
        await ada.was("closed", "open", "closed", "open")


@on_both_servers
async def test_only_what_changed_meanwhile_is_fetched_when_the_server_is_back(ada: Tab, site: Site) -> None:
    await ada.follow("/live/")
    async with without_server(ada):
        site.stop()
        await is_lost(ada)
        await change(1, "Rest")
        site.start()
        await ada.followed()
    await expect(ada.page.locator("#note")).to_have_text("Rest")
    await has_heard(ada)
    assert ada.refreshes == [NOTE]


async def test_nothing_is_fetched_when_the_server_is_back_and_nothing_has_changed(
    ada: Tab, site: Site
) -> None:
    await ada.follow("/live/")
    async with without_server(ada):
        site.stop()
        await is_lost(ada)
        site.start()
        await ada.followed()
    await has_heard(ada)
    assert ada.refreshes == []


async def test_everything_live_is_fetched_when_the_server_has_lost_its_memory(
    ada: Tab, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ada.follow("/live/")
    async with without_server(ada):
        site.stop()
        await ada.was("closed", "open", "closed")
        monkeypatch.setattr(version_store, "_without_layer", MemoryVersions())
        site.start()
        await ada.was("closed", "open", "closed", "open")
    await ada.happens("refreshed", 2)
    await has_heard(ada)
    assert sorted(ada.refreshes) == [NOTE, SECOND]
    await change(1, "Rest")
    await expect(ada.page.locator("#note")).to_have_text("Rest")


@on_both_servers
async def test_a_page_that_is_sent_away_for_a_flood_knows_it_and_comes_back(
    ada: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MizanConsumer, "burst", 5)
    monkeypatch.setattr(MizanConsumer, "patience", 0)
    await ada.page.add_init_script("Math.random = () => 0")  # so that it need not wait before it comes back
    await ada.follow("/live/")
    question = "mizan.call('hello').catch(() => {})"
    await ada.page.evaluate(f"() => {{ for (let count = 0; count < 20; count += 1) {question}; }}")
    await ada.was("closed", "open", "closed", "open")
    await change(1, "Rest")
    await expect(ada.page.locator("#note")).to_have_text("Rest")


async def test_a_browser_that_is_online_again_asks_at_once(ada: Tab, site: Site) -> None:
    await ada.follow("/live/")
    async with without_server(ada):
        site.stop()
        await is_lost(ada)
        # No attempt of its own any more, in the time that a test has.
        await ada.page.evaluate("for (let id = setTimeout(() => {}); id; id -= 1) clearTimeout(id)")
        site.start()
        await change(1, "Rest")
        await ada.page.evaluate("() => { dispatchEvent(new Event('online')) }")
        await ada.followed()
    await expect(ada.page.locator("#note")).to_have_text("Rest")


async def test_a_connection_that_died_in_silence_is_found_out_when_the_tab_is_shown(ada: Tab) -> None:
    await ada.page.add_init_script(
        """const send = WebSocket.prototype.send;
        window.isDead = false;
        WebSocket.prototype.send = function (text) {
            this.isDead ||= window.isDead;
            if (!this.isDead) send.call(this, text);
        };"""
    )
    await ada.follow("/live/")
    await ada.page.evaluate(
        """() => {
            window.isDead = true;
            document.addEventListener("mizan:socket", () => { window.isDead = false; });
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    await ada.was("closed", "open", "closed", "open")
    await change(1, "Rest")
    await expect(ada.page.locator("#note")).to_have_text("Rest")


@pytest.mark.whole_browser
async def test_a_page_out_of_the_back_forward_cache_fetches_only_what_changed(ada: Tab) -> None:
    await ada.follow("/live/")
    await ada.page.evaluate("document.documentElement.id = 'kept'")
    await ada.open("/login/")
    await change(1, "Rest")
    await go_back(ada)
    await expect(ada.page.locator("#kept")).to_have_count(1)
    await expect(ada.page.locator("#note")).to_have_text("Rest")
    await ada.followed()
    await has_heard(ada)
    await ada.happens("refreshed", 2)
    assert sorted(ada.refreshes) == [NOTE, PLAIN]


@pytest.mark.whole_browser
async def test_a_page_out_of_the_back_forward_cache_is_fetched_where_sockets_do_not_get_through(
    ada: Tab, site: Site
) -> None:
    await ada.follow("/live/")
    await ada.open("/login/")
    site.refuses_sockets = True
    await change(1, "Rest")
    async with without_server(ada):
        await go_back(ada)
        await expect(ada.page.locator("#note")).to_have_text("Rest")
        await ada.happens("refreshed", 3)
        await ada.open("/login/")  # or it tries again for as long as the test takes to end
    assert sorted(ada.refreshes) == [NOTE, SECOND, PLAIN]


@on_both_servers
async def test_what_one_may_not_see_any_more_is_not_told_after_the_session(ada: Tab, session: str) -> None:
    context = ada.page.context
    await context.add_cookies([{"name": "sessionid", "value": session, "url": ada.address}])
    await ada.follow("/live/?diary")
    await expect(ada.page.locator("#diary")).to_have_text("Ada")
    other = await context.new_page()
    await other.goto(ada.address + "/live/leave/")
    async with ada.forgive(REPORT):
        await ada.happens("error", 1)
    await expect(ada.page.locator("#diary")).to_have_text("Ada")  # with a notice that the session is over
    await ada.followed()
    assert ada.refreshes == ["diary"]
    await Person.objects.filter(pk=5).aupdate(name="Secret")
    await other.goto(ada.address + "/live/")
    values = "{ values: { fn: 'write_diary', entry: 'Dear' }, swap: 'none' }"
    await other.evaluate(f"htmx.ajax('POST', '/api/mizan/call/', {values})")
    await has_heard(ada)
    assert ada.refreshes == ["diary"]
    async with ada.forgive(REPORT):
        await change(1, "Rest")  # is told, and asked for together with what is still old
        await ada.happens("error", 3)
    assert sorted(ada.refreshes) == ["diary", "diary", NOTE]
    await expect(ada.page.locator("#diary")).to_have_text("Ada")


# Puts the code of each error that the server tells where a test can wait for it.
CODES = """
    const { WebSocket: Socket } = window;
    window.WebSocket = class extends Socket {
        constructor(...where) {
            super(...where);
            this.addEventListener("message", ({ data }) => {
                const { code } = JSON.parse(data);
                if (code) document.documentElement.dataset.code = code;
            });
        }
    };
"""


async def is_told(tab: Tab, code: str) -> None:
    """Wait until the page has heard of an error."""
    await expect(tab.page.locator("html")).to_have_attribute("data-code", code)


async def test_a_watch_that_could_not_be_checked_is_asked_for_again(
    ada: Tab, session: str, monkeypatch: pytest.MonkeyPatch, django_user_model: type[User]
) -> None:
    def fail_once(person: object) -> bool:
        monkeypatch.undo()
        raise ConnectionError("The register does not answer.")

    await ada.page.context.add_cookies([{"name": "sessionid", "value": session, "url": ada.address}])
    await ada.page.add_init_script(CODES)
    await ada.follow("/live/?diary")
    monkeypatch.setattr(live, "knows", fail_once)
    await (await django_user_model.objects.aget()).asave()
    await is_told(ada, "INTERNAL_ERROR")
    await Person.objects.filter(pk=5).aupdate(name="Dear")
    await asyncio.to_thread(invalidate, None, "diary")
    await expect(ada.page.locator("#diary")).to_have_text("Dear")
    await ada.followed()


async def test_a_page_is_followed_only_when_its_watch_could_be_checked(
    ada: Tab, site: Site, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False, True])

    async def user(visitor: Visitor) -> object:
        if next(answers, True):
            return await former(visitor)
        raise OperationalError("The database does not answer.")

    former = Visitor.user
    await ada.page.context.add_cookies([{"name": "sessionid", "value": session, "url": ada.address}])
    await ada.follow("/live/?diary")
    async with without_server(ada):
        site.stop()
        await ada.was("closed", "open", "closed")
        await change(1, "Rest")
        monkeypatch.setattr(Visitor, "user", user)
        site.start()
        await ada.followed()
    await expect(ada.page.locator("#note")).to_have_text("Rest")


@on_both_servers
async def test_a_channel_that_may_not_be_heard_any_more_tells_the_page(
    ada: Tab, session: str, monkeypatch: pytest.MonkeyPatch, django_user_model: type[User]
) -> None:
    await ada.page.context.add_cookies([{"name": "sessionid", "value": session, "url": ada.address}])
    await ada.follow("/talk/1/")
    await ada.page.evaluate(
        """() => document.addEventListener("mizan:error", ({ target, detail }) => {
            document.documentElement.dataset.lost = `${target.localName} ${detail.code}`;
        })"""
    )
    monkeypatch.setattr(live, "SECRET", {1})
    await (await django_user_model.objects.aget()).asave()
    await expect(ada.page.locator("html")).to_have_attribute("data-lost", "template FORBIDDEN")
    monkeypatch.undo()
    await ada.submit("#say", "Here again")
    await expect(ada.page.locator("#lines li").last).to_contain_text("Here again")


# Lets a test send what the shim would not, and see how long it waits. Nothing is left to chance.
WATCHED = """
    Math.random = () => 0.9;
    window.sockets = [];
    window.delays = [];
    const { setTimeout: later, WebSocket: Socket } = window;
    window.setTimeout = (call, delay, ...more) => {
        delays.push(delay);
        return later(call, delay, ...more);
    };
    window.WebSocket = class extends Socket {
        constructor(...where) {
            super(...where);
            sockets.push(this);
        }
    };
"""


async def test_a_page_whose_frame_was_too_large_takes_its_time_to_connect_again(ada: Tab) -> None:
    await ada.page.add_init_script(WATCHED)
    await ada.follow("/live/")
    await ada.page.evaluate(
        """() => new Promise((done) => {
            sockets[0].addEventListener("close", ({ code }) => { window.code = code; setTimeout(done, 0); });
            sockets[0].send("x".repeat(65_537));
        })"""
    )
    await is_lost(ada)
    assert await ada.page.evaluate("code") == 1009
    assert 27_000 in await ada.page.evaluate("delays")
    assert await ada.page.evaluate("sockets.length") == 1


async def test_what_is_more_than_a_frame_takes_is_not_sent_and_the_socket_lives_on(ada: Tab) -> None:
    await ada.page.add_init_script(WATCHED)
    await ada.follow("/live/")
    refusal = await ada.page.evaluate(
        """mizan.send("talk", { board_id: 1 }, { text: "ü".repeat(33_000) })
            .catch(({ code, status }) => [code, status])"""
    )
    assert refusal == ["TOO_LARGE", 413]
    await has_heard(ada)
    assert await ada.page.evaluate("sockets.length") == 1
