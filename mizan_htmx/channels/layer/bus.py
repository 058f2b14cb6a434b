"""The bus: the hubs of this process, and how an event reaches the hubs of all processes."""

import asyncio
from collections.abc import Callable
from threading import Lock
from typing import Protocol, TypeVar, cast

from channels.layers import get_channel_layer

from mizan_htmx.channels.layer import transport
from mizan_htmx.channels.layer.events import Event
from mizan_htmx.internals import running_loop


class LocalHub(Protocol):
    """What the bus needs of a hub. Any thread may call its methods."""

    @property
    def is_running(self) -> bool:
        """Whether it has sockets."""
        ...

    def receive_threadsafe(self, event: Event) -> bool:
        """Handle an event on the hub's loop; return whether that loop is open."""
        ...

    def send_threadsafe(self, event: Event) -> bool:
        """Send an event to all processes from the hub's loop; return whether that loop is open."""
        ...


AnyHub = TypeVar("AnyHub", bound=LocalHub)

_hubs: dict[asyncio.AbstractEventLoop, LocalHub] = {}
_lock = Lock()


def hub_of(loop: asyncio.AbstractEventLoop, make: Callable[[asyncio.AbstractEventLoop], AnyHub]) -> AnyHub:
    """Return the hub of an event loop, which ``make`` creates if there is none."""
    with _lock:
        _discard_closed()
        if loop not in _hubs:
            _hubs[loop] = make(loop)
        return cast("AnyHub", _hubs[loop])


def hubs() -> list[LocalHub]:
    """Return the hubs of this process that have sockets. Any thread may call it."""
    with _lock:
        _discard_closed()
        return [hub for hub in _hubs.values() if hub.is_running]


def _discard_closed() -> None:
    for loop in [loop for loop in _hubs if loop.is_closed()]:
        del _hubs[loop]


async def asend(event: Event) -> None:
    """Send an event to the hubs of all processes. Never raises."""
    layer = get_channel_layer()
    if transport.is_local(layer):
        _send_locally(event)
    else:
        await transport.send(layer, event)


def send(event: Event) -> None:
    """Send an event to the hubs of all processes, from any thread. Never raises.

    Where this process has a hub, or this thread an event loop, that sends it, and this call does not wait.
    """
    layer = get_channel_layer()
    if transport.is_local(layer):
        _send_locally(event)
        return
    if any(hub.send_threadsafe(event) for hub in hubs()):
        return
    loop = running_loop()
    if loop is None:
        transport.send_without_loop(layer, event)
        return
    task = loop.create_task(transport.send(layer, event))
    _sending.add(task)
    task.add_done_callback(_sending.discard)


# An event loop holds only weak references to its tasks.
_sending: set[asyncio.Task[None]] = set()


def _send_locally(event: Event) -> None:
    for hub in hubs():
        hub.receive_threadsafe(event)
