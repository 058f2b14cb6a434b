"""The ASGI lifespan: before the server stops, pending publications and purges are sent, or logged.

A server may end itself by the signal that stopped it, as uvicorn does; then no ``atexit`` function runs.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from mizan_htmx.invalidation.shutdown import finish

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


async def serve(app: Any, scope: Any, receive: Receive, send: Send) -> None:
    """Pass the lifespan on to ``app``; handle it here if ``app``, as Django's, does not support it."""
    received: list[str] = []
    has_answered = False

    async def receive_and_finish() -> Any:
        message = await receive()
        received.append(message["type"])
        if message["type"] == "lifespan.shutdown":
            await asyncio.to_thread(finish)
        return message

    async def answer(message: Any) -> None:
        nonlocal has_answered
        has_answered = True
        await send(message)

    try:
        await app(scope, receive_and_finish, answer)
    except Exception:  # the border to an application, which raises if it does not support this scope
        if has_answered:
            raise
        if not received:
            await receive_and_finish()
        await send({"type": "lifespan.startup.complete"})
        await receive_and_finish()
        await send({"type": "lifespan.shutdown.complete"})
