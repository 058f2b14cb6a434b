"""Who may watch is who may read, and for as long as that holds."""

import logging
import threading
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest

from mizan_htmx import client, register
from mizan_htmx.channels.layer import bus
from mizan_htmx.channels.outage_log import database_outage
from tests.helpers.sockets import Tab, person
from tests.helpers.visitor import SyncOrAsync
from tests.helpers.watches import BOARD, board, declare, page, publish, watching_of

pytestmark = pytest.mark.usefixtures("registry")


REFUSED = {"error": "Not authorized", "code": "FORBIDDEN"}


@pytest.mark.parametrize("auth", [True, "callable"])
async def test_who_may_not_read_may_not_watch(sync_or_async: SyncOrAsync, auth: Any) -> None:
    def only_three(request: HttpRequest, board_id: int) -> bool:
        return request.user.is_authenticated and board_id == 3

    declare(sync_or_async(only_three) if auth == "callable" else auth)
    async with Tab(user=person()) as ada, Tab() as nobody:
        keys = "board;board_id=3, news"
        assert await ada.ask(action="watch", id=1, contexts=keys) == watching_of(keys)
        refused = {"id": 1, **REFUSED, "contexts": "board;board_id=3"}
        assert await nobody.ask(action="watch", id=1, contexts=keys) == refused
        assert await nobody.receive() == watching_of("news")
        publish("board;board_id=3")
        version = publish("news")
        assert (await ada.receive())["invalidate"] == "board;board_id=3"
        assert await nobody.receive() == {"invalidate": "news", "versions": {"news": str(version)}}


@pytest.mark.parametrize("key", ["board", "board;board_id=x", "board;board_id=3;colour=red"])
async def test_who_may_not_watch_does_not_learn_what_would_fit(key: str) -> None:
    declare(auth=True)
    async with Tab(user=person()) as ada, Tab() as nobody:
        assert (await ada.ask(action="watch", contexts=key))["code"] == "VALIDATION_ERROR"
        assert await nobody.ask(action="watch", contexts=key) == {**REFUSED, "contexts": key}


async def test_one_reader_that_lets_the_visitor_in_is_enough() -> None:
    declare("staff")
    register(client(context=BOARD, auth=True)(board), "for_everybody_with_a_name")
    async with Tab(user=person()) as tab:
        answer = await tab.ask(action="watch", id=1, contexts="board;board_id=3")
        assert answer == watching_of("board;board_id=3")


@pytest.mark.parametrize(("auth", "allowed"), [(True, True), ("staff", False)])
async def test_where_nothing_is_read_the_pages_decide(auth: Any, allowed: bool) -> None:
    register(client(context=BOARD, auth=auth)(page))
    async with Tab(user=person()) as tab:
        answer = await tab.ask(action="watch", id=1, contexts="board;board_id=3")
        refused = {"id": 1, **REFUSED, "contexts": "board;board_id=3"}
        assert answer == (watching_of("board;board_id=3") if allowed else refused)


async def test_an_auth_that_refuses_or_fails_keeps_its_text(
    sync_or_async: SyncOrAsync, caplog: pytest.LogCaptureFixture
) -> None:
    def guard(request: HttpRequest, board_id: int) -> bool:
        raise PermissionDenied("the text") if board_id == 3 else RuntimeError("the text")

    declare(sync_or_async(guard))
    async with Tab() as tab:
        with caplog.at_level(logging.ERROR):
            answer = await tab.ask(action="watch", contexts="board;board_id=3, board;board_id=4")
        assert answer == {**REFUSED, "contexts": "board;board_id=3"}
        broken = {"error": "Something went wrong.", "code": "INTERNAL_ERROR"}
        assert await tab.receive() == {**broken, "contexts": "board;board_id=4"}
    assert "RuntimeError: the text" in caplog.text


async def test_an_auth_that_does_not_find_what_it_asks_for_refuses(sync_or_async: SyncOrAsync) -> None:
    def guard(request: HttpRequest, board_id: int) -> bool:
        raise ObjectDoesNotExist("the text")

    declare(sync_or_async(guard))
    async with Tab() as tab:
        answer = await tab.ask(action="watch", contexts="board;board_id=3")
        assert answer == {**REFUSED, "contexts": "board;board_id=3"}


async def test_lost_rights_end_a_watch() -> None:
    barred: set[int] = set()
    declare(lambda request, board_id: board_id not in barred)
    async with Tab(user=person()) as tab:
        await tab.ask(action="watch", id=1, contexts="board;board_id=3, board;board_id=4, news")
        barred.add(3)
        await bus.asend({"kind": "check", "user": "1"})
        assert await tab.receive() == {**REFUSED, "contexts": "board;board_id=3"}
        version = publish("board")
        assert await tab.receive() == {"invalidate": "board", "versions": {"board": str(version)}}
        publish("board;board_id=3")
        version = publish("news")
        assert await tab.receive() == {"invalidate": "news", "versions": {"news": str(version)}}


async def test_a_database_that_is_away_ends_no_watch(
    caplog: pytest.LogCaptureFixture, sync_or_async: SyncOrAsync
) -> None:
    away = threading.Event()

    def guard(request: HttpRequest) -> bool:
        if away.is_set():
            raise OperationalError("the text")
        return True

    database_outage.reset()
    register(client(context=BOARD, auth=sync_or_async(guard))(board))
    async with Tab(user=person()) as tab:
        await tab.ask(action="watch", id=1, contexts="board;board_id=3")
        away.set()
        database_outage.reset()
        with caplog.at_level(logging.ERROR):
            broken = {"error": "Something went wrong.", "code": "INTERNAL_ERROR"}
            assert await tab.ask(action="watch", contexts="board;board_id=4") == broken
        assert "OperationalError: the text" in caplog.text
        publish("board;board_id=3")
        assert (await tab.receive())["invalidate"] == "board;board_id=3"


class TestPrivateReaders:
    """Nobody can ask them, so that they need no ``auth``; only they could tell who may watch."""

    async def asked(self, **scope: Any) -> Any:
        """Ask to watch the board; give the first frame that comes."""
        async with Tab(**scope) as tab:
            return await tab.ask(action="watch", id=1, contexts="board;board_id=3")

    @pytest.mark.parametrize("private_auth", [None, False, "staff"])
    async def test_they_do_not_count_beside_one_that_anybody_can_ask(
        self, sync_or_async: SyncOrAsync, private_auth: Any
    ) -> None:
        declare(auth=True)
        register(client(context=BOARD, private=True, auth=private_auth)(sync_or_async(board)), "own")
        refused = {"id": 1, **REFUSED, "contexts": "board;board_id=3"}
        assert await self.asked() == refused
        assert await self.asked(user=person()) == watching_of("board;board_id=3")

    async def test_they_do_not_shut_what_is_open(self) -> None:
        declare()
        register(client(context=BOARD, private=True, auth="staff")(board), "own")
        assert await self.asked() == watching_of("board;board_id=3")

    @pytest.mark.parametrize(
        ("private_auth", "page_auth", "allowed"),
        [
            (None, True, {"ada"}),
            (True, None, {"ada"}),
            ("staff", True, set()),
            (True, "staff", {"ada"}),
            (None, None, {"ada", "nobody"}),
        ],
    )
    async def test_where_there_are_no_others_their_auth_counts_and_then_the_pages(
        self, private_auth: Any, page_auth: Any, allowed: set[str]
    ) -> None:
        register(client(context=BOARD, private=True, auth=private_auth)(board))
        register(client(context=BOARD, auth=page_auth)(page))
        register(client(context=BOARD, private=True)(page), "own_page")
        answers = {"ada": await self.asked(user=person()), "nobody": await self.asked()}
        assert {who for who, answer in answers.items() if "error" not in answer} == allowed

    @pytest.mark.parametrize(("auth", "allowed"), [(None, True), (True, False)])
    async def test_where_there_is_nothing_else_they_decide(self, auth: Any, allowed: bool) -> None:
        register(client(context=BOARD, private=True, auth=auth)(board))
        assert ("error" not in await self.asked()) == allowed

    async def test_one_that_is_still_let_in_by_a_private_reader_loses_the_watch(self) -> None:
        barred: set[int] = set()
        declare(lambda request, board_id: board_id not in barred)
        register(client(context=BOARD, private=True)(board), "own")
        async with Tab(user=person()) as tab:
            await tab.ask(action="watch", id=1, contexts="board;board_id=3")
            barred.add(3)
            await bus.asend({"kind": "check", "user": "1"})
            assert await tab.receive() == {**REFUSED, "contexts": "board;board_id=3"}
