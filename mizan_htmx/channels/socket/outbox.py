"""The frames that wait to be sent to one socket: in order, bounded, and written in the background."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from mizan_htmx.channels.hub.writer_pool import Writer, WriterPool

#: The most frames that wait for a slow client. One that falls behind further is disconnected, reconnects and
#: catches up.
MAX_FRAMES = 256
#: The most characters that wait besides answers; the last frame may exceed it.
MAX_UNREQUESTED_TEXT = 256 * 1024
#: The most unsent characters when the next frame of a client is handled; its answer may be of any size.
MAX_UNSENT = 64 * 1024
TRY_AGAIN_LATER = 1013  # RFC 6455's registry of close codes

#: Added to a close code that a server rejects: autobahn, and so daphne, accepts only 1000 and 3000 to 4999.
PRIVATE_USE = 3000

Message = Mapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


@dataclass(slots=True, eq=False)
class Place:
    """A place in the queue; the frames behind it wait until it is filled."""

    message: Message | None = None


class Outbox:
    """The queued frames of one socket. Not thread-safe."""

    def __init__(self, send: Send, writer_pool: WriterPool) -> None:
        self._send = send
        self._writer_pool = writer_pool
        # Frames are kept as text, to save memory: one invalidation queues a frame for each socket.
        self._queue: deque[Place | str] = deque()
        # In characters: the frames that are queued as text, and all that is not sent.
        self._unrequested = 0
        self._unsent = 0
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._is_due = False
        self._writer: Writer | None = None
        # That of the socket's opening, because frames are queued in any context.
        self.context = copy_context()
        self.closed = False

    def put(self, frame: str) -> None:
        """Queue a frame; disconnect a client that leaves too many unread."""
        self._append(frame)

    def answer(self, frame: str) -> None:
        """Queue an answer of any size: the client's next frame is handled only when there is room."""
        self.fill(self.reserve(), frame)

    async def wait_for_room(self) -> None:
        """Wait until at most ``MAX_UNSENT`` characters are unsent, or the socket is closed."""
        await self._has_room.wait()

    def reserve(self) -> Place:
        """Reserve a place for a frame that is not known yet."""
        place = Place()
        self._append(place)
        return place

    def fill(self, place: Place, frame: str) -> None:
        """Put a frame into its place."""
        place.message = _text_message(frame)
        self._count(len(frame))
        self._wake()

    def release(self, place: Place) -> None:
        """Remove a reserved place."""
        if place in self._queue:
            self._queue.remove(place)
        self._wake()

    def close(self, code: int) -> None:
        """Close the socket after the queued frames are sent; ignore later frames."""
        if not self.closed:
            self.closed = True
            self._has_room.set()
            self._queue.append(Place(_close_message(code)))
            self._wake()

    def close_now(self, code: int) -> None:
        """Close the socket without sending the queued frames."""
        self.stop()
        self._queue.append(Place(_close_message(code)))
        self._wake()

    def stop(self) -> None:
        """Drop the queued frames, and stop writing."""
        self._drop()
        # It waits for this client alone, unless it is the caller.
        if self._writer is not None and self._writer is not asyncio.current_task():
            self._writer.cancel()

    def _append(self, place: Place | str) -> None:
        if self.closed:
            return
        if len(self._queue) >= MAX_FRAMES or self._unrequested > MAX_UNREQUESTED_TEXT:
            self.close_now(TRY_AGAIN_LATER)
            return
        self._queue.append(place)
        if isinstance(place, str):
            self._unrequested += len(place)
            self._count(len(place))
        self._wake()

    def _count(self, characters: int) -> None:
        if self.closed:
            return
        self._unsent += characters
        if self._unsent <= MAX_UNSENT:
            self._has_room.set()
        else:
            self._has_room.clear()

    def _drop(self) -> None:
        self.closed = True
        self._queue.clear()
        self._has_room.set()

    def _wake(self) -> None:
        if not self._is_due and self._next() is not None:
            self._is_due = True
            self._writer_pool.schedule(self)

    def _next(self) -> Message | str | None:
        if not self._queue:
            return None
        first = self._queue[0]
        return first.message if isinstance(first, Place) else first

    async def write(self, writer: Writer) -> None:
        """Send the queued frames, in this task, up to the first place that is not filled."""
        self._writer = writer
        try:
            while (found := self._next()) is not None:
                self._queue.popleft()
                if isinstance(found, str):
                    self._unrequested -= len(found)
                message = _text_message(found) if isinstance(found, str) else found
                await self._deliver(message)
                self._count(-len(message.get("text", "")))
        except Exception:  # how servers report a lost client; each later call reports it again
            self._drop()
        finally:
            self._writer, self._is_due = None, False
            if self.closed:
                # After a cancellation by ``close_now`` the close frame is still to be sent.
                self._wake()

    async def _deliver(self, message: Message) -> None:
        try:
            await self._send(message)
        except Exception:  # every server has its own exceptions
            code = message.get("code", PRIVATE_USE)
            if code >= PRIVATE_USE:
                raise
            # Treated as a lost client, this would leave the socket open and unserved.
            await self._send(_close_message(code + PRIVATE_USE))


def _text_message(frame: str) -> Message:
    return {"type": "websocket.send", "text": frame}


def _close_message(code: int) -> Message:
    return {"type": "websocket.close", "code": code}
