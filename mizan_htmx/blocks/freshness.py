"""Which notes of the invalidation cookie a block is newer than, so that the page need not refresh it.

A block that is rendered for a request that brought a note was read after that change. A block that is
rendered by the request that makes the change may have been read before it. It refers to the note that this
response may leave, by number; ``freshness_check`` renders it once more at the end to find out whether it is
newer.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from django.http import HttpRequest

from mizan_htmx.caching.anonymous import AnonymousRequest
from mizan_htmx.conf import conf
from mizan_htmx.declarations.functions import Function
from mizan_htmx.invalidation.cookie import DIGITS, received
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.protocol.keys import Invalidation, covers
from mizan_htmx.request_state import state_of
from mizan_htmx.setup.registry import registry


class Block(Protocol):
    """The attributes of a block that are used here."""

    @property
    def bound(self) -> tuple[Invalidation, ...]:
        """Return what it shows."""

    @property
    def url(self) -> str:
        """Return the URL that refreshes it."""


@dataclass(slots=True)
class RenderedBlock:
    """A block of a page that refers to the page's own note; ``inner`` is its content.

    ``is_newer``: the check has shown that it is newer than the change.
    """

    block: Block
    inner: str
    is_newer: bool = False


@dataclass(frozen=True, slots=True)
class OwnNote:
    """The number of the note that a response may leave, and the blocks that refer to it."""

    number: str = field(default_factory=lambda: secrets.token_hex(DIGITS // 2))
    blocks: list[RenderedBlock] = field(default_factory=list)

    def unverified(self, stale: Sequence[Invalidation]) -> list[RenderedBlock]:
        """Return the blocks that these invalidations cover and that are not known to be newer."""
        return [each for each in self.blocks if not each.is_newer and are_covered(stale, each.block.bound)]


def own_note(request: HttpRequest) -> OwnNote | None:
    """Return the note that blocks of this request's page refer to, or ``None``."""
    found: OwnNote | None = state_of(request).own_note
    return found


def are_covered(stale: Iterable[Invalidation], bound: Iterable[Invalidation]) -> bool:
    """Return whether any of these invalidations covers any of what a block shows."""
    shown = tuple(bound)
    return any(covers(each, one) for each in stale for one in shown)


def note_numbers(request: HttpRequest, block: Block, inner: str) -> str | None:
    """Return the numbers of the notes that a block is newer than or may be; separated by spaces.

    ``None`` for shared content, for htmx, which reads the header instead, and where replicas may lag behind
    the changes (``MIZAN_REPLICA_LAG``).
    """
    if isinstance(request, AnonymousRequest) or "HTTP_HX_REQUEST" in request.META:
        return None
    notes = received(request)
    numbers = [each.number for each in notes if are_covered(each.invalidations, block.bound)] if notes else []
    may_be_own = _may_be_own(request, block.bound)
    if not (numbers or may_be_own) or conf.may_lag:
        return None
    if may_be_own:
        state = state_of(request)
        own: OwnNote = state.own_note or OwnNote()
        state.own_note = own
        own.blocks.append(RenderedBlock(block, inner))
        numbers.append(own.number)
    return " ".join(numbers)


def _may_be_own(request: HttpRequest, bound: tuple[Invalidation, ...]) -> bool:
    """Return whether this request has invalidated what a block shows, or is about to."""
    state = state_of(request)
    recorder: Recorder | None = state.recorder
    if recorder is None or recorder.is_closed:
        return False
    if len(recorder) and are_covered(recorder.since(0), bound):
        return True
    served: Function | None = state.function
    if served is None or not served.affects or request.method in served.silent:
        return False
    names = {each.context for each in bound}
    return any(target.context in names for target in registry.graph.plan(served))
