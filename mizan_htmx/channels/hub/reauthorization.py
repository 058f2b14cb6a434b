"""Asking now and then, and when there is reason to, whether visitors still may what they may."""

import asyncio
import random
from typing import Protocol

from mizan_htmx.channels.hub.cancel import end
from mizan_htmx.channels.layer.outages import check_outage

EVERY = 60.0
#: The first time comes early: the session may have been ending just when the socket was opened.
FIRST_AFTER = 3.0
AT_ONCE = 8


class Checked(Protocol):
    """What can be asked again."""

    async def recheck(self) -> None:
        """Ask again whether the visitor may do what it does."""
        ...


class Rechecks:
    """Calls ``recheck`` of each member once a minute, a few at a time and spread over it."""

    def __init__(self) -> None:
        self._timers: dict[Checked, asyncio.TimerHandle] = {}
        self._tasks: dict[Checked, asyncio.Task[None]] = {}
        self._again: set[Checked] = set()
        self._turns = asyncio.Semaphore(AT_ONCE)

    def add(self, member: Checked) -> None:
        """Begin to look after ``member``."""
        self._arm(member, FIRST_AFTER)

    def discard(self, member: Checked) -> None:
        """Leave ``member`` alone; a check that is under way ends by itself."""
        self._again.discard(member)
        timer = self._timers.pop(member, None)
        if timer is not None:
            timer.cancel()
        check_outage.drop(_part(member))

    def check(self, member: Checked) -> None:
        """Ask now, and once more where it is being asked: that answer may be older than the reason."""
        if member in self._tasks:
            self._again.add(member)
        else:
            self._tasks[member] = asyncio.get_running_loop().create_task(self._run(member))

    def _arm(self, member: Checked, seconds: float) -> None:
        delay = seconds * random.uniform(0.75, 1.25)
        self._timers[member] = asyncio.get_running_loop().call_later(delay, self._due, member)

    def _due(self, member: Checked) -> None:
        self._arm(member, EVERY)
        self.check(member)

    async def _run(self, member: Checked) -> None:
        try:
            async with self._turns:
                await member.recheck()
            check_outage.succeed(_part(member))
        except Exception as error:  # one visitor's trouble is not the others'
            if member in self._timers:  # nobody asks again for one that has left: it would never be over
                check_outage.fail(error, _part(member), traceback=True)
        finally:
            del self._tasks[member]
        if member in self._again and member in self._timers:
            self._again.discard(member)
            self.check(member)

    async def close(self) -> None:
        """Stop everything but a check that closes this itself."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._again.clear()
        await end(self._tasks.values())


def _part(member: Checked) -> str:
    return str(id(member))
