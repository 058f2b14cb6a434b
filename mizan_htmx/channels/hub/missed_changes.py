"""What pages have missed: one change log for each hub, updated by one query of the store for all sockets."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from contextvars import Context

from asgiref.sync import sync_to_async

from mizan_htmx.channels.layer.change_log import ChangeLog
from mizan_htmx.channels.layer.version_store import versions
from mizan_htmx.channels.layer.versions import Changes, StoreDown, Version, VersionStore
from mizan_htmx.protocol.keys import Invalidation

#: The most changes that are appended before other tasks get a turn.
BATCH_SIZE = 1000


class MissedChanges:
    """The changes in the version store, as far back as pages have needed them. For one event loop."""

    def __init__(self) -> None:
        self._store: VersionStore | None = None
        self._log: ChangeLog | None = None
        self._is_appending = False
        # By epoch, the oldest seq that the callers of the next query need.
        self._oldest: dict[str, int] = {}
        self._next: asyncio.Task[ChangeLog] | None = None
        self._turn = asyncio.Lock()

    def append_next(self, keys: Collection[Invalidation], version: Version) -> None:
        """Append a publication, so that the store need not be queried for it."""
        if self._log is not None and not self._is_appending:
            self._log.append_next(keys, version)

    async def prefetch(self) -> None:
        """Read all changes that the store keeps, unless it is down."""
        with suppress(StoreDown):
            log = await self.change_log({})
            await self.change_log({log.now.epoch: log.floor})

    async def change_log(self, oldest: Mapping[str, int]) -> ChangeLog:
        """Return the changes that the store keeps, including all before this call; raise StoreDown.

        ``oldest``: by epoch, the seq after which changes may have been missed. One that a client has invented
        costs no more than any other.
        """
        for epoch, seq in oldest.items():
            self._oldest[epoch] = min(seq, self._oldest.get(epoch, seq))
        if self._next is None or self._next.done():
            # An empty context, since the query is made for several requests.
            self._next = asyncio.get_running_loop().create_task(self._next_log(), context=Context())
            self._next.add_done_callback(_mark_retrieved)
        # Shielded, since other callers wait for it, too.
        return await asyncio.shield(self._next)

    async def _next_log(self) -> ChangeLog:
        async with self._turn:
            # Later callers may have missed changes that this query does not return.
            oldest, self._oldest, self._next = self._oldest, {}, None
            store = versions()
            if store is not self._store:
                self._store, self._log = store, None
            log = await self._updated(store, oldest)
            self._log = log
            return log

    async def _updated(self, store: VersionStore, oldest: Mapping[str, int]) -> ChangeLog:
        log = self._log
        if log is None:
            epoch, seq = next(iter(oldest.items()), ("", 0))
            log = await _read_log(store, Version(epoch, seq))
        else:
            now = log.now
            changes: Changes = await _query(store, now)
            if _is_complete(changes, now):
                await self._append(log, changes)
            else:
                log = _empty_log(changes)
        wanted = oldest.get(log.now.epoch, log.start)
        if wanted < log.start and log.floor < log.start:
            # All of it, so that no client can cause a query by asking for a little more each time.
            log = await _read_log(store, Version(log.now.epoch, log.floor))
        return log

    async def _append(self, log: ChangeLog, changes: Changes) -> None:
        later = [each for each in changes.stale if each[1].seq > log.now.seq]
        self._is_appending = True
        try:
            for start in range(0, len(later), BATCH_SIZE):
                log.add(later[start : start + BATCH_SIZE])
                await asyncio.sleep(0)
        finally:
            self._is_appending = False
        if changes.now.seq > log.now.seq:
            log.now = changes.now
        log.drop(changes.floor)


def _is_complete(changes: Changes, after: Version) -> bool:
    """Return whether these are all changes since a version, none of which has been dropped."""
    return changes.now.epoch == after.epoch and changes.floor <= after.seq <= changes.now.seq


def _empty_log(changes: Changes) -> ChangeLog:
    return ChangeLog(changes.now, start=changes.now.seq, floor=changes.floor)


async def _query(store: VersionStore, version: Version) -> Changes:
    return await sync_to_async(store.since, thread_sensitive=False)(version.seq, version.epoch)


async def _read_log(store: VersionStore, after: Version) -> ChangeLog:
    return await sync_to_async(_read, thread_sensitive=False)(store, after)


def _read(store: VersionStore, after: Version) -> ChangeLog:
    changes = store.since(after.seq, after.epoch)
    return ChangeLog.of(changes, after=after.seq) if _is_complete(changes, after) else _empty_log(changes)


def _mark_retrieved(task: "asyncio.Task[ChangeLog]") -> None:
    if not task.cancelled():
        task.exception()  # asyncio would log it otherwise; the callers get it
