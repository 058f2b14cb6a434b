"""Cancel tasks reliably."""

import asyncio
import logging
from collections.abc import Iterable

logger = logging.getLogger("mizan_htmx.channels")

#: The seconds between two attempts, and how many are made.
INTERVAL = 0.2
ATTEMPTS = 20


async def cancel_all(tasks: Iterable["asyncio.Task[None]"]) -> None:
    """Cancel tasks and wait until they end; skip the running one, which may be among them.

    Tasks that do not end are cancelled again: before Python 3.12 ``asyncio.wait_for``, which redis-py uses,
    swallows a cancellation that arrives together with its result.
    """
    pending = {task for task in tasks if task is not asyncio.current_task()}
    for _ in range(ATTEMPTS):
        if not pending:
            return
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=INTERVAL)
    logger.error("Tasks of a hub did not end after %s cancellations: %s", ATTEMPTS, pending)
