"""A bound on how often a socket is notified of one key; the last change is never lost."""

import asyncio
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar

from mizan_htmx.channels.layer.versions import Version
from mizan_htmx.protocol.keys import Invalidation

#: The length of a window, in seconds.
WINDOW = 0.1

Listener = TypeVar("Listener", bound=Hashable)
Listeners = dict[Listener, None]


class _Window(Generic[Listener]):
    """The listeners that were notified of one key recently, and those that have to be notified again."""

    __slots__ = ("current", "previous", "version", "waiting")

    def __init__(self, version: Version) -> None:
        self.version = version
        self.previous: Listeners[Listener] = {}
        self.current: Listeners[Listener] = {}
        self.waiting: Listeners[Listener] = {}


class Throttle(Generic[Listener]):
    """Notify a listener of a key at once, and again only at the end of a window.

    ``notify`` is called with key, version and listeners; ``notify_late`` with those that had to wait, who may
    have stopped watching.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        notify: Callable[[Invalidation, Version, Listeners[Listener]], None],
        notify_late: Callable[[Invalidation, Version, Listeners[Listener]], None],
    ) -> None:
        self._loop = loop
        self._notify = notify
        self._notify_late = notify_late
        self._windows: dict[Invalidation, _Window[Listener]] = {}
        self._timers: dict[Invalidation, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        return len(self._windows)

    def offer(self, key: Invalidation, version: Version, listeners: Mapping[Listener, None]) -> None:
        """Notify ``listeners`` that ``key`` is stale since ``version``, now or at the end of their window."""
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = _Window(version)
            self._arm(key)
        if window.version.is_before(version):
            window.version = version
        at_once: Listeners[Listener] = {}
        for listener in listeners:
            is_waiting = listener in window.previous or listener in window.current
            (window.waiting if is_waiting else at_once)[listener] = None
        window.current.update(at_once)
        if at_once:
            self._notify(key, version, at_once)

    def _arm(self, key: Invalidation) -> None:
        self._timers[key] = self._loop.call_later(WINDOW, self._next, key)

    def _next(self, key: Invalidation) -> None:
        """Begin a new window; those who were notified during the last one wait until the end of this one."""
        window = self._windows[key]
        due = {listener: None for listener in window.waiting if listener not in window.current}
        for listener in due:
            del window.waiting[listener]
        window.previous, window.current = window.current | due, {}
        if not window.previous:
            del self._windows[key], self._timers[key]
            return
        self._arm(key)
        if due:
            self._notify_late(key, window.version, due)

    def close(self) -> None:
        """Cancel all timers, and drop what waits."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._windows.clear()
