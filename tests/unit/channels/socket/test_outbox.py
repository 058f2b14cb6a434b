"""What waits for one socket: it is sent in order, one frame at a time, and ends at once where it has to."""

from typing import Any

import pytest

from mizan_htmx.channels.hub.writer_pool import WriterPool
from mizan_htmx.channels.socket.outbox import Outbox
from tests.helpers.outbox import Client, text, until


async def test_a_server_that_can_not_send_any_more_ends_the_row() -> None:
    async def send(message: Any) -> None:
        sent.append(message)
        raise OSError("The client is gone.")

    sent: list[Any] = []
    row = Outbox(send, WriterPool())
    row.put("a")
    row.put("b")
    await until(lambda: row.closed)
    row.put("c")
    row.close(1000)
    assert sent == [text("a")]


@pytest.mark.parametrize(("code", "tried"), [(1008, [1008, 4008]), (1013, [1013, 4013]), (4401, [4401])])
async def test_a_code_that_the_server_does_not_send_becomes_one_of_an_applications_own(
    code: int, tried: list[int]
) -> None:
    async def send(message: Any) -> None:
        sent.append(message["code"])
        if message["code"] < 3000:
            raise RuntimeError("invalid close code")

    sent: list[int] = []
    row = Outbox(send, WriterPool())
    row.close(code)
    await until(lambda: len(sent) == len(tried))
    assert sent == tried


async def test_a_place_is_kept_until_it_is_filled_or_given_up() -> None:
    client = Client()
    client.gate.set()
    row = Outbox(client.send, WriterPool())
    filled, given_up = row.reserve(), row.reserve()
    row.put("last")
    row.fill(filled, "first")
    await until(lambda: client.sent)
    assert client.sent == [text("first")]
    row.release(given_up)
    await until(lambda: len(client.sent) == 2)
    assert client.sent == [text("first"), text("last")]


async def test_frames_are_sent_in_order_one_at_a_time() -> None:
    client = Client()
    row = Outbox(client.send, WriterPool())
    for number in range(3):
        row.put(str(number))
    await until(lambda: client.sent)
    row.put("3")
    assert client.sent == [text("0")]
    client.gate.set()
    await until(lambda: len(client.sent) == 4)
    row.close(1000)
    row.put("4")
    await until(lambda: len(client.sent) == 5)
    assert client.sent == [
        *(text(str(number)) for number in range(4)),
        {"type": "websocket.close", "code": 1000},
    ]


async def test_what_is_cut_ends_what_is_being_sent_before_it_closes() -> None:
    client = Client()
    row = Outbox(client.send, WriterPool())
    row.put("a")
    row.put("b")
    await until(lambda: client.sent)
    row.close_now(1013)
    await until(lambda: len(client.sent) == 2)
    assert client.cancelled == [text("a")]
    assert client.sent == [text("a"), {"type": "websocket.close", "code": 1013}]


async def test_what_is_cut_before_its_turn_is_only_closed() -> None:
    client = Client()
    row = Outbox(client.send, WriterPool())
    row.put("a")
    row.close_now(1013)
    await until(lambda: client.sent)
    assert client.sent == [{"type": "websocket.close", "code": 1013}]


async def test_what_is_stopped_sends_nothing_more() -> None:
    stopped, other, writers = Client(), Client(), WriterPool()
    row = Outbox(stopped.send, writers)
    row.put("a")
    row.put("b")
    await until(lambda: stopped.sent)
    row.stop()
    Outbox(other.send, writers).put("c")
    await until(lambda: stopped.cancelled and other.sent)
    assert (stopped.sent, other.sent, other.cancelled) == ([text("a")], [text("c")], [])


async def test_a_row_that_is_ended_by_its_own_server_ends_no_other() -> None:
    async def send(message: Any) -> None:
        sent.append(message)
        if message == text("a"):
            row.close_now(1000)

    sent: list[Any] = []
    client, writers = Client(), WriterPool()
    row = Outbox(send, writers)
    row.put("a")
    row.put("b")
    other = Outbox(client.send, writers)
    other.put("c")
    await until(lambda: client.sent)
    client.gate.set()
    other.put("d")
    await until(lambda: len(client.sent) == 2)
    assert (client.sent, client.cancelled) == ([text("c"), text("d")], [])
    assert sent == [text("a"), {"type": "websocket.close", "code": 1000}]
