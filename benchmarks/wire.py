"""Requests as Django's handlers get them, prepared in advance, and their responses."""

import asyncio
import gzip
import io
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

TOKEN = "b" * 32
HOST = "bench.example"
PAGE = f"http://{HOST}/page/"
#: The headers that htmx sends.
HTMX = {"HX-Request": "true", "HX-Current-URL": PAGE}

_BROWSER = {
    "Host": HOST,
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Accept": "*/*",
    "Accept-Language": "en-US,en;q=0.5",
    "Accept-Encoding": "gzip, deflate, br",
    "Sec-Fetch-Dest": "empty",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Site": "same-origin",
    "Referer": PAGE,
}
# Below this many bytes GZipMiddleware leaves a body alone.
_WORTH_PACKING = 200

Scope = MutableMapping[str, Any]
Handler = Callable[[dict[str, Any], Callable[..., Any]], Any]
Application = Callable[[Any, Any, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Request:
    """A request of a browser; ``query`` is appended to the URL, ``path`` may have a query already."""

    method: str
    path: str
    body: bytes = b""
    query: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    @property
    def target(self) -> tuple[str, str]:
        """Return path and query."""
        path, _, query = self.path.partition("?")
        return path, urlencode(self.query) or query

    def lines(self, cookie: str) -> dict[str, str]:
        """Return all its headers."""
        sent = {**_BROWSER, "Cookie": cookie}
        if self.method != "GET":
            sent |= {"Origin": f"http://{HOST}", "X-CSRFToken": TOKEN}
            sent |= {"Content-Type": self.content_type, "Content-Length": str(len(self.body))}
        return {**sent, **self.headers}


@dataclass(frozen=True, slots=True)
class Answer:
    """A response."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """Return one header, or ``""``."""
        return next((text for each, text in self.headers if each.lower() == name.lower()), "")


def environ(request: Request, cookie: str) -> dict[str, Any]:
    """Return the ``environ`` of a request, as of a WSGI server, without its body."""
    path, query = request.target
    made: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, text in request.lines(cookie).items():
        key = name.upper().replace("-", "_")
        made[key if key.startswith("CONTENT_") else f"HTTP_{key}"] = text
    return made


def scope(request: Request, cookie: str) -> dict[str, Any]:
    """Return the scope of a request, as of an ASGI server."""
    path, query = request.target
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "scheme": "http",
        "headers": [(name.lower().encode(), text.encode()) for name, text in request.lines(cookie).items()],
        "client": ("127.0.0.1", 1),
        "server": (HOST, 80),
    }


def ask(handler: Handler, request: Request, cookie: str) -> Answer:
    """Return the response of a WSGI handler."""
    began: list[tuple[str, Iterable[tuple[str, str]]]] = []
    response = handler(
        {**environ(request, cookie), "wsgi.input": io.BytesIO(request.body)},
        lambda status, headers, exc_info=None: began.append((status, headers)),
    )
    body = b"".join(response)
    response.close()
    status, headers = began[0]
    return Answer(int(status[:3]), tuple(headers), body)


def asking(handler: Handler, request: Request, cookie: str) -> Callable[[], None]:
    """Return a function that sends this request once; it costs about a microsecond itself."""
    template, body = environ(request, cookie), request.body

    def once() -> None:
        asked = template.copy()
        asked["wsgi.input"] = io.BytesIO(body)
        response = handler(asked, _ignored)
        for _ in response:
            pass
        response.close()

    return once


def _ignored(status: str, headers: object, exc_info: object = None) -> None:
    pass


async def ask_async(application: Application, asked: Mapping[str, Any], body: bytes) -> Answer:
    """Return the response of an ASGI application; the client stays connected until it is complete."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop()
        return await asyncio.Event().wait()  # type: ignore[return-value]  # never: it is cancelled

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(dict(asked), receive, send)
    headers = tuple((name.decode(), text.decode()) for name, text in sent[0]["headers"])
    return Answer(sent[0]["status"], headers, b"".join(each.get("body", b"") for each in sent[1:]))


def sizes(request: Request, answer: Answer, cookie: str) -> dict[str, float]:
    """Count the bytes up, down, and down with a compressed body; headers included."""
    path, query = request.target
    up = len(f"{request.method} {path}{'?' if query else ''}{query} HTTP/1.1\r\n\r\n") + len(request.body)
    up += sum(len(f"{name}: {text}\r\n") for name, text in request.lines(cookie).items())
    head = len("HTTP/1.1 200 OK\r\n\r\n") + sum(len(f"{name}: {text}\r\n") for name, text in answer.headers)
    body = len(answer.body)
    packed = len(gzip.compress(answer.body, 6)) if body >= _WORTH_PACKING else body
    return {"up": up, "down": head + body, "packed": head + packed}
