"""Invalidations that wait for a transaction, on any database, and are dropped if it is rolled back.

They are marked as committed before any hook of the site runs, so a hook that raises stops none of them, and
published after all hooks, so no refresh overtakes a hook that clears a cache. A COMMIT whose response is lost
may have been carried out, and is treated as if it was.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias
from weakref import ref

from django.db import DEFAULT_DB_ALIAS, DatabaseError, IntegrityError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from mizan_htmx.internals import (
    commit_hooks,
    ends_by_hand,
    is_in_transaction,
    open_savepoints,
    surround_commits,
    wait_for_commit,
)
from mizan_htmx.invalidation.publication import publish_anywhere, publish_invalidations
from mizan_htmx.protocol.keys import Invalidation, merge


class Listener(Protocol):
    """Receives those of its shares whose transactions have ended: the recorder of a request."""

    def settle(self, shares: Sequence["Share"]) -> None:
        """Publish the contents of these shares, unless a response will carry them."""
        ...


_Key: TypeAlias = tuple[frozenset[str], "ref[Listener] | None", bool]


class Share:
    """The invalidations of one savepoint, which is committed or rolled back as a whole.

    A share is itself a hook of ``on_commit()``: Django drops it if the savepoint is rolled back. It
    ``is_committed`` after the COMMIT, and ``is_over`` after the transaction's hooks.
    """

    __slots__ = (
        *("_listener", "_waiting"),
        *("connection", "is_committed", "is_over", "keeper", "key", "keys"),
    )

    def __init__(self, waiting: "_Waiting", connection: BaseDatabaseWrapper, key: _Key) -> None:
        self.key = key
        self.keys: dict[Invalidation, int] = {}
        self.is_committed = False
        self.is_over = False
        #: Keeps the listener alive if nothing else does.
        self.keeper: Listener | None = None
        self._listener = key[1]
        self._waiting = waiting
        self.connection = connection

    @property
    def listener(self) -> Listener | None:
        """The recorder that receives it, if there is one and it is still alive."""
        return None if self._listener is None else self._listener()

    def __call__(self) -> None:
        """Settle it if no COMMIT was seen: tests call the hooks of transactions that never end."""
        if self.is_committed:
            return
        listener = self.listener
        shares = [self]
        if listener is not None:
            shares = [each for each in _shares(self.connection) if each.listener is listener] or shares
        _mark(shares)
        self._waiting.is_over = True
        _settle(shares)

    def add(self, invalidations: Iterable[Invalidation], times: int = 1) -> None:
        """Count invalidations; ``times=-1`` subtracts them once."""
        for each in invalidations:
            self.keys[each] = self.keys.get(each, 0) + times

    def publish(self) -> None:
        """Publish what has no request; each key once for a transaction, unless it is ``by_hand``."""
        by_hand = self.key[2]
        known = () if by_hand else self._waiting.published
        new = tuple(each for each, times in self.keys.items() if times > 0 and each not in known)
        self.is_over = True
        self._waiting.published.update(() if by_hand else new)
        publish_invalidations(None, merge(new))


class _Waiting:
    """An open transaction of a connection, and its shares.

    ``hooks`` is Django's own list, which only grows: after a commit or a rollback the connection has another
    one. ``captureOnCommitCallbacks`` runs the hooks without replacing the list; ``is_over`` marks that case.
    """

    __slots__ = ("ends_by_hand", "hooks", "is_over", "published", "shares")

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.ends_by_hand = ends_by_hand(connection)
        self.hooks: list[Any] | None = None
        self.shares: dict[_Key, Share] = {}
        self.published: set[Invalidation] = set()
        self.is_over = False

    def follow(self, hooks: list[Any]) -> None:
        """Drop the shares of savepoints that were rolled back: Django has dropped their hooks."""
        if self.hooks is not hooks:
            self.hooks = hooks
            shares = (hook[1] for hook in hooks if isinstance(hook[1], Share))
            self.shares = {share.key: share for share in shares if share._waiting is self}


class _Transactions:
    """The transactions of one connection, one after the other."""

    __slots__ = ("_connection", "_due", "waiting")

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.waiting: _Waiting | None = None
        self._due: list[Share] = []
        self._connection = connection
        surround_commits(connection, self._commit, self._settle)

    def _commit(self, commit: Callable[[], None]) -> None:
        shares = _shares(self._connection)
        try:
            commit()
        except BaseException as error:
            if not _is_refusal(error):  # it may have been committed
                self._pass(shares)
            raise
        self._pass(shares)

    def _pass(self, shares: list[Share]) -> None:
        _mark(shares)
        self._due += shares
        if self.waiting is None or not self.waiting.ends_by_hand:
            return
        self.waiting = None  # no call marks the start of the next transaction
        hooks = commit_hooks(self._connection)
        hooks[:] = [hook for hook in hooks if not isinstance(hook[1], Share)]  # or they would pile up
        if not (hooks and self._connection.settings_dict["AUTOCOMMIT"]):
            self._settle(_nothing)  # Django has no more hooks to run

    def _settle(self, run_hooks: Callable[[], None]) -> None:
        # Hooks may have transactions of their own.
        due, self._due, self.waiting = self._due, [], None
        try:
            run_hooks()
        finally:
            _settle(due)


def _nothing() -> None:
    """Do nothing, in place of hooks."""


def _is_refusal(error: BaseException) -> bool:
    """Return whether the error says for certain that the database did not commit."""
    if isinstance(error, IntegrityError):
        return True
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or ""
    if state.startswith("40"):  # rolled back, except for 40003: completion unknown (ISO 9075-2, table 38)
        return bool(state != "40003")
    return isinstance(error, DatabaseError) and getattr(cause, "sqlite_errorname", "") == "SQLITE_BUSY"


def _shares(connection: BaseDatabaseWrapper) -> list[Share]:
    """Return the shares that wait for a COMMIT; in a test the list of hooks has earlier ones, too."""
    hooks = (hook[1] for hook in commit_hooks(connection))
    return [hook for hook in hooks if isinstance(hook, Share) and not hook.is_committed]


def standing(shares: Iterable[Share]) -> set[Share]:
    """Return those that are committed or may still be, without those that were rolled back."""
    candidates = set(shares)
    unsure = {share.connection for share in candidates if not share.is_committed}
    waiting = {share for connection in unsure for share in _shares(connection)}
    return {share for share in candidates if share.is_committed or share in waiting}


def _mark(shares: Iterable[Share]) -> None:
    for share in shares:
        share.is_committed = True


def _settle(shares: Sequence[Share]) -> None:
    """Publish the contents of these shares, or leave them to the response that will carry them."""
    if len(shares) == 1:  # the most common case
        _settle_together(shares[0].listener, shares)
        return
    groups: dict[object, tuple[Listener | None, list[Share]]] = {}
    for share in shares:
        listener = share.listener
        groups.setdefault(share if listener is None else listener, (listener, []))[1].append(share)
    left = list(groups.values())[::-1]
    try:
        while left:
            _settle_together(*left.pop())
    except BaseException:  # SystemExit: the rest is still published
        _settle([share for _, own in left[::-1] for share in own])
        raise


def _settle_together(listener: Listener | None, shares: Sequence[Share]) -> None:
    if listener is None:
        shares[0].publish()
    else:
        listener.settle(shares)


def in_transaction() -> list[BaseDatabaseWrapper]:
    """Return the connections of this thread that are in a transaction."""
    if len(connections.settings) == 1:
        default = connections[DEFAULT_DB_ALIAS]
        return [default] if is_in_transaction(default) else []
    return [each for each in connections.all(initialized_only=True) if is_in_transaction(each)]


def share_of(
    connection: BaseDatabaseWrapper, listener: Listener | None = None, *, by_hand: bool = False
) -> Share:
    """Return the share of the current savepoint of a connection, which is in a transaction.

    Invalidations ``by_hand``, from ``invalidate()``, have separate shares: those of models are published once
    for a transaction.
    """
    holder: Any = connection
    transactions: _Transactions | None = vars(connection).get("_mizan_transactions")
    if transactions is None:
        transactions = holder._mizan_transactions = _Transactions(connection)
    waiting = transactions.waiting
    if waiting is None or waiting.is_over:
        waiting = transactions.waiting = _Waiting(connection)
    waiting.follow(commit_hooks(connection))
    key = (open_savepoints(connection), None if listener is None else ref(listener), by_hand)
    share = waiting.shares.get(key)
    if share is None:
        share = waiting.shares[key] = Share(waiting, connection, key)
        wait_for_commit(connection, share)
    return share


def publish_on_commit(invalidations: tuple[Invalidation, ...]) -> None:
    """Publish invalidations after each commit of the transactions open in this thread, or at once."""
    shares = [share_of(connection, by_hand=True) for connection in in_transaction()]
    for share in shares:
        share.add(invalidations)
    if not shares:
        publish_anywhere(None, invalidations)
