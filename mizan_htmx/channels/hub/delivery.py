"""Delivery of messages to the subscribers of channels: a queue for each group, and one rendering for all.

A slow template delays the later messages of its group, and no others.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from channels.db import database_sync_to_async

from mizan_htmx.channels.hub.cancel import cancel_all
from mizan_htmx.channels.layer.events import Event
from mizan_htmx.channels.templates import canonical_params, render

logger = logging.getLogger("mizan_htmx.channels")

#: The most messages that wait in one queue; then the oldest are dropped.
MAX_QUEUED = 1000


@dataclass(slots=True)
class Renderings:
    """One message as JSON, and as HTML by canonical parameters and partial."""

    payload: str | None = None
    html: dict[tuple[str, str], str] = field(default_factory=dict)


class DeliveryQueues:
    """Call ``deliver(event)`` for one message after the other in each group, and for groups concurrently."""

    def __init__(self, deliver: Callable[[Event], Awaitable[None]]) -> None:
        self._deliver = deliver
        self._queues: dict[str, deque[Event]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def enqueue(self, event: Event) -> None:
        """Deliver a message after those of its group that are queued already."""
        group = event["group"]
        queue = self._queues.setdefault(group, deque())
        if len(queue) == MAX_QUEUED:
            queue.popleft()
            logger.warning(
                "More than %s messages are queued for group %r. The oldest is dropped.", MAX_QUEUED, group
            )
        queue.append(event)
        if group not in self._tasks:
            self._tasks[group] = asyncio.get_running_loop().create_task(self._run(group))

    async def _run(self, group: str) -> None:
        queue = self._queues[group]
        try:
            while queue:
                event = queue.popleft()
                try:
                    await self._deliver(event)
                except Exception:  # the border to the site's templates
                    logger.exception("A message to group %r could not be delivered.", group)
        finally:
            self._queues.pop(group, None)
            self._tasks.pop(group, None)

    async def close(self) -> None:
        """Drop all queued messages."""
        await cancel_all(self._tasks.values())


async def message_frame(event: Event, params: str, partial: str, renderings: Renderings) -> str:
    """Return the frame of a message for the subscribers with these parameters (JSON) and this partial.

    The HTML is kept in ``renderings``, for subscribers who wrote the same parameters differently.
    """
    head = {"channel": event["channel"], "params": json.loads(params), "type": event["message"]}
    tail: dict[str, str] = {}
    if partial:
        # The template may query the database. A thread of its own, so that a slow one does not delay others.
        render_html = database_sync_to_async(_html, thread_sensitive=False)
        html = await render_html(event, head["params"], partial, renderings)
        tail = {"html": html, "partial": partial}
    if renderings.payload is None:
        renderings.payload = json.dumps(event["payload"])
    # Joined as text: the payload may be long, and is the same for all subscribers.
    start = f'{json.dumps(head)[:-1]}, "data": {renderings.payload}'
    return f"{start}, {json.dumps(tail)[1:]}" if tail else f"{start}}}"


def _html(event: Event, params: Mapping[str, Any], partial: str, renderings: Renderings) -> str:
    channel = event["channel"]
    key = (canonical_params(channel, params), partial)
    if key not in renderings.html:
        renderings.html[key] = render(partial, channel, params, event["message"], event["payload"])
    return renderings.html[key]
