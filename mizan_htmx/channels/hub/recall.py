"""What pages have missed: one history a hub, brought up to date by one call of the store for all who ask."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from contextvars import Context

from asgiref.sync import sync_to_async

from mizan_htmx.channels.layer.history import History
from mizan_htmx.channels.layer.version_store import versions
from mizan_htmx.channels.layer.versions import Changes, StoreDown, Version, Versions
from mizan_htmx.protocol.keys import Invalidation

#: So many changes are taken in before the loop does something else.
AT_ONCE = 1000


class Recall:
    """Knows what the store of versions remembers, as far as any page has asked for it. For one event loop."""

    def __init__(self) -> None:
        self._store: Versions | None = None
        self._history: History | None = None
        self._is_adding = False
        # By epoch, the oldest version that those want to start from who wait for the next call.
        self._oldest: dict[str, int] = {}
        self._next: asyncio.Task[History] | None = None
        self._turn = asyncio.Lock()

    def hear(self, keys: Collection[Invalidation], version: Version) -> None:
        """Take note of a publication, so that the store need not be asked for it."""
        if self._history is not None and not self._is_adding:
            self._history.hear(keys, version)

    async def load(self) -> None:
        """Read all that the store remembers; nothing while it is down."""
        with suppress(StoreDown):
            history = await self.history({})
            await self.history({history.now.epoch: history.floor})

    async def history(self, oldest: Mapping[str, int]) -> History:
        """Return what the store knows at a moment after this call; raise StoreDown.

        ``oldest``: by epoch, the seq after which something may have been missed. A made-up one costs nothing.
        """
        for epoch, seq in oldest.items():
            self._oldest[epoch] = min(seq, self._oldest.get(epoch, seq))
        if self._next is None or self._next.done():
            # In nobody's context, since it is for all of them.
            self._next = asyncio.get_running_loop().create_task(self._ask(), context=Context())
            self._next.add_done_callback(_retrieve)
        # Who goes away meanwhile takes the answer from nobody else.
        return await asyncio.shield(self._next)

    async def _ask(self) -> History:
        async with self._turn:
            # Who comes from now on may have missed what this call is too early for.
            oldest, self._oldest, self._next = self._oldest, {}, None
            store = versions()
            if store is not self._store:
                self._store, self._history = store, None
            history = await self._renewed(store, oldest)
            self._history = history
            return history

    async def _renewed(self, store: Versions, oldest: Mapping[str, int]) -> History:
        history = self._history
        if history is None:
            epoch, seq = next(iter(oldest.items()), ("", 0))
            history = await _remembered(store, Version(epoch, seq))
        else:
            now = history.now
            changes: Changes = await _since(store, now)
            if _is_known(changes, now):
                await self._add(history, changes)
            else:
                history = _beginning(changes)
        wanted = oldest.get(history.now.epoch, history.start)
        if wanted < history.start and history.floor < history.start:
            # All of it, so that nobody can ask for a little more each time.
            history = await _remembered(store, Version(history.now.epoch, history.floor))
        return history

    async def _add(self, history: History, changes: Changes) -> None:
        later = [each for each in changes.stale if each[1].seq > history.now.seq]
        self._is_adding = True
        try:
            for start in range(0, len(later), AT_ONCE):
                history.add(later[start : start + AT_ONCE])
                await asyncio.sleep(0)
        finally:
            self._is_adding = False
        if changes.now.seq > history.now.seq:
            history.now = changes.now
        history.forget(changes.floor)


def _is_known(changes: Changes, after: Version) -> bool:
    """Return whether these are all changes since a version, none of which is forgotten."""
    return changes.now.epoch == after.epoch and changes.floor <= after.seq <= changes.now.seq


def _beginning(changes: Changes) -> History:
    return History(changes.now, start=changes.now.seq, floor=changes.floor)


async def _since(store: Versions, version: Version) -> Changes:
    return await sync_to_async(store.since, thread_sensitive=False)(version.seq, version.epoch)


async def _remembered(store: Versions, after: Version) -> History:
    return await sync_to_async(_read, thread_sensitive=False)(store, after)


def _read(store: Versions, after: Version) -> History:
    changes = store.since(after.seq, after.epoch)
    return History.of(changes, after=after.seq) if _is_known(changes, after) else _beginning(changes)


def _retrieve(task: "asyncio.Task[History]") -> None:
    if not task.cancelled():
        task.exception()  # whoever waits has it
