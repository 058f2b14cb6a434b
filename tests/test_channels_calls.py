"""rpc and ctx: the same dispatch as over HTTP, for the visitor as he is now."""

import json
import logging
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.test import AsyncClient
from pytest_django import Settings

from mizan_htmx import Context, client, invalidate, register
from mizan_htmx.channels.calls import request_of
from tests.support_sockets import Tab, person
from tests.support_visitor import CALL, MOUNT, Coloured, both_colours, empty_registry

registry = empty_registry()
coloured = both_colours()

UNKNOWN = {"id": 1, "ok": False, "error": {"code": "NOT_FOUND", "message": "Unknown function"}}
BROKEN = {"code": "INTERNAL_ERROR", "message": "Something went wrong."}


def double(request: HttpRequest, number: int) -> int:
    """Do something with an argument."""
    return 2 * number


def fail(request: HttpRequest) -> int:
    """Fail."""
    raise RuntimeError("the text")


def who(request: HttpRequest) -> str:
    """Give the name of who calls."""
    return request.user.get_username()


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


async def test_a_call_is_answered_as_over_http(coloured: Coloured) -> None:
    register(client(websocket=True)(coloured(double)))
    async with Tab() as tab:
        answer = await tab.ask(action="rpc", id="7", fn="double", args={"number": "21"})
    assert answer == {"id": "7", "ok": True, "data": {"result": 42}}
    response = await AsyncClient().post(
        CALL, {"fn": "double", "args": {"number": "21"}}, content_type="application/json"
    )
    assert response.json() == answer["data"]


@pytest.mark.django_db(transaction=True)
async def test_what_a_call_made_stale_comes_back_with_its_version(coloured: Coloured) -> None:
    register(client(context=Context("board", live=True))(board))
    register(client(context="news")(news))
    register(client(affects="board", websocket=True)(coloured(rename)))
    async with Tab() as tab:
        await tab.ask(action="watch", id=1, contexts="board;board_id=3")
        await tab.tell(action="rpc", id=2, fn="rename", args={"board_id": 3})
        frames = [await tab.hear(), await tab.hear()]
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
        await tab.tell(action="ctx", id=1, context="board", params={"board_id": "3"})
        text = await tab.wire.receive_from(10)
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
            "error": {"code": "NOT_FOUND", "message": message},
        }


async def test_a_private_function_is_not_reached() -> None:
    register(client(websocket=True, private=True)(double))
    refusal = {"code": "FORBIDDEN", "message": "You may not do this."}
    async with Tab() as tab:
        answer = await tab.ask(action="rpc", id=1, fn="double", args={"number": 1})
        assert answer == {"id": 1, "ok": False, "error": refusal}


async def test_an_unknown_context_is_named_with_debug_only(settings: Settings) -> None:
    async with Tab() as tab:
        answer = await tab.ask(action="ctx", id=1, context="bard")
        assert answer["error"] == {"code": "NOT_FOUND", "message": "Unknown context"}
        settings.DEBUG = True
        answer = await tab.ask(action="ctx", id=1, context="bard")
        assert answer["error"] == {"code": "NOT_FOUND", "message": "Unknown context 'bard'"}


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
        refusal = {"id": 1, "ok": False, "error": {"code": "BAD_REQUEST", "message": message}}
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
    fields = {"number": ["Field required"]}
    error = {"code": "VALIDATION_ERROR", "message": "Some values do not fit.", "details": {"fields": fields}}
    assert answer == {"id": 1, "ok": False, "error": error}


async def test_what_a_body_raises_is_logged_and_not_told(
    coloured: Coloured, caplog: pytest.LogCaptureFixture
) -> None:
    register(client(websocket=True)(coloured(fail)))
    async with Tab() as tab:
        with caplog.at_level(logging.ERROR):
            answer = await tab.ask(action="rpc", id=1, fn="fail", args={"password": "hush"})
    assert answer == {"id": 1, "ok": False, "error": BROKEN}
    assert caplog.messages == ["RuntimeError over the socket: 'fail'"]
    assert "RuntimeError: the text" in caplog.text
    assert "hush" not in caplog.text


async def test_what_a_body_refuses_is_told() -> None:
    def refuse(request: HttpRequest) -> int:
        raise PermissionDenied("Not on Sundays.")

    register(client(websocket=True)(refuse))
    async with Tab() as tab:
        answer = await tab.ask(action="rpc", id=1, fn="refuse")
    assert answer["error"] == {"code": "FORBIDDEN", "message": "Not on Sundays."}


async def test_a_function_knows_who_calls(coloured: Coloured) -> None:
    register(client(websocket=True, auth=True)(coloured(who)))
    async with Tab(user=person()) as ada, Tab() as nobody:
        assert (await ada.ask(action="rpc", id=1, fn="who"))["data"] == {"result": "ada"}
        answer = await nobody.ask(action="rpc", id=1, fn="who")
        assert answer["error"] == {"code": "UNAUTHORIZED", "message": "Please sign in."}


async def test_a_coroutine_may_ask_either_way_who_calls() -> None:
    async def names(request: HttpRequest) -> list[str]:
        return [request.user.get_username(), (await request.auser()).get_username()]

    register(client(websocket=True)(names))
    async with Tab(user=person()) as tab:
        assert (await tab.ask(action="rpc", id=1, fn="names"))["data"] == {"result": ["ada", "ada"]}


async def test_the_request_is_the_one_that_opened_the_socket() -> None:
    def look(request: HttpRequest) -> list[str]:
        return [
            str(request.method),
            request.path,
            request.build_absolute_uri("/x"),
            request.headers["X-Mine"],
            request.COOKIES["taste"],
            request.body.decode(),
        ]

    register(client(websocket=True)(look))
    headers = {"Host": "example.com", "X-Mine": "yes", "Cookie": "taste=sweet"}
    async with Tab(headers=headers, scheme="wss", query_string=b"\xff") as tab:
        answer = await tab.ask(action="rpc", id=1, fn="look")
    assert answer["data"] == {"result": ["POST", "/ws/", "https://example.com/x", "yes", "sweet", ""]}


def test_without_a_scheme_a_socket_is_plain() -> None:
    request = request_of({"path": "/ws/", "headers": [(b"host", b"example.com")]})
    assert (request.method, request.scheme, request.is_secure()) == ("GET", "http", False)


@pytest.mark.django_db(transaction=True)
class TestSessions:
    """The session whose cookie opened the socket."""

    async def signed_in(self) -> tuple[User, SessionStore]:
        """Sign somebody in."""
        user = await User.objects.acreate(username="ada")
        browser = AsyncClient()
        await browser.aforce_login(user)
        return user, SessionStore(browser.cookies["sessionid"].value)

    async def test_one_who_has_logged_out_is_nobody(self) -> None:
        register(client(websocket=True)(who))
        _, session = await self.signed_in()
        async with Tab(session=session) as tab:
            assert (await tab.ask(action="rpc", id=1, fn="who"))["data"] == {"result": "ada"}
            await SessionStore(session.session_key).aflush()
            assert (await tab.ask(action="rpc", id=1, fn="who"))["data"] == {"result": ""}

    async def test_what_a_function_keeps_in_the_session_is_saved(self, coloured: Coloured) -> None:
        def count(request: HttpRequest) -> int:
            request.session["count"] = request.session.get("count", 0) + 1
            return int(request.session["count"])

        register(client(websocket=True)(coloured(count)))
        _, session = await self.signed_in()
        async with Tab(session=session) as tab:
            answers = [(await tab.ask(action="rpc", id=1, fn="count"))["data"]["result"] for _ in range(2)]
        assert answers == [1, 2]
        assert await sync_to_async(SessionStore(session.session_key).get)("count") == 2

    async def test_a_session_that_ended_during_the_call_stays_ended(self) -> None:
        def leave(request: HttpRequest) -> str:
            request.session["left"] = True
            SessionStore(request.session.session_key).flush()
            return "done"

        register(client(websocket=True)(leave))
        _, session = await self.signed_in()
        async with Tab(session=session) as tab:
            assert (await tab.ask(action="rpc", id=1, fn="leave"))["data"] == {"result": "done"}
        assert not await Session.objects.filter(pk=session.session_key).aexists()

    async def test_one_who_has_no_session_gets_none(self) -> None:
        def keep(request: HttpRequest) -> str:
            request.session["a"] = 1
            return "done"

        register(client(websocket=True)(keep))
        async with Tab(session=SessionStore()) as tab:
            assert (await tab.ask(action="rpc", id=1, fn="keep"))["data"] == {"result": "done"}
        assert await Session.objects.acount() == 0

    async def test_a_session_whose_cookie_nobody_gets_is_not_saved(self) -> None:
        def start_again(request: HttpRequest) -> str:
            request.session.flush()
            request.session["a"] = 1
            return "done"

        register(client(websocket=True)(start_again))
        _, session = await self.signed_in()
        async with Tab(session=session) as tab:
            assert (await tab.ask(action="rpc", id=1, fn="start_again"))["data"] == {"result": "done"}
        assert await Session.objects.acount() == 0
