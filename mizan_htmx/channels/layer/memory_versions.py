"""The version store of a site with one process, in memory."""

from collections.abc import Iterable
from itertools import takewhile
from threading import Lock
from typing import ClassVar

from mizan_htmx.channels.layer.past_versions import PastVersions
from mizan_htmx.channels.layer.versions import MAX_KEYS, Changes, Version, new_epoch
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation


class MemoryVersions:
    """Versions of this process alone."""

    shared: ClassVar[bool] = False

    def __init__(self, *, max_keys: int = MAX_KEYS) -> None:
        self._lock = Lock()
        self._now = Version(new_epoch(), 0)
        self._max_keys = max_keys
        self._floor = 0
        self._stale: dict[Invalidation, Version] = {}
        self._past: PastVersions[Version] = PastVersions()

    def current(self) -> Version:
        """Return the current version."""
        return self._now

    def before(self, seconds: float) -> Version:
        """Return the version that was current ``seconds`` ago, or an older one."""
        now = self._now
        return now.or_before(self._past.find(now, seconds))

    def advance(self, keys: Iterable[Invalidation]) -> Version:
        """Add a version that invalidates ``keys``, and return it."""
        with self._lock:
            now = self._now = Version(self._now.epoch, self._now.seq + 1)
            for key in keys:
                # Moved to the end, so that the oldest stay first.
                self._stale.pop(key, None)
                self._stale[key] = now
            while len(self._stale) > self._max_keys:
                self._floor = self._stale.pop(next(iter(self._stale))).seq
            return now

    def since(self, seq: int, epoch: str) -> Changes:
        """Return what was invalidated after a version; ``*`` if that is not known any more."""
        with self._lock:
            now, floor = self._now, self._floor
            if epoch != now.epoch or not floor <= seq <= now.seq:
                return Changes(now, ((EVERYTHING, now),), floor)
            newest_first = reversed(self._stale.items())
            later = list(takewhile(lambda each: each[1].seq > seq, newest_first))
        return Changes(now, tuple(reversed(later)), floor)
