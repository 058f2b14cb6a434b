"""Which notes of the cookie a block of a page is newer than: the page need not refresh it for those.

A block that is rendered for a request which brought a note was read after that change. One that is rendered
by the very request that changes something may have been read before it, whatever was written when. It is
given the number of the note that this answer will leave, if it does. Whether that is true is found out at the
end, by rendering it once more.
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
from mizan_htmx.request_state import STATE, RequestState, state_of
from mizan_htmx.setup.registry import registry


class Block(Protocol):
    """What is to be known of a block."""

    @property
    def bound(self) -> tuple[Invalidation, ...]:
        """What it shows."""

    @property
    def url(self) -> str:
        """Where it is refreshed."""


@dataclass(slots=True)
class Shown:
    """A block that stands in a page with the number of the page's own note.

    ``is_newer`` says that it is proven to be newer than that change.
    """

    block: Block
    inner: str
    is_newer: bool = False


@dataclass(frozen=True, slots=True)
class OwnNote:
    """The number of the note that the answer to a request will leave, if it does, and who refers to it."""

    number: str = field(default_factory=lambda: secrets.token_hex(DIGITS // 2))
    shown: list[Shown] = field(default_factory=list)

    def doubtful(self, stale: Sequence[Invalidation]) -> list[Shown]:
        """List what these cover and nobody has proven to be newer."""
        return [each for each in self.shown if not each.is_newer and are_covered(stale, each.block.bound)]


def own_note(request: HttpRequest) -> OwnNote | None:
    """Return the note that blocks of the page of this request refer to, if any do."""
    found: OwnNote | None = state_of(request).page.own_note
    return found


def are_covered(stale: Iterable[Invalidation], bound: Iterable[Invalidation]) -> bool:
    """Return whether any of these makes something stale that shows those."""
    shown = tuple(bound)
    return any(covers(each, one) for each in stale for one in shown)


def numbers_for(request: HttpRequest, block: Block, inner: str) -> str | None:
    """Return the numbers of the notes that a block of a page is newer than, or may turn out to be.

    There are none for what goes to everybody, for htmx, which sees the header, and where what was read may be
    behind the changes (``MIZAN_REPLICA_LAG``).
    """
    if isinstance(request, AnonymousRequest) or "HTTP_HX_REQUEST" in request.META:
        return None
    notes = received(request)
    numbers = [each.number for each in notes if are_covered(each.invalidations, block.bound)] if notes else []
    may_be_own = _may_be_own(request, block.bound)
    if not (numbers or may_be_own) or conf.may_lag:
        return None
    if may_be_own:
        page = state_of(request).page
        own: OwnNote = page.own_note or OwnNote()
        page.own_note = own
        own.shown.append(Shown(block, inner))
        numbers.append(own.number)
    return " ".join(numbers)


def _may_be_own(request: HttpRequest, bound: tuple[Invalidation, ...]) -> bool:
    """Return whether this request has made stale what a block shows, or is about to."""
    state: RequestState = getattr(request, STATE, None) or state_of(request)
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
