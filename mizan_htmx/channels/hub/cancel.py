"""Ending tasks for sure."""

import asyncio
import logging
from collections.abc import Iterable

logger = logging.getLogger("mizan_htmx.channels")

PATIENCE = 0.2
ATTEMPTS = 20


async def end(tasks: Iterable["asyncio.Task[None]"]) -> None:
    """Cancel tasks and wait for their end; not for the running one, which may be among them.

    Once is not enough: before Python 3.12 ``asyncio.wait_for``, which redis-py uses, swallows a cancellation
    that comes together with its result.
    """
    waiting = {task for task in tasks if task is not asyncio.current_task()}
    for _ in range(ATTEMPTS):
        if not waiting:
            return
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=PATIENCE)
    logger.error("These tasks of a hub do not end: %s", waiting)
