"""What waits to be sent to one socket: in order, bounded, and written by a task that nobody waits for."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

#: So many frames may wait for a slow client. One that is further behind reconnects and catches up.
LIMIT = 256
TRY_AGAIN_LATER = 1013  # RFC 6455's registry of close codes

Send = Callable[[Mapping[str, Any]], Awaitable[None]]


@dataclass(slots=True, eq=False)
class Place:
    """A place in the row; what stands behind it waits until it is filled."""

    message: Mapping[str, Any] | None = None


class Outbox:
    """The frames of one socket. For its event loop only."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._row: deque[Place] = deque()
        self._writer: asyncio.Task[None] | None = None
        # As it was when the socket opened: the writer may be started from anywhere.
        self._context = copy_context()
        self.closed = False

    def put(self, frame: str) -> None:
        """Queue a frame; a client that lets too many wait is sent away."""
        self._append(Place(_text(frame)))

    def reserve(self) -> Place:
        """Keep a place for a frame that is not known yet."""
        place = Place()
        self._append(place)
        return place

    def fill(self, place: Place, frame: str) -> None:
        """Put a frame into its place."""
        place.message = _text(frame)
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
            self._row.append(Place(_closing(code)))
            self._wake()

    def cut(self, code: int) -> None:
        """Close the socket at once."""
        self.closed = True
        former = self.stop()
        self._row.append(Place(_closing(code)))
        self._start(former)

    def stop(self) -> "asyncio.Task[None] | None":
        """Forget all that waits, and write no more; give the task that was writing."""
        self.closed = True
        self._row.clear()
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.cancel()
        return writer

    def _append(self, place: Place) -> None:
        if self.closed:
            return
        if len(self._row) >= LIMIT:
            self.cut(TRY_AGAIN_LATER)
            return
        self._row.append(place)
        self._wake()

    def _wake(self) -> None:
        if self._writer is None and self._next() is not None:
            self._start(None)

    def _next(self) -> Mapping[str, Any] | None:
        return self._row[0].message if self._row else None

    def _start(self, former: "asyncio.Task[None] | None") -> None:
        self._writer = asyncio.get_running_loop().create_task(self._write(former), context=self._context)

    async def _write(self, former: "asyncio.Task[None] | None") -> None:
        try:
            if former is not None:
                await asyncio.wait([former])
            while (message := self._next()) is not None:
                self._row.popleft()
                await self._send(message)
        except Exception:  # the server's way to say that the client is gone; it will say so again
            self.closed = True
            self._row.clear()
        if self._writer is asyncio.current_task():
            self._writer = None


def _text(frame: str) -> Mapping[str, Any]:
    return {"type": "websocket.send", "text": frame}


def _closing(code: int) -> Mapping[str, Any]:
    return {"type": "websocket.close", "code": code}
