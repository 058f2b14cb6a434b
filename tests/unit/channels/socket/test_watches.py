"""Watching keys: which are taken, and what a page has missed."""

from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpRequest
from pytest_django import Settings

from mizan_htmx import Context, client, register
from mizan_htmx.channels.layer.version_store import versions
from mizan_htmx.channels.layer.versions import StoreDown
from mizan_htmx.channels.socket import watches
from tests.helpers.sockets import Tab
from tests.helpers.watches import declare, publish, watching_of

pytestmark = pytest.mark.usefixtures("registry")


async def test_a_page_receives_what_is_invalidated_of_what_it_watches() -> None:
    declare()
    async with Tab() as tab:
        keys = "board;board_id=3, news"
        assert await tab.ask(action="watch", id=1, contexts=keys) == watching_of(keys)
        publish("board;board_id=4")
        version = publish("board;board_id=3;tab=a")
        stale = {"invalidate": "board;board_id=3", "versions": {"board;board_id=3": str(version)}}
        assert await tab.receive() == stale
        version = publish("news")
        assert await tab.receive() == {"invalidate": "news", "versions": {"news": str(version)}}


async def test_a_watch_replaces_the_one_before_and_one_without_id_is_not_acknowledged() -> None:
    declare()
    async with Tab() as tab:
        await tab.send(action="watch", contexts="board;board_id=3")
        assert await tab.ask(action="watch", id=1, contexts="news") == watching_of("news")
        publish("board;board_id=3")
        version = publish("news")
        assert await tab.receive() == {"invalidate": "news", "versions": {"news": str(version)}}
        assert await tab.ask(action="watch", id=1, contexts="") == watching_of("")


async def test_contexts_that_are_not_live_and_rubbish_are_passed_over() -> None:
    declare()
    async with Tab() as tab:
        asked = "quiet, news, no good, news, board;board_id"
        assert await tab.ask(action="watch", id=1, contexts=asked) == watching_of("news")


async def test_unknown_contexts_are_named_in_one_frame_and_the_others_are_watched(settings: Settings) -> None:
    declare()
    async with Tab() as tab:
        unknown = {"id": 1, "error": "Unknown context", "code": "NOT_FOUND", "contexts": "bard;a=1, bard, *"}
        assert await tab.ask(action="watch", id=1, contexts="bard;a=1, news, bard, *") == unknown
        assert await tab.receive() == watching_of("news")
        settings.DEBUG = True
        answer = await tab.ask(action="watch", contexts="bard")
        assert answer == {"error": "Unknown context 'bard'", "code": "NOT_FOUND", "contexts": "bard"}


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        ("board", {"board_id": ["Field required"]}),
        ("board;tab=a", {"board_id": ["Field required"]}),
        ("board;board_id=3;colour=red", {"colour": ["Unknown parameter."]}),
        (
            "board;board_id=x",
            {"board_id": ["Input should be a valid integer, unable to parse string as an integer"]},
        ),
    ],
)
async def test_a_key_that_does_not_fit_its_context_is_refused(key: str, fields: dict[str, list[str]]) -> None:
    declare()
    async with Tab() as tab:
        assert await tab.ask(action="watch", id=1, contexts=f"{key}, news") == {
            "id": 1,
            "error": "Invalid params",
            "code": "VALIDATION_ERROR",
            "details": {"fields": fields},
            "contexts": key,
        }
        assert await tab.receive() == watching_of("news")


async def test_a_number_that_is_too_long_for_a_key_is_refused() -> None:
    def price(request: HttpRequest, amount: Decimal) -> str:
        return "dear"

    register(client(context=Context("price", live=True))(price))
    async with Tab() as tab:
        assert await tab.ask(action="watch", contexts="price;amount=1e9999") == {
            "error": "Invalid params",
            "code": "VALIDATION_ERROR",
            "details": {"fields": {"amount": ["Names no block."]}},
            "contexts": "price;amount=1e9999",
        }


async def test_a_value_that_is_written_in_another_way_means_the_same() -> None:
    declare()
    async with Tab() as tab:
        answer = await tab.ask(action="watch", id=1, contexts="board;board_id=03")
        assert answer == watching_of("board;board_id=3")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({}, "Missing 'contexts': it lists the keys to watch, as in 'board;board_id=3, news'."),
        (
            {"contexts": ["news"]},
            "Missing 'contexts': it lists the keys to watch, as in 'board;board_id=3, news'.",
        ),
        ({"contexts": "news", "versions": []}, "'versions' must be an object that maps keys to versions."),
    ],
)
async def test_a_watch_that_can_not_be_read_is_refused(content: dict[str, Any], text: str) -> None:
    declare()
    async with Tab() as tab:
        assert await tab.ask(action="watch", **content) == {"error": text, "code": "BAD_REQUEST"}


async def test_a_socket_watches_so_many_keys_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watches.MAX_KEYS == 1000
    monkeypatch.setattr(watches, "MAX_KEYS", 2)
    declare()
    async with Tab() as tab:
        await tab.ask(action="watch", id=1, contexts="news")
        too_many = {"error": "Too many contexts", "code": "BAD_REQUEST"}
        keys = ", ".join(f"board;board_id={number}" for number in range(3))
        assert await tab.ask(action="watch", contexts=keys) == too_many
        version = publish("news")
        assert await tab.receive() == {"invalidate": "news", "versions": {"news": str(version)}}


class TestCatchingUp:
    """A page says what it has, and receives at once what became stale since."""

    async def test_what_is_newer_than_what_a_page_shows_is_sent_at_once(self) -> None:
        declare()
        shown = publish("board;board_id=1")
        version = publish("board;board_id=3")
        keys = ["board;board_id=1", "board;board_id=3", "news"]
        async with Tab() as tab:
            sent = dict.fromkeys(keys, str(shown))
            assert await tab.ask(action="watch", id=1, contexts=", ".join(keys), versions=sent) == {
                "invalidate": "board;board_id=3",
                "versions": {"board;board_id=3": str(version)},
            }
            assert await tab.receive() == watching_of(", ".join(keys))

    async def test_what_a_page_already_has_is_not_sent(self) -> None:
        declare()
        publish("news")
        async with Tab() as tab:
            sent = {"news": str(versions().current())}
            answer = await tab.ask(action="watch", id=1, contexts="news", versions=sent)
            assert answer == watching_of("news")

    async def test_each_key_is_measured_by_its_own_version(self) -> None:
        declare()
        old = publish("news")
        new = publish("board")
        async with Tab() as tab:
            sent = {"board;board_id=3": str(new), "board;board_id=4": str(old)}
            answer = await tab.ask(action="watch", contexts=", ".join(sent), versions=sent)
            assert answer == {"invalidate": "board;board_id=4", "versions": {"board;board_id=4": str(new)}}

    async def test_a_key_without_a_version_is_watched_from_now_on(self) -> None:
        declare()
        publish("news")
        async with Tab() as tab:
            answer = await tab.ask(action="watch", id=1, contexts="news", versions={"board;board_id=3": "x"})
            assert answer == watching_of("news")

    async def test_what_is_invalidated_while_the_store_is_asked_is_sent(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        declare()
        shown = publish("board")
        store = type(versions())
        since = store.since

        def slow(self: Any, seq: int, epoch: str) -> Any:
            changes = since(self, seq, epoch)
            publish("news")
            return changes

        monkeypatch.setattr(store, "since", slow)
        async with Tab() as tab:
            await tab.send(action="watch", id=1, contexts="news", versions={"news": str(shown)})
            received = [await tab.receive(), await tab.receive()]
            now = str(versions().current())
        assert watching_of("news") in received
        assert {"invalidate": "news", "versions": {"news": now}} in received

    @pytest.mark.parametrize("version", ["", "rubbish", "00000000.99", 5, None, "0badcafe.1.2"])
    async def test_a_version_that_says_nothing_means_stale(self, version: Any) -> None:
        declare()
        now = publish("board")
        async with Tab() as tab:
            sent = {"news": version, "board;board_id=3": str(now)}
            answer = await tab.ask(action="watch", contexts=", ".join(sent), versions=sent)
            assert answer == {"invalidate": "news", "versions": {"news": str(now)}}

    async def test_more_keys_than_a_list_holds_collapse(self) -> None:
        declare()
        shown = publish("news")
        version = publish("board")
        sent = {f"board;board_id={number}": str(shown) for number in range(300)}
        async with Tab() as tab:
            answer = await tab.ask(action="watch", contexts=", ".join(sent), versions=sent)
            assert answer == {"invalidate": "board", "versions": {"board": str(version)}}

    async def test_while_nobody_counts_everything_that_was_counted_is_stale(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def down(self: object, seq: int, epoch: str) -> None:
            raise StoreDown

        declare()
        monkeypatch.setattr(type(versions()), "since", down)
        async with Tab() as tab:
            sent = {"news": "0badcafe.1", "board;board_id=3": ""}
            keys = "news, board;board_id=3, board;board_id=4"
            answer = await tab.ask(action="watch", id=1, contexts=keys, versions=sent)
            assert answer == {"invalidate": "news", "versions": {}}
            assert await tab.receive() == watching_of(keys)
            sent = {"board;board_id=3": ""}
            assert await tab.ask(action="watch", id=1, contexts=keys, versions=sent) == watching_of(keys)
