"""Sockets as a hub sees them, and what is needed around one."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from mizan_htmx.channels.hub.hub import Hub, Subscription
from mizan_htmx.channels.layer.events import message_event
from mizan_htmx.channels.socket.session_user import Visitor
from mizan_htmx.protocol.keys import Invalidation, parse

PATIENCE = 60.0


class Page:
    """A socket that keeps what it is sent."""

    def __init__(self, *, user: str = "", session: str = "") -> None:
        self.visitor = Visitor(None, user, None, session)
        self.frames: list[dict[str, Any]] = []
        self.texts: list[str] = []
        self.reauthorized = 0
        self._received = asyncio.Event()

    def send_text(self, frame: str) -> None:
        """Keep a frame."""
        self.texts.append(frame)
        self.frames.append(json.loads(frame))
        self._received.set()

    async def reauthorize(self) -> None:
        """Count."""
        self.reauthorized += 1
        self._received.set()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition that may become true when this page receives something."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._received.clear()
                await self._received.wait()

    async def receives(self, *keys: str) -> None:
        """Wait until each of the keys has been sent."""
        await self.until(lambda: set(keys) <= set(self.invalidated))

    @property
    def invalidated(self) -> list[str]:
        """The keys that it was sent as invalidated, in order."""
        return [frame["invalidate"] for frame in self.frames if "invalidate" in frame]

    @property
    def pushed(self) -> list[Any]:
        """The payloads that it was sent, in order."""
        return [frame["data"] for frame in self.frames if "data" in frame]


@asynccontextmanager
async def joined(*watched: str, page: Page | None = None) -> AsyncIterator[Page]:
    """Let a page join the hub of this loop and watch ``watched``, and leave in the end."""
    page = page or Page()
    hub = Hub.here()
    await hub.join(page)
    try:
        hub.watch(page, frozenset(keys(*watched)))
        yield page
    finally:
        await hub.leave(page)


def keys(*written: str) -> tuple[Invalidation, ...]:
    """Read keys."""
    return parse(", ".join(written))


def room(name: str, partial: str = "") -> Subscription:
    """Make a subscription of the channel ``chat``."""
    return Subscription(f"chat_{name}", "chat", json.dumps({"room": name}), partial)


def chat(name: str, text: str) -> Any:
    """Make the event of a message to a room."""
    return message_event(f"chat_{name}", "chat", "DjangoMessage", {"text": text})


async def in_thread(call: Callable[..., Any], *args: object) -> Any:
    """Call it in a thread that knows of no event loop."""
    return await asyncio.get_running_loop().run_in_executor(None, call, *args)
