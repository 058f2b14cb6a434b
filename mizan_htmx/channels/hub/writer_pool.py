"""A pool of tasks that write to sockets: one at first, more when clients are slow.

A task for each socket would have to be created, scheduled and garbage-collected, for each change.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from types import coroutine
from typing import Any, Protocol

#: The most outboxes that a task writes before other tasks get a turn.
BATCH_SIZE = 250

Writer = asyncio.Task[None]


class Writable(Protocol):
    """The queued frames of one socket."""

    context: Context

    def write(self, writer: Writer) -> Coroutine[Any, Any, None]:
        """Send all of them, in this task."""
        ...


class WriterPool:
    """Write outboxes, each in its own context. For one event loop."""

    def __init__(self) -> None:
        self._due: deque[Writable] = deque()
        self._is_busy = False

    def schedule(self, outbox: Writable) -> None:
        """Write an outbox soon. It must be neither scheduled nor being written."""
        self._due.append(outbox)
        if not self._is_busy:
            self._is_busy = True
            self._start(1)

    def _start(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(self._run(), context=Context()) for _ in range(number)]
        # It runs after the first step of all of them.
        loop.call_soon(self._continue, tasks)

    def _continue(self, tasks: list[Writer]) -> None:
        """Start tasks for what is left: twice as many as wait for a client, since others may be slow, too."""
        self._is_busy = bool(self._due)
        if self._due:
            waiting = sum(not task.done() for task in tasks)
            self._start(min(max(1, 2 * waiting), len(self._due)))

    async def _run(self) -> None:
        writer = asyncio.current_task()
        assert writer is not None
        for _ in range(BATCH_SIZE):
            if not self._due:
                return
            outbox = self._due.popleft()
            await _run_in_context(outbox.context, outbox.write(writer))


@coroutine
def _run_in_context(context: Context, work: Coroutine[Any, Any, None]) -> Generator[Any, Any, None]:
    """Await a coroutine in a context of its own, but in the task of the caller."""
    resume: Callable[[Any], Any] = work.send
    answer: Any = None
    while True:
        try:
            awaited = context.run(resume, answer)
        except StopIteration:
            return
        try:
            answer = yield awaited
            resume = work.send
        except BaseException as error:  # a cancellation is passed on to the outbox
            answer, resume = error, work.throw
