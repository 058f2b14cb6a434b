"""Functions and contexts over the socket: the same dispatch as over HTTP, and the same bodies."""

import logging
from asyncio import CancelledError
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from io import BytesIO
from typing import Any

from channels.db import aclose_old_connections, database_sync_to_async
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from mizan_htmx.channels import protocol as frames
from mizan_htmx.channels.internals import store_of
from mizan_htmx.channels.protocol import Frame
from mizan_htmx.channels.socket.session_user import Visitor
from mizan_htmx.declarations.functions import Function
from mizan_htmx.declarations.graph import Group
from mizan_htmx.errors import BadRequest, MizanError, NotFound
from mizan_htmx.http.arguments import Arguments, read_object
from mizan_htmx.http.error_responses import refusal_of
from mizan_htmx.http.lifecycle import AsyncWork, apublish, arespond
from mizan_htmx.http.views import aanswer_call, aanswer_context
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.protocol.headers import VERSION_HEADER
from mizan_htmx.setup.registry import registry

_METHODS = ("GET", "POST")

logger = logging.getLogger("mizan_htmx.channels")

_SCHEMES = {"ws": "http", "wss": "https"}


def request_of(scope: Mapping[str, Any], method: str = "GET") -> HttpRequest:
    """Make the HTTP request that the socket of this scope was opened with; its query is left out."""
    scheme = scope.get("scheme", "ws")
    own = {"type": "http", "method": method, "scheme": _SCHEMES.get(scheme, scheme), "query_string": b""}
    return ASGIRequest({**scope, **own}, BytesIO())


async def request_for(visitor: Visitor, scope: Mapping[str, Any], method: str = "GET") -> HttpRequest:
    """Make a request of a visitor as he is now, whatever he was when the socket was opened."""
    request: Any = request_of(scope, method)
    user = await visitor.user()

    async def auser() -> Any:
        return user

    request.user, request.auser = user, auser
    session = scope.get("session")
    if session is not None:
        store = store_of(session)
        request.session = type(store)(store.session_key)
    return request  # type: ignore[no-any-return]


async def rpc(frame: Frame, visitor: Visitor, scope: Mapping[str, Any]) -> str:
    """Call a function that is declared with ``websocket=True``."""
    function = _function_of(frame)
    arguments = _arguments_of(frame, "args")

    async def work(request: HttpRequest, recorder: Recorder) -> HttpResponse:
        return HttpResponse(await aanswer_call(function, request, arguments, recorder))

    return await _answer(frame, await request_for(visitor, scope, "POST"), work)


async def ctx(frame: Frame, visitor: Visitor, scope: Mapping[str, Any]) -> str:
    """Read a context."""
    group = _group_of(frame)
    arguments = _arguments_of(frame, "params")

    async def work(request: HttpRequest, recorder: Recorder) -> HttpResponse:
        return HttpResponse(await aanswer_context(group, request, arguments, recorder))

    return await _answer(frame, await request_for(visitor, scope), work)


def _function_of(frame: Frame) -> Function:
    name = frame.body.get("fn")
    if not isinstance(name, str) or not name:
        raise BadRequest("Missing 'fn': it names the function to call.")
    function = registry.graph.functions.get(name)
    if function is None or function.private:  # alike, so that nobody learns of a private one
        raise NotFound(frames.unknown("function", name))
    if not function.websocket:
        hint = ": it is not declared with websocket=True" if settings.DEBUG else ""
        raise NotFound(frames.unknown("function", name) + hint)
    return function


def _group_of(frame: Frame) -> Group:
    name = frame.body.get("context")
    if not isinstance(name, str) or not name:
        raise BadRequest("Missing 'context': it names the context to read.")
    group = registry.graph.groups.get(name)
    if group is None or group.is_private:
        raise NotFound(frames.unknown("context", name))
    return group


def _arguments_of(frame: Frame, field: str) -> Arguments:
    return Arguments((read_object(frame.body, field),))


async def _answer(frame: Frame, request: HttpRequest, work: AsyncWork) -> str:
    session: SessionBase | None = getattr(request, "session", None)
    key = session.session_key if session is not None else None
    try:
        response = await arespond(request, _METHODS, work, partial(_fail, frame), _finish)
    except CancelledError:  # the server ends the socket
        await aclose_old_connections()  # once the thread, which ends with this, has done its work
        raise
    if isinstance(response, _Failed):
        answer = frames.refusal(frame, response.error)
    else:
        assert isinstance(response, HttpResponse)
        if session is not None and key is not None:
            await _keep(session, key)
        answer = frames.result(frame, response.content, version=response.headers.get(VERSION_HEADER))
    await aclose_old_connections()
    return answer


class _Failed(HttpResponse):
    """Stands for the response to a call that failed, until its frame is written."""

    def __init__(self, error: MizanError) -> None:
        super().__init__()
        self.error = error


async def _fail(frame: Frame, request: HttpRequest, error: Exception) -> _Failed:
    known = refusal_of(error)
    if known.status >= 500:
        named = frame.body.get("fn") or frame.body.get("context")
        logger.error("%s over the socket: %r", type(error).__name__, named, exc_info=error)
    return _Failed(known)


async def _finish(
    request: HttpRequest, response: HttpResponseBase, recorder: Recorder, *, owned: bool
) -> HttpResponseBase:
    """Publish what was invalidated; of the response, which nobody gets, only its version is sent."""
    await apublish(request, recorder, response)
    return response


async def _keep(session: SessionBase, key: str) -> None:
    """Save a changed session, as its middleware does; only the one whose cookie the visitor has."""
    if session.modified and session.session_key == key:
        # Unless the visitor has logged out meanwhile.
        with suppress(UpdateError):
            await database_sync_to_async(session.save)()
