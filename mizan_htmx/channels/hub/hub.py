"""The hub of a process: it hears what became stale and what was pushed, and tells the local sockets."""

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping
from contextvars import Context
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from mizan_htmx.channels.hub.delivery import Rendered, frame_of
from mizan_htmx.channels.hub.lifecycle import Running, Stale
from mizan_htmx.channels.hub.recall import Recall
from mizan_htmx.channels.hub.throttle import Throttle
from mizan_htmx.channels.hub.watch_index import WatchIndex
from mizan_htmx.channels.hub.writer_pool import Writers
from mizan_htmx.channels.layer.outages import DATABASE_ERRORS, database_outage
from mizan_htmx.channels.layer.transport import Event, Sender
from mizan_htmx.channels.layer.versions import Version
from mizan_htmx.protocol.keys import Invalidation, parse

if TYPE_CHECKING:
    from mizan_htmx.channels.socket.session_user import Visitor  # which tell the hub when to ask them again

logger = logging.getLogger("mizan_htmx.channels")

#: That many pages are asked to refresh within this many milliseconds, and not all at once.
MANY = 20
SPREAD = 300


class Socket(Protocol):
    """What a hub knows of a socket."""

    visitor: "Visitor"

    def __hash__(self) -> int:
        """Tell sockets apart."""
        ...

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
    """List the hubs of this process that have sockets; any thread may ask."""
    with _lock:
        for loop in [loop for loop in _hubs if loop.is_closed()]:
            del _hubs[loop]
        return [hub for hub in _hubs.values() if hub.is_running]


class Hub:
    """One a process and event loop. All but ``hand`` and ``send`` is for that loop only."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._watched: dict[Socket, frozenset[Invalidation]] = {}
        self._subscribed: dict[Socket, set[Subscription]] = {}
        self._index: WatchIndex[Socket] = WatchIndex()
        self._topics: dict[tuple[str, str], dict[Subscription, dict[Socket, None]]] = {}
        self._throttle: Throttle[Socket] = Throttle(loop, self._put_stale, self._put_stale_late)
        self._sender = Sender()
        self.writers = Writers()
        self.recall = Recall()
        self._changing = asyncio.Lock()
        self._running: Running | None = None

    @classmethod
    def here(cls) -> "Hub":
        """Give the hub of the running loop."""
        loop = asyncio.get_running_loop()
        hubs()  # forgets those whose loops are closed
        with _lock:
            if loop not in _hubs:
                _hubs[loop] = cls(loop)
            return _hubs[loop]

    @property
    def is_running(self) -> bool:
        """Tell whether it hears events: it does while it has sockets."""
        return self._running is not None

    async def join(self, socket: Socket) -> None:
        """Take a socket in; when this returns, the hub hears everything that concerns it."""
        async with self._changing:
            running = self._running
            try:
                if running is None:
                    running = self._running = Running(self.take, self.tell, self.recall.load, self._deliver)
                    await running.start()
                self._watched[socket] = frozenset()
                self._subscribed[socket] = set()
                running.rechecks.add(socket)
            finally:
                await self._stop_if_empty()

    async def leave(self, socket: Socket) -> None:
        """Forget a socket and everything of it."""
        self.watch(socket, frozenset())
        for subscription in tuple(self._subscribed.get(socket, ())):
            self.unsubscribe(socket, subscription)
        self._watched.pop(socket, None)
        self._subscribed.pop(socket, None)
        if self._running is not None:
            self._running.rechecks.discard(socket)
        async with self._changing:
            await self._stop_if_empty()

    async def _stop_if_empty(self) -> None:
        running = self._running
        if running is not None and not self._watched:
            self._running = None
            self._throttle.close()
            await running.stop()

    def watch(self, socket: Socket, keys: frozenset[Invalidation]) -> None:
        """Let a socket watch exactly ``keys`` from now on; nothing for one that is not in."""
        if socket not in self._watched:
            return
        former = self._watched[socket]
        self._watched[socket] = keys
        for key in keys - former:
            self._index.add(key, socket)
        for key in former - keys:
            self._index.discard(key, socket)

    def unwatch(self, socket: Socket, keys: Iterable[Invalidation]) -> None:
        """Let a socket not watch ``keys`` any more."""
        self.watch(socket, self.watched(socket) - frozenset(keys))

    def watched(self, socket: Socket) -> frozenset[Invalidation]:
        """List what a socket watches."""
        return self._watched.get(socket, frozenset())

    def subscribe(self, socket: Socket, subscription: Subscription) -> None:
        """Let a socket hear what is pushed; nothing for one that is not in."""
        if socket in self._subscribed:
            self._subscribed[socket].add(subscription)
            topic = (subscription.group, subscription.channel)
            self._topics.setdefault(topic, {}).setdefault(subscription, {})[socket] = None

    def unsubscribe(self, socket: Socket, subscription: Subscription) -> None:
        """Undo ``subscribe``."""
        if subscription not in self._subscribed.get(socket, ()):
            return
        self._subscribed[socket].discard(subscription)
        topic = (subscription.group, subscription.channel)
        del self._topics[topic][subscription][socket]
        if not self._topics[topic][subscription]:
            del self._topics[topic][subscription]
        if not self._topics[topic]:
            del self._topics[topic]

    def hand(self, event: Event) -> bool:
        """Hand it an event, from any thread; tell whether its loop was there to take it."""
        return self._on_loop(partial(self.take, event))

    def send(self, event: Event) -> bool:
        """Let its loop send an event to all processes, from any thread; tell whether it was there."""
        return self._on_loop(partial(self._sender.put, event))

    def _on_loop(self, call: "partial[None]") -> bool:
        try:
            # In no request's context: what is rendered for everybody is not in the language of one of them,
            # and what hooks write when a right is lost is not put down to the request that took it away.
            self._loop.call_soon_threadsafe(call, context=Context())
        except RuntimeError:  # it was closed just now
            return False
        return True

    def take(self, event: Event) -> None:
        """Act on an event; one of another release of this package may be beyond it."""
        running = self._running
        if running is None:
            return
        try:
            match event["kind"]:
                case "stale":
                    version = Version(event["epoch"], event["seq"])
                    if running.is_news(version):
                        keys = parse(event["keys"])
                        self.recall.hear(keys, version)
                        self.tell((key, version) for key in keys)
                case "push":
                    if (event["group"], event["channel"]) in self._topics:
                        running.lanes.put(event)
                case "check":
                    self._check(running, event)
        except (KeyError, TypeError):
            logger.exception("%r is no event that this release knows.", event)

    def tell(self, stale: Stale) -> None:
        """Tell the sockets what became stale; each frame is built once, and goes to a socket once."""
        frames: dict[Invalidation, tuple[Version, dict[Socket, None]]] = {}
        for key, version in stale:
            for told, sockets in self._index.find(key).items():
                latest, known = frames.setdefault(told, (version, {}))
                known.update(sockets)
                if latest.is_before(version):
                    frames[told] = (version, known)
        for told, (version, sockets) in frames.items():
            self._throttle.offer(told, version, sockets)

    def _put_stale(self, told: Invalidation, version: Version, sockets: Mapping[Socket, None]) -> None:
        frame: dict[str, object] = {"invalidate": str(told), "versions": {str(told): str(version)}}
        if len(sockets) >= MANY:
            frame["spread"] = SPREAD
        _put(json.dumps(frame), sockets)

    def _put_stale_late(self, told: Invalidation, version: Version, sockets: Mapping[Socket, None]) -> None:
        """Tell those who had to wait, unless they stopped watching meanwhile."""
        watching = {each for found in self._index.find(told).values() for each in found}
        still = {each: None for each in sockets if each in watching}
        if still:
            self._put_stale(told, version, still)

    async def _deliver(self, event: Event) -> None:
        """Tell the subscribers of a channel what was pushed."""
        topic = (event["group"], event["channel"])
        rendered = Rendered()
        for subscription in tuple(self._topics.get(topic, ())):
            try:
                frame = await frame_of(event, subscription.params, subscription.partial, rendered)
            except DATABASE_ERRORS as error:
                database_outage.fail(error)
                continue
            except Exception:  # the border to the site's templates
                logger.exception("A message of channel %r could not be rendered.", event["channel"])
                continue
            _put(frame, self._topics.get(topic, {}).get(subscription, {}))

    def _check(self, running: Running, event: Event) -> None:
        for socket in tuple(self._watched):
            visitor = socket.visitor
            if event.get("session") and visitor.session_key == event["session"]:
                # The session itself ends a moment after Django has said so.
                visitor.end()
            elif not (event.get("user") and visitor.user_pk == event["user"]):
                continue
            running.rechecks.check(socket)


def _put(frame: str, sockets: Mapping[Socket, None]) -> None:
    for socket in tuple(sockets):
        try:
            socket.put(frame)
        except Exception:  # one socket's trouble is not the others'
            logger.exception("A frame could not be queued.")
