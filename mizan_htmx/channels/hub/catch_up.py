"""Missing nothing: a hub compares what it has heard with what the shared store of versions knows.

Channel layers lose events: over capacity, while Redis is away, when it comes back empty.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from asgiref.sync import sync_to_async

from mizan_htmx.channels.layer.versions import Changes, StoreDown, Version, Versions
from mizan_htmx.protocol.keys import Invalidation

ASKED_EVERY = 5.0
#: How long a process that was overtaken by another may take to send its event.
GRACE = 0.1
#: How long to wait before a store that did not answer is asked again.
PAUSE = 1.0
#: So many changes are told before the loop does something else.
AT_ONCE = 500


class Follower:
    """Knows up to which version everything has been heard.

    ``catch_up`` gets what was missed, ``missed`` is called before. ``seen`` is ``None`` until the store has
    answered.
    """

    def __init__(
        self,
        store: Versions,
        catch_up: Callable[[tuple[tuple[Invalidation, Version], ...]], None],
        missed: Callable[[], None],
    ) -> None:
        self._store = store
        self._catch_up = catch_up
        self._missed = missed
        self._wake = asyncio.Event()
        self._ahead: set[int] = set()
        self._grace: asyncio.TimerHandle | None = None
        self.seen: Version | None = None

    async def start(self) -> None:
        """Begin with the version of now; what is watched later is compared with the store by who watches."""
        with suppress(StoreDown):
            self.seen = await sync_to_async(self._store.current, thread_sensitive=False)()

    async def run(self) -> None:
        """Ask the store every few seconds and whenever something may be missing, until cancelled."""
        pause = 0.0 if self.seen is None else ASKED_EVERY
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._wake.wait()
                self._wake.clear()
                pause = ASKED_EVERY if await self._ask() else PAUSE
        finally:
            if self._grace is not None:
                self._grace.cancel()

    def ask(self) -> None:
        """Let the store be asked now."""
        self._wake.set()

    def note(self, version: Version) -> bool:
        """Take note of an event that came in; tell whether it is news."""
        if self.seen is None or version.epoch != self.seen.epoch:
            self.ask()
            return True
        if version.seq <= self.seen.seq or version.seq in self._ahead:
            return False
        self._ahead.add(version.seq)
        self._close_gap(self.seen)
        if self._ahead and self._grace is None:
            self._grace = asyncio.get_running_loop().call_later(GRACE, self._end_grace)
        return True

    def _close_gap(self, seen: Version) -> None:
        seq = seen.seq
        while seq + 1 in self._ahead:
            seq += 1
            self._ahead.discard(seq)
        self.seen = Version(seen.epoch, seq)

    def _end_grace(self) -> None:
        self._grace = None
        if self._ahead:
            self.ask()

    async def _ask(self) -> bool:
        seen = self.seen
        try:
            changes = await sync_to_async(self._store.since, thread_sensitive=False)(
                *((seen.seq, seen.epoch) if seen else (0, ""))
            )
        except StoreDown:
            return False
        await self._take(changes)
        return True

    async def _take(self, changes: Changes) -> None:
        seen, now = self.seen, changes.now
        stale = changes.stale
        if seen is not None and seen.epoch == now.epoch:
            # While the store was being asked, events came in.
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
            self._missed()
            for start in range(0, len(stale), AT_ONCE):
                self._catch_up(stale[start : start + AT_ONCE])
                await asyncio.sleep(0)
