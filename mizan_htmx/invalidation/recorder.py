"""The recorder of a request: it collects what is invalidated, for the response or for publication."""

from collections.abc import Collection, Iterable, Sequence
from contextvars import ContextVar
from threading import Lock
from weakref import WeakSet, ref

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.internals import running_loop
from mizan_htmx.invalidation.publication import publish_anywhere
from mizan_htmx.invalidation.shutdown import at_exit
from mizan_htmx.invalidation.transactions import Share, in_transaction, share_of, standing
from mizan_htmx.protocol.keys import Invalidation, merge, merged
from mizan_htmx.request_state import STATE, RequestState, state_of


class Recorder:
    """Collects what one request invalidates, each entry with the transaction that it depends on, if any.

    Each entry is published once: with the response or, if that has been sent or never will be, as soon as its
    transaction has committed. A thread may still write after the response: the client of an ASGI server has
    disconnected, or a stream is being written.
    """

    __slots__ = (
        *("__weakref__", "_answer", "_entries", "_is_final", "_is_on_loop", "_known", "_lock", "_request"),
        *("is_closed", "may_stand", "outer"),
    )

    def __init__(self, request: HttpRequest | None = None) -> None:
        self.is_closed = False
        #: Whether something that a function has written may be committed, although the call was refused.
        self.may_stand = False
        #: The recorder of the request inside which this one is made, as by a test client in a view.
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
        """Record invalidations, at the end or at a position, for the transactions that are open here."""
        added = tuple(invalidations)
        if added:
            open_connections = in_transaction()
            shares = [share_of(each, self) for each in open_connections] if open_connections else (None,)
            self.put(added, shares, at=at)

    def put(
        self,
        invalidations: Collection[Invalidation],
        shares: Sequence[Share | None],
        *,
        at: int | None = None,
    ) -> None:
        """Record invalidations once for each of these shares of open transactions; ``None``: without one."""
        with self._lock:
            held = [each for each in shares if each is not None] if self.is_closed else shares
            position = len(self._entries) if at is None else at
            self._entries[position:position] = [(each, share) for share in held for each in invalidations]
            self._known = None
            for share in held:
                if share is not None:
                    self._is_final = False
                    share.add(invalidations)
            if self._is_on_loop and not self.is_closed:
                at_exit(_close_all)
                _open.add(self)
        if invalidations and len(held) < len(shares):
            publish_anywhere(self._open_request(), merge(invalidations))

    def since(self, position: int) -> list[Invalidation]:
        """Return what was recorded after ``position``, a former length, committed or not."""
        return [each for each, _ in self._entries[position:]]

    def rewind(self, position: int) -> None:
        """Discard what was recorded after ``position``, a former length."""
        if position >= len(self._entries):  # the most common case
            return
        with self._lock:
            for each, share in self._entries[position:]:
                if share is not None:
                    share.add((each,), -1)
            del self._entries[position:]
            self._known = None

    def drop(self, connections: Collection[BaseDatabaseWrapper]) -> None:
        """Discard what depends on an open transaction of these connections, which will be rolled back."""
        with self._lock:
            self._entries = [
                (each, share)
                for each, share in self._entries
                if share is None or share.is_committed or share.connection not in connections
            ]
            self._known = None

    def abandon(self) -> None:
        """Close without a response: publish what is committed now, and the rest as it is committed."""
        if not self.is_closed:
            request = self._open_request()
            publish_anywhere(request, self.close(request))

    def close(
        self, request: HttpRequest | None, response: HttpResponseBase | None = None
    ) -> tuple[Invalidation, ...]:
        """End the request; return what is to be published now, with the response if there is one.

        Later entries are published when their transactions commit.
        """
        _current.set(self.outer)
        with self._lock:
            self.is_closed = True
            if self._is_on_loop and self._entries:
                _open.discard(self)
            if self._is_final:
                return (self._known or self._merged())[0] if self._entries else ()
            waiting = {share for _, share in self._entries if share is not None and not share.is_over}
            for share in standing(waiting):
                share.keeper = self
                self._answer = (request, response)
            return merge([each for each, share in self._entries if share not in waiting])

    def settle(self, shares: Sequence[Share]) -> None:
        """Publish the contents of these ended shares, unless a response will carry them."""
        with self._lock:
            answered = None if all(share.keeper is None for share in shares) else self._answer
            for share in shares:
                share.is_over, share.keeper = True, None
            if not self.is_closed:
                self._is_final = all(share is None or share.is_over for _, share in self._entries)
                return
            through = set(shares)
            committed = [each for each, share in self._entries if share in through]
            request, response = answered or (self._open_request(), None)
        publish_anywhere(request, merge(committed), response)

    def _open_request(self) -> HttpRequest | None:
        return None if self._request is None else self._request()

    def invalidations(self) -> tuple[Invalidation, ...]:
        """Return what the response carries: merged, and bounded as the header is (``MAX_BYTES``)."""
        return self.merged()[0]

    def written(self) -> str:
        """Return the text of the header."""
        return self.merged()[1]

    def merged(self) -> tuple[tuple[Invalidation, ...], str]:
        """Return ``invalidations()`` and ``written()``, which are computed together."""
        if not self._entries:
            return (), ""
        with self._lock:
            return self._known or self._merged()

    def _merged(self) -> tuple[tuple[Invalidation, ...], str]:
        """Merge what is committed or may still be: if that COMMIT fails, the response is not sent either."""
        if self._is_final:
            self._known = merged([each for each, _ in self._entries])  # for body, header and signal
            return self._known
        kept = standing({share for _, share in self._entries if share is not None})
        return merged([each for each, share in self._entries if share is None or share in kept])


# The recorders whose response is still to come. A server that stops its event loop leaves some open.
_open: WeakSet[Recorder] = WeakSet()


def _close_all() -> None:
    """Publish what no response will carry, as the process ends; its threads have ended by now."""
    for recorder in list(_open):
        recorder.abandon()


# Weak: if a request ends without closing its recorder, the thread's next work must not be added to it.
_current: ContextVar[ref[Recorder] | None] = ContextVar("mizan_htmx.invalidation.recorder", default=None)


def recorder_of(request: HttpRequest) -> Recorder | None:
    """Return the recorder of a request, open or closed; ``None`` where nothing has opened one."""
    state: RequestState | None = getattr(request, STATE, None)
    return None if state is None else state.recorder


def current_recorder() -> Recorder | None:
    """Return the recorder of the current request, for code that has no request object."""
    held = _current.get()
    return None if held is None else held()


def open_recorder(request: HttpRequest) -> tuple[Recorder, bool]:
    """Return the recorder of a request, and whether this call opened it, so that the caller must close it."""
    state = state_of(request)
    known: Recorder | None = state.recorder
    if known is not None and not known.is_closed:
        return known, False
    recorder = state.recorder = Recorder(request)
    recorder.outer = _current.get()
    _current.set(ref(recorder))
    return recorder, True


def roll_back(recorder: Recorder) -> None:
    """Roll back ATOMIC_REQUESTS' transactions: the exception becomes a response, so Django would commit."""
    held = [
        connection
        for connection in connections.all(initialized_only=True)
        if connection.settings_dict["ATOMIC_REQUESTS"] and connection.in_atomic_block
    ]
    for connection in held:
        connection.set_rollback(True)
    if held:
        recorder.drop(held)


def abandon(recorder: Recorder, *, owned: bool) -> None:
    """Close the recorder, if ``owned``, of a request that ends without a response.

    Its client has disconnected, it has timed out, or the process is about to end. What is not committed yet
    is published after its commit.
    """
    if owned:
        recorder.abandon()
