"""What a request has made stale, and how the world learns of it once the transaction has committed."""

from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from functools import partial
from weakref import ref

from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.dispatch import Signal
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.cookie import carry
from mizan_htmx.errors import ValidationFailed, suggest
from mizan_htmx.invalidation import HEADER, Invalidation, merged
from mizan_htmx.setup.discovery import load_urlconf
from mizan_htmx.setup.registry import registry
from mizan_htmx.signature import validate
from mizan_htmx.tags import group_list

# RFC 9875: caches that know it forget these groups, in which ``Cache-Groups`` puts responses.
GROUPS_HEADER = "Cache-Group-Invalidation"

#: Sent after commit with ``invalidations`` (a tuple), and ``request`` and ``response``, or ``None`` for each.
invalidated = Signal()

#: The same for this package's own sockets and edges, before; only of what they may have to hear.
told = Signal()


class _Pending:
    """One invalidation that stands or falls with the transaction it was made in."""

    __slots__ = ("_connection", "invalidation", "is_committed")

    def __init__(self, invalidation: Invalidation, connection: BaseDatabaseWrapper) -> None:
        self.invalidation = invalidation
        self.is_committed = False
        self._connection = connection
        transaction.on_commit(self)

    def __call__(self) -> None:
        self.is_committed = True

    @property
    def stands(self) -> bool:
        """Tell whether it is committed, or still waits for the outer transaction to commit.

        If that one fails, the answer this entry would go into is not sent either. Django forgets the
        callbacks of a rolled back savepoint, so one that is not waiting any more was rolled back.
        """
        return self.is_committed or any(waiting[1] is self for waiting in self._connection.run_on_commit)


class Recorder:
    """Collects what one request makes stale: what is so for sure, and what hangs on a transaction."""

    __slots__ = ("__weakref__", "_entries", "_is_final", "_known")

    def __init__(self) -> None:
        self._entries: list[Invalidation | _Pending] = []
        self._is_final = True
        self._known: tuple[tuple[Invalidation, ...], str] | None = None

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, invalidations: Iterable[Invalidation], *, at: int | None = None) -> None:
        """Record, at the end or at a position; it counts once the transaction around has committed."""
        position = len(self._entries) if at is None else at
        connection = connections[DEFAULT_DB_ALIAS]
        if connection.in_atomic_block:
            self._entries[position:position] = [_Pending(each, connection) for each in invalidations]
            self._is_final = False
        else:
            self._entries[position:position] = invalidations
        self._known = None

    def rewind(self, position: int) -> None:
        """Forget what was recorded after ``position``, a former length."""
        del self._entries[position:]
        self._known = None

    def keep(self, position: int) -> None:
        """Count what was recorded after ``position`` as committed: a hook failed, and Django forgot the rest.

        What a savepoint rolled back is no longer known by then, and counts, too.
        """
        for entry in self._entries[position:]:
            if isinstance(entry, _Pending):
                entry.is_committed = True

    def announced(self) -> tuple[Invalidation, ...]:
        """List what is stale for sure, merged and bounded as the header carries it."""
        return self._now()[0] if self._entries else ()

    def written(self) -> str:
        """Write it as the header has it."""
        return self._now()[1] if self._entries else ""

    def _now(self) -> tuple[tuple[Invalidation, ...], str]:
        if self._known is None or not self._is_final:  # asked for the body, the header and whoever listens
            self._known = merged(self._standing())
        return self._known

    def _standing(self) -> Iterator[Invalidation]:
        for entry in self._entries:
            if isinstance(entry, Invalidation):
                yield entry
            elif entry.stands:
                yield entry.invalidation


# Weak: a request that ended without closing its recorder must not swallow what the thread does next.
_current: ContextVar[ref[Recorder] | None] = ContextVar("mizan_htmx.recorder", default=None)


def recorder_of(request: HttpRequest) -> Recorder | None:
    """Give the recorder of a request, if something listens to it."""
    return getattr(request, "_mizan_recorder", None)


def current_recorder() -> Recorder | None:
    """Give the recorder of the request that is being answered here, for code that has no request."""
    held = _current.get()
    return None if held is None else held()


def open_recorder(request: HttpRequest) -> tuple[Recorder, bool]:
    """Give the request's recorder, and whether the caller opened it and so has to announce."""
    known = recorder_of(request)
    if known is not None:
        return known, False
    recorder = request.__dict__["_mizan_recorder"] = Recorder()
    _current.set(ref(recorder))
    return recorder, True


def roll_back(recorder: Recorder) -> None:
    """Undo what ATOMIC_REQUESTS holds together: an exception that is answered must not be committed."""
    held = [
        connection
        for connection in connections.all(initialized_only=True)
        if connection.settings_dict["ATOMIC_REQUESTS"] and connection.in_atomic_block
    ]
    for connection in held:
        connection.set_rollback(True)
    if held:
        recorder.rewind(0)


def close_recorder(request: HttpRequest) -> None:
    """Take nothing more for this request: nobody would announce it."""
    del request._mizan_recorder  # type: ignore[attr-defined]
    _current.set(None)


def write(request: HttpRequest, response: HttpResponseBase, recorder: Recorder) -> None:
    """Put what is stale into a response: the header, and the cookie where scripts can't see the header.

    For caches on the way what they may have of it stands there as the tags to purge, too; they keep no such
    response.
    """
    invalidations = recorder.announced()
    if not invalidations:
        return
    response.headers[HEADER] = recorder.written()
    purged = registry.graph.purged(invalidations)
    if purged:
        response.headers[GROUPS_HEADER] = group_list(purged)
    response.headers.setdefault("Cache-Control", "no-store")
    carry(request, response, invalidations)


def announce(
    request: HttpRequest | None,
    invalidations: tuple[Invalidation, ...],
    response: HttpResponseBase | None = None,
) -> None:
    """Tell whoever has to know what is stale once the transaction around, if there is one, has committed."""
    if not invalidations:
        return
    tell = partial(announce_now, request, invalidations, response)
    if connections[DEFAULT_DB_ALIAS].in_atomic_block:
        transaction.on_commit(tell)
    else:
        tell()


def announce_now(
    request: HttpRequest | None,
    invalidations: tuple[Invalidation, ...],
    response: HttpResponseBase | None = None,
) -> None:
    """Tell it; nobody who is told can make this fail."""
    for signal in signals_for(invalidations):
        signal.send_robust(sender=None, invalidations=invalidations, request=request, response=response)


async def aannounce(
    request: HttpRequest | None,
    invalidations: tuple[Invalidation, ...],
    response: HttpResponseBase | None = None,
) -> None:
    """Do as ``announce`` in a coroutine, where Django has no transaction to wait for."""
    for signal in signals_for(invalidations):
        await signal.asend_robust(
            sender=None, invalidations=invalidations, request=request, response=response
        )


def signals_for(invalidations: tuple[Invalidation, ...]) -> list[Signal]:
    """List the signals by which anybody hears of these."""
    if not invalidations:
        return []
    signals = [told] if registry.graph.is_told(invalidations) else []
    return [*signals, invalidated] if invalidated.receivers else signals


def invalidate(request: HttpRequest | None, context: str, /, **params: object) -> None:
    """Say that a context is stale, from any view or function; without a request, from anywhere else.

    Counts once the transaction around it has committed. Raises ValueError for an unknown context or
    parameter or a value that does not fit, and ImproperlyConfigured for a request that no
    ``MizanMiddleware`` looks after, because the answer would not carry it.
    """
    invalidation = named(context, params, by="invalidate")
    if request is None:
        announce(None, (invalidation,))
        return
    recorder = recorder_of(request)
    if recorder is None:
        raise ImproperlyConfigured(
            "invalidate(request, …) outside a function of mizan_htmx needs"
            " 'mizan_htmx.middleware.MizanMiddleware' in MIDDLEWARE."
        )
    recorder.add((invalidation,))


def named(context: str, params: Mapping[str, object], *, by: str) -> Invalidation:
    """Name what is stale for whoever says so by ``by``; raise ValueError for what can't be meant."""
    load_urlconf()  # where no request has done so
    groups = registry.graph.groups
    group = groups.get(context)
    if group is None:
        if groups:  # a worker that declares nothing can't tell a good name from a bad one
            raise ValueError(
                f"Unknown context {context!r} in {by}(). {suggest(context, groups, what='contexts')}"
            )
        return Invalidation.of(context, **params)
    for name in params:
        if name not in group.params:
            hint = suggest(name, group.params, what="parameters")
            raise ValueError(f"Context {context!r} has no parameter {name!r} in {by}(). {hint}")
    try:
        values = validate(group.adapter, {name: value for name, value in params.items() if value is not None})
    except ValidationFailed as error:
        raise ValueError(f"{by}({context!r}, …): {error.fields}") from None
    return Invalidation.of(context, **values)
