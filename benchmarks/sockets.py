"""WebSocket clients that cost little, so that the server is measured."""

import asyncio
import base64
import json
import os
import struct
import time
from typing import Any, TypeVar, cast

KEY = "board;board_id=3"
WATCH = json.dumps({"action": "watch", "id": "1", "contexts": KEY})
TEXT, CLOSE, PING = 0x1, 0x8, 0x9
AT_ONCE = 50
PATIENCE = 30.0


class Crowd:
    """Clients that wait for the same frame.

    ``arrivals`` are in nanoseconds of the machine's clock, ``received`` in bytes of all clients.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.arrivals: list[int] = []
        self.received = 0
        self.lost = 0
        self._all: asyncio.Future[None] | None = None

    def expect(self) -> asyncio.Future[None]:
        """Begin to count; return a future that is done when every client has a frame."""
        self.arrivals, self.received = [], 0
        self._all = asyncio.get_running_loop().create_future()
        return self._all

    def count(self) -> None:
        """Record that one client has its frame."""
        self.arrivals.append(time.monotonic_ns())
        if len(self.arrivals) == self.size and self._all is not None and not self._all.done():
            self._all.set_result(None)


class Client(asyncio.Protocol):
    """One WebSocket: it opens, watches, and passes every text frame to its crowd."""

    def __init__(self, crowd: Crowd, port: int, *, deflate: str) -> None:
        self._crowd = crowd
        self._buffer = b""
        self._is_open = False
        self._request = (
            f"GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n{deflate}\r\n"
        )
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Request the upgrade."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._request.encode())

    def data_received(self, data: bytes) -> None:
        """Handle a piece of what the server sends."""
        assert self.transport is not None
        self._crowd.received += len(data)
        data = self._buffer + data
        if not self._is_open:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._buffer = head
                return
            if b" 101 " not in head.partition(b"\r\n")[0]:
                raise RuntimeError(f"The server refused the socket: {head[:200]!r}")
            self._is_open = True
            self.transport.write(frame(TEXT, WATCH.encode()))
        while (found := _split(data)) is not None:
            opcode, payload, data = found
            if opcode == TEXT:
                self.receive(payload)
            elif opcode == PING:
                self.transport.write(frame(0xA, payload))
            elif opcode == CLOSE:
                self.transport.close()
        self._buffer = data

    def send(self, content: object) -> None:
        """Send a frame."""
        assert self.transport is not None
        self.transport.write(frame(TEXT, json.dumps(content).encode()))

    def receive(self, content: bytes) -> None:
        """Pass a frame to the crowd."""
        self._crowd.count()

    def abort(self) -> None:
        """Be gone."""
        assert self.transport is not None
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Record that it is closed."""
        self._crowd.lost += 1


Kind = TypeVar("Kind", bound=Client)


def frame(opcode: int, payload: bytes) -> bytes:
    """Write a frame of a client. The mask is zero, which is allowed and changes nothing."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else struct.pack("!BH", 0x80 | 126, size)
    return bytes([0x80 | opcode]) + length + bytes(4) + payload


def _split(data: bytes) -> tuple[int, bytes, bytes] | None:
    """Remove the first whole frame of a server, up to 64 KiB, from ``data``, and return it."""
    if len(data) < 2:
        return None
    size, start = data[1], 2
    if size == 126:
        if len(data) < 4:
            return None
        (size,), start = struct.unpack_from("!H", data, 2), 4
    if len(data) < start + size:
        return None
    return data[0] & 0x0F, data[start : start + size], data[start + size :]


async def gather_crowd(size: int, port: int, *, deflate: str, client: type[Kind]) -> tuple[Crowd, list[Kind]]:
    """Open sockets, some at a time, and wait until the server has confirmed that all of them watch."""
    crowd = Crowd(size)
    confirmed = crowd.expect()
    clients: list[Kind] = []
    loop = asyncio.get_running_loop()
    for start in range(0, size, AT_ONCE):
        batch = [
            loop.create_connection(lambda: client(crowd, port, deflate=deflate), "127.0.0.1", port)
            for _ in range(min(AT_ONCE, size - start))
        ]
        clients += [each for _, each in await asyncio.gather(*batch)]
        while len(crowd.arrivals) < len(clients):
            if crowd.lost:
                raise RuntimeError("The server closed a socket.")
            await asyncio.sleep(0.005)
    async with asyncio.timeout(PATIENCE):
        await confirmed
    return crowd, clients


class Trigger:
    """Calls the mutation over HTTP, on a connection of its own that stays open."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._headers = ""

    async def __aenter__(self) -> "Trigger":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        headers, answer = await self._ask("GET", "/api/mizan/session/")
        cookie = headers.get("set-cookie", "").partition(";")[0]
        self._headers = f"Cookie: {cookie}\r\nX-CSRFToken: {answer['csrfToken']}\r\n"
        return self

    async def __aexit__(self, *error: object) -> None:
        self._writer.close()

    async def pull(self) -> int:
        """Call it, and return the time at which its body ended."""
        return int(await self.call("touch", board_id=3))

    async def call(self, function: str, **arguments: object) -> Any:
        """Call any function, and return its result."""
        _, answer = await self._ask("POST", "/api/mizan/call/", {"fn": function, "args": arguments})
        return answer["result"]

    async def _ask(self, method: str, path: str, content: object = None) -> tuple[dict[str, str], Any]:
        body = b"" if content is None else json.dumps(content).encode()
        self._writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nContent-Length: {len(body)}\r\n"
            f"{self._headers}\r\n".encode()
            + body
        )
        status, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body = await self._reader.readexactly(int(headers["content-length"]))
        if not status.startswith("HTTP/1.1 200"):
            raise RuntimeError(f"The server answered {status!r}: {body[:500]!r}")
        return headers, json.loads(body)
