"""What waits for a transaction, on any database: it stands or falls with it.

What is committed is marked before any other hook runs, so that a hook that fails keeps nothing quiet; it is
told once all of them have run, so that no refresh overtakes a hook that clears a cache. A COMMIT whose answer
is lost may have been carried out, and counts as one that was.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias
from weakref import ref

from django.db import DEFAULT_DB_ALIAS, DatabaseError, IntegrityError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest

from mizan_htmx.internals import (
    commit_hooks,
    ends_by_hand,
    is_in_transaction,
    open_savepoints,
    surround_commits,
    wait_for_commit,
)
from mizan_htmx.invalidation.delivery import announce_anywhere, announce_now
from mizan_htmx.protocol.keys import Invalidation, merge


class Listener(Protocol):
    """What is told which of its shares are through: the recorder of a request."""

    def settle(self, shares: Sequence["Share"]) -> None:
        """Tell what these say, unless an answer is still to carry it."""
        ...


_Key: TypeAlias = tuple[frozenset[str], "ref[Listener] | None", bool]


class Share:
    """What one savepoint of a transaction makes stale, which stands or falls as a whole.

    It is a hook for the commit: Django forgets it where the savepoint is rolled back. ``is_over`` says that
    the transaction's hooks have run, too.
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
        #: Holds the listener once nobody else does.
        self.keeper: Listener | None = None
        self._listener = key[1]
        self._waiting = waiting
        self.connection = connection

    @property
    def listener(self) -> Listener | None:
        """Who is told that it is through; nobody, where nobody asked or whoever did is gone."""
        return None if self._listener is None else self._listener()

    def __call__(self) -> None:
        """Settle what has not been seen to commit: tests call hooks of transactions that never end."""
        if self.is_committed:
            return
        listener = self.listener
        shares = [self]
        if listener is not None:
            shares = [each for each in _shares(self.connection) if each.listener is listener] or shares
        _mark(shares)
        self._waiting.is_over = True
        _settle(shares)

    def take(self, stale: Iterable[Invalidation], times: int = 1) -> None:
        """Take what is said; ``-1`` takes it back once."""
        for each in stale:
            self.keys[each] = self.keys.get(each, 0) + times

    def tell(self) -> None:
        """Tell what has no request to go with; of a transaction, each key once."""
        by_hand = self.key[2]
        known = () if by_hand else self._waiting.told
        new = tuple(each for each, times in self.keys.items() if times > 0 and each not in known)
        self.is_over = True
        self._waiting.told.update(() if by_hand else new)
        announce_now(None, merge(new))


class _Waiting:
    """What waits for a connection's transaction to end.

    ``hooks`` is Django's own list, which only grows: after a commit or a rollback the connection has another
    one. Tests call hooks and keep the list; then ``is_over`` says so.
    """

    __slots__ = ("ends_by_hand", "hooks", "is_over", "shares", "told")

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.ends_by_hand = ends_by_hand(connection)
        self.hooks: list[Any] | None = None
        self.shares: dict[_Key, Share] = {}
        self.told: set[Invalidation] = set()
        self.is_over = False

    def follow(self, hooks: list[Any]) -> None:
        """Forget the shares of savepoints that were rolled back: Django dropped their hooks."""
        if self.hooks is not hooks:
            self.hooks = hooks
            shares = (hook[1] for hook in hooks if isinstance(hook[1], Share))
            self.shares = {share.key: share for share in shares if share._waiting is self}


class _Transactions:
    """Follows the transactions of one connection."""

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
            if not _is_refusal(error):  # what was written may stand
                self._pass(shares)
            raise
        self._pass(shares)

    def _pass(self, shares: list[Share]) -> None:
        _mark(shares)
        self._due += shares
        if self.waiting is None or not self.waiting.ends_by_hand:
            return
        self.waiting = None  # another transaction begins by itself
        hooks = commit_hooks(self._connection)
        hooks[:] = [hook for hook in hooks if not isinstance(hook[1], Share)]  # or they pile up
        if not (hooks and self._connection.settings_dict["AUTOCOMMIT"]):
            self._settle(_nothing)  # there is no hook that Django will still run

    def _settle(self, run_hooks: Callable[[], None]) -> None:
        # Hooks may have transactions of their own.
        due, self._due, self.waiting = self._due, [], None
        try:
            run_hooks()
        finally:
            _settle(due)


def _nothing() -> None:
    """Run the hooks where there are none."""


def _is_refusal(error: BaseException) -> bool:
    """Return whether the database has said that it did not commit."""
    if isinstance(error, IntegrityError):
        return True
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or ""
    if state.startswith("40"):  # rolled back, except for 40003: completion unknown (ISO 9075-2, table 38)
        return bool(state != "40003")
    return isinstance(error, DatabaseError) and getattr(cause, "sqlite_errorname", "") == "SQLITE_BUSY"


def _shares(connection: BaseDatabaseWrapper) -> list[Share]:
    """List what waits; a test keeps also what does not wait any more."""
    hooks = (hook[1] for hook in commit_hooks(connection))
    return [hook for hook in hooks if isinstance(hook, Share) and not hook.is_committed]


def standing(shares: Iterable[Share]) -> set[Share]:
    """Return those that are committed, or still wait for the outer transaction to commit."""
    asked = set(shares)
    unsure = {share.connection for share in asked if not share.is_committed}
    waiting = {share for connection in unsure for share in _shares(connection)}
    return {share for share in asked if share.is_committed or share in waiting}


def _mark(shares: Iterable[Share]) -> None:
    for share in shares:
        share.is_committed = True


def _settle(shares: Sequence[Share]) -> None:
    """Tell what these say, or leave it to the answer that will carry it."""
    if len(shares) == 1:  # as of most transactions
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
    except BaseException:  # SystemExit: others hear of the rest all the same
        _settle([share for _, own in left[::-1] for share in own])
        raise


def _settle_together(listener: Listener | None, shares: Sequence[Share]) -> None:
    if listener is None:
        shares[0].tell()
    else:
        listener.settle(shares)


def in_transaction() -> list[BaseDatabaseWrapper]:
    """List the connections of this thread that are in a transaction: what is written now may fall with it."""
    if len(connections.settings) == 1:
        default = connections[DEFAULT_DB_ALIAS]
        return [default] if is_in_transaction(default) else []
    return [each for each in connections.all(initialized_only=True) if is_in_transaction(each)]


def share_of(
    connection: BaseDatabaseWrapper, listener: Listener | None = None, *, by_hand: bool = False
) -> Share:
    """Return the share of the savepoint that a connection, which is in a transaction, is in.

    What is said ``by_hand`` is told apart from what models say, which is told once.
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


def announce(request: HttpRequest | None, invalidations: tuple[Invalidation, ...]) -> None:
    """Tell whoever has to know what is stale, once a transaction around, if there is one, has committed."""
    shares = [share_of(connection, by_hand=True) for connection in in_transaction()]
    for share in shares:
        share.take(invalidations)
    if not shares:
        announce_anywhere(request, invalidations)
