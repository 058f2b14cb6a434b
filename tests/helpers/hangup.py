"""A client of an ASGI site that hangs up while its request is being answered, and a gate to hold that at."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from threading import Event
from typing import Any

from asgiref.sync import markcoroutinefunction
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

PATIENCE = 60.0
FORM = "application/x-www-form-urlencoded"


class Gate:
    """Holds what passes it until somebody has hung up."""

    def __init__(self) -> None:
        self.reached = Event()
        self.opened = Event()

    def hold(self) -> None:
        """Wait in a thread."""
        self.reached.set()
        assert self.opened.wait(PATIENCE), "Nobody opened the gate."

    async def ahold(self) -> None:
        """Wait in a coroutine, in which nothing but its end ends that."""
        self.reached.set()
        await asyncio.Event().wait()


class Noticing:
    """The outermost middleware: it opens the gate when a request is given up."""

    async_capable = True
    sync_capable = False
    gate: Gate

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or notice that nobody wants an answer any more."""
        try:
            return await self.get_response(request)
        except asyncio.CancelledError:
            # Here, and not in the test: older releases of asgiref let the loop wait for the thread now.
            self.gate.opened.set()
            raise


NOTICING = f"{__name__}.Noticing"


async def hang_up(
    gate: Gate, path: str, body: str, content_type: str = FORM, *, opens: bool = False
) -> list[Any]:
    """Send a request, hang up while it is held at the gate; give what was answered.

    It goes on once it is given up; where that has to wait for its thread, ``opens`` lets it go on before.
    """
    sent: list[Any] = []
    inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    Noticing.gate = gate

    async def send(message: Any) -> None:
        sent.append(message)

    inbox.put_nowait({"type": "http.request", "body": body.encode(), "more_body": False})
    task = asyncio.create_task(ASGIHandler()(_scope(path, content_type), inbox.get, send))
    assert await asyncio.to_thread(gate.reached.wait, PATIENCE), "The gate was not reached."
    inbox.put_nowait({"type": "http.disconnect"})
    if opens:
        gate.opened.set()
    async with asyncio.timeout(PATIENCE):
        await task
    assert gate.opened.is_set(), "The request was not given up."
    return sent


def _scope(path: str, content_type: str) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"testserver"),
            (b"content-type", content_type.encode()),
            (b"cookie", b"csrftoken=" + b"a" * 32),
            (b"x-csrftoken", b"a" * 32),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
    }


class Plain:
    """A middleware of a site's own that is sync, and so has all that is inside of it called in a thread."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer."""
        return self.get_response(request)


class Impatient(Noticing):
    """A middleware that answers 503 by itself once the gate has been reached."""

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or give up."""
        answer = asyncio.ensure_future(self.get_response(request))
        assert await asyncio.to_thread(self.gate.reached.wait, PATIENCE)
        answer.cancel()
        with suppress(asyncio.CancelledError):
            await answer
        return HttpResponse(status=503)


PLAIN, IMPATIENT = f"{__name__}.Plain", f"{__name__}.Impatient"
