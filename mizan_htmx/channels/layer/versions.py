"""The versions of what is shown: one counter that grows with each publication, and what became stale when.

A version is written ``<epoch>.<seq>``. ``epoch`` names one life of the store; versions of two lives can't be
compared. A block is up to date with an event if both have the same epoch and the block's seq is not lower.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import takewhile
from threading import Lock
from typing import ClassVar, Protocol
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer

from mizan_htmx.channels.internals import layer_config
from mizan_htmx.channels.layer.moments import Moments
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation

#: How many keys a store remembers; what is older counts as "everything".
KEPT = 10_000

_TEXT = re.compile(r"([0-9a-f]{8})\.([0-9]{1,18})")


class StoreDown(Exception):
    """The store does not answer."""


@dataclass(frozen=True, slots=True)
class Version:
    """A moment in the life of a store."""

    epoch: str
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.seq}"

    @classmethod
    def parse(cls, text: str) -> "Version | None":
        """Read a written version; ``None`` if it is none."""
        match = _TEXT.fullmatch(text)
        return cls(match[1], int(match[2])) if match else None

    def or_before(self, former: "Version | None") -> "Version":
        """Return ``former``, or the first version of this life if it is of another one, or not known."""
        return former if former is not None and former.epoch == self.epoch else Version(self.epoch, 0)

    def is_before(self, other: "Version") -> bool:
        """Tell whether it is older than ``other``, or can't be compared with it."""
        return self.epoch != other.epoch or self.seq < other.seq


@dataclass(frozen=True, slots=True)
class Changes:
    """What became stale since some version: keys with their latest version, oldest first; and what is now.

    What became stale up to ``floor`` is not known any more.
    """

    now: Version
    stale: tuple[tuple[Invalidation, Version], ...]
    floor: int = field(default=0, compare=False)


class Versions(Protocol):
    """A store of versions. Its methods may block, and raise ``StoreDown``; any thread may call them.

    ``shared``: other processes use the same store.
    """

    shared: ClassVar[bool]

    def current(self) -> Version:
        """Give the version of now."""
        ...

    def before(self, seconds: float) -> Version:
        """Return the version of so many seconds ago, or an older one."""
        ...

    def advance(self, keys: Iterable[Invalidation]) -> Version:
        """Begin a new version, in which ``keys`` have become stale."""
        ...

    def since(self, seq: int, epoch: str) -> Changes:
        """List what became stale after a version: ``*`` if that is not known any more."""
        ...


class MemoryVersions:
    """Versions of this process only."""

    shared: ClassVar[bool] = False

    def __init__(self, *, kept: int = KEPT) -> None:
        self._lock = Lock()
        self._now = Version(new_epoch(), 0)
        self._kept = kept
        self._trimmed = 0
        self._stale: dict[Invalidation, Version] = {}
        self._moments: Moments[Version] = Moments()

    def current(self) -> Version:
        """Give the version of now."""
        return self._now

    def before(self, seconds: float) -> Version:
        """Return the version of so many seconds ago, or an older one."""
        now = self._now
        return now.or_before(self._moments.find(now, seconds))

    def advance(self, keys: Iterable[Invalidation]) -> Version:
        """Begin a new version, in which ``keys`` have become stale."""
        with self._lock:
            now = self._now = Version(self._now.epoch, self._now.seq + 1)
            for key in keys:
                # Last in, last out: the oldest stands first.
                self._stale.pop(key, None)
                self._stale[key] = now
            while len(self._stale) > self._kept:
                self._trimmed = self._stale.pop(next(iter(self._stale))).seq
            return now

    def since(self, seq: int, epoch: str) -> Changes:
        """List what became stale after a version: ``*`` if that is not known any more."""
        with self._lock:
            now, floor = self._now, self._trimmed
            if epoch != now.epoch or not floor <= seq <= now.seq:
                return Changes(now, ((EVERYTHING, now),), floor)
            newest_first = reversed(self._stale.items())
            later = list(takewhile(lambda each: each[1].seq > seq, newest_first))
        return Changes(now, tuple(reversed(later)), floor)


def new_epoch() -> str:
    """Make up the name of a new life."""
    return secrets.token_hex(4)


_without_layer = MemoryVersions()
_stores: WeakKeyDictionary[object, Versions] = WeakKeyDictionary()
_lock = Lock()


def versions() -> Versions:
    """Give the store that fits the configured channel layer: one in Redis, or one of this process."""
    layer = get_channel_layer()
    if layer is None:
        return _without_layer
    store = _stores.get(layer)
    if store is None:
        with _lock:
            store = _stores.get(layer)
            if store is None:
                store = _stores[layer] = _store_for(layer)
    return store


def _store_for(layer: object) -> Versions:
    if not any(cls.__module__.startswith("channels_redis.") for cls in type(layer).__mro__):
        return MemoryVersions()
    # Not at the top: the package redis is there where such a layer is.
    from mizan_htmx.channels.layer.redis_versions import RedisVersions

    return RedisVersions(layer_config())
