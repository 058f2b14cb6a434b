"""Versions of what pages show: one counter that grows with each publication, and what each one invalidated.

A version is written ``<epoch>.<seq>``. A store begins a new epoch when it has lost its data; versions of two
epochs can't be compared. A block is up to date with an event if both have the same epoch and the block's seq
is not lower.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from mizan_htmx.protocol.keys import Invalidation

#: How many keys a store keeps; what was invalidated before them counts as "everything".
MAX_KEYS = 10_000

_TEXT = re.compile(r"([0-9a-f]{8})\.([0-9]{1,18})")


class StoreDown(Exception):
    """The version store does not answer."""


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a version store."""

    epoch: str
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.seq}"

    @classmethod
    def parse(cls, text: str) -> "Version | None":
        """Return the version that a text states, or ``None`` if it is malformed."""
        match = _TEXT.fullmatch(text)
        return cls(match[1], int(match[2])) if match else None

    def or_before(self, former: "Version | None") -> "Version":
        """Return ``former``, or the first version of this epoch if that is unknown or of another epoch."""
        return former if former is not None and former.epoch == self.epoch else Version(self.epoch, 0)

    def is_before(self, other: "Version") -> bool:
        """Return whether it is older than ``other``, or of another epoch."""
        return self.epoch != other.epoch or self.seq < other.seq


@dataclass(frozen=True, slots=True)
class Changes:
    """What was invalidated since some version: keys with their latest version, oldest first.

    ``now`` is the current version; changes up to the seq ``floor`` have been dropped.
    """

    now: Version
    stale: tuple[tuple[Invalidation, Version], ...]
    floor: int = field(default=0, compare=False)


class VersionStore(Protocol):
    """A version store. Its methods may block, raise ``StoreDown``, and may be called from any thread.

    ``shared``: whether other processes use the same store.
    """

    shared: ClassVar[bool]

    def current(self) -> Version:
        """Return the current version."""
        ...

    def before(self, seconds: float) -> Version:
        """Return the version that was current ``seconds`` ago, or an older one."""
        ...

    def advance(self, keys: Iterable[Invalidation]) -> Version:
        """Add a version that invalidates ``keys``, and return it."""
        ...

    def since(self, seq: int, epoch: str) -> Changes:
        """Return what was invalidated after a version; ``*`` if that is not known any more."""
        ...


def new_epoch() -> str:
    """Return a random name for a new epoch."""
    return secrets.token_hex(4)
