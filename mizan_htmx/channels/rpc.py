"""Functions and contexts over the socket: executed as over HTTP, with the same results."""

import logging
from asyncio import CancelledError
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from channels.db import aclose_old_connections, database_sync_to_async
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from mizan_htmx.channels import protocol
from mizan_htmx.channels.protocol import Frame
from mizan_htmx.channels.socket.request import request_for
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
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.setup.registry import registry

_METHODS = ("GET", "POST")

logger = logging.getLogger("mizan_htmx.channels")


async def call(frame: Frame, visitor: Visitor, scope: Mapping[str, Any]) -> str:
    """Call a function that is declared with ``websocket=True``; return the answer."""
    function = _function_of(frame)
    arguments = _arguments_of(frame, "args")

    async def work(request: HttpRequest, recorder: Recorder) -> HttpResponse:
        return HttpResponse(await aanswer_call(function, request, arguments, recorder))

    return await _answer(frame, await request_for(visitor, scope, "POST"), work)


async def read_context(frame: Frame, visitor: Visitor, scope: Mapping[str, Any]) -> str:
    """Read a context; return the answer."""
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
    if function is None or not function.is_callable:  # the same error, so that it does not reveal these
        raise NotFound(protocol.unknown("function", name))
    if not function.websocket:
        hint = ": it is not declared with websocket=True" if settings.DEBUG else ""
        raise NotFound(protocol.unknown("function", name) + hint)
    return function


def _group_of(frame: Frame) -> Group:
    name = frame.body.get("context")
    if not isinstance(name, str) or not name:
        raise BadRequest("Missing 'context': it names the context to read.")
    group = registry.graph.groups.get(name)
    if group is None or group.is_private:
        raise NotFound(protocol.unknown("context", name))
    return group


def _arguments_of(frame: Frame, field: str) -> Arguments:
    return Arguments((read_object(frame.body, field),))


async def _answer(frame: Frame, request: HttpRequest, work: AsyncWork) -> str:
    session: SessionBase | None = getattr(request, "session", None)
    key = session.session_key if session is not None else None
    try:
        response = await arespond(request, _METHODS, work, partial(_fail, frame), _finish)
    except CancelledError:  # the server ends the socket
        await aclose_old_connections()  # after the thread of this frame has finished
        raise
    if isinstance(response, _Failed):
        version = response.headers.get(VERSION_HEADER)
        answer = protocol.failure(
            frame, response.error, invalidations=response.invalidations, version=version
        )
    else:
        assert isinstance(response, HttpResponse)
        if session is not None and key is not None:
            await _save(session, key)
        answer = protocol.result(frame, response.content, version=response.headers.get(VERSION_HEADER))
    await aclose_old_connections()
    return answer


class _Failed(HttpResponse):
    """The response of a call that failed; it carries the error to the frame that answers it."""

    def __init__(self, error: MizanError) -> None:
        super().__init__()
        self.error = error
        self.invalidations: tuple[Invalidation, ...] = ()


async def _fail(frame: Frame, request: HttpRequest, error: Exception) -> _Failed:
    known = refusal_of(error)
    if known.status >= 500:
        named = frame.body.get("fn") or frame.body.get("context")
        logger.error("%s over the socket: %r", type(error).__name__, named, exc_info=error)
    return _Failed(known)


async def _finish(
    request: HttpRequest, response: HttpResponseBase, recorder: Recorder, *, owned: bool
) -> HttpResponseBase:
    """Publish what was invalidated; the response is not sent, but its version header is."""
    if isinstance(response, _Failed):
        response.invalidations = recorder.invalidations()
    await apublish(request, recorder, response)
    return response


async def _save(session: SessionBase, key: str) -> None:
    """Save a changed session, as SessionMiddleware does, if it is still that of the visitor's cookie."""
    if session.modified and session.session_key == key:
        # Raised if the visitor has logged out meanwhile.
        with suppress(UpdateError):
            await database_sync_to_async(session.save)()
