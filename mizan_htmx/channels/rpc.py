"""Functions and contexts over the socket: executed as over HTTP, with the same results."""

import logging
from asyncio import CancelledError
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from channels.db import aclose_old_connections, database_sync_to_async
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.http import HttpRequest, HttpResponse

from mizan_htmx.channels import protocol
from mizan_htmx.channels.protocol import Frame
from mizan_htmx.channels.socket.request import request_for
from mizan_htmx.channels.socket.session_user import Visitor
from mizan_htmx.declarations.functions import Function
from mizan_htmx.declarations.graph import Group
from mizan_htmx.errors import BadRequest, NotFound
from mizan_htmx.http.arguments import Arguments, read_object
from mizan_htmx.http.error_responses import refusal_of
from mizan_htmx.http.finishing import publish
from mizan_htmx.http.steps import Steps, arun
from mizan_htmx.http.views import answer_call, answer_context
from mizan_htmx.invalidation.recorder import Recorder, abandon, open_recorder, roll_back
from mizan_htmx.protocol.keys import VERSION_HEADER
from mizan_htmx.setup.registry import registry

Work = Callable[[HttpRequest, Recorder], Steps[bytes]]

logger = logging.getLogger("mizan_htmx.channels")


async def call(frame: Frame, visitor: Visitor, scope: Mapping[str, Any]) -> str:
    """Call a function that is declared with ``websocket=True``; return the answer."""
    function = _function_of(frame)
    arguments = _arguments_of(frame, "args")

    def steps(request: HttpRequest, recorder: Recorder) -> Steps[bytes]:
        return answer_call(function, request, arguments, recorder)

    return await _answer(frame, await request_for(visitor, scope, "POST"), steps)


async def read_context(frame: Frame, visitor: Visitor, scope: Mapping[str, Any]) -> str:
    """Read a context; return the answer."""
    group = _group_of(frame)
    arguments = _arguments_of(frame, "params")

    def steps(request: HttpRequest, recorder: Recorder) -> Steps[bytes]:
        return answer_context(group, request, arguments, recorder)

    return await _answer(frame, await request_for(visitor, scope), steps)


def _function_of(frame: Frame) -> Function:
    name = frame.body.get("fn")
    if not isinstance(name, str) or not name:
        raise BadRequest("Missing 'fn': it names the function to call.")
    function = registry.graph.functions.get(name)
    if function is None or function.private:  # the same error, so that it does not reveal private ones
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


async def _answer(frame: Frame, request: HttpRequest, work: Work) -> str:
    recorder, _ = open_recorder(request)
    response = HttpResponse()  # never sent: it receives the version header
    session: SessionBase | None = getattr(request, "session", None)
    key = session.session_key if session is not None else None
    try:
        written = await arun(work(request, recorder))
    except Exception as error:  # the border to the site's code
        roll_back(recorder)
        known = refusal_of(error)
        if known.status >= 500:
            named = frame.body.get("fn") or frame.body.get("context")
            logger.error("%s over the socket: %r", type(error).__name__, named, exc_info=error)
        await arun(publish(request, recorder, response))
        answer = protocol.refusal(frame, known)
    except BaseException as error:  # the server ends the socket
        abandon(recorder, owned=True)
        if isinstance(error, CancelledError):
            await aclose_old_connections()  # after the thread of this frame has finished
        raise
    else:
        await arun(publish(request, recorder, response))
        if session is not None and key is not None:
            await _save(session, key)
        answer = protocol.result(frame, written, version=response.headers.get(VERSION_HEADER))
    await aclose_old_connections()
    return answer


async def _save(session: SessionBase, key: str) -> None:
    """Save a changed session, as SessionMiddleware does, if it is still that of the visitor's cookie."""
    if session.modified and session.session_key == key:
        # Raised if the visitor has logged out meanwhile.
        with suppress(UpdateError):
            await database_sync_to_async(session.save)()
