"""rpc and ctx: executed as over HTTP, for the visitor as they are now."""

import json
import logging
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.test import AsyncClient
from pytest_django import Settings

from mizan_htmx import Context, client, invalidate, register
from tests.helpers.sockets import Tab
from tests.helpers.visitor import CALL, MOUNT, SyncOrAsync

pytestmark = pytest.mark.usefixtures("registry")

UNKNOWN = {"id": 1, "ok": False, "error": {"code": "NOT_FOUND", "message": "Unknown function", "status": 404}}
BROKEN = {"code": "INTERNAL_ERROR", "message": "Something went wrong.", "status": 500}


def double(request: HttpRequest, number: int) -> int:
    """Do something with an argument."""
    return 2 * number


def fail(request: HttpRequest) -> int:
    """Fail."""
    raise RuntimeError("the text")


def rename(request: HttpRequest, board_id: int) -> str:
    """Change something, and something else."""
    invalidate(request, "news")
    return "done"


def news(request: HttpRequest) -> list[float]:
    """Read what is new."""
    return [1.5, float("nan")]


def board(request: HttpRequest, board_id: int) -> str:
    """Read a board."""
    return f"board {board_id}"


def size(request: HttpRequest, board_id: int, unit: str = "cards") -> str:
    """Read the size of a board."""
    return f"{board_id} {unit}"


async def test_a_call_is_answered_as_over_http(sync_or_async: SyncOrAsync) -> None:
    register(client(websocket=True)(sync_or_async(double)))
    async with Tab() as tab:
        answer = await tab.ask(action="rpc", id="7", fn="double", args={"number": "21"})
    assert answer == {"id": "7", "ok": True, "data": {"result": 42}}
    response = await AsyncClient().post(
        CALL, {"fn": "double", "args": {"number": "21"}}, content_type="application/json"
    )
    assert response.json() == answer["data"]


@pytest.mark.django_db(transaction=True)
async def test_what_a_call_invalidates_comes_back_with_its_version(sync_or_async: SyncOrAsync) -> None:
    register(client(context=Context("board", live=True))(board))
    register(client(context="news")(news))
    register(client(affects="board", websocket=True)(sync_or_async(rename)))
    async with Tab() as tab:
        await tab.ask(action="watch", id=1, contexts="board;board_id=3")
        await tab.send(action="rpc", id=2, fn="rename", args={"board_id": 3})
        frames = [await tab.receive(), await tab.receive()]
        (stale,) = (each for each in frames if "invalidate" in each)
        (answer,) = (each for each in frames if "ok" in each)
    version = stale["versions"]["board;board_id=3"]
    assert stale["invalidate"] == "board;board_id=3"
    made_stale = [{"context": "board", "params": {"board_id": 3}}, "news"]
    assert answer == {
        "id": 2,
        "ok": True,
        "data": {"result": "done", "invalidate": made_stale},
        "version": version,
    }


async def test_a_context_is_read_as_over_http() -> None:
    register(client(context="board")(size))
    register(client(context="board")(board))
    register(client(context="board", private=True)(double), "hidden")
    async with Tab() as tab:
        await tab.send(action="ctx", id=1, context="board", params={"board_id": "3"})
        text = await tab.communicator.receive_from(10)
    response = await AsyncClient().get(f"{MOUNT}ctx/board/?board_id=3")
    assert text == f'{{"id": 1, "ok": true, "data": {response.content.decode()}}}'
    assert json.loads(text)["data"] == {"board": "board 3", "size": "3 cards"}


async def test_what_is_no_number_is_null() -> None:
    register(client(context="news")(news))
    async with Tab() as tab:
        assert (await tab.ask(action="ctx", id=1, context="news"))["data"] == {"news": [1.5, None]}


@pytest.mark.parametrize("fn", ["nothing", "here"])
async def test_only_functions_for_the_socket_are_reached(settings: Settings, fn: str) -> None:
    register(client(double), "here")
    async with Tab() as tab:
        assert await tab.ask(action="rpc", id=1, fn=fn, args={"number": 1}) == UNKNOWN
        settings.DEBUG = True
        more = ": it is not declared with websocket=True" if fn == "here" else ""
        message = f"Unknown function {fn!r}{more}"
        assert await tab.ask(action="rpc", id=1, fn=fn) == {
            **UNKNOWN,
            "error": {"code": "NOT_FOUND", "message": message, "status": 404},
        }


@pytest.mark.parametrize("websocket", [True, False])
@pytest.mark.parametrize("args", [{"number": 1}, {"number": "x"}, 5])
async def test_a_private_function_is_as_unknown_as_none(
    settings: Settings, websocket: bool, args: object
) -> None:
    register(client(websocket=websocket, private=True)(double))
    async with Tab() as tab:
        for debug in (False, True):
            settings.DEBUG = debug
            answers = [await tab.ask(action="rpc", id=1, fn=fn, args=args) for fn in ("double", "nobody")]
            assert answers[0]["error"]["code"] == "NOT_FOUND"
            assert str(answers[0]).replace("double", "nobody") == str(answers[1])


async def test_a_context_of_private_functions_alone_is_as_unknown_as_none(settings: Settings) -> None:
    register(client(context="local", private=True)(double))
    async with Tab() as tab:
        for debug in (False, True):
            settings.DEBUG = debug
            answers = [await tab.ask(action="ctx", id=1, context=name) for name in ("double", "nobody")]
            assert answers[0]["error"]["code"] == "NOT_FOUND"
            assert str(answers[0]).replace("double", "nobody") == str(answers[1])


async def test_null_and_nothing_are_no_arguments() -> None:
    def default(request: HttpRequest, number: int = 7) -> int:
        return number

    register(client(websocket=True)(default))
    register(client(context="default")(default), "read")
    async with Tab() as tab:
        frames: list[dict[str, Any]] = [{}, {"args": None, "params": None}, {"args": {}, "params": {}}]
        for given in frames:
            called = await tab.ask(action="rpc", id=1, fn="default", **given)
            read = await tab.ask(action="ctx", id=1, context="default", **given)
            assert (called["data"], read["data"]) == ({"result": 7}, {"read": 7})


async def test_an_unknown_context_is_named_with_debug_only(settings: Settings) -> None:
    async with Tab() as tab:
        answer = await tab.ask(action="ctx", id=1, context="bard")
        assert answer["error"] == {"code": "NOT_FOUND", "message": "Unknown context", "status": 404}
        settings.DEBUG = True
        answer = await tab.ask(action="ctx", id=1, context="bard")
        assert answer["error"] == {"code": "NOT_FOUND", "message": "Unknown context 'bard'", "status": 404}


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"action": "rpc", "id": 1}, "Missing 'fn': it names the function to call."),
        ({"action": "rpc", "id": 1, "fn": 5}, "Missing 'fn': it names the function to call."),
        ({"action": "ctx", "id": 1}, "Missing 'context': it names the context to read."),
        (
            {"action": "rpc", "id": 1, "fn": "double", "args": [1]},
            "'args' must be an object that maps names to values.",
        ),
        (
            {"action": "ctx", "id": 1, "context": "news", "params": 5},
            "'params' must be an object that maps names to values.",
        ),
    ],
)
async def test_what_a_call_lacks_is_named(frame: dict[str, Any], message: str) -> None:
    register(client(websocket=True)(double))
    register(client(context="news")(news))
    async with Tab() as tab:
        refusal = {"id": 1, "ok": False, "error": {"code": "BAD_REQUEST", "message": message, "status": 400}}
        assert await tab.ask(**frame) == refusal


@pytest.mark.parametrize("action", ["rpc", "ctx"])
async def test_a_call_needs_an_id(action: str) -> None:
    missing = {"error": "Missing 'id': it names the answer.", "code": "BAD_REQUEST"}
    async with Tab() as tab:
        assert await tab.ask(action=action, fn="double", context="news") == missing


async def test_arguments_that_do_not_fit_are_named() -> None:
    register(client(websocket=True)(double))
    async with Tab() as tab:
        answer = await tab.ask(action="rpc", id=1, fn="double", args={})
    fields = {"number": ["This field is required."]}
    assert answer["error"] == {
        "code": "VALIDATION_ERROR",
        "message": "Some values are invalid.",
        "details": {"fields": fields},
        "status": 422,
    }


async def test_what_a_body_raises_is_logged_and_not_sent(
    sync_or_async: SyncOrAsync, caplog: pytest.LogCaptureFixture
) -> None:
    register(client(websocket=True)(sync_or_async(fail)))
    async with Tab() as tab:
        with caplog.at_level(logging.ERROR):
            answer = await tab.ask(action="rpc", id=1, fn="fail", args={"password": "hush"})
    assert answer == {"id": 1, "ok": False, "error": BROKEN}
    assert caplog.messages == ["RuntimeError over the socket: 'fail'"]
    assert "RuntimeError: the text" in caplog.text
    assert "hush" not in caplog.text


async def test_what_a_body_refuses_is_sent() -> None:
    def refuse(request: HttpRequest) -> int:
        raise PermissionDenied("Not on Sundays.")

    register(client(websocket=True)(refuse))
    async with Tab() as tab:
        answer = await tab.ask(action="rpc", id=1, fn="refuse")
    assert answer["error"] == {"code": "FORBIDDEN", "message": "Not on Sundays.", "status": 403}


async def test_what_a_call_has_invalidated_before_it_failed_is_told_with_the_error() -> None:
    async def write(request: HttpRequest, board_id: int) -> int:
        invalidate(request, "news")
        raise RuntimeError("It is written.")

    register(client(context="news")(news))
    register(client(context=Context("board", live=True))(board))
    register(client(affects="board", websocket=True)(write))
    async with Tab() as tab:
        answer = await tab.ask(action="rpc", id=1, fn="write", args={"board_id": 3})
    assert answer.pop("version")
    assert answer == {
        "id": 1,
        "ok": False,
        "error": BROKEN,
        "data": {"invalidate": [{"context": "board", "params": {"board_id": 3}}, "news"]},
    }
