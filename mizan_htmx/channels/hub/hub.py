"""The hub of a process: it receives invalidations and messages, and passes them to the local sockets."""

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping
from contextvars import Context
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from mizan_htmx.channels.hub.delivery import Renderings, message_frame
from mizan_htmx.channels.hub.lifecycle import HubTasks, Stale
from mizan_htmx.channels.hub.missed_changes import MissedChanges
from mizan_htmx.channels.hub.throttle import Throttle
from mizan_htmx.channels.hub.watch_index import WatchIndex
from mizan_htmx.channels.hub.writer_pool import WriterPool
from mizan_htmx.channels.layer import bus
from mizan_htmx.channels.layer.events import Event
from mizan_htmx.channels.layer.transport import Sender
from mizan_htmx.channels.layer.versions import Version
from mizan_htmx.channels.outage_log import DATABASE_ERRORS, database_outage
from mizan_htmx.protocol.keys import Invalidation, parse

logger = logging.getLogger("mizan_htmx.channels")

#: From this number of sockets on, their pages refresh at random moments within this many milliseconds.
SPREAD_FROM = 20
SPREAD_MS = 300


class SocketVisitor(Protocol):
    """What a hub needs of the visitor of a socket. ``session_key`` and ``user_pk`` are ``""`` without one."""

    @property
    def session_key(self) -> str:
        """The key of the session that they are logged in with."""
        ...

    @property
    def user_pk(self) -> str:
        """The primary key of their user, as text."""
        ...

    def end(self) -> None:
        """Record that their session has ended."""
        ...


class Socket(Protocol):
    """What a hub needs of a socket."""

    @property
    def visitor(self) -> SocketVisitor:
        """Who has opened it."""
        ...

    def __hash__(self) -> int:
        """Return a hash by identity."""
        ...

    def send_text(self, frame: str) -> None:
        """Queue a text frame; never block."""
        ...

    async def reauthorize(self) -> None:
        """Check that the visitor may still receive what it sends; end what they may not."""
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


class Hub:
    """One for each event loop. Only the methods called ``…_threadsafe`` may be called from other threads."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._watched: dict[Socket, frozenset[Invalidation]] = {}
        self._subscribed: dict[Socket, set[Subscription]] = {}
        self._index: WatchIndex[Socket] = WatchIndex()
        self._topics: dict[tuple[str, str], dict[Subscription, dict[Socket, None]]] = {}
        self._throttle: Throttle[Socket] = Throttle(loop, self._send_stale, self._send_stale_late)
        self._sender = Sender()
        self.writer_pool = WriterPool()
        self.missed_changes = MissedChanges()
        self._changing = asyncio.Lock()
        self._tasks: HubTasks | None = None

    @classmethod
    def here(cls) -> "Hub":
        """Return the hub of the running loop."""
        return bus.hub_of(asyncio.get_running_loop(), cls)

    @property
    def is_running(self) -> bool:
        """Whether it receives events: it does while it has sockets."""
        return self._tasks is not None

    async def join(self, socket: Socket) -> None:
        """Add a socket; when this returns, the hub receives all events that concern it."""
        async with self._changing:
            tasks = self._tasks
            try:
                if tasks is None:
                    tasks = self._tasks = HubTasks(
                        self.handle, self.notify, self.missed_changes.prefetch, self._deliver
                    )
                    await tasks.start()
                self._watched[socket] = frozenset()
                self._subscribed[socket] = set()
                tasks.reauthorizer.add(socket)
            finally:
                await self._stop_if_empty()

    async def leave(self, socket: Socket) -> None:
        """Remove a socket with its keys and subscriptions."""
        self.watch(socket, frozenset())
        for subscription in tuple(self._subscribed.get(socket, ())):
            self.unsubscribe(socket, subscription)
        self._watched.pop(socket, None)
        self._subscribed.pop(socket, None)
        if self._tasks is not None:
            self._tasks.reauthorizer.discard(socket)
        async with self._changing:
            await self._stop_if_empty()

    async def _stop_if_empty(self) -> None:
        tasks = self._tasks
        if tasks is not None and not self._watched:
            self._tasks = None
            self._throttle.close()
            await tasks.stop()

    def watch(self, socket: Socket, keys: frozenset[Invalidation]) -> None:
        """Replace the keys that a socket watches by ``keys``; do nothing for a socket that has left."""
        if socket not in self._watched:
            return
        former = self._watched[socket]
        self._watched[socket] = keys
        for key in keys - former:
            self._index.add(key, socket)
        for key in former - keys:
            self._index.discard(key, socket)

    def unwatch(self, socket: Socket, keys: Iterable[Invalidation]) -> None:
        """Remove ``keys`` from those that a socket watches."""
        self.watch(socket, self.watched(socket) - frozenset(keys))

    def watched(self, socket: Socket) -> frozenset[Invalidation]:
        """Return the keys that a socket watches."""
        return self._watched.get(socket, frozenset())

    def subscribe(self, socket: Socket, subscription: Subscription) -> None:
        """Add a subscription; do nothing for a socket that has left."""
        if socket in self._subscribed:
            self._subscribed[socket].add(subscription)
            topic = (subscription.group, subscription.channel)
            self._topics.setdefault(topic, {}).setdefault(subscription, {})[socket] = None

    def unsubscribe(self, socket: Socket, subscription: Subscription) -> None:
        """Remove a subscription, if there is one."""
        if subscription not in self._subscribed.get(socket, ()):
            return
        self._subscribed[socket].discard(subscription)
        topic = (subscription.group, subscription.channel)
        del self._topics[topic][subscription][socket]
        if not self._topics[topic][subscription]:
            del self._topics[topic][subscription]
        if not self._topics[topic]:
            del self._topics[topic]

    def receive_threadsafe(self, event: Event) -> bool:
        """Handle an event on the hub's loop; return whether that loop is open."""
        return self._on_loop(partial(self.handle, event))

    def send_threadsafe(self, event: Event) -> bool:
        """Send an event to all processes from the hub's loop; return whether that loop is open."""
        return self._on_loop(partial(self._sender.enqueue, event))

    def _on_loop(self, call: "partial[None]") -> bool:
        try:
            # In an empty context: what is rendered for all must not be in the language of one request, and
            # what hooks invalidate on the loss of a permission does not belong to the request that caused it.
            self._loop.call_soon_threadsafe(call, context=Context())
        except RuntimeError:  # it was closed just now
            return False
        return True

    def handle(self, event: Event) -> None:
        """Handle an event; log one that only another release of this package knows."""
        tasks = self._tasks
        if tasks is None:
            return
        try:
            match event["kind"]:
                case "stale":
                    version = Version(event["epoch"], event["seq"])
                    if tasks.is_new(version):
                        keys = parse(event["keys"])
                        self.missed_changes.append_next(keys, version)
                        self.notify((key, version) for key in keys)
                case "push":
                    if (event["group"], event["channel"]) in self._topics:
                        tasks.delivery.enqueue(event)
                case "check":
                    self._reauthorize(tasks, event)
        except (KeyError, TypeError):
            logger.exception("Unknown event %r. Another release of mizan_htmx may have sent it.", event)

    def notify(self, stale: Stale) -> None:
        """Notify the sockets of an invalidation; each frame is built once, and sent to a socket once."""
        frames: dict[Invalidation, tuple[Version, dict[Socket, None]]] = {}
        for key, version in stale:
            for visible, sockets in self._index.find(key).items():
                latest, known = frames.setdefault(visible, (version, {}))
                known.update(sockets)
                if latest.is_before(version):
                    frames[visible] = (version, known)
        for visible, (version, sockets) in frames.items():
            self._throttle.offer(visible, version, sockets)

    def _send_stale(self, key: Invalidation, version: Version, sockets: Mapping[Socket, None]) -> None:
        frame: dict[str, object] = {"invalidate": str(key), "versions": {str(key): str(version)}}
        if len(sockets) >= SPREAD_FROM:
            frame["spread"] = SPREAD_MS
        _send_to_all(json.dumps(frame), sockets)

    def _send_stale_late(self, key: Invalidation, version: Version, sockets: Mapping[Socket, None]) -> None:
        """Notify sockets that had to wait, unless they have stopped watching."""
        watching = {each for found in self._index.find(key).values() for each in found}
        still = {each: None for each in sockets if each in watching}
        if still:
            self._send_stale(key, version, still)

    async def _deliver(self, event: Event) -> None:
        """Send a message to the subscribers of its channel."""
        topic = (event["group"], event["channel"])
        renderings = Renderings()
        for subscription in tuple(self._topics.get(topic, ())):
            try:
                frame = await message_frame(event, subscription.params, subscription.partial, renderings)
            except DATABASE_ERRORS as error:
                database_outage.fail(error)
                continue
            except Exception:  # the border to the site's templates
                logger.exception("A message of channel %r could not be rendered.", event["channel"])
                continue
            _send_to_all(frame, self._topics.get(topic, {}).get(subscription, {}))

    def _reauthorize(self, tasks: HubTasks, event: Event) -> None:
        for socket in tuple(self._watched):
            visitor = socket.visitor
            if event.get("session") and visitor.session_key == event["session"]:
                # Django deletes the session itself only after the signal that caused this event.
                visitor.end()
            elif not (event.get("user") and visitor.user_pk == event["user"]):
                continue
            tasks.reauthorizer.reauthorize_now(socket)


def _send_to_all(frame: str, sockets: Mapping[Socket, None]) -> None:
    for socket in tuple(sockets):
        try:
            socket.send_text(frame)
        except Exception:  # the failure of one socket must not concern the others
            logger.exception("A frame could not be queued.")
