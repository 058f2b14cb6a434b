"""What waits to be sent to one socket: in order, bounded, and written by a task that nobody waits for."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from mizan_htmx.channels.hub.writer_pool import Writer, Writers

#: So many frames may wait for a slow client. One that is further behind reconnects and catches up.
LIMIT = 256
#: So many characters that nobody has asked for may wait, and one frame more.
LIMIT_OF_TEXT = 256 * 1024
#: So many may not have been sent when the next frame of a client is looked at: its answer may be of any size.
ROOM = 64 * 1024
TRY_AGAIN_LATER = 1013  # RFC 6455's registry of close codes

#: Added to a code that the server does not send: autobahn, and so daphne, takes 1000 and 3000 to 4999 alone.
PRIVATE_USE = 3000

Message = Mapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


@dataclass(slots=True, eq=False)
class Place:
    """A place in the row; what stands behind it waits until it is filled."""

    message: Message | None = None


class Outbox:
    """The frames of one socket. For its event loop only."""

    def __init__(self, send: Send, writers: Writers) -> None:
        self._send = send
        self._writers = writers
        # Frames stand there as text, without an object for each: there is one for each socket at a time.
        self._row: deque[Place | str] = deque()
        # In characters: what stands in the row as text, and all that is not sent.
        self._pushed = 0
        self._unsent = 0
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._is_due = False
        self._writer: Writer | None = None
        # As it was when the socket opened: frames come from anywhere.
        self.context = copy_context()
        self.closed = False

    def put(self, frame: str) -> None:
        """Queue a frame; a client that lets too many wait is sent away."""
        self._append(frame)

    def answer(self, frame: str) -> None:
        """Queue what the client has asked for, of any size: the next is asked for when there is room."""
        self.fill(self.reserve(), frame)

    async def room(self) -> None:
        """Wait until the client has read most of what waits for it, or will read no more."""
        await self._has_room.wait()

    def reserve(self) -> Place:
        """Keep a place for a frame that is not known yet."""
        place = Place()
        self._append(place)
        return place

    def fill(self, place: Place, frame: str) -> None:
        """Put a frame into its place."""
        place.message = _text(frame)
        self._count(len(frame))
        self._wake()

    def give_up(self, place: Place) -> None:
        """Let a place go that is not needed."""
        if place in self._row:
            self._row.remove(place)
        self._wake()

    def close(self, code: int) -> None:
        """Close the socket once all that waits is sent, and take nothing more."""
        if not self.closed:
            self.closed = True
            self._has_room.set()
            self._row.append(Place(_closing(code)))
            self._wake()

    def cut(self, code: int) -> None:
        """Close the socket at once."""
        self.stop()
        self._row.append(Place(_closing(code)))
        self._wake()

    def stop(self) -> None:
        """Forget all that waits, and write no more."""
        self._forget()
        # It waits for this client and for no other, unless it is what has called this.
        if self._writer is not None and self._writer is not asyncio.current_task():
            self._writer.cancel()

    def _append(self, place: Place | str) -> None:
        if self.closed:
            return
        if len(self._row) >= LIMIT or self._pushed > LIMIT_OF_TEXT:
            self.cut(TRY_AGAIN_LATER)
            return
        self._row.append(place)
        if isinstance(place, str):
            self._pushed += len(place)
            self._count(len(place))
        self._wake()

    def _count(self, characters: int) -> None:
        if self.closed:
            return
        self._unsent += characters
        if self._unsent <= ROOM:
            self._has_room.set()
        else:
            self._has_room.clear()

    def _forget(self) -> None:
        self.closed = True
        self._row.clear()
        self._has_room.set()

    def _wake(self) -> None:
        if not self._is_due and self._next() is not None:
            self._is_due = True
            self._writers.put(self)

    def _next(self) -> Message | str | None:
        if not self._row:
            return None
        first = self._row[0]
        return first.message if isinstance(first, Place) else first

    async def write(self, writer: Writer) -> None:
        """Send what waits, in this task, up to the first place that is not filled."""
        self._writer = writer
        try:
            while (found := self._next()) is not None:
                self._row.popleft()
                if isinstance(found, str):
                    self._pushed -= len(found)
                message = _text(found) if isinstance(found, str) else found
                await self._deliver(message)
                self._count(-len(message.get("text", "")))
        except Exception:  # the server's way to say that the client is gone; it will say so again
            self._forget()
        finally:
            self._writer, self._is_due = None, False
            if self.closed:
                # It was cancelled by ``cut``, and the client is still to be told.
                self._wake()

    async def _deliver(self, message: Message) -> None:
        try:
            await self._send(message)
        except Exception:  # every server has its own exceptions
            code = message.get("code", PRIVATE_USE)
            if code >= PRIVATE_USE:
                raise
            # Taken for the end of the client, this would leave a socket open that nobody serves.
            await self._send(_closing(code + PRIVATE_USE))


def _text(frame: str) -> Message:
    return {"type": "websocket.send", "text": frame}


def _closing(code: int) -> Message:
    return {"type": "websocket.close", "code": code}
