"""One socket: its frames in order, floods, slow clients, and that nothing of it stays behind."""

import asyncio
import json
import logging
import re
import threading
from typing import Any, ClassVar

import pytest
from channels.testing import WebsocketCommunicator
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest

from mizan_htmx import client, register
from mizan_htmx.channels import MizanConsumer, consumer
from mizan_htmx.channels import register as register_channel
from mizan_htmx.channels.hub.hub import Hub
from mizan_htmx.channels.layer.bus import hubs
from mizan_htmx.channels.outage_log import database_outage
from mizan_htmx.channels.socket import outbox
from mizan_htmx.channels.socket.session_user import Visitor
from tests.helpers.sockets import PATIENCE, ROOM, ChatChannel, Tab, person

# A push asks for its group in a thread where an earlier test may have left a connection.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]


def test_the_limits_are_the_documented_ones() -> None:
    assert (MizanConsumer.burst, MizanConsumer.rate, MizanConsumer.patience) == (50, 20.0, 200)
    assert outbox.MAX_FRAMES == 256


class Keeping(MizanConsumer):
    """Can be asked for its sockets."""

    sockets: ClassVar[list[MizanConsumer]] = []

    async def connect(self) -> None:
        """Keep it."""
        self.sockets[:] = [self]
        await super().connect()


async def test_frames_that_come_too_fast_are_slowed_and_all_answered() -> None:
    class Slow(MizanConsumer):
        burst, rate = 1, 100.0

    clock = asyncio.get_running_loop().time
    async with Tab(Slow.as_asgi()) as tab:
        began = clock()
        for number in range(11):
            await tab.send(action="dance", id=number)
        assert [(await tab.receive())["id"] for _ in range(11)] == list(range(11))
        assert clock() - began >= 0.1


async def test_too_many_frames_close_the_socket() -> None:
    class Strict(Keeping):
        burst, rate, patience = 2, 0.001, 0

    async with Tab(Strict.as_asgi()) as tab:
        for number in range(5):
            await tab.send(action="dance", id=number)
        assert [(await tab.receive())["id"] for _ in range(2)] == [0, 1]
        assert await tab.closing() == 1008
        await Keeping.sockets[0].reauthorize()  # nothing is left to be checked
        assert await tab.communicator.receive_nothing()


async def test_frames_are_handled_one_after_the_other() -> None:
    started, done = asyncio.Event(), asyncio.Event()

    async def slow(request: HttpRequest) -> str:
        started.set()
        await done.wait()
        return "slow"

    def fast(request: HttpRequest) -> str:
        return "fast"

    register(client(websocket=True)(slow))
    register(client(websocket=True)(fast))
    async with Tab() as tab:
        await tab.send(action="rpc", id=1, fn="slow")
        await tab.send(action="rpc", id=2, fn="fast")
        await started.wait()
        done.set()
        assert [(await tab.receive())["id"] for _ in range(2)] == [1, 2]


async def test_one_who_waits_in_a_thread_holds_up_nobody_else() -> None:
    gate = threading.Event()

    def slow(request: HttpRequest) -> bool:
        return gate.wait(PATIENCE)

    def fast(request: HttpRequest) -> str:
        return "fast"

    register(client(websocket=True)(slow))
    register(client(websocket=True)(fast))
    async with Tab() as patient, Tab() as hasty:
        await patient.send(action="rpc", id=1, fn="slow")
        assert (await hasty.ask(action="rpc", id=2, fn="fast"))["data"] == {"result": "fast"}
        gate.set()
        assert (await patient.receive())["data"] == {"result": True}


async def test_a_check_is_put_off_until_the_frame_is_handled_and_nobody_waits_for_that() -> None:
    order: list[str] = []
    connecting, connected = asyncio.Event(), asyncio.Event()

    class Chat(ChatChannel):
        def authorize(self, params: Any) -> bool:
            order.append("authorize")
            return True

        async def on_connect(self, params: Any) -> None:
            connecting.set()
            await connected.wait()
            order.append("connected")

    register_channel(Chat, "chat")
    async with Tab(Keeping.as_asgi(), user=person()) as tab:
        await tab.send(action="subscribe", **ROOM)
        await connecting.wait()
        await Keeping.sockets[0].reauthorize()
        assert order == ["authorize"]
        connected.set()
        assert (await tab.receive())["subscribed"] is True
        await tab.say("[]")
        assert order == ["authorize", "connected", "authorize"]


async def test_a_check_while_the_database_is_away_takes_nothing_from_anybody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    away = False

    class Chat(ChatChannel):
        def authorize(self, params: Any) -> bool:
            if away:
                raise OperationalError("connection refused\n\tIs it running?")
            return True

    register_channel(Chat, "chat")
    database_outage.reset()
    async with Tab(Keeping.as_asgi(), user=person()) as tab:
        await tab.ask(action="subscribe", **ROOM)
        away = True
        with caplog.at_level(logging.ERROR):
            await Keeping.sockets[0].reauthorize()
            await tab.say("[]")  # by now it is done, whoever has done it
        assert caplog.messages == [
            "Sockets can't query the database: OperationalError: connection refused Is it running?."
            " They keep their subscriptions, and are authorized again later."
        ]
        assert [record.exc_info for record in caplog.records] == [None]
        assert (await tab.ask(action="unsubscribe", **ROOM))["unsubscribed"] is True


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
async def test_checks_without_a_database_are_one_line_and_their_end_another(
    error: Exception, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def user(visitor: Visitor) -> Any:
        raise error

    database_outage.reset()
    async with Tab(Keeping.as_asgi(), user=person()), Tab(Keeping.as_asgi(), user=person()) as tab:
        with monkeypatch.context() as patch:
            patch.setattr(Visitor, "user", user)
            for socket in Keeping.sockets * 5:
                await socket.reauthorize()
        assert [record.exc_info for record in caplog.records] == [None]
        Keeping.sockets[0].visitor.session_key = "of a session"
        monkeypatch.setattr(Visitor, "user", _user_of(Keeping.sockets[0].visitor.given))
        await Keeping.sockets[0].reauthorize()
        assert re.fullmatch(r"Sockets can query the database again, after \d+\.\d s\.", caplog.messages[1])
        assert (await tab.say("[]"))["error"] == "Malformed frame", "and nobody was sent away"


def _user_of(given: object) -> Any:
    async def user(visitor: Visitor) -> Any:
        return given

    return user


async def test_a_socket_that_opens_while_the_database_is_away_is_refused_in_one_line(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def visitor_of(scope: object) -> Any:
        raise OperationalError("gone")

    database_outage.reset()
    monkeypatch.setattr(consumer, "visitor_of", visitor_of)
    for _ in range(3):
        communicator = WebsocketCommunicator(MizanConsumer.as_asgi(), "/ws/")
        assert await communicator.connect() == (False, 1000)
        await communicator.disconnect()
    assert caplog.messages == [
        "Sockets can't query the database: OperationalError: gone."
        " They keep their subscriptions, and are authorized again later."
    ]
    assert hubs() == []


async def test_a_frame_that_needs_the_database_while_it_is_away_leaves_no_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Chat(ChatChannel):
        def authorize(self, params: Any) -> bool:
            raise OperationalError("gone")

    register_channel(Chat, "chat")
    database_outage.reset()
    async with Tab(user=person()) as tab:
        for _ in range(3):
            assert (await tab.ask(action="subscribe", **ROOM))["code"] == "INTERNAL_ERROR"
    assert [record.exc_info for record in caplog.records] == [None]


async def test_one_that_leaves_before_it_was_taken_in_leaves_nothing() -> None:
    communicator = WebsocketCommunicator(MizanConsumer.as_asgi(), "/ws/")
    await communicator.disconnect()
    assert hubs() == []


async def test_a_closed_socket_leaves_nothing_behind() -> None:
    register_channel(ChatChannel)
    async with Tab(user=person()) as tab:
        await tab.ask(action="subscribe", **ROOM)
        assert hubs() == [Hub.here()]
    assert hubs() == []


async def test_a_cancelled_socket_cleans_up_too() -> None:
    ended: list[str] = []
    connecting = asyncio.Event()

    class Chat(ChatChannel):
        async def on_connect(self, params: Any) -> None:
            if params.room == "b":
                connecting.set()
                await asyncio.Event().wait()

        def on_disconnect(self, params: Any) -> None:
            ended.append(params.room)

    register_channel(Chat, "chat")
    communicator = WebsocketCommunicator(MizanConsumer.as_asgi(), "/ws/")
    communicator.scope["user"] = person()
    await communicator.connect()
    await communicator.send_json_to({"action": "subscribe", **ROOM})
    await communicator.receive_from(PATIENCE)
    await communicator.send_json_to({"action": "subscribe", "channel": "chat", "params": {"room": "b"}})
    await connecting.wait()
    communicator.future.cancel()
    with pytest.raises(asyncio.CancelledError):
        await communicator.future
    assert (ended, hubs()) == (["a"], [])


async def test_a_client_that_reads_nothing_is_sent_away_and_holds_up_nobody() -> None:
    class Chat(ChatChannel):
        # A coroutine: no push has to wait for a thread.
        async def group(self, params: Any) -> str:  # type: ignore[override]
            return str(params.room)

    register_channel(Chat, "chat")
    subscribed, closed, sent = asyncio.Event(), asyncio.Event(), []

    async def send(message: Any) -> None:
        sent.append(message)
        if message["type"] == "websocket.close":
            closed.set()
        elif len(sent) == 2:
            subscribed.set()
        elif len(sent) > 2:
            await asyncio.Event().wait()  # it reads nothing from here on

    inbox: asyncio.Queue[Any] = asyncio.Queue()
    scope = {"type": "websocket", "path": "/ws/", "headers": [], "user": person()}
    socket = asyncio.create_task(MizanConsumer.as_asgi()(scope, inbox.get, send))
    await inbox.put({"type": "websocket.connect"})
    await inbox.put({"type": "websocket.receive", "text": json.dumps({"action": "subscribe", **ROOM})})
    await asyncio.wait_for(subscribed.wait(), PATIENCE)
    async with Tab(user=person()) as other:
        await other.ask(action="subscribe", **ROOM)
        for number in range(outbox.MAX_FRAMES + 5):
            await Chat.push(Chat.DjangoMessage(text=str(number)), room="a")
            assert (await other.receive())["data"]["text"] == str(number)
        await asyncio.wait_for(closed.wait(), PATIENCE)
    assert sent[-1] == {"type": "websocket.close", "code": 1013}
    assert len(sent) == 4
    await inbox.put({"type": "websocket.disconnect", "code": 1013})
    await socket
