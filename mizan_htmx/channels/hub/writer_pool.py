"""Writing to many sockets: one task for all, and more as soon as one has to wait for its client.

A task for each would have to be made, queued, and looked after by the garbage collector, for each change.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from types import coroutine
from typing import Any, Protocol

#: So many rows are written before the loop does something else.
AT_ONCE = 250

Writer = asyncio.Task[None]


class Row(Protocol):
    """What waits to be sent to one socket."""

    context: Context

    def write(self, writer: Writer) -> Coroutine[Any, Any, None]:
        """Send it all, in this task."""
        ...


class Writers:
    """Has rows written, each in its own context. For one event loop."""

    def __init__(self) -> None:
        self._due: deque[Row] = deque()
        self._is_busy = False

    def put(self, row: Row) -> None:
        """Have a row written soon; one that is not being written, and does not wait for it."""
        self._due.append(row)
        if not self._is_busy:
            self._is_busy = True
            self._start(1)

    def _start(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(self._run(), context=Context()) for _ in range(number)]
        # Is called when all of them have taken their first step.
        loop.call_soon(self._go_on, tasks)

    def _go_on(self, tasks: list[Writer]) -> None:
        """See to what is left. Where tasks wait for clients, so may the next: twice as many are started."""
        self._is_busy = bool(self._due)
        if self._due:
            waiting = sum(not task.done() for task in tasks)
            self._start(min(max(1, 2 * waiting), len(self._due)))

    async def _run(self) -> None:
        writer = asyncio.current_task()
        assert writer is not None
        for _ in range(AT_ONCE):
            if not self._due:
                return
            row = self._due.popleft()
            await _within(row.context, row.write(writer))


@coroutine
def _within(context: Context, work: Coroutine[Any, Any, None]) -> Generator[Any, Any, None]:
    """Wait for a coroutine that runs in a context of its own, but in the task of the caller."""
    go_on: Callable[[Any], Any] = work.send
    answer: Any = None
    while True:
        try:
            awaited = context.run(go_on, answer)
        except StopIteration:
            return
        try:
            answer = yield awaited
            go_on = work.send
        except BaseException as error:  # a cancellation is the row's own
            answer, go_on = error, work.throw
