"""Watching keys: which are taken, who may, what was missed, and what ends a watch."""

import logging
import threading
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from mizan_htmx import Context, client, register
from mizan_htmx.channels import publishing, watching
from mizan_htmx.channels.versions import StoreDown, Version, versions
from mizan_htmx.invalidation import parse
from tests.support_sockets import Tab, person
from tests.support_visitor import Coloured, both_colours, empty_registry

registry = empty_registry()
coloured = both_colours()

BOARD = Context("board", live=True)
REFUSED = {"error": "Not authorized", "code": "FORBIDDEN"}


def board(request: HttpRequest, board_id: int, tab: str = "") -> str:
    """Read a board."""
    return f"board {board_id}"


def news(request: HttpRequest) -> str:
    """Read what is new."""
    return "news"


def page(request: HttpRequest, board_id: int) -> HttpResponse:
    """Show a board."""
    return HttpResponse(f"board {board_id}")


def declare(auth: Any = None) -> None:
    """Register a live context with parameters, one without, and one that is not live."""
    register(client(context=BOARD, auth=auth)(board))
    register(client(context=Context("news", live=True))(news))
    register(client(context="quiet")(news), "quiet_news")


def publish(*keys: str) -> Version:
    """Make something stale; give the version of that."""
    version = publishing.publish(parse(", ".join(keys)))
    assert version is not None
    return version


def watching_of(keys: str) -> dict[str, Any]:
    """Give the whole answer to a watch with id 1."""
    return {"id": 1, "ok": True, "data": {"watching": keys}}


async def test_a_page_hears_what_became_stale_of_what_it_watches() -> None:
    declare()
    async with Tab() as tab:
        keys = "board;board_id=3, news"
        assert await tab.ask(action="watch", id=1, contexts=keys) == watching_of(keys)
        publish("board;board_id=4")
        version = publish("board;board_id=3;tab=a")
        stale = {"invalidate": "board;board_id=3", "versions": {"board;board_id=3": str(version)}}
        assert await tab.hear() == stale
        version = publish("news")
        assert await tab.hear() == {"invalidate": "news", "versions": {"news": str(version)}}


async def test_a_watch_replaces_the_one_before_and_one_without_id_is_not_acknowledged() -> None:
    declare()
    async with Tab() as tab:
        await tab.tell(action="watch", contexts="board;board_id=3")
        assert await tab.ask(action="watch", id=1, contexts="news") == watching_of("news")
        publish("board;board_id=3")
        version = publish("news")
        assert await tab.hear() == {"invalidate": "news", "versions": {"news": str(version)}}
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
        assert await tab.hear() == watching_of("news")
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
        assert await tab.hear() == watching_of("news")


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
        ({}, "Missing 'contexts': it lists what to watch, as in 'board;board_id=3, news'."),
        (
            {"contexts": ["news"]},
            "Missing 'contexts': it lists what to watch, as in 'board;board_id=3, news'.",
        ),
        ({"contexts": "news", "versions": []}, "'versions' must be an object that maps keys to versions."),
    ],
)
async def test_a_watch_that_can_not_be_read_is_refused(content: dict[str, Any], text: str) -> None:
    declare()
    async with Tab() as tab:
        assert await tab.ask(action="watch", **content) == {"error": text, "code": "BAD_REQUEST"}


async def test_a_socket_watches_so_many_keys_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watching.LIMIT == 1000
    monkeypatch.setattr(watching, "LIMIT", 2)
    declare()
    async with Tab() as tab:
        await tab.ask(action="watch", id=1, contexts="news")
        too_many = {"error": "Too many contexts", "code": "BAD_REQUEST"}
        keys = ", ".join(f"board;board_id={number}" for number in range(3))
        assert await tab.ask(action="watch", contexts=keys) == too_many
        version = publish("news")
        assert await tab.hear() == {"invalidate": "news", "versions": {"news": str(version)}}


class TestCatchingUp:
    """A page says what it has, and hears at once what became stale since."""

    async def test_what_is_newer_than_what_a_page_shows_is_told_at_once(self) -> None:
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
            assert await tab.hear() == watching_of(", ".join(keys))

    async def test_what_a_page_already_has_is_not_told(self) -> None:
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

    async def test_what_becomes_stale_while_the_store_is_asked_is_told(
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
            await tab.tell(action="watch", id=1, contexts="news", versions={"news": str(shown)})
            heard = [await tab.hear(), await tab.hear()]
            now = str(versions().current())
        assert watching_of("news") in heard
        assert {"invalidate": "news", "versions": {"news": now}} in heard

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
            assert await tab.hear() == watching_of(keys)
            sent = {"board;board_id=3": ""}
            assert await tab.ask(action="watch", id=1, contexts=keys, versions=sent) == watching_of(keys)


class TestAuth:
    """Who may watch is who may read."""

    @pytest.mark.parametrize("auth", [True, "callable"])
    async def test_who_may_not_read_may_not_watch(self, coloured: Coloured, auth: Any) -> None:
        def only_three(request: HttpRequest, board_id: int) -> bool:
            return request.user.is_authenticated and board_id == 3

        declare(coloured(only_three) if auth == "callable" else auth)
        async with Tab(user=person()) as ada, Tab() as nobody:
            keys = "board;board_id=3, news"
            assert await ada.ask(action="watch", id=1, contexts=keys) == watching_of(keys)
            refused = {"id": 1, **REFUSED, "contexts": "board;board_id=3"}
            assert await nobody.ask(action="watch", id=1, contexts=keys) == refused
            assert await nobody.hear() == watching_of("news")
            publish("board;board_id=3")
            version = publish("news")
            assert (await ada.hear())["invalidate"] == "board;board_id=3"
            assert await nobody.hear() == {"invalidate": "news", "versions": {"news": str(version)}}

    async def test_one_reader_that_lets_the_visitor_in_is_enough(self) -> None:
        declare("staff")
        register(client(context=BOARD, auth=True)(board), "for_everybody_with_a_name")
        async with Tab(user=person()) as tab:
            answer = await tab.ask(action="watch", id=1, contexts="board;board_id=3")
            assert answer == watching_of("board;board_id=3")

    @pytest.mark.parametrize(("auth", "allowed"), [(True, True), ("staff", False)])
    async def test_where_nothing_is_read_the_pages_decide(self, auth: Any, allowed: bool) -> None:
        register(client(context=BOARD, auth=auth)(page))
        async with Tab(user=person()) as tab:
            answer = await tab.ask(action="watch", id=1, contexts="board;board_id=3")
            refused = {"id": 1, **REFUSED, "contexts": "board;board_id=3"}
            assert answer == (watching_of("board;board_id=3") if allowed else refused)

    async def test_an_auth_that_refuses_or_fails_keeps_its_text(
        self, coloured: Coloured, caplog: pytest.LogCaptureFixture
    ) -> None:
        def guard(request: HttpRequest, board_id: int) -> bool:
            raise PermissionDenied("the text") if board_id == 3 else RuntimeError("the text")

        declare(coloured(guard))
        async with Tab() as tab:
            with caplog.at_level(logging.ERROR):
                answer = await tab.ask(action="watch", contexts="board;board_id=3, board;board_id=4")
            assert answer == {**REFUSED, "contexts": "board;board_id=3"}
            broken = {"error": "Something went wrong.", "code": "INTERNAL_ERROR"}
            assert await tab.hear() == {**broken, "contexts": "board;board_id=4"}
        assert "RuntimeError: the text" in caplog.text

    async def test_lost_rights_end_a_watch(self) -> None:
        barred: set[int] = set()
        declare(lambda request, board_id: board_id not in barred)
        async with Tab(user=person()) as tab:
            await tab.ask(action="watch", id=1, contexts="board;board_id=3, board;board_id=4, news")
            barred.add(3)
            await publishing.tell({"kind": "check", "user": "1"})
            assert await tab.hear() == {**REFUSED, "contexts": "board;board_id=3"}
            version = publish("board")
            assert await tab.hear() == {"invalidate": "board", "versions": {"board": str(version)}}
            publish("board;board_id=3")
            version = publish("news")
            assert await tab.hear() == {"invalidate": "news", "versions": {"news": str(version)}}

    async def test_a_database_that_is_away_ends_no_watch(
        self, caplog: pytest.LogCaptureFixture, coloured: Coloured
    ) -> None:
        away = threading.Event()

        def guard(request: HttpRequest) -> bool:
            if away.is_set():
                raise OperationalError("the text")
            return True

        register(client(context=BOARD, auth=coloured(guard))(board))
        async with Tab(user=person()) as tab:
            await tab.ask(action="watch", id=1, contexts="board;board_id=3")
            away.set()
            with caplog.at_level(logging.ERROR):
                broken = {"error": "Something went wrong.", "code": "INTERNAL_ERROR"}
                assert await tab.ask(action="watch", contexts="board;board_id=4") == broken
            assert "OperationalError: the text" in caplog.text
            publish("board;board_id=3")
            assert (await tab.hear())["invalidate"] == "board;board_id=3"
