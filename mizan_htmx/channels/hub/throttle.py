"""A storm of changes reaches a socket at a bounded rate: first at once, always one after the last."""

import asyncio
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar

from mizan_htmx.channels.layer.versions import Version
from mizan_htmx.protocol.keys import Invalidation

SECONDS = 0.1

Listener = TypeVar("Listener", bound=Hashable)
Listeners = dict[Listener, None]


class _Window(Generic[Listener]):
    """Who was told of one key lately, and who has to be told again."""

    __slots__ = ("before", "lately", "version", "waiting")

    def __init__(self, version: Version) -> None:
        self.version = version
        self.before: Listeners[Listener] = {}
        self.lately: Listeners[Listener] = {}
        self.waiting: Listeners[Listener] = {}


class Throttle(Generic[Listener]):
    """Passes on at once what a listener has not heard within the window, and the rest at its end.

    ``tell`` gets key, version and listeners. ``tell_late`` is for those who had to wait; they may have lost
    interest.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        tell: Callable[[Invalidation, Version, Listeners[Listener]], None],
        tell_late: Callable[[Invalidation, Version, Listeners[Listener]], None],
    ) -> None:
        self._loop = loop
        self._tell = tell
        self._tell_late = tell_late
        self._windows: dict[Invalidation, _Window[Listener]] = {}
        self._timers: dict[Invalidation, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        return len(self._windows)

    def offer(self, key: Invalidation, version: Version, listeners: Mapping[Listener, None]) -> None:
        """Tell ``listeners`` that ``key`` is stale since ``version``, now or soon."""
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = _Window(version)
            self._arm(key)
        if window.version.is_before(version):
            window.version = version
        at_once: Listeners[Listener] = {}
        for listener in listeners:
            heard = listener in window.before or listener in window.lately
            (window.waiting if heard else at_once)[listener] = None
        window.lately.update(at_once)
        if at_once:
            self._tell(key, version, at_once)

    def _arm(self, key: Invalidation) -> None:
        self._timers[key] = self._loop.call_later(SECONDS, self._next, key)

    def _next(self, key: Invalidation) -> None:
        """Begin a new window. Who was told in the middle of the last one has to wait for its end, too."""
        window = self._windows[key]
        due = {listener: None for listener in window.waiting if listener not in window.lately}
        for listener in due:
            del window.waiting[listener]
        window.before, window.lately = window.lately | due, {}
        if not window.before:
            del self._windows[key], self._timers[key]
            return
        self._arm(key)
        if due:
            self._tell_late(key, window.version, due)

    def close(self) -> None:
        """Forget everything."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._windows.clear()
