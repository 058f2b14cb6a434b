"""The JSON endpoints: ``call/``, ``ctx/`` and ``session/``."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pydantic_core import to_json

from mizan_htmx.caching.responses import PRIVATE, share_reading
from mizan_htmx.declarations.functions import Function
from mizan_htmx.declarations.graph import Group
from mizan_htmx.declarations.signature import Validator, validate
from mizan_htmx.errors import MethodNotAllowed, NotFound
from mizan_htmx.http.arguments import MULTIPART, Arguments, read_call, read_query
from mizan_htmx.http.concurrency import Endpoint, loop_is_running
from mizan_htmx.http.csrf import check_csrf, csrf_token, set_csrf_cookie
from mizan_htmx.http.error_responses import json_failure, json_response
from mizan_htmx.http.execution import execute, execute_now, read_now
from mizan_htmx.http.finishing import conclude, finish
from mizan_htmx.http.session_fingerprint import tell, word_of
from mizan_htmx.http.steps import Steps, effect, run
from mizan_htmx.invalidation.recorder import Recorder, abandon, open_recorder, roll_back
from mizan_htmx.localization import as_on_page, finish_on_page
from mizan_htmx.setup.registry import registry

Work = Callable[[HttpRequest, Recorder], Steps[HttpResponseBase]]

_CALL = ("POST",)
_READ = ("GET", "HEAD")


@Endpoint
def call(request: HttpRequest) -> Steps[HttpResponseBase]:
    """Call a function: ``POST {"fn": "rename", "args": {...}}``, or the same as a form."""
    with as_on_page(request):
        return finish_on_page(request, (yield from _in_steps(request, _CALL, _call)))


@call.at_once
def _call_now(request: HttpRequest) -> HttpResponseBase:
    with as_on_page(request):
        return finish_on_page(request, _at_once(request, _CALL, _answer_now))


@Endpoint
def ctx(request: HttpRequest, context: str) -> Steps[HttpResponseBase]:
    """Read a context: ``GET ctx/user/?user_id=5`` gives every reader's result under its name."""
    return _in_steps(request, _READ, partial(_read_context, context))


@ctx.at_once
def _ctx_now(request: HttpRequest, context: str) -> HttpResponseBase:
    return _at_once(request, _READ, partial(_read_context_now, context))


@Endpoint
def session(request: HttpRequest) -> Steps[HttpResponseBase]:
    """Give the CSRF token, its cookie, and the word for who this is."""
    return _in_steps(request, _READ, _session)


def _in_steps(request: HttpRequest, methods: Sequence[str], work: Work) -> Steps[HttpResponseBase]:
    recorder, owned = open_recorder(request)
    try:
        if request.method not in methods:
            raise MethodNotAllowed(methods)
        response = yield from work(request, recorder)
    except Exception as error:  # the border to the authors' code
        response = yield from _failed_in_steps(request, recorder, error, owned=owned)
    except BaseException:
        abandon(recorder, owned=owned)
        raise
    return (yield from finish(request, response, recorder, owned=owned))


def _at_once(
    request: HttpRequest, methods: Sequence[str], work: Callable[[HttpRequest, Recorder], HttpResponseBase]
) -> HttpResponseBase:
    """Do as ``_in_steps`` where nothing has to be waited for in an event loop."""
    recorder, owned = open_recorder(request)
    try:
        if request.method not in methods:
            raise MethodNotAllowed(methods)
        response = work(request, recorder)
    except Exception as error:  # the border to the authors' code
        response = _failed(request, recorder, error)
    except BaseException:
        abandon(recorder, owned=owned)
        raise
    left = conclude(request, response, recorder, owned=owned)
    if left is not None:
        left.sync()
    return response


def _failed_in_steps(
    request: HttpRequest, recorder: Recorder, error: Exception, *, owned: bool
) -> Steps[HttpResponseBase]:
    if not settings.DEBUG:
        return _failed(request, recorder, error)
    try:
        # The technical page shows what variables hold, and may read that from the database.
        return (yield effect(_failed, False, request, recorder, error))  # type: ignore[no-any-return]
    except BaseException:
        abandon(recorder, owned=owned)
        raise


def _failed(request: HttpRequest, recorder: Recorder, error: Exception) -> HttpResponseBase:
    """Answer what went wrong; what nobody raised on purpose is logged."""
    roll_back(recorder)
    return json_failure(request, error)


def _answer_now(request: HttpRequest, recorder: Recorder) -> HttpResponseBase:
    function, arguments = _receive(request)
    if function.waits:
        return run(_answer(function, request, arguments, recorder))
    if function.result is None:
        return _unkept(execute_now(function, request, arguments, recorder))
    written = execute_now(function, request, arguments, recorder, function.result.write)
    return json_response(_envelope(written, recorder))


def _call(request: HttpRequest, recorder: Recorder) -> Steps[HttpResponseBase]:
    if settings.CSRF_USE_SESSIONS or request.content_type == MULTIPART:
        function, arguments = yield effect(_receive, False, request)  # from the session's store, into files
    else:
        function, arguments = _receive(request)
    return (yield from _answer(function, request, arguments, recorder))


def _receive(request: HttpRequest) -> tuple[Function, Arguments]:
    check_csrf(request)
    name, arguments = read_call(request)
    function = registry.graph.functions.get(name)
    if function is None or function.private:  # alike, so that nobody learns of a private one
        raise NotFound(f"There is no function {name!r}." if settings.DEBUG else "")
    return function, arguments


def _answer(
    function: Function, request: HttpRequest, arguments: Arguments, recorder: Recorder
) -> Steps[HttpResponseBase]:
    if function.result is None:
        return _unkept((yield from execute(function, request, arguments, recorder)))
    return json_response((yield from answer_call(function, request, arguments, recorder)))


def _unkept(response: HttpResponseBase) -> HttpResponseBase:
    """Let nobody keep what a function on the view path answers here, whatever it says itself."""
    response.headers["Cache-Control"] = PRIVATE
    return response


def answer_call(
    function: Function, request: HttpRequest, arguments: Arguments, recorder: Recorder
) -> Steps[bytes]:
    """Write what a call of a function on the RPC path answers: its result, and what it made stale."""
    assert function.result is not None
    write = function.result.write
    return _envelope((yield from execute(function, request, arguments, recorder, write)), recorder)


def _envelope(written: bytes, recorder: Recorder) -> bytes:
    stale = recorder.announced()
    if not stale:
        return b'{"result":%s}' % written
    return b'{"result":%s,"invalidate":%s}' % (written, to_json([each.as_json() for each in stale]))


def _read_context(context: str, request: HttpRequest, recorder: Recorder) -> Steps[HttpResponseBase]:
    group, arguments = _asked(context, request)
    written = yield from answer_context(group, request, arguments, recorder)
    return _context_response(group, request, arguments, recorder, written)


def _read_context_now(context: str, request: HttpRequest, recorder: Recorder) -> HttpResponseBase:
    group, arguments = _asked(context, request)
    if group.waits:
        written = run(answer_context(group, request, arguments, recorder))
    else:
        written = _read_all(group, request, arguments, recorder)
    return _context_response(group, request, arguments, recorder, written)


def _asked(context: str, request: HttpRequest) -> tuple[Group, Arguments]:
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
    return share_reading(group.context.name, values, request, response, recorder)


def answer_context(
    group: Group, request: HttpRequest, arguments: Arguments, recorder: Recorder
) -> Steps[bytes]:
    """Write what reading a context answers: each reader's result under its name."""
    if not group.waits:
        return (yield effect(_read_all, False, group, request, arguments, recorder))  # type: ignore[no-any-return]
    if loop_is_running() and not all(reader.is_async for reader in group.answering):
        # In one thread, if any waits for sync code: each alone would be a hop to one.
        return (yield effect(run, False, _read_each(group, request, arguments, recorder)))  # type: ignore[no-any-return]
    return (yield from _read_each(group, request, arguments, recorder))


def _read_each(group: Group, request: HttpRequest, arguments: Arguments, recorder: Recorder) -> Steps[bytes]:
    if group.together is not None:
        arguments = Arguments((_validated(group, group.together, arguments),), valid=True)
    results = []
    for reader in group.answering:
        assert reader.result is not None
        write = reader.result.write
        results.append((yield from execute(reader, request, arguments, recorder, write)))
    return _object(group, results)


def _read_all(group: Group, request: HttpRequest, arguments: Arguments, recorder: Recorder) -> bytes:
    if group.together is None:
        return run(_read_each(group, request, arguments, recorder))
    return _object(group, read_now(group, request, _validated(group, group.together, arguments)))


def _validated(group: Group, adapter: Validator, arguments: Arguments) -> dict[str, Any]:
    return validate(adapter, arguments.collect(group.params.values()))


def _object(group: Group, results: Sequence[bytes]) -> bytes:
    named = [key + result for key, result in zip(group.keys, results, strict=True)]
    return b"{%s}" % b",".join(named)


def _session(request: HttpRequest, recorder: Recorder) -> Steps[HttpResponseBase]:
    # From the store of sessions.
    return (yield effect(_answer_session, False, request))  # type: ignore[no-any-return]


def _answer_session(request: HttpRequest) -> HttpResponseBase:
    response = json_response({"csrfToken": csrf_token(request)})
    set_csrf_cookie(request, response)
    word_of(request)
    tell(request, response)
    return response
