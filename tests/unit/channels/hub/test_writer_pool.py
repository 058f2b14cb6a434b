"""One task writes to many sockets, and a slow client delays no other."""

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest

from mizan_htmx.channels.hub import writer_pool
from mizan_htmx.channels.hub.writer_pool import WriterPool
from mizan_htmx.channels.socket.outbox import Outbox
from tests.helpers.outbox import Client, until

language: ContextVar[str] = ContextVar("language", default="")


def tasks_of_now() -> list[object]:
    """Give a list to which each new task of this loop is added."""

    def make(loop: Any, work: Any, **options: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **options)
        tasks.append(task)
        return task

    tasks: list[object] = []
    asyncio.get_running_loop().set_task_factory(make)
    return tasks


def put_to_all(clients: list[Client]) -> list[Outbox]:
    """Send something to all of them."""
    every = WriterPool()
    rows = [Outbox(client.send, every) for client in clients]
    for row in rows:
        row.put("a")
    return rows


def ready() -> Client:
    """Make a client that reads."""
    client = Client()
    client.gate.set()
    return client


async def test_sockets_whose_clients_read_share_one_task() -> None:
    tasks = tasks_of_now()
    clients = [ready() for _ in range(100)]
    put_to_all(clients)
    await until(lambda: clients[-1].sent)
    assert [len(client.sent) for client in clients] == [1] * 100
    assert len(tasks) == 1


async def test_a_client_that_does_not_read_delays_no_other() -> None:
    stuck = [Client(), Client()]
    clients = [ready(), stuck[0], ready(), stuck[1], ready()]
    rows = put_to_all(clients)
    await until(lambda: all(client.sent for client in clients))
    for row in rows:
        row.put("b")
    await until(lambda: [len(client.sent) for client in clients] == [2, 1, 2, 1, 2])
    for client in stuck:
        client.gate.set()
    await until(lambda: [len(client.sent) for client in clients] == [2] * 5)


async def test_many_slow_clients_do_not_delay_each_other_for_long() -> None:
    clients = [Client() for _ in range(1000)]
    put_to_all(clients)
    turns = 0
    while not all(client.sent for client in clients):
        await asyncio.sleep(0)
        turns += 1
    # 1 + 2 + 4 + … + 512 is more than a thousand.
    assert turns <= 11
    for client in clients:
        client.gate.set()


async def test_the_loop_goes_on_while_many_are_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_pool, "BATCH_SIZE", 10)
    tasks = tasks_of_now()
    clients = [ready() for _ in range(35)]
    put_to_all(clients)
    written = []
    while not clients[-1].sent:
        await asyncio.sleep(0)
        written.append(sum(len(client.sent) for client in clients))
    assert written == [10, 20, 30, 35]
    assert len(tasks) == 4


async def test_each_is_written_to_in_its_own_context_and_in_one_task() -> None:
    class Multilingual(Client):
        async def send(self, message: Any) -> None:
            seen.append((language.get(), asyncio.current_task()))
            await super().send(message)
            seen.append((language.get(), asyncio.current_task()))

    seen: list[tuple[str, object]] = []
    every = WriterPool()
    languages = ("de", "fr")
    clients = [Multilingual() for _ in languages]
    rows = []
    for spoken, client in zip(languages, clients, strict=True):
        language.set(spoken)
        rows.append(Outbox(client.send, every))
    language.set("of who announces")
    for row in rows:
        row.put("a")
    await until(lambda: len(seen) == 2)
    for client in clients:
        client.gate.set()
    await until(lambda: len(seen) == 4)
    assert [spoken for spoken, _ in seen] == ["de", "fr", "de", "fr"]
    assert [task for _, task in seen[:2]] == [task for _, task in seen[2:]]


async def test_a_server_may_have_a_timeout_of_its_own() -> None:
    async def send(message: Any) -> None:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()

    client, every = ready(), WriterPool()
    row, other = Outbox(send, every), Outbox(client.send, every)
    row.put("a")
    other.put("a")
    await until(lambda: row.closed)
    other.put("b")
    await until(lambda: len(client.sent) == 2)
