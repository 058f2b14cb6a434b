"""The life cycle of a request: open its recorder, do the work, turn exceptions into responses, publish.

Each function has an async twin, named with an ``a`` in front as Django does.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeAlias

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.errors import MethodNotAllowed
from mizan_htmx.http.csrf import mark_csrf_failure
from mizan_htmx.http.error_headers import mark_invalid_values, write_error_headers
from mizan_htmx.http.session_fingerprint import write_fingerprint
from mizan_htmx.invalidation.publication import apublish_invalidations, publish_invalidations, signals_for
from mizan_htmx.invalidation.recorder import (
    Recorder,
    abandon,
    open_recorder,
    roll_back,
)
from mizan_htmx.invalidation.response import write_invalidations
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.request_state import STATE, RequestState

Work: TypeAlias = Callable[[HttpRequest, Recorder], HttpResponseBase]
AsyncWork: TypeAlias = Callable[[HttpRequest, Recorder], Awaitable[HttpResponseBase]]
Fail: TypeAlias = Callable[[HttpRequest, Exception], HttpResponseBase]
AsyncFail: TypeAlias = Callable[[HttpRequest, Exception], Awaitable[HttpResponseBase]]


class AsyncFinish(Protocol):
    """The signature of ``afinish`` and its substitutes."""

    async def __call__(
        self, request: HttpRequest, response: HttpResponseBase, recorder: Recorder, *, owned: bool
    ) -> HttpResponseBase:
        """Return the response, with what was invalidated published."""
        ...


def finish(
    request: HttpRequest, response: HttpResponseBase, recorder: Recorder, *, owned: bool
) -> HttpResponseBase:
    """Write the headers of invalidations, errors and the session into the response, and return it.

    ``owned``: the caller has opened the recorder, so it is closed here, and what it holds is published.
    """
    stale = _conclude(request, response, recorder, owned=owned)
    if stale and signals_for(stale):
        publish_invalidations(request, stale, response)
    return response


async def afinish(
    request: HttpRequest, response: HttpResponseBase, recorder: Recorder, *, owned: bool
) -> HttpResponseBase:
    """See ``finish``."""
    await apublish_invalidations(request, _conclude(request, response, recorder, owned=owned), response)
    return response


def _conclude(
    request: HttpRequest, response: HttpResponseBase, recorder: Recorder, *, owned: bool
) -> tuple[Invalidation, ...]:
    """Write the headers; return what is to be published."""
    state: RequestState = getattr(request, STATE)  # it has one: there is a recorder
    write_invalidations(request, response, recorder)
    if state.has_user_changed:
        write_fingerprint(request, response)
    if response.status_code == 403:
        mark_csrf_failure(request, response)
    if state.has_invalid_values:
        mark_invalid_values(response)
    if state.problem is not None:
        write_error_headers(state.problem, request, response, recorder)
    return recorder.close(request, response) if owned else ()


def publish(request: HttpRequest, recorder: Recorder, response: HttpResponseBase | None = None) -> None:
    """Close the recorder, and publish what the request has invalidated."""
    publish_invalidations(request, recorder.close(request, response), response)


async def apublish(
    request: HttpRequest, recorder: Recorder, response: HttpResponseBase | None = None
) -> None:
    """See ``publish``."""
    await apublish_invalidations(request, recorder.close(request, response), response)


def respond(request: HttpRequest, methods: Sequence[str], work: Work, fail: Fail) -> HttpResponseBase:
    """Return the response of ``work``, or of ``fail`` if that raises; a failure rolls back ATOMIC_REQUESTS.

    Raises what ``fail`` raises: exceptions that Django handles.
    """
    recorder, owned = open_recorder(request)
    try:
        try:
            if request.method not in methods:
                raise MethodNotAllowed(methods)
            response = work(request, recorder)
        except Exception as error:  # the border to the site's code
            response = fail(request, error)
            roll_back(recorder)
    except Exception:
        if owned:
            publish(request, recorder)
        raise
    except BaseException:
        abandon(recorder, owned=owned)
        raise
    return finish(request, response, recorder, owned=owned)


async def arespond(
    request: HttpRequest,
    methods: Sequence[str],
    work: AsyncWork,
    fail: AsyncFail,
    finish: AsyncFinish = afinish,
) -> HttpResponseBase:
    """See ``respond``; ``finish`` takes the place of ``afinish``."""
    recorder, owned = open_recorder(request)
    try:
        try:
            if request.method not in methods:
                raise MethodNotAllowed(methods)
            response = await work(request, recorder)
        except Exception as error:  # the border to the site's code
            response = await fail(request, error)
            roll_back(recorder)
    except Exception:
        if owned:
            await apublish(request, recorder)
        raise
    except BaseException:  # CancelledError: the client has disconnected
        abandon(recorder, owned=owned)
        raise
    return await finish(request, response, recorder, owned=owned)
