"""Find the events that a hub has missed, by comparing versions with the shared version store.

Channel layers lose events: over capacity, while Redis is away, and when it restarts empty.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from asgiref.sync import sync_to_async

from mizan_htmx.channels.layer.versions import Changes, StoreDown, Version, VersionStore
from mizan_htmx.protocol.keys import Invalidation

#: The seconds between two queries of the store.
POLL_INTERVAL = 5.0
#: How long an event may arrive after one with a later version before it counts as missing, in seconds.
REORDER_TIMEOUT = 0.1
#: The seconds before a store that did not answer is queried again.
RETRY_DELAY = 1.0
#: The most changes that are handled before other tasks get a turn.
BATCH_SIZE = 500


class CatchUp:
    """Track up to which version all events have arrived.

    ``handle`` is called with the missed changes, ``on_loss`` before that. ``seen`` is ``None`` until the
    store has answered.
    """

    def __init__(
        self,
        store: VersionStore,
        handle: Callable[[tuple[tuple[Invalidation, Version], ...]], None],
        on_loss: Callable[[], None],
    ) -> None:
        self._store = store
        self._handle = handle
        self._on_loss = on_loss
        self._wake = asyncio.Event()
        self._ahead: set[int] = set()
        self._reorder_timer: asyncio.TimerHandle | None = None
        self.seen: Version | None = None

    async def start(self) -> None:
        """Start at the current version; for keys that are watched later, the socket queries the store."""
        with suppress(StoreDown):
            self.seen = await sync_to_async(self._store.current, thread_sensitive=False)()

    async def run(self) -> None:
        """Query the store every few seconds, and whenever an event may be missing, until cancelled."""
        delay = 0.0 if self.seen is None else POLL_INTERVAL
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(delay):
                        await self._wake.wait()
                self._wake.clear()
                delay = POLL_INTERVAL if await self._poll() else RETRY_DELAY
        finally:
            if self._reorder_timer is not None:
                self._reorder_timer.cancel()

    def poll_soon(self) -> None:
        """Query the store without waiting for the interval to end."""
        self._wake.set()

    def record(self, version: Version) -> bool:
        """Record that an event has arrived; return whether it is new."""
        if self.seen is None or version.epoch != self.seen.epoch:
            self.poll_soon()
            return True
        if version.seq <= self.seen.seq or version.seq in self._ahead:
            return False
        self._ahead.add(version.seq)
        self._close_gap(self.seen)
        if self._ahead and self._reorder_timer is None:
            self._reorder_timer = asyncio.get_running_loop().call_later(REORDER_TIMEOUT, self._end_reorder)
        return True

    def _close_gap(self, seen: Version) -> None:
        seq = seen.seq
        while seq + 1 in self._ahead:
            seq += 1
            self._ahead.discard(seq)
        self.seen = Version(seen.epoch, seq)

    def _end_reorder(self) -> None:
        self._reorder_timer = None
        if self._ahead:
            self.poll_soon()

    async def _poll(self) -> bool:
        seen = self.seen
        try:
            changes = await sync_to_async(self._store.since, thread_sensitive=False)(
                *((seen.seq, seen.epoch) if seen else (0, ""))
            )
        except StoreDown:
            return False
        await self._apply(changes)
        return True

    async def _apply(self, changes: Changes) -> None:
        seen, now = self.seen, changes.now
        stale = changes.stale
        if seen is not None and seen.epoch == now.epoch:
            # Events may have arrived during the query.
            stale = tuple(
                (key, version)
                for key, version in stale
                if version.seq > seen.seq and version.seq not in self._ahead
            )
            self._ahead = {seq for seq in self._ahead if seq > now.seq}
            self._close_gap(seen if seen.seq > now.seq else now)
        else:
            self._ahead.clear()
            self.seen = now
        if stale:
            self._on_loss()
            for start in range(0, len(stale), BATCH_SIZE):
                self._handle(stale[start : start + BATCH_SIZE])
                await asyncio.sleep(0)
