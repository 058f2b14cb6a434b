"""Authorize open sockets again: once a minute, and when something about their visitor has changed."""

import asyncio
import random
from typing import Protocol

from mizan_htmx.channels.hub.cancel import cancel_all
from mizan_htmx.channels.outage_log import reauthorization_outage

# Of its own: the site may have seeded the one of the module ``random``.
_jitter = random.Random()

#: The seconds between two rounds.
INTERVAL = 60.0
#: The seconds before the first one. It is early: the session may have ended while the socket was opened.
FIRST_DELAY = 3.0
#: How many are authorized at the same time.
CONCURRENCY = 8


class Reauthorized(Protocol):
    """What can be authorized again."""

    async def reauthorize(self) -> None:
        """Check that the visitor may still receive what it sends; end what they may not."""
        ...


class Reauthorizer:
    """Call ``reauthorize()`` of each member once a minute, at random moments and a few at a time."""

    def __init__(self) -> None:
        self._timers: dict[Reauthorized, asyncio.TimerHandle] = {}
        self._tasks: dict[Reauthorized, asyncio.Task[None]] = {}
        self._again: set[Reauthorized] = set()
        self._semaphore = asyncio.Semaphore(CONCURRENCY)

    def add(self, member: Reauthorized) -> None:
        """Add a member."""
        self._arm(member, FIRST_DELAY)

    def discard(self, member: Reauthorized) -> None:
        """Remove a member; a call that has begun is not interrupted."""
        self._again.discard(member)
        timer = self._timers.pop(member, None)
        if timer is not None:
            timer.cancel()
        reauthorization_outage.discard(_part(member))

    def reauthorize_now(self, member: Reauthorized) -> None:
        """Authorize a member now; again if that is in progress, since it may not see the latest change."""
        if member in self._tasks:
            self._again.add(member)
        else:
            self._tasks[member] = asyncio.get_running_loop().create_task(self._run(member))

    def _arm(self, member: Reauthorized, seconds: float) -> None:
        delay = seconds * _jitter.uniform(0.75, 1.25)
        self._timers[member] = asyncio.get_running_loop().call_later(delay, self._due, member)

    def _due(self, member: Reauthorized) -> None:
        self._arm(member, INTERVAL)
        self.reauthorize_now(member)

    async def _run(self, member: Reauthorized) -> None:
        try:
            async with self._semaphore:
                await member.reauthorize()
            reauthorization_outage.succeed(_part(member))
        except Exception as error:  # the failure of one must not end the others
            if member in self._timers:  # one that has left is not called again: its outage would never end
                reauthorization_outage.fail(error, _part(member), traceback=True)
        finally:
            del self._tasks[member]
        if member in self._again and member in self._timers:
            self._again.discard(member)
            self.reauthorize_now(member)

    async def close(self) -> None:
        """Cancel everything except a call that runs this method."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._again.clear()
        await cancel_all(self._tasks.values())


def _part(member: Reauthorized) -> str:
    return str(id(member))
