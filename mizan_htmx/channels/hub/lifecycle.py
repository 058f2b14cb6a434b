"""What runs in a process as long as its hub has sockets."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from channels.layers import get_channel_layer

from mizan_htmx.channels.hub.cancel import end
from mizan_htmx.channels.hub.catch_up import Follower
from mizan_htmx.channels.hub.delivery import Lanes
from mizan_htmx.channels.hub.reauthorization import Rechecks
from mizan_htmx.channels.layer import transport as wire
from mizan_htmx.channels.layer.transport import Event
from mizan_htmx.channels.layer.version_store import versions
from mizan_htmx.channels.layer.versions import Version
from mizan_htmx.protocol.keys import Invalidation

logger = logging.getLogger("mizan_htmx.channels")

Stale = Iterable[tuple[Invalidation, Version]]


class Running:
    """The tasks of a hub. ``take`` gets what the layer brings, ``tell`` what it had lost.

    ``load`` reads what a shared store remembers, before pages ask for it. ``deliver`` hands a pushed message
    to its subscribers. Without a layer that reaches other processes there is nothing to receive and nothing
    to miss.
    """

    def __init__(
        self,
        take: Callable[[Event], None],
        tell: Callable[[Stale], None],
        load: Callable[[], Coroutine[Any, Any, None]],
        deliver: Callable[[Event], Coroutine[Any, Any, None]],
    ) -> None:
        self._take = take
        self._tell = tell
        self._load = load
        self._layer = get_channel_layer()
        self._tasks: list[asyncio.Task[None]] = []
        self._receiver: wire.Receiver | None = None
        self._follower: Follower | None = None
        self.lanes = Lanes(deliver)
        self.rechecks = Rechecks()

    async def start(self) -> None:
        """Start, and wait for the layer to take this process in; but not for long, if it does not answer."""
        if wire.is_local(self._layer):
            return
        receiver = self._receiver = wire.Receiver(self._layer, self._take, self._ask)
        self._run(receiver.run())
        self._run(receiver.keep())
        try:
            async with asyncio.timeout(wire.SECONDS):
                await receiver.ready.wait()
        except TimeoutError:
            pass  # it tries again, and catches up then
        store = versions()
        if store.shared:
            follower = Follower(store, self._tell, receiver.renew)
            # Only when it is a member of the group: what is published from now on reaches it.
            await follower.start()
            self._follower = follower
            self._run(follower.run())
            self._run(self._load())

    def _ask(self) -> None:
        if self._follower is not None:
            self._follower.ask()

    def is_news(self, version: Version) -> bool:
        """Tell whether a publication has not been heard of yet."""
        return self._follower is None or self._follower.note(version)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(_report)
        self._tasks.append(task)

    async def stop(self) -> None:
        """Stop everything. May be called by a check that ends the last socket."""
        for task in self._tasks:
            task.cancel()
        await self.rechecks.close()
        await self.lanes.close()
        await end(self._tasks)
        if self._receiver is not None:
            await self._receiver.part()


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        logger.error("A task of the hub failed.", exc_info=task.exception())
