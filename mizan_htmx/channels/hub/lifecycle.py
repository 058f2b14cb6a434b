"""The tasks that run while a hub has sockets."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from channels.layers import get_channel_layer

from mizan_htmx.channels.hub.cancel import cancel_all
from mizan_htmx.channels.hub.catch_up import CatchUp
from mizan_htmx.channels.hub.delivery import DeliveryQueues
from mizan_htmx.channels.hub.reauthorization import Reauthorizer
from mizan_htmx.channels.layer import transport
from mizan_htmx.channels.layer.events import Event
from mizan_htmx.channels.layer.version_store import versions
from mizan_htmx.channels.layer.versions import Version
from mizan_htmx.protocol.keys import Invalidation

logger = logging.getLogger("mizan_htmx.channels")

Stale = Iterable[tuple[Invalidation, Version]]


class HubTasks:
    """The tasks of a hub.

    ``handle`` is called with each event of the layer, ``notify`` with the changes that the layer had lost,
    ``deliver`` with each pushed message. ``prefetch`` reads the change log of a shared store before pages
    need it. Without a layer that reaches other processes there is nothing to receive, and nothing is lost.
    """

    def __init__(
        self,
        handle: Callable[[Event], None],
        notify: Callable[[Stale], None],
        prefetch: Callable[[], Coroutine[Any, Any, None]],
        deliver: Callable[[Event], Coroutine[Any, Any, None]],
    ) -> None:
        self._handle = handle
        self._notify = notify
        self._prefetch = prefetch
        self._layer = get_channel_layer()
        self._tasks: list[asyncio.Task[None]] = []
        self._receiver: transport.Receiver | None = None
        self._catch_up: CatchUp | None = None
        self.delivery = DeliveryQueues(deliver)
        self.reauthorizer = Reauthorizer()

    async def start(self) -> None:
        """Start, and wait up to ``transport.TIMEOUT`` seconds until this process is in the layer's group."""
        if transport.is_local(self._layer):
            return
        receiver = self._receiver = transport.Receiver(self._layer, self._handle, self._poll_soon)
        self._run(receiver.run())
        self._run(receiver.keep_joined())
        try:
            async with asyncio.timeout(transport.TIMEOUT):
                await receiver.ready.wait()
        except TimeoutError:
            pass  # it retries, and catches up then
        store = versions()
        if store.shared:
            catch_up = CatchUp(store, self._notify, receiver.renew)
            # After joining the group, so that each later publication is either received or found missing.
            await catch_up.start()
            self._catch_up = catch_up
            self._run(catch_up.run())
            self._run(self._prefetch())

    def _poll_soon(self) -> None:
        if self._catch_up is not None:
            self._catch_up.poll_soon()

    def is_new(self, version: Version) -> bool:
        """Record a publication; return whether it has not been received before."""
        return self._catch_up is None or self._catch_up.record(version)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(_log_failure)
        self._tasks.append(task)

    async def stop(self) -> None:
        """Stop all tasks. A reauthorization that removes the last socket may call it."""
        for task in self._tasks:
            task.cancel()
        await self.reauthorizer.close()
        await self.delivery.close()
        await cancel_all(self._tasks)
        if self._receiver is not None:
            await self._receiver.leave()


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        logger.error("A task of the hub failed.", exc_info=task.exception())
