"""Waiting for what happens in another thread or process."""

import asyncio
from collections.abc import Callable

PATIENCE = 60


async def until(condition: Callable[[], object]) -> None:
    """Look now and then until a condition holds that no event reports."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)
