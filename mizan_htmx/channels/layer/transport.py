"""How this process hangs on the channel layer: one member of one group, whatever happens to Redis."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer

from mizan_htmx.channels.layer.outages import layer_outage

GROUP = "mizan.hubs"

#: How long anything may wait for the layer.
SECONDS = 1.0
#: Members of a Redis group expire after a day, and nobody tells them.
RENEWED_EVERY = 60.0
LONGEST_PAUSE = 5.0
#: How many events may wait to be sent; while the layer does not answer the oldest are dropped.
WAITING = 1000

# The parts of the layer that fail apart.
SENDING, RECEIVING = "sending", "receiving"

Event = Mapping[str, Any]


def is_local(layer: object) -> bool:
    """Tell whether no other process can be reached through a layer.

    Then the hubs of this process are handed their events directly: the in-memory layer is bound to one event
    loop, drops what is over its capacity, and takes quadratic time for a group.
    """
    return layer is None or isinstance(layer, InMemoryChannelLayer)


async def send(layer: Any, event: Event) -> None:
    """Send an event to the hubs of all processes. Never raises: a failure is logged, once a minute."""
    for _ in range(2):  # the pool may hold a connection from before Redis was restarted; it fails once
        try:
            async with asyncio.timeout(SECONDS):
                await layer.group_send(GROUP, {"type": "mizan.event", **event})
            layer_outage.succeed(SENDING)
            return
        except TimeoutError as error:
            failure: Exception = error
            break
        except Exception as error:  # every layer has its own exceptions
            failure = error
    layer_outage.fail(failure, SENDING)


def send_alone(layer: Any, event: Event) -> None:
    """Do as ``send`` in a thread without an event loop, also while the interpreter ends."""
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(send(layer, event))
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        loop.close()  # channels_redis closes its connections with it


class Sender:
    """Sends one event after the other, so that they arrive in the order they were put; for one event loop."""

    def __init__(self) -> None:
        self._waiting: deque[Event] = deque(maxlen=WAITING)
        self._task: asyncio.Task[None] | None = None

    def put(self, event: Event) -> None:
        """Send an event soon."""
        self._waiting.append(event)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._waiting:
                await send(get_channel_layer(), self._waiting.popleft())
        finally:
            self._task = None


class Receiver:
    """Receives the events of the group.

    ``take`` gets each. ``missed`` is called whenever some may have been lost: at first, and after failures.
    """

    def __init__(self, layer: Any, take: Callable[[Event], None], missed: Callable[[], None]) -> None:
        self._layer = layer
        self._take = take
        self._missed = missed
        self._name = ""
        self._renew = asyncio.Event()
        self.ready = asyncio.Event()

    def renew(self) -> None:
        """Become a member of the group again, soon: Redis may have come back without it."""
        self._renew.set()

    async def run(self) -> None:
        """Receive until cancelled."""
        failures = 0
        while True:
            began = monotonic()
            try:
                await self._join()
                self.ready.set()
                self._missed()
                while True:
                    self._take(await self._layer.receive(self._name))
            except Exception as error:  # every layer has its own exceptions
                # One after a while is nothing to tell of: redis-py gives up waiting for an event when the
                # layer would, too.
                failures = 0 if monotonic() - began > 2 * SECONDS else failures + 1
                if failures:
                    layer_outage.fail(error, RECEIVING)
                    await asyncio.sleep(min(2.0 ** (failures - 2), LONGEST_PAUSE))

    async def keep(self) -> None:
        """Stay a member of the group, until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(RENEWED_EVERY):
                    await self._renew.wait()
            self._renew.clear()
            if not self.ready.is_set():
                continue
            try:
                await self._join()
            except Exception as error:  # every layer has its own exceptions
                layer_outage.fail(error, RECEIVING)
                await asyncio.sleep(SECONDS)
                self._renew.set()

    async def _join(self) -> None:
        async with asyncio.timeout(SECONDS):
            if not self._name:
                self._name = await self._layer.new_channel()
            await self._layer.group_add(GROUP, self._name)
        layer_outage.succeed(RECEIVING)

    async def part(self) -> None:
        """Leave the group: whoever does not say good-bye costs every event a little, for a day."""
        if self._name:
            with suppress(Exception):  # Redis may be gone; every layer has its own exceptions
                async with asyncio.timeout(SECONDS):
                    await self._layer.group_discard(GROUP, self._name)
