"""Small servers that speak as CDNs do, keep copies by tags, and refuse what the real ones refuse."""

import json
import socket
import struct
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, ClassVar, Literal, TypeVar

Trouble = Literal["hang", "drop", "dribble"]


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came in; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answers."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """Ends a call with an answer of failure."""

    def __init__(self, status: int, body: object = "", **headers: str) -> None:
        super().__init__(status)
        text = body if isinstance(body, str) else json.dumps(body)
        self.reply = Reply(status, text.encode(), headers)


class Cdn(ABC):
    """A server with an interface for purges. ``copies`` maps an address to the tags it is kept under."""

    #: The header that it reads tags off.
    header: ClassVar[str] = ""
    #: Options of its backend, but for the address of the server.
    options: ClassVar[Mapping[str, Any]] = {}
    #: Secrets among them, which nothing may show.
    secrets: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[Call] = []
        self.troubles: deque[Trouble | Reply] = deque()
        self.copies: dict[str, frozenset[str]] = {}
        self.over = Event()
        self.lock = Lock()

    @abstractmethod
    def take(self, call: Call) -> Reply:
        """Do what a call asks for; raise Refusal as the real one would."""

    def tags_in(self, value: str) -> frozenset[str]:
        """Read the tags off the header of a response, within this server's limits."""
        raise NotImplementedError

    def keep(self, address: str, value: str) -> None:
        """Keep a copy of a response with this header."""
        self.copies[address] = self.tags_in(value)

    def purge(self, tag: str) -> None:
        """Remove the copies that have a tag."""
        self.copies = {address: tags for address, tags in self.copies.items() if tag not in tags}

    def backend_options(self) -> dict[str, Any]:
        """Give the options of a backend that talks to this server, and does not wait long for it."""
        return {**self.options, "api": self.url, "timeout": 2.0}

    def answer(self, call: Call) -> Trouble | Reply:
        """Take down a call and answer it, or make trouble."""
        with self.lock:
            self.calls.append(call)
            if self.troubles:
                return self.troubles.popleft()
            try:
                return self.take(call)
            except Refusal as refusal:
                return refusal.reply


class _Request(BaseHTTPRequestHandler):
    """One request to a server."""

    protocol_version = "HTTP/1.1"
    cdn: Cdn

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.cdn.answer(Call(self.command, self.path, headers, body))
        if isinstance(reply, Reply):
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(reply.body)
            return
        self.close_connection = True
        if reply == "hang":
            self.cdn.over.wait()
        if reply == "dribble":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not self.cdn.over.wait(0.05):
                self.wfile.write(b" ")
        reset = struct.pack("ii", 1, 0)  # close without a goodbye
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)

    do_GET = do_POST = do_PURGE = do_BAN = do_PURGEKEYS = _serve

    def handle(self) -> None:
        with suppress(OSError):  # the other side has hung up
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        pass


Some = TypeVar("Some", bound=Cdn)


@contextmanager
def serving(cdn: Some) -> Iterator[Some]:
    """Let a server run inside, on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Request", (_Request,), {"cdn": cdn}))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    cdn.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield cdn
    finally:
        cdn.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def only_keys(call: Call, *names: str) -> Any:
    """Read a JSON object with exactly these keys; refuse anything else."""
    if call.headers.get("content-type") != "application/json":
        raise Refusal(415, "JSON only")
    try:
        content = call.json
    except ValueError:
        raise Refusal(400, "no JSON") from None
    if not isinstance(content, dict) or set(content) != set(names):
        raise Refusal(400, "unknown keys")
    return content


def wanted(call: Call, method: str, path: str) -> None:
    """Refuse another method or path."""
    if call.path != path:
        raise Refusal(404, "no such thing")
    if call.method != method:
        raise Refusal(405, "another method")


def keys(cdn: Cdn) -> list[list[str]]:
    """List the keys of each call to a server of Fastly's."""
    return [call.json["surrogate_keys"] for call in cdn.calls]


def until(condition: Callable[[], object]) -> None:
    """Wait for a condition, a minute at most."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "It did not come true."
        Event().wait(0.005)
