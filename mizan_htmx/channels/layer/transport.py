"""This process's membership in the channel-layer group, renewed after Redis failures."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer

from mizan_htmx.channels.layer.events import Event
from mizan_htmx.channels.outage_log import layer_outage

GROUP = "mizan.hubs"

#: The longest wait for one call of the layer, in seconds.
TIMEOUT = 1.0
#: The seconds between two renewals: members of a Redis group expire silently after a day.
RENEWAL_INTERVAL = 60.0
MAX_RETRY_DELAY = 5.0
#: The most events that wait to be sent; while the layer does not answer, the oldest are dropped.
MAX_QUEUED = 1000

# The parts of the layer that can fail independently.
SENDING, RECEIVING = "sending", "receiving"


def is_local(layer: object) -> bool:
    """Return whether a layer reaches no other process.

    Then the hubs of this process get their events directly: the in-memory layer is bound to one event loop,
    drops what exceeds its capacity, and takes quadratic time for a group.
    """
    return layer is None or isinstance(layer, InMemoryChannelLayer)


async def send(layer: Any, event: Event) -> None:
    """Send an event to the hubs of all processes. Never raises: failures are logged, once a minute."""
    for _ in range(2):  # a pooled connection from before a restart of Redis fails once
        try:
            async with asyncio.timeout(TIMEOUT):
                await layer.group_send(GROUP, {"type": "mizan.event", **event})
            layer_outage.succeed(SENDING)
            return
        except TimeoutError as error:
            failure: Exception = error
            break
        except Exception as error:  # every layer has its own exceptions
            failure = error
    layer_outage.fail(failure, SENDING)


def send_without_loop(layer: Any, event: Event) -> None:
    """Send an event from a thread that has no event loop, even while the interpreter shuts down."""
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(send(layer, event))
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        loop.close()  # channels_redis closes its connections with it


class Sender:
    """Send events one after the other, so that they arrive in order. For one event loop."""

    def __init__(self) -> None:
        self._queue: deque[Event] = deque(maxlen=MAX_QUEUED)
        self._task: asyncio.Task[None] | None = None

    def enqueue(self, event: Event) -> None:
        """Send an event soon."""
        self._queue.append(event)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._queue:
                await send(get_channel_layer(), self._queue.popleft())
        finally:
            self._task = None


class Receiver:
    """Receive the events of the group.

    ``handle`` is called with each event; ``on_loss`` whenever some may have been lost: at the start, and
    after each failure.
    """

    def __init__(self, layer: Any, handle: Callable[[Event], None], on_loss: Callable[[], None]) -> None:
        self._layer = layer
        self._handle = handle
        self._on_loss = on_loss
        self._name = ""
        self._renewal = asyncio.Event()
        self.ready = asyncio.Event()

    def renew(self) -> None:
        """Join the group again soon: Redis may have restarted without this member."""
        self._renewal.set()

    async def run(self) -> None:
        """Receive until cancelled."""
        failures = 0
        while True:
            started = monotonic()
            try:
                await self._join()
                self.ready.set()
                self._on_loss()
                while True:
                    self._handle(await self._layer.receive(self._name))
            except Exception as error:  # every layer has its own exceptions
                # A single failure after a while is normal: the timeouts of redis-py and of the layer for a
                # receive that brings no event end at the same moment.
                failures = 0 if monotonic() - started > 2 * TIMEOUT else failures + 1
                if failures:
                    layer_outage.fail(error, RECEIVING)
                    await asyncio.sleep(min(2.0 ** (failures - 2), MAX_RETRY_DELAY))

    async def keep_joined(self) -> None:
        """Renew the membership at intervals and after ``renew``, until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(RENEWAL_INTERVAL):
                    await self._renewal.wait()
            self._renewal.clear()
            if not self.ready.is_set():
                continue
            try:
                await self._join()
            except Exception as error:  # every layer has its own exceptions
                layer_outage.fail(error, RECEIVING)
                await asyncio.sleep(TIMEOUT)
                self._renewal.set()

    async def _join(self) -> None:
        async with asyncio.timeout(TIMEOUT):
            if not self._name:
                self._name = await self._layer.new_channel()
            await self._layer.group_add(GROUP, self._name)
        layer_outage.succeed(RECEIVING)

    async def leave(self) -> None:
        """Leave the group; a stale member slows down every ``group_send`` until it expires after a day."""
        if self._name:
            with suppress(Exception):  # Redis may be gone; every layer has its own exceptions
                async with asyncio.timeout(TIMEOUT):
                    await self._layer.group_discard(GROUP, self._name)
