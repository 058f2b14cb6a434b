"""The life of a server as ASGI tells it: before it ends, what is left to tell or to purge is done, or logged.

A server may end itself by the signal that stopped it, as uvicorn does; nothing runs at Python's exit then.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from mizan_htmx.invalidation.shutdown import finish

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


async def serve(app: Any, scope: Any, receive: Receive, send: Send) -> None:
    """Hand the server's life on to ``app``, or live it where ``app``, such as Django, knows of none."""
    heard: list[str] = []
    has_answered = False

    async def hear() -> Any:
        message = await receive()
        heard.append(message["type"])
        if message["type"] == "lifespan.shutdown":
            await asyncio.to_thread(finish)
        return message

    async def answer(message: Any) -> None:
        nonlocal has_answered
        has_answered = True
        await send(message)

    try:
        await app(scope, hear, answer)
    except Exception:  # the border to an application: by raising it says that it knows no such scope
        if has_answered:
            raise
        if not heard:
            await hear()
        await send({"type": "lifespan.startup.complete"})
        await hear()
        await send({"type": "lifespan.shutdown.complete"})
