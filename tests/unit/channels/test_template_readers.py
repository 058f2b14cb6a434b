"""Readers for templates over the socket: nobody calls them, and their ``auth`` admits who watches."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from pytest_django import Settings

from mizan_htmx import client, register
from tests.helpers.sockets import Tab, person
from tests.helpers.visitor import SyncOrAsync
from tests.helpers.watches import BOARD, publish, watching_of

pytestmark = pytest.mark.usefixtures("registry")

REFUSED = {"error": "Not authorized", "code": "FORBIDDEN"}
KEY = "board;board_id=3"


def people(request: HttpRequest, board_id: int) -> QuerySet[User]:
    """Return people, which no request may see."""
    raise AssertionError("A reader for templates ran.")


def size(request: HttpRequest, board_id: int) -> int:
    """Return data."""
    return board_id


@pytest.mark.parametrize("debug", [False, True])
async def test_it_is_called_and_read_as_what_does_not_exist(
    sync_or_async: SyncOrAsync, settings: Settings, debug: bool
) -> None:
    settings.DEBUG = debug
    register(client(context=BOARD)(sync_or_async(people)))
    async with Tab() as tab:
        args = {"board_id": 3}
        found = await tab.ask(action="rpc", id=1, fn="people", args=args)
        assert found["error"]["message"] == "Unknown function" + (" 'people'" if debug else "")
        nothing = await tab.ask(action="rpc", id=1, fn="nothing", args=args)
        assert str(found).replace("people", "nothing") == str(nothing)
        found = await tab.ask(action="ctx", id=1, context="board", params=args)
        assert found["error"]["message"] == "Unknown context" + (" 'board'" if debug else "")
        nothing = await tab.ask(action="ctx", id=1, context="nothing", params=args)
        assert str(found).replace("board", "nothing") == str(nothing)


async def test_a_mixed_context_answers_with_its_data_alone(sync_or_async: SyncOrAsync) -> None:
    register(client(context=BOARD)(sync_or_async(people)))
    register(client(context=BOARD)(sync_or_async(size)))
    async with Tab() as tab:
        answer = await tab.ask(action="ctx", id=1, context="board", params={"board_id": 3})
    assert answer == {"id": 1, "ok": True, "data": {"size": 3}}


@pytest.mark.parametrize("auth", [None, True, "callable"])
async def test_its_auth_admits_who_watches(sync_or_async: SyncOrAsync, auth: Any) -> None:
    def only_three(request: HttpRequest, board_id: int) -> bool:
        return request.user.is_authenticated and board_id == 3

    guard = sync_or_async(only_three) if auth == "callable" else auth
    register(client(context=BOARD, auth=guard)(sync_or_async(people)))
    async with Tab(user=person()) as ada, Tab() as nobody:
        assert await ada.ask(action="watch", id=1, contexts=KEY) == watching_of(KEY)
        answer = await nobody.ask(action="watch", id=1, contexts=KEY)
        assert answer == (watching_of(KEY) if auth is None else {"id": 1, **REFUSED, "contexts": KEY})
        publish(KEY)
        assert (await ada.receive())["invalidate"] == KEY


async def test_an_open_reader_for_templates_admits_everybody_beside_a_guarded_one() -> None:
    register(client(context=BOARD, auth=True)(size))
    register(client(context=BOARD)(people))
    async with Tab() as nobody:
        assert await nobody.ask(action="watch", id=1, contexts=KEY) == watching_of(KEY)


async def test_a_private_one_does_not_decide() -> None:
    register(client(context=BOARD, auth=True)(size))
    register(client(context=BOARD, private=True)(people))
    async with Tab() as nobody:
        answer = await nobody.ask(action="watch", id=1, contexts=KEY)
        assert answer == {"id": 1, **REFUSED, "contexts": KEY}
