"""Functions on the view path as Django views."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse

from mizan_htmx.caching.anonymous import are_public, shared_or_own
from mizan_htmx.caching.responses import keep_private, share_context
from mizan_htmx.declarations.functions import Function
from mizan_htmx.declarations.signature import validate
from mizan_htmx.http.arguments import Arguments, read_view
from mizan_htmx.http.concurrency import in_thread
from mizan_htmx.http.csrf import check_csrf, is_unchecked
from mizan_htmx.http.error_responses import html_error_response
from mizan_htmx.http.execution import aexecute, contexts_of, execute
from mizan_htmx.http.lifecycle import arespond, respond
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.request_state import state_of


def serve(
    function: Function, request: HttpRequest, positional: Sequence[Any], url_values: Mapping[str, Any]
) -> HttpResponseBase:
    """Return the response of a function on the view path."""
    state_of(request).function = function
    work = partial(_serve, function, _named(function, positional, url_values))
    response = respond(request, function.methods, work, html_error_response)
    keep_private(response)
    return response


async def aserve(
    function: Function, request: HttpRequest, positional: Sequence[Any], url_values: Mapping[str, Any]
) -> HttpResponseBase:
    """See ``serve``."""
    state_of(request).function = function
    work = partial(_aserve, function, _named(function, positional, url_values))
    response = await arespond(request, function.methods, work, _ahtml_error_response)
    keep_private(response)
    return response


async def _ahtml_error_response(request: HttpRequest, error: Exception) -> HttpResponseBase:
    return await in_thread(html_error_response, request, error)  # context processors may query the database


def _named(function: Function, positional: Sequence[Any], url_values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**dict(zip(function.parameters, positional, strict=False)), **url_values}


def _serve(
    function: Function, url_values: Mapping[str, Any], request: HttpRequest, recorder: Recorder
) -> HttpResponseBase:
    if is_unchecked(request):
        check_csrf(request)
    arguments = read_view(request, url_values)
    response: HttpResponseBase = execute(function, request, arguments, recorder)
    if are_public(contexts_of(function, request)):
        return _share_page(function, arguments, request, response, recorder)
    return response


async def _aserve(
    function: Function, url_values: Mapping[str, Any], request: HttpRequest, recorder: Recorder
) -> HttpResponseBase:
    if is_unchecked(request):
        await in_thread(check_csrf, request)  # it may read the session
    arguments = read_view(request, url_values)
    response: HttpResponseBase = await aexecute(function, request, arguments, recorder)
    if not are_public(contexts_of(function, request)):
        return response
    if isinstance(response, SimpleTemplateResponse):  # only rendering needs a thread
        return await in_thread(_share_page, function, arguments, request, response, recorder)
    return _share_page(function, arguments, request, response, recorder)


def _share_page(
    function: Function,
    arguments: Arguments,
    request: HttpRequest,
    response: HttpResponseBase,
    recorder: Recorder,
) -> HttpResponseBase:
    """Share a page; a TemplateResponse is rendered now, while the anonymous request is in use."""
    assert function.context is not None
    if isinstance(response, SimpleTemplateResponse):
        with shared_or_own(request, contexts_of(function, request)):
            response = response.render()
    values = validate(function.arguments, arguments.collect(function.parameters.values()))
    return share_context(function.context.name, values, request, response, recorder)
