"""What one request makes stale: collected for its answer, told by itself where there is none any more."""

from collections.abc import Collection, Iterable, Sequence
from threading import Lock
from weakref import WeakSet, ref

from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.internals import running_loop
from mizan_htmx.invalidation.delivery import announce_anywhere
from mizan_htmx.invalidation.shutdown import at_exit
from mizan_htmx.invalidation.transactions import Share, in_transaction, share_of, standing
from mizan_htmx.protocol.keys import Invalidation, merge, merged


class Recorder:
    """Collects what one request makes stale: what is so for sure, and what hangs on a transaction.

    Each entry is told once: with the answer or, when the request has been answered or given up, by itself,
    as soon as its transaction is through. A thread may still write then: the client of an ASGI server has
    hung up, or a stream is being written.
    """

    __slots__ = (
        *("__weakref__", "_answer", "_entries", "_is_final", "_is_on_loop", "_known", "_lock", "_request"),
        *("is_closed", "may_stand", "outer"),
    )

    def __init__(self, request: HttpRequest | None = None) -> None:
        self.is_closed = False
        #: Whether something that a function has written may stand, even if it is refused after all.
        self.may_stand = False
        #: The recorder of the request inside of which this one is answered, as by a test client in a view.
        self.outer: ref[Recorder] | None = None
        self._request = None if request is None else ref(request)
        self._answer: tuple[HttpRequest | None, HttpResponseBase | None] | None = None
        self._entries: list[tuple[Invalidation, Share | None]] = []
        self._is_final = True
        self._is_on_loop = running_loop() is not None
        self._known: tuple[tuple[Invalidation, ...], str] | None = None
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, invalidations: Iterable[Invalidation], *, at: int | None = None) -> None:
        """Record, at the end or at a position; it counts once a transaction around has committed."""
        stale = tuple(invalidations)
        if stale:
            connections = in_transaction()
            shares = [share_of(each, self) for each in connections] if connections else (None,)
            self.put(stale, shares, at=at)

    def put(
        self, stale: Collection[Invalidation], shares: Iterable[Share | None], *, at: int | None = None
    ) -> None:
        """Record what stands or falls with each of these shares of this recorder; ``None``: what stands."""
        known: list[Share | None] = [None if each is None or each.is_over else each for each in shares]
        with self._lock:
            held = [each for each in known if each is not None] if self.is_closed else known
            position = len(self._entries) if at is None else at
            self._entries[position:position] = [(each, share) for share in held for each in stale]
            self._known = None
            for share in held:
                if share is not None:
                    self._is_final = False
                    share.take(stale)
            if self._is_on_loop and not self.is_closed:
                _expect(self)
        if stale and len(held) < len(known):
            announce_anywhere(self._asked(), merge(stale))

    def since(self, position: int) -> list[Invalidation]:
        """List what was recorded after ``position``, a former length, whether it stands or not."""
        return [each for each, _ in self._entries[position:]]

    def rewind(self, position: int) -> None:
        """Forget what was recorded after ``position``, a former length."""
        with self._lock:
            dropped = self._entries[position:]
            if not dropped:
                return
            for each, share in dropped:
                if share is not None:
                    share.take((each,), -1)
            del self._entries[position:]
            self._known = None

    def drop(self, fallen: Collection[BaseDatabaseWrapper]) -> None:
        """Forget what waits for a transaction of one of these connections, which will be rolled back."""
        with self._lock:
            self._entries = [
                (each, share)
                for each, share in self._entries
                if share is None or share.is_committed or share.connection not in fallen
            ]
            self._known = None

    def abandon(self) -> None:
        """Tell what stands, and let all the rest tell itself: there will be no answer."""
        if not self.is_closed:
            request = self._asked()
            announce_anywhere(request, self.close(request))

    def close(
        self, request: HttpRequest | None, response: HttpResponseBase | None = None
    ) -> tuple[Invalidation, ...]:
        """Return what is to be told now; all that comes later, or waits for a transaction, tells itself."""
        with self._lock:
            self.is_closed = True
            if self._is_on_loop and self._entries:
                _waiting.discard(self)
            if self._is_final:
                return self._merged()[0] if self._entries else ()
            waiting = {share for _, share in self._entries if share is not None and not share.is_over}
            for share in standing(waiting):
                share.keeper = self
                self._answer = (request, response)
            return merge([each for each, share in self._entries if share not in waiting])

    def settle(self, shares: Sequence[Share]) -> None:
        """Tell what these say, which are through, unless the answer is still to carry it."""
        with self._lock:
            answered = None if all(share.keeper is None for share in shares) else self._answer
            for share in shares:
                share.is_over, share.keeper = True, None
            if not self.is_closed:
                self._is_final = all(share is None or share.is_over for _, share in self._entries)
                return
            through = set(shares)
            stale = [each for each, share in self._entries if share in through]
            request, response = answered or (self._asked(), None)
        announce_anywhere(request, merge(stale), response)

    def _asked(self) -> HttpRequest | None:
        return None if self._request is None else self._request()

    def announced(self) -> tuple[Invalidation, ...]:
        """List what is stale for sure, merged and bounded as the header carries it."""
        return self.merged()[0] if self._entries else ()

    def written(self) -> str:
        """Return it as the header has it."""
        return self.merged()[1]

    def merged(self) -> tuple[tuple[Invalidation, ...], str]:
        """Return what is stale for sure, merged and bounded, and how the header has it."""
        if not self._entries:
            return (), ""
        with self._lock:
            return self._merged()

    def _merged(self) -> tuple[tuple[Invalidation, ...], str]:
        if self._known is None or not self._is_final:  # asked for the body, the header and whoever listens
            self._known = merged(self._standing())
        return self._known

    def _standing(self) -> list[Invalidation]:
        """List what stands, or still waits: if its transaction fails, the answer is not sent either."""
        entries = self._entries
        if self._is_final:
            return [each for each, _ in entries]
        kept = standing({share for _, share in entries if share is not None})
        return [each for each, share in entries if share is None or share in kept]


# Those that wait for an answer. A server that stops its event loop leaves some of them waiting.
_waiting: WeakSet[Recorder] = WeakSet()


def _tell_what_is_left() -> None:
    """Tell what no answer will carry, since the process ends; its threads have ended by now."""
    for recorder in list(_waiting):
        recorder.abandon()


def _expect(recorder: Recorder) -> None:
    at_exit(_tell_what_is_left)
    _waiting.add(recorder)
