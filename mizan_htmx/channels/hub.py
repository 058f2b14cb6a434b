"""The hub of a process: it hears what became stale and what was pushed, and tells the local sockets."""

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol

from mizan_htmx.channels.index import WatchIndex
from mizan_htmx.channels.versions import Version
from mizan_htmx.channels.visitors import Visitor
from mizan_htmx.invalidation import Invalidation, parse

logger = logging.getLogger("mizan_htmx.channels")

Event = Mapping[str, Any]


class Socket(Protocol):
    """What a hub knows of a socket."""

    visitor: Visitor

    def put(self, frame: str) -> None:
        """Queue a text frame; never block."""
        ...

    async def end(self, code: int) -> None:
        """Close it."""
        ...

    async def recheck(self) -> None:
        """Ask again whether the visitor may do what it does."""
        ...


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a socket has subscribed to.

    ``params`` is canonical JSON (sorted keys). ``partial`` is the signed token of a page, or ``""``.
    """

    group: str
    channel: str
    params: str
    partial: str = ""


_hubs: dict[asyncio.AbstractEventLoop, "Hub"] = {}
_lock = Lock()


def hubs() -> list["Hub"]:
    """List the hubs of this process that have sockets."""
    with _lock:
        for loop in [loop for loop in _hubs if loop.is_closed()]:
            del _hubs[loop]
        return list(_hubs.values())


class Hub:
    """One a process and event loop. All but ``hand`` is for that loop only."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._sockets: dict[Socket, frozenset[Invalidation]] = {}
        self._index: WatchIndex[Socket] = WatchIndex()
        self._subscriptions: dict[tuple[str, str], dict[Subscription, dict[Socket, None]]] = {}

    @classmethod
    def here(cls) -> "Hub":
        """Give the hub of the running loop."""
        loop = asyncio.get_running_loop()
        hubs()
        with _lock:
            return _hubs.setdefault(loop, cls(loop))

    async def join(self, socket: Socket) -> None:
        """Take a socket in; when this returns, the hub hears everything that concerns it."""
        self._sockets[socket] = frozenset()

    async def leave(self, socket: Socket) -> None:
        """Forget a socket and everything of it."""
        self.watch(socket, frozenset())
        for subscriptions in list(self._subscriptions.values()):
            for subscription in list(subscriptions):
                self.unsubscribe(socket, subscription)
        self._sockets.pop(socket, None)

    def watch(self, socket: Socket, keys: frozenset[Invalidation]) -> None:
        """Let a socket watch exactly ``keys`` from now on; nothing for one that is not in."""
        if socket not in self._sockets:
            return
        former = self._sockets[socket]
        self._sockets[socket] = keys
        for key in keys - former:
            self._index.add(key, socket)
        for key in former - keys:
            self._index.discard(key, socket)

    def unwatch(self, socket: Socket, keys: Iterable[Invalidation]) -> None:
        """Let a socket not watch ``keys`` any more."""
        self.watch(socket, self.watched(socket) - frozenset(keys))

    def watched(self, socket: Socket) -> frozenset[Invalidation]:
        """List what a socket watches."""
        return self._sockets.get(socket, frozenset())

    def subscribe(self, socket: Socket, subscription: Subscription) -> None:
        """Let a socket hear what is pushed; nothing for one that is not in."""
        if socket in self._sockets:
            topic = (subscription.group, subscription.channel)
            self._subscriptions.setdefault(topic, {}).setdefault(subscription, {})[socket] = None

    def unsubscribe(self, socket: Socket, subscription: Subscription) -> None:
        """Undo ``subscribe``."""
        topic = (subscription.group, subscription.channel)
        subscriptions = self._subscriptions.get(topic, {})
        subscriptions.get(subscription, {}).pop(socket, None)
        if subscription in subscriptions and not subscriptions[subscription]:
            del subscriptions[subscription]
        if topic in self._subscriptions and not subscriptions:
            del self._subscriptions[topic]

    def hand(self, event: Event) -> bool:
        """Give it an event, from any thread; tell whether its loop was still there to take it."""
        try:
            self._loop.call_soon_threadsafe(self._take, event)
        except RuntimeError:
            return False
        return True

    def _take(self, event: Event) -> None:
        if event["kind"] == "stale":
            version = Version(event["epoch"], event["seq"])
            for key in parse(event["keys"]):
                for told, sockets in self._index.find(key).items():
                    for socket in sockets:
                        socket.put(
                            json.dumps({"invalidate": str(told), "versions": {str(told): str(version)}})
                        )
        elif event["kind"] == "push":
            for subscription, sockets in self._subscriptions.get(
                (event["group"], event["channel"]), {}
            ).items():
                for socket in sockets:
                    socket.put(
                        json.dumps(
                            {
                                "channel": event["channel"],
                                "params": json.loads(subscription.params),
                                "type": event["message"],
                                "data": event["payload"],
                            }
                        )
                    )
