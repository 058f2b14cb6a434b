"""Who calls over a socket: the user, the request that opened it, and the session."""

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.test import AsyncClient

from mizan_htmx import client, register
from mizan_htmx.channels.socket.request import request_of
from tests.helpers.sockets import Tab, person
from tests.helpers.visitor import SyncOrAsync

pytestmark = pytest.mark.usefixtures("registry")


def who(request: HttpRequest) -> str:
    """Give the name of who calls."""
    return request.user.get_username()


async def test_a_function_knows_who_calls(sync_or_async: SyncOrAsync) -> None:
    register(client(websocket=True, auth=True)(sync_or_async(who)))
    async with Tab(user=person()) as ada, Tab() as nobody:
        assert (await ada.ask(action="rpc", id=1, fn="who"))["data"] == {"result": "ada"}
        answer = await nobody.ask(action="rpc", id=1, fn="who")
        assert answer["error"] == {"status": 401, "code": "UNAUTHORIZED", "message": "Please sign in."}


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

    async def test_what_a_function_keeps_in_the_session_is_saved(self, sync_or_async: SyncOrAsync) -> None:
        def count(request: HttpRequest) -> int:
            request.session["count"] = request.session.get("count", 0) + 1
            return int(request.session["count"])

        register(client(websocket=True)(sync_or_async(count)))
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
