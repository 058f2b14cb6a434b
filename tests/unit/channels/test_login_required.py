"""The socket of sites where every view wants one to sign in."""

from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from pytest_django import Settings

from mizan_htmx import Context, client, register
from tests.helpers.sockets import SUBSCRIBED, Tab, chat, person
from tests.helpers.visitor import SyncOrAsync
from tests.helpers.watches import BOARD, board, page, watching_of

pytestmark = pytest.mark.usefixtures("registry")


KEY = "board;board_id=3"
WATCHED = watching_of(KEY)
REFUSED = {"id": 1, "error": "Not authorized", "code": "FORBIDDEN", "contexts": KEY}


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    """Ask everybody to sign in."""
    middleware = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, middleware]


async def watch(tab: Tab) -> Any:
    """Ask to watch the board; give the first frame that comes."""
    return await tab.ask(action="watch", id=1, contexts=KEY)


async def test_what_says_nothing_is_neither_called_nor_read_nor_watched(sync_or_async: SyncOrAsync) -> None:
    register(client(context=BOARD)(sync_or_async(board)))
    register(client(websocket=True)(sync_or_async(board)), "call")
    refused = {"code": "UNAUTHORIZED", "message": "Please sign in.", "status": 401}
    rpc: dict[str, Any] = {"action": "rpc", "id": 1, "fn": "call", "args": {"board_id": 3}}
    ctx: dict[str, Any] = {"action": "ctx", "id": 1, "context": "board", "params": {"board_id": 3}}
    async with Tab() as nobody, Tab(user=person()) as ada:
        for frame in (rpc, ctx):
            assert await nobody.ask(**frame) == {"id": 1, "ok": False, "error": refused}
            assert (await ada.ask(**frame))["ok"] is True
        assert await watch(nobody) == REFUSED
        assert await watch(ada) == WATCHED


@pytest.mark.parametrize("is_marked", [False, True])
async def test_what_says_so_is_for_everybody(sync_or_async: SyncOrAsync, is_marked: bool) -> None:
    for name in ("board", "call"):
        options: dict[str, Any] = {"websocket": True, "context": BOARD if name == "board" else None}
        if is_marked:
            register(login_not_required(client(**options)(sync_or_async(board))), name)
        else:
            register(client(auth=False, **options)(sync_or_async(board)), name)
    async with Tab() as nobody:
        answer = await nobody.ask(action="rpc", id=1, fn="call", args={"board_id": 3})
        assert answer == {"id": 1, "ok": True, "data": {"result": "board 3"}}
        answer = await nobody.ask(action="ctx", id=1, context="board", params={"board_id": 3})
        assert answer == {"id": 1, "ok": True, "data": {"board": "board 3"}}
        assert await watch(nobody) == WATCHED


async def test_a_page_that_says_nothing_lets_nobody_watch() -> None:
    register(client(context=BOARD)(page))
    async with Tab() as nobody, Tab(user=person()) as ada:
        assert await watch(nobody) == REFUSED
        assert await watch(ada) == WATCHED


async def test_a_private_reader_that_says_nothing_lets_nobody_watch() -> None:
    register(client(context=BOARD, private=True)(board))
    async with Tab() as nobody, Tab(user=person()) as ada:
        assert await watch(nobody) == REFUSED
        assert await watch(ada) == WATCHED


async def test_a_context_that_is_not_live_is_left_out() -> None:
    register(client(context=Context("board"))(board))
    async with Tab() as nobody:
        assert await watch(nobody) == watching_of("")


async def test_a_channel_says_for_itself_whom_it_lets_in() -> None:
    chat(authorize=lambda channel, params: True)
    async with Tab() as nobody:
        assert await nobody.ask(action="subscribe", channel="chat", params={"room": "a"}) == SUBSCRIBED
