"""The JSON endpoints: ``call/``, ``ctx/`` and ``session/``."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pydantic_core import to_json

from mizan_htmx.caching.responses import PRIVATE, share_context
from mizan_htmx.declarations.functions import Function
from mizan_htmx.declarations.graph import Group
from mizan_htmx.declarations.signature import Validator, validate
from mizan_htmx.errors import NotFound
from mizan_htmx.http.arguments import MULTIPART, Arguments, read_call, read_query
from mizan_htmx.http.concurrency import Endpoint, in_thread
from mizan_htmx.http.csrf import check_csrf, csrf_token, set_csrf_cookie
from mizan_htmx.http.error_responses import json_error_response, json_response
from mizan_htmx.http.execution import aexecute, execute, read_group
from mizan_htmx.http.lifecycle import arespond, respond
from mizan_htmx.http.session_fingerprint import fingerprint_of, write_fingerprint
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.localization import has_localization, localize_response, localized_as_page
from mizan_htmx.setup.registry import registry

_CALL = ("POST",)
_READ = ("GET", "HEAD")


@Endpoint
def call(request: HttpRequest) -> HttpResponseBase:
    """Call a function: ``POST {"fn": "rename", "args": {...}}``, or the same as a form."""
    if not has_localization(request):
        return respond(request, _CALL, _call, json_error_response)
    with localized_as_page(request):
        return localize_response(request, respond(request, _CALL, _call, json_error_response))


@call.async_view
async def acall(request: HttpRequest) -> HttpResponseBase:
    """See ``call``."""
    if not has_localization(request):
        return await arespond(request, _CALL, _acall, _ajson_error_response)
    with localized_as_page(request):
        return localize_response(request, await arespond(request, _CALL, _acall, _ajson_error_response))


@Endpoint
def ctx(request: HttpRequest, context: str) -> HttpResponseBase:
    """Read a context: ``GET ctx/user/?user_id=5`` returns each reader's result under its name."""
    return respond(request, _READ, partial(_ctx, context), json_error_response)


@ctx.async_view
async def actx(request: HttpRequest, context: str) -> HttpResponseBase:
    """See ``ctx``."""
    return await arespond(request, _READ, partial(_actx, context), _ajson_error_response)


@Endpoint
def session(request: HttpRequest) -> HttpResponseBase:
    """Return the CSRF token, its cookie, and the session fingerprint."""
    return respond(request, _READ, _session, json_error_response)


@session.async_view
async def asession(request: HttpRequest) -> HttpResponseBase:
    """See ``session``."""
    return await arespond(request, _READ, _asession, _ajson_error_response)


async def _ajson_error_response(request: HttpRequest, error: Exception) -> HttpResponseBase:
    if not settings.DEBUG:
        return json_error_response(request, error)
    # The technical page shows the values of variables, and may read them from the database.
    return await in_thread(json_error_response, request, error)


def _call(request: HttpRequest, recorder: Recorder) -> HttpResponseBase:
    function, arguments = _receive(request)
    if function.result is None:
        return _uncached(execute(function, request, arguments, recorder))
    return json_response(answer_call(function, request, arguments, recorder))


async def _acall(request: HttpRequest, recorder: Recorder) -> HttpResponseBase:
    if settings.CSRF_USE_SESSIONS or request.content_type == MULTIPART:
        function, arguments = await in_thread(_receive, request)  # reads the session's store, writes files
    else:
        function, arguments = _receive(request)
    if function.result is None:
        return _uncached(await aexecute(function, request, arguments, recorder))
    return json_response(await aanswer_call(function, request, arguments, recorder))


def _receive(request: HttpRequest) -> tuple[Function, Arguments]:
    check_csrf(request)
    name, arguments = read_call(request)
    function = registry.graph.functions.get(name)
    if function is None or not function.is_callable:  # the same error, so that it does not reveal these
        raise NotFound(f"There is no function {name!r}." if settings.DEBUG else "")
    return function, arguments


def _uncached(response: HttpResponseBase) -> HttpResponseBase:
    """Return the response of a function on the view path with ``no-store``, whatever it had."""
    response.headers["Cache-Control"] = PRIVATE
    return response


def answer_call(function: Function, request: HttpRequest, arguments: Arguments, recorder: Recorder) -> bytes:
    """Return the JSON response to a call of a function on the RPC path: its result, what it invalidates."""
    assert function.result is not None
    return _envelope(execute(function, request, arguments, recorder, function.result.write), recorder)


async def aanswer_call(
    function: Function, request: HttpRequest, arguments: Arguments, recorder: Recorder
) -> bytes:
    """See ``answer_call``."""
    assert function.result is not None
    write = function.result.write
    return _envelope(await aexecute(function, request, arguments, recorder, write), recorder)


def _envelope(written: bytes, recorder: Recorder) -> bytes:
    stale, _ = recorder.merged()
    if not stale:
        return b'{"result":%s}' % written
    return b'{"result":%s,"invalidate":%s}' % (written, to_json([each.as_json() for each in stale]))


def _ctx(context: str, request: HttpRequest, recorder: Recorder) -> HttpResponseBase:
    group, arguments = _requested(context, request)
    written = answer_context(group, request, arguments, recorder)
    return _context_response(group, request, arguments, recorder, written)


async def _actx(context: str, request: HttpRequest, recorder: Recorder) -> HttpResponseBase:
    group, arguments = _requested(context, request)
    written = await aanswer_context(group, request, arguments, recorder)
    return _context_response(group, request, arguments, recorder, written)


def _requested(context: str, request: HttpRequest) -> tuple[Group, Arguments]:
    group = registry.graph.groups.get(context)
    if group is None or group.is_private:
        raise NotFound(f"There is no context {context!r}." if settings.DEBUG else "")
    return group, Arguments((read_query(request),))


def _context_response(
    group: Group, request: HttpRequest, arguments: Arguments, recorder: Recorder, written: bytes
) -> HttpResponseBase:
    response = json_response(written)
    if not group.context.public:
        return response
    del response.headers["Cache-Control"]
    values = _validated(group, group.adapter, arguments)
    return share_context(group.context.name, values, request, response, recorder)


def answer_context(group: Group, request: HttpRequest, arguments: Arguments, recorder: Recorder) -> bytes:
    """Return the JSON response to reading a context: each reader's result under its name."""
    if group.together is not None:
        values = _validated(group, group.together, arguments)
        if not group.waits:
            return _object(group, read_group(group, request, values))
        arguments = Arguments((values,), valid=True)
    results = [execute(each, request, arguments, recorder, _writer(each)) for each in group.answering]
    return _object(group, results)


async def aanswer_context(
    group: Group, request: HttpRequest, arguments: Arguments, recorder: Recorder
) -> bytes:
    """See ``answer_context``. If any reader is sync, all run in one thread, to save a hop for each."""
    if not all(reader.is_async for reader in group.answering):
        return await in_thread(answer_context, group, request, arguments, recorder)
    if group.together is not None:
        arguments = Arguments((_validated(group, group.together, arguments),), valid=True)
    results = [await aexecute(each, request, arguments, recorder, _writer(each)) for each in group.answering]
    return _object(group, results)


def _writer(reader: Function) -> Callable[[Any], bytes]:
    assert reader.result is not None
    return reader.result.write


def _validated(group: Group, adapter: Validator, arguments: Arguments) -> dict[str, Any]:
    return validate(adapter, arguments.collect(group.params.values()))


def _object(group: Group, results: Sequence[bytes]) -> bytes:
    named = [key + result for key, result in zip(group.keys, results, strict=True)]
    return b"{%s}" % b",".join(named)


def _session(request: HttpRequest, recorder: Recorder) -> HttpResponseBase:
    response = json_response({"csrfToken": csrf_token(request)})
    set_csrf_cookie(request, response)
    fingerprint_of(request)
    write_fingerprint(request, response)
    return response


async def _asession(request: HttpRequest, recorder: Recorder) -> HttpResponseBase:
    return await in_thread(_session, request, recorder)
