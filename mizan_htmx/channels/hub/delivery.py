"""Messages to the subscribers of channels: each frame is built once, in a lane of its group.

A slow template holds up the later messages of its group, and nothing else.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from channels.db import database_sync_to_async

from mizan_htmx.channels.hub.cancel import end
from mizan_htmx.channels.layer.transport import Event

logger = logging.getLogger("mizan_htmx.channels")

#: More messages than this wait in no lane; the oldest are dropped.
WAITING = 1000


@dataclass(slots=True)
class Rendered:
    """One message: its payload as JSON, and its HTML by what the parameters mean and by partial."""

    payload: str | None = None
    html: dict[tuple[str, str], str] = field(default_factory=dict)


class Lanes:
    """Runs one ``deliver(event)`` after the other in each group, and the groups side by side."""

    def __init__(self, deliver: Callable[[Event], Awaitable[None]]) -> None:
        self._deliver = deliver
        self._lanes: dict[str, deque[Event]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def put(self, event: Event) -> None:
        """Queue a message."""
        group = event["group"]
        lane = self._lanes.setdefault(group, deque())
        if len(lane) == WAITING:
            lane.popleft()
            logger.warning("More than %s messages wait for group %r. The oldest is dropped.", WAITING, group)
        lane.append(event)
        if group not in self._tasks:
            self._tasks[group] = asyncio.get_running_loop().create_task(self._run(group))

    async def _run(self, group: str) -> None:
        lane = self._lanes[group]
        try:
            while lane:
                event = lane.popleft()
                try:
                    await self._deliver(event)
                except Exception:  # the border to the site's templates
                    logger.exception("A message to group %r could not be delivered.", group)
        finally:
            self._lanes.pop(group, None)
            self._tasks.pop(group, None)

    async def close(self) -> None:
        """Drop what waits."""
        await end(self._tasks.values())


async def frame_of(event: Event, params: str, partial: str, rendered: Rendered) -> str:
    """Build the frame of a message for those who subscribed with these parameters and this partial.

    What is rendered stays in ``rendered``, for those who wrote the same parameters in another way.
    """
    head = {"channel": event["channel"], "params": json.loads(params), "type": event["message"]}
    tail: dict[str, str] = {}
    if partial:
        # The template may ask the database; a thread for it alone, since a slow one must not hold up others.
        render = database_sync_to_async(_html, thread_sensitive=False)
        html = await render(event, head["params"], partial, rendered)
        tail = {"html": html, "partial": partial}
    if rendered.payload is None:
        rendered.payload = json.dumps(event["payload"])
    # The payload may be long, and is the same for all.
    written = f'{json.dumps(head)[:-1]}, "data": {rendered.payload}'
    return f"{written}, {json.dumps(tail)[1:]}" if tail else f"{written}}}"


def _html(event: Event, params: Mapping[str, Any], partial: str, rendered: Rendered) -> str:
    # Not at the top: a channel pushes its messages, and its class renders them.
    from mizan_htmx.channels.templates import meaning, render

    channel = event["channel"]
    asked = (meaning(channel, params), partial)
    if asked not in rendered.html:
        rendered.html[asked] = render(partial, channel, params, event["message"], event["payload"])
    return rendered.html[asked]
