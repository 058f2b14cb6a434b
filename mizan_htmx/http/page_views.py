"""How a function on the view path serves as a Django view."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse

from mizan_htmx.caching.anonymous import anonymous, as_anyone
from mizan_htmx.caching.responses import keep_private, share_reading
from mizan_htmx.declarations.functions import Function
from mizan_htmx.declarations.signature import validate
from mizan_htmx.errors import MethodNotAllowed
from mizan_htmx.http.arguments import Arguments, read_view
from mizan_htmx.http.csrf import check_csrf, is_unchecked
from mizan_htmx.http.error_responses import html_failure
from mizan_htmx.http.execution import execute, is_for_everyone
from mizan_htmx.http.finishing import finish, publish
from mizan_htmx.http.steps import Steps, effect
from mizan_htmx.invalidation.recorder import Recorder, abandon, open_recorder, roll_back
from mizan_htmx.request_state import state_of


def serve(
    function: Function, request: HttpRequest, positional: Sequence[Any], url_values: Mapping[str, Any]
) -> Steps[HttpResponseBase]:
    """Answer a request with a function on the view path."""
    recorder, owned = open_recorder(request)
    state_of(request).function = function
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
        except BaseException:
            abandon(recorder, owned=owned)
            raise
    except BaseException:
        abandon(recorder, owned=owned)
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
    return share_reading(function.context.name, values, request, response, recorder)
