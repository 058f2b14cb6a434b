"""The JSON endpoints, and how a function on the view path serves as a Django view."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from pydantic_core import to_json

from mizan_htmx.anonymous import anonymous, as_anyone
from mizan_htmx.arguments import MULTIPART, Arguments, read_call, read_query, read_view
from mizan_htmx.caching import PRIVATE, is_shared, keep_private, share
from mizan_htmx.colour import Endpoint, loop_is_running
from mizan_htmx.csrf import check_csrf, csrf_token, is_unchecked, set_csrf_cookie
from mizan_htmx.dispatch import Steps, effect, execute, finish, is_for_everyone, publish, run
from mizan_htmx.errors import Forbidden, MethodNotAllowed, NotFound
from mizan_htmx.failures import html_failure, json_failure, json_response
from mizan_htmx.functions import Function
from mizan_htmx.graph import Group
from mizan_htmx.invalidation import Invalidation
from mizan_htmx.recorder import Recorder, open_recorder, roll_back
from mizan_htmx.session_word import tell, word_of
from mizan_htmx.setup.registry import registry
from mizan_htmx.signature import validate

T = TypeVar("T")

Work = Callable[[HttpRequest, Recorder], Steps[HttpResponseBase]]


@Endpoint
def call(request: HttpRequest) -> Steps[HttpResponseBase]:
    """Call a function: ``POST {"fn": "rename", "args": {...}}``, or the same as a form."""
    return _endpoint(request, ("POST",), _call)


@Endpoint
def ctx(request: HttpRequest, context: str) -> Steps[HttpResponseBase]:
    """Read a context: ``GET ctx/user/?user_id=5`` gives every reader's result under its name."""

    def read(request: HttpRequest, recorder: Recorder) -> Steps[HttpResponseBase]:
        return _read_context(request, recorder, context)

    return _endpoint(request, ("GET", "HEAD"), read)


@login_not_required
@Endpoint
def session(request: HttpRequest) -> Steps[HttpResponseBase]:
    """Give the CSRF token, its cookie, and the word for who this is."""
    return _endpoint(request, ("GET", "HEAD"), _session)


def _endpoint(request: HttpRequest, methods: Sequence[str], work: Work) -> Steps[HttpResponseBase]:
    recorder, owned = open_recorder(request)
    try:
        if request.method not in methods:
            raise MethodNotAllowed(methods)
        response = yield from work(request, recorder)
    except (
        Exception
    ) as error:  # the border to the authors' code: json_failure logs what nobody raised on purpose
        roll_back(recorder)
        response = json_failure(request, error)
    if response.headers.get("Cache-Control") != PRIVATE and not is_shared(response):
        response.headers["Cache-Control"] = PRIVATE
    return (yield from finish(request, response, recorder, owned=owned))


def _call(request: HttpRequest, recorder: Recorder) -> Steps[HttpResponseBase]:
    if settings.CSRF_USE_SESSIONS or request.content_type == MULTIPART:
        name, arguments = yield effect(_receive, False, request)  # from the session's store, into files
    else:
        name, arguments = _receive(request)
    function = registry.graph.functions.get(name)
    if function is None:
        raise NotFound(f"There is no function {name!r}." if settings.DEBUG else "")
    if function.private:
        raise Forbidden()
    steps = _answer(function, request, arguments, recorder)
    return (yield from _as_one(steps, is_async=function.is_async))


def _receive(request: HttpRequest) -> tuple[str, Arguments]:
    check_csrf(request)
    return read_call(request)


def _answer(
    function: Function, request: HttpRequest, arguments: Arguments, recorder: Recorder
) -> Steps[HttpResponseBase]:
    if function.result is None:
        return (yield from execute(function, request, arguments, recorder))  # type: ignore[no-any-return]
    return json_response((yield from answer_call(function, request, arguments, recorder)))


def _as_one(steps: Steps[T], *, is_async: bool) -> Steps[T]:
    """Go through steps in one thread, if any waits for sync code: each alone would be a hop to one."""
    if is_async or not loop_is_running():
        return (yield from steps)
    return (yield effect(run, False, steps))  # type: ignore[no-any-return]


def answer_call(
    function: Function, request: HttpRequest, arguments: Arguments, recorder: Recorder
) -> Steps[bytes]:
    """Write what a call of a function on the RPC path answers: its result, and what it made stale."""
    assert function.result is not None
    written = yield from execute(function, request, arguments, recorder, function.result.serializer.to_json)
    parts = [b'{"result":', written]
    stale = recorder.announced()
    if stale:
        parts += [b',"invalidate":', to_json([each.as_json() for each in stale])]
    return b"".join((*parts, b"}"))


def _read_context(request: HttpRequest, recorder: Recorder, context: str) -> Steps[HttpResponseBase]:
    group = registry.graph.groups.get(context)
    if group is None:
        raise NotFound(f"There is no context {context!r}." if settings.DEBUG else "")
    arguments = Arguments((read_query(request),))
    steps = answer_context(group, request, arguments, recorder)
    is_async = all(reader.is_async for reader in group.readers)
    response = json_response((yield from _as_one(steps, is_async=is_async)))
    if not group.context.public:
        return response
    del response.headers["Cache-Control"]
    values = validate(group.adapter, arguments.collect(group.params.values()))
    return _for_everyone(group.context.name, values, request, response, recorder)


def _for_everyone(
    context: str,
    values: Mapping[str, Any],
    request: HttpRequest,
    response: HttpResponseBase,
    recorder: Recorder,
) -> HttpResponseBase:
    anonymous(request).show([Invalidation.of(context, **values)])
    return share(request, response, recorder)


def answer_context(
    group: Group, request: HttpRequest, arguments: Arguments, recorder: Recorder
) -> Steps[bytes]:
    """Write what reading a context answers: each reader's result under its name."""
    results = []
    for reader in group.readers:
        if reader.result is not None and not reader.private:
            write = reader.result.serializer.to_json
            written = yield from execute(reader, request, arguments, recorder, write)
            results.append(b'"%s":%s' % (reader.name.encode(), written))
    return b"{" + b",".join(results) + b"}"


def _session(request: HttpRequest, recorder: Recorder) -> Steps[HttpResponseBase]:
    # From the store of sessions.
    return (yield effect(_answer_session, False, request))  # type: ignore[no-any-return]


def _answer_session(request: HttpRequest) -> HttpResponseBase:
    response = json_response({"csrfToken": csrf_token(request)})
    set_csrf_cookie(request, response)
    word_of(request)
    tell(request, response)
    return response


def serve(
    function: Function, request: HttpRequest, positional: Sequence[Any], url_values: Mapping[str, Any]
) -> Steps[HttpResponseBase]:
    """Answer a request with a function on the view path."""
    recorder, owned = open_recorder(request)
    request._mizan_served = True  # type: ignore[attr-defined]
    named = dict(zip(function.parameters, positional, strict=False))
    try:
        if request.method not in function.methods:
            raise MethodNotAllowed(function.methods)
        if is_unchecked(request):
            yield effect(check_csrf, False, request)  # which may read the session
        arguments = read_view(request, {**named, **url_values})
        response: HttpResponseBase = yield from execute(function, request, arguments, recorder)
        if is_for_everyone(function, request):
            response = yield from _share_page(function, request, arguments, response, recorder)
    except Exception as error:  # the border to the authors' code
        try:
            response = yield effect(html_failure, False, request, error)  # context processors may read
            roll_back(recorder)
        except Exception:  # Django's to answer
            if owned:
                yield from publish(request, recorder)
            raise
    keep_private(response)
    return (yield from finish(request, response, recorder, owned=owned))


def _share_page(
    function: Function,
    request: HttpRequest,
    arguments: Arguments,
    response: HttpResponseBase,
    recorder: Recorder,
) -> Steps[HttpResponseBase]:
    """Share a page; one that renders late is rendered now, while everything still asks for nobody."""
    assert function.context is not None
    if isinstance(response, SimpleTemplateResponse):
        with as_anyone(anonymous(request)):
            response = yield effect(response.render, False)
    values = validate(function.arguments, arguments.collect(function.parameters.values()))
    return _for_everyone(function.context.name, values, request, response, recorder)
