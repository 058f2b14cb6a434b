"""What code without a request makes stale: told after the commit, once per transaction and key."""

from collections.abc import Iterable
from typing import Any, TypeAlias
from weakref import ref

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from mizan_htmx.invalidation import Invalidation, merge
from mizan_htmx.recorder import Recorder, announce_now, current_recorder

_Key: TypeAlias = tuple[frozenset[str], ref[Recorder] | None]


def tell(stale: Iterable[Invalidation], using: str = DEFAULT_DB_ALIAS) -> None:
    """Say that this is stale once the transaction on the database ``using`` has committed.

    Goes into the answer of the request that is being answered here, if there is one, and to whoever
    listens to ``invalidated`` in any case. What a rolled back savepoint said is not told.
    """
    keys = tuple(dict.fromkeys(stale))
    connection = connections[using]
    if not keys:
        return
    if connection.in_atomic_block:
        _share_of_this_savepoint(connection).add(keys)
    else:
        _told_now(keys)


def _told_now(keys: tuple[Invalidation, ...]) -> None:
    recorder = current_recorder()
    if recorder is not None and not connections[DEFAULT_DB_ALIAS].in_atomic_block:
        recorder.add(keys)
    else:  # what is committed on another database must not wait for this one, which may be rolled back
        announce_now(None, merge(keys))


class _Waiting:
    """What waits for a connection's transaction to end.

    ``hooks`` is Django's own list, which only grows: after a commit or a rollback the connection has another
    one. Tests call hooks and keep the list; then ``is_over`` says so.
    """

    __slots__ = ("hooks", "is_over", "shares", "told")

    def __init__(self) -> None:
        self.hooks: list[Any] | None = None
        self.shares: dict[_Key, _Share] = {}
        self.told: set[Invalidation] = set()
        self.is_over = False

    def follow(self, hooks: list[Any]) -> None:
        """Forget the shares of savepoints that were rolled back: Django dropped their hooks."""
        if self.hooks is not hooks:
            self.hooks = hooks
            shares = (hook[1] for hook in hooks if isinstance(hook[1], _Share) and hook[1].waiting is self)
            self.shares = {share.key: share for share in shares}


class _Share:
    """What one savepoint makes stale, which stands or falls as a whole; a hook for the commit."""

    __slots__ = ("key", "keys", "waiting")

    def __init__(self, waiting: _Waiting, key: _Key) -> None:
        self.waiting = waiting
        self.key = key
        self.keys: dict[Invalidation, None] = {}

    def add(self, keys: Iterable[Invalidation]) -> None:
        """Take what is new; hand it to the request's recorder, which waits for the commit by itself."""
        new = [each for each in keys if each not in self.keys]
        self.keys.update(dict.fromkeys(new))
        held = self.key[1]
        recorder = None if held is None else held()
        if recorder is not None:
            recorder.add(new)

    def __call__(self) -> None:
        self.waiting.is_over = True
        if self.key[1] is None:
            new = tuple(each for each in self.keys if each not in self.waiting.told)
            self.waiting.told.update(new)
            if new:
                _told_now(new)


def _share_of_this_savepoint(connection: BaseDatabaseWrapper) -> _Share:
    holder: Any = connection
    waiting: _Waiting | None = getattr(holder, "_mizan_waiting", None)
    if waiting is None or waiting.is_over:
        waiting = holder._mizan_waiting = _Waiting()
    waiting.follow(connection.run_on_commit)
    recorder = current_recorder() if connection.alias == DEFAULT_DB_ALIAS else None
    # ``None`` stands for an inner atomic() without a savepoint: it has no fate of its own.
    savepoints = frozenset(each for each in connection.savepoint_ids if each is not None)
    key = (savepoints, None if recorder is None else ref(recorder))
    share = waiting.shares.get(key)
    if share is None:
        share = waiting.shares[key] = _Share(waiting, key)
        transaction.on_commit(share, using=connection.alias)
    return share
