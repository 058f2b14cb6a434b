"""Clients that read when a test lets them, for what sends to them."""

import asyncio
from collections.abc import Callable
from typing import Any

PATIENCE = 60


async def until(condition: Callable[[], object]) -> None:
    """Let the loop go on until a condition is met."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0)


class Client:
    """A client that reads only while its gate is open. ``sent`` begins with what it has not read yet."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.sent: list[Any] = []
        self.cancelled: list[Any] = []

    async def send(self, message: Any) -> None:
        """Take a message."""
        self.sent.append(message)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)  # a server may have something to put away
            self.cancelled.append(message)
            raise


def text(frame: str) -> dict[str, str]:
    """Write the message of a frame."""
    return {"type": "websocket.send", "text": frame}
