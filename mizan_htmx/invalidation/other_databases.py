"""What a function's body writes to other databases, which the default one's transaction does not cover."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any, Self

from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from mizan_htmx.internals import is_in_transaction
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.invalidation.transactions import Share, share_of, standing
from mizan_htmx.protocol.keys import Invalidation

# Statements that change no data begin with one of these; Django itself sends those of savepoints.
_READING = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "SET", "SHOW", "EXPLAIN", "PRAGMA")


class WrittenElsewhere:
    """Records, inside ``with``, the writes to other databases than the default, and their transactions."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._shares: dict[Share | None, None] = {}
        self._wrappers: ExitStack | None = None

    def __enter__(self) -> Self:
        if len(connections.settings) > 1:
            self._wrappers = ExitStack()
            for connection in _others():
                self._wrappers.enter_context(connection.execute_wrapper(self))
        return self

    def __exit__(self, *error: object) -> None:
        if self._wrappers is not None:
            self._wrappers.close()

    @property
    def may_stand(self) -> bool:
        """Whether a statement that writes may have been carried out there."""
        return bool(self._shares)

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        """Run a statement, as a wrapper for ``connection.execute_wrapper()``."""
        try:
            result = execute(sql, params, many, context)
        except (OperationalError, InterfaceError):  # it may have been carried out, and its response lost
            self._look(sql, context["connection"])
            raise
        self._look(sql, context["connection"])
        return result

    def _look(self, sql: str, connection: BaseDatabaseWrapper) -> None:
        if not str(sql).lstrip(" \t\n(").upper().startswith(_READING):
            share = share_of(connection, self._recorder) if is_in_transaction(connection) else None
            self._shares[share] = None

    def record(self, invalidations: Sequence[Invalidation], start: int) -> None:
        """Record for the writes that were not rolled back: what was recorded since ``start``, and these."""
        kept = standing(each for each in self._shares if each is not None)
        shares = [
            None if each is None or each.is_over else each  # what is committed waits for nothing
            for each in self._shares
            if each is None or each in kept
        ]
        if shares:
            self._recorder.put([*invalidations, *self._recorder.since(start)], shares, at=start)


def _others() -> Iterator[BaseDatabaseWrapper]:
    for alias in connections.settings:
        if alias != DEFAULT_DB_ALIAS:
            try:
                yield connections[alias]
            except ImproperlyConfigured:  # a database that can't be used
                continue
