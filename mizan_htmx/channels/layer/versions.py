"""The versions of what is shown: one counter that grows with each publication, and what became stale when.

A version is written ``<epoch>.<seq>``. ``epoch`` names one life of the store; versions of two lives can't be
compared. A block is up to date with an event if both have the same epoch and the block's seq is not lower.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from mizan_htmx.protocol.keys import Invalidation

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


def new_epoch() -> str:
    """Make up the name of a new life."""
    return secrets.token_hex(4)
