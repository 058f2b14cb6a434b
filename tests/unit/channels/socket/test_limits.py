"""What one socket can have the server keep, and what happens to frames that are too large."""

import asyncio
import gc
import json
import tracemalloc
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.http import HttpRequest
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, RootModel

from mizan_htmx import client, register
from mizan_htmx.channels import MizanConsumer, protocol
from mizan_htmx.channels import register as register_channel
from mizan_htmx.channels import templates as rendering
from mizan_htmx.channels.hub.writer_pool import WriterPool
from mizan_htmx.channels.socket import outbox, subscriptions, watches
from mizan_htmx.channels.socket.outbox import Outbox
from tests.helpers.outbox import Client, text, until
from tests.helpers.sockets import PATIENCE, ROOM, SUBSCRIBED, ChatChannel, Tab, chat, person, said
from tests.helpers.watches import declare, publish

pytestmark = pytest.mark.usefixtures("registry")


BROKEN_ID = {"error": "'id' must have at most 128 characters.", "code": "BAD_REQUEST"}


class TestTooLarge:
    """A frame over the limit closes the socket at once: the server has taken it in before anybody looks."""

    @pytest.mark.parametrize(
        "content",
        [
            "x" * (protocol.MAX_BYTES + 1),
            "ü" * (protocol.MAX_BYTES // 2 + 1),
            "\ud800" * (protocol.MAX_BYTES // 3 + 1),
            b"x" * (protocol.MAX_BYTES + 1),
            '{"id": 1}' + " " * protocol.MAX_BYTES,
        ],
        ids=["ascii", "two bytes", "no UTF-8", "binary", "JSON"],
    )
    async def test_it_closes_the_socket_with_1009(self, content: str | bytes) -> None:
        async with Tab() as tab:
            if isinstance(content, bytes):
                await tab.communicator.send_to(bytes_data=content)
            else:
                await tab.communicator.send_to(text_data=content)
            assert await tab.communicator.receive_output(PATIENCE) == {
                "type": "websocket.close",
                "code": 1009,
            }
            await tab.send(action="dance")
            assert await tab.communicator.receive_nothing()

    @pytest.mark.parametrize("content", [" " * protocol.MAX_BYTES, "ü" * (protocol.MAX_BYTES // 2)])
    async def test_one_of_exactly_the_limit_is_read(self, content: str) -> None:
        async with Tab() as tab:
            assert await tab.say(content) == {"error": "Malformed frame", "code": "BAD_REQUEST"}

    async def test_it_does_not_wait_for_its_turn(self) -> None:
        class Slow(MizanConsumer):
            burst, rate = 1, 0.001

        async with Tab(Slow.as_asgi()) as tab:
            await tab.ask(action="dance")
            await tab.send(action="dance", data="x" * protocol.MAX_BYTES)
            assert await tab.closing() == 1009


@pytest.mark.parametrize("given", ["x" * 128, 10**127, -(10**126)])
def test_an_id_may_have_128_characters(given: object) -> None:
    assert protocol.read(json.dumps({"id": given})).id == given


@pytest.mark.parametrize("given", ["x" * 129, 10**128, -(10**127), "x" * 60_000, 10**4000])
@pytest.mark.parametrize("action", ["subscribe", "watch", "rpc", "ctx", "dance"])
async def test_a_longer_one_is_refused_and_not_repeated(action: str, given: object) -> None:
    async with Tab() as tab:
        assert await tab.ask(action=action, id=given, **ROOM) == BROKEN_ID


class TestParams:
    """What a channel does not declare is refused: it would be kept, and sent back with each message."""

    async def test_what_nobody_declared_is_refused(self) -> None:
        chat()
        async with Tab(user=person()) as tab:
            junk = {"channel": "chat", "params": {"room": "a", "more": [1], "x": "y"}}
            assert await tab.ask(action="subscribe", **junk) == {
                "error": "Invalid params",
                "code": "VALIDATION_ERROR",
                "details": {"fields": {"more": ["Unknown parameter."], "x": ["Unknown parameter."]}},
                **junk,
            }
            assert await tab.ask(action="subscribe", **ROOM) == SUBSCRIBED

    @pytest.mark.parametrize("channel", ["chat", "plain"])
    async def test_what_is_refused_by_the_hundred_is_counted(self, channel: str) -> None:
        class PlainChannel(ChatChannel):
            Params = None  # type: ignore[assignment]

        chat()
        register_channel(PlainChannel)
        async with Tab(user=person()) as tab:
            params = {f"x{number}": 1 for number in range(500)}
            answer = await tab.ask(action="subscribe", channel=channel, params=params)
            assert answer["details"] == {"fields": {"__all__": ["500 values are invalid."]}}

    async def test_a_field_may_have_other_names(self) -> None:
        class Params(BaseModel):
            room: str = Field(validation_alias=AliasChoices("room", "raum"))
            line: int = Field(1, alias="zeile")

        chat(Params=Params)
        async with Tab(user=person()) as tab:
            for params in ({"room": "a"}, {"raum": "a"}, {"room": "a", "zeile": 2}):
                answer = await tab.ask(action="subscribe", channel="chat", params=params)
                assert answer == {"subscribed": True, "channel": "chat", "params": params}

    @pytest.mark.parametrize("kind", ["allow", "root"])
    async def test_a_model_that_takes_others_says_so_itself(self, kind: str) -> None:
        class Open(BaseModel):
            model_config = ConfigDict(extra="allow")

        class Rooms(RootModel[dict[str, int]]):
            pass

        chat(
            Params=Open if kind == "allow" else Rooms,
            authorize=lambda self, params: True,
            group=lambda self, params: "all",
        )
        async with Tab() as tab:
            params = {"a": 1, "b": 2}
            answer = await tab.ask(action="subscribe", channel="chat", params=params)
            assert answer == {"subscribed": True, "channel": "chat", "params": params}

    async def test_a_model_that_passes_over_others_does_not_keep_them_either(self) -> None:
        class Params(BaseModel):
            model_config = ConfigDict(extra="ignore")
            room: str

        chat(Params=Params)
        async with Tab(user=person()) as tab:
            answer = await tab.ask(action="subscribe", channel="chat", params={"room": "a", "x": 1})
            assert answer["code"] == "VALIDATION_ERROR"

    async def test_long_ones_are_counted_together(self) -> None:
        chat()
        long = subscriptions.MAX_ADDRESS_TEXT // 2
        async with Tab(user=person()) as tab:
            rooms = ["a" * (long - 200), "b" * (long - 200), "c" * 400, "d"]
            answers = []
            for room in rooms:
                answers.append(await tab.ask(action="subscribe", channel="chat", params={"room": room}))
            assert [answer.get("error") for answer in answers] == [None, None, "Too many subscriptions", None]
            address = {"channel": "chat", "params": {"room": rooms[0]}}
            assert (await tab.ask(action="unsubscribe", **address))["unsubscribed"]
            address = {"channel": "chat", "params": {"room": rooms[2]}}
            assert (await tab.ask(action="subscribe", **address))["subscribed"]

    async def test_tokens_of_partials_count_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        chat()
        token = rendering.sign("chat", "line.html")
        monkeypatch.setattr(subscriptions, "MAX_ADDRESS_TEXT", 2 * len(token))
        async with Tab(user=person()) as tab:
            first, second = ({"channel": "chat", "params": {"room": room}, "partial": token} for room in "ab")
            assert (await tab.ask(action="subscribe", **first))["subscribed"]
            assert (await tab.ask(action="subscribe", **second))["error"] == "Too many subscriptions"


@pytest.mark.django_db  # push() asks for the group in a thread that may have a connection of an earlier test
async def test_the_payload_of_a_message_is_written_once_for_all_its_hearers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Room(ChatChannel):
        class Params(BaseModel):
            number: int

        def authorize(self, params: Any) -> bool:
            return True

        def group(self, params: Any) -> str:
            return "all"

    payloads: list[Any] = []
    dumps = json.dumps

    def counted(value: Any) -> str:
        payloads.append(value)
        return dumps(value)

    register_channel(Room, "room")
    spellings: list[Any] = [5, "5", 5.0, " 5", "05"]
    async with Tab() as tab:
        for number in spellings:
            await tab.ask(action="subscribe", channel="room", params={"number": number})
        monkeypatch.setattr("mizan_htmx.channels.hub.delivery.json.dumps", counted)
        await Room.push(Room.DjangoMessage(text="hi"), number=5)
        received = [await tab.receive() for _ in spellings]
        assert received == [said("hi", channel="room", params={"number": number}) for number in spellings]
    assert payloads.count({"text": "hi", "author": ""}) == 1


class TestWaiting:
    """What waits for a slow client is bounded in characters, and its next question waits for its answers."""

    async def test_who_lets_too_much_wait_is_sent_away(self) -> None:
        client = Client()
        row = Outbox(client.send, WriterPool())
        long = "x" * (outbox.MAX_UNREQUESTED_TEXT // 2)
        for _ in range(4):  # one is being sent, three may wait: the third is over the limit
            row.put(long)
            await until(lambda: client.sent)
        states = [row.closed]
        row.put("x")
        assert [*states, row.closed] == [False, True]
        await until(lambda: len(client.sent) == 2)
        assert client.sent == [text(long), {"type": "websocket.close", "code": 1013}]

    async def test_one_answer_may_be_as_long_as_it_is(self) -> None:
        client = Client()
        row = Outbox(client.send, WriterPool())
        row.put("first")
        await until(lambda: client.sent)
        row.answer("x" * 2 * outbox.MAX_UNREQUESTED_TEXT)
        for number in range(10):
            row.put(str(number))
        assert not row.closed
        client.gate.set()
        await until(lambda: len(client.sent) == 12)

    async def test_there_is_room_again_when_most_is_sent(self) -> None:
        client = Client()
        row = Outbox(client.send, WriterPool())
        row.answer("x" * outbox.MAX_UNSENT)
        await row.wait_for_room()
        row.answer("more")
        waiting = asyncio.ensure_future(row.wait_for_room())
        await until(lambda: client.sent)
        assert not waiting.done()
        client.gate.set()
        await waiting
        await until(lambda: len(client.sent) == 2)

    @pytest.mark.parametrize("end", ["stop", "close_now", "close"])
    async def test_nobody_waits_for_room_in_a_row_that_has_ended(self, end: str) -> None:
        client = Client()
        row = Outbox(client.send, WriterPool())
        row.answer("x" * 2 * outbox.MAX_UNSENT)
        waiting = asyncio.ensure_future(row.wait_for_room())
        await until(lambda: client.sent)
        assert not waiting.done()
        getattr(row, end)(*([] if end == "stop" else [1000]))
        await waiting

    async def test_a_client_that_does_not_read_is_asked_nothing_more(self) -> None:
        calls: list[int] = []

        def much(request: HttpRequest, number: int) -> str:
            calls.append(number)
            return "x" * outbox.MAX_UNSENT

        register(client(websocket=True)(much))
        reading, sent = asyncio.Event(), []

        async def send(message: Any) -> None:
            if message["type"] == "websocket.send":
                await reading.wait()
            sent.append(message)

        inbox: asyncio.Queue[Any] = asyncio.Queue()
        scope = {"type": "websocket", "path": "/ws/", "headers": []}
        socket = asyncio.create_task(MizanConsumer.as_asgi()(scope, inbox.get, send))
        await inbox.put({"type": "websocket.connect"})
        for number in range(5):
            asked = {"action": "rpc", "id": number, "fn": "much", "args": {"number": number}}
            await inbox.put({"type": "websocket.receive", "text": json.dumps(asked)})
        async with asyncio.timeout(PATIENCE):
            while not calls:
                await asyncio.sleep(0)
            for _ in range(20):  # threads have had time to do more
                await sync_to_async(lambda: None, thread_sensitive=False)()
            assert calls == [0]
            reading.set()
            while len(sent) < 6:
                await asyncio.sleep(0)
        assert [json.loads(each["text"])["id"] for each in sent[1:]] == list(range(5))
        await inbox.put({"type": "websocket.disconnect", "code": 1000})
        await socket


async def test_all_that_a_page_can_have_one_socket_keep_is_about_a_megabyte() -> None:
    class Unlimited(MizanConsumer):
        burst = 10_000

    chat()
    declare()
    token = rendering.sign("chat", "line.html")
    rooms = [f"{number:03}" + "x" * 150 for number in range(subscriptions.MAX_SUBSCRIPTIONS)]

    async def fill(tab: Tab, name: str) -> None:
        tabs = "".join(f"{name}{number:030}," for number in range(watches.MAX_KEYS)).split(",")[:-1]
        keys = ", ".join(f"board;board_id=1;tab={each}" for each in tabs)
        assert len(keys) > 0.8 * protocol.MAX_BYTES
        errors = 0
        for room in rooms:
            address = {"channel": "chat", "params": {"room": room}, "partial": token}
            errors += "error" in await tab.ask(action="subscribe", **address)
        assert errors < subscriptions.MAX_SUBSCRIPTIONS / 10
        await tab.ask(action="watch", id="x" * protocol.MAX_ID, contexts=keys)
        publish(f"board;tab={tabs[0]}")  # has those found that watch it
        assert (await tab.receive())["invalidate"] == f"board;tab={tabs[0]}"

    async with (
        Tab(Unlimited.as_asgi(), user=person()) as first,
        Tab(Unlimited.as_asgi(), user=person()) as second,
    ):
        await fill(first, "a")  # what there is once for all
        tracemalloc.start()
        try:
            await fill(second, "b")
            gc.collect()
            kept, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert kept < 1.2 * 2**20
