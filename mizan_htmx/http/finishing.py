"""The end of a request: what it made stale goes into its answer, and to everybody else."""

from functools import partial

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.http.csrf import tell_refusal
from mizan_htmx.http.error_headers import tell_problem
from mizan_htmx.http.session_fingerprint import tell_change
from mizan_htmx.http.steps import Effect, Steps
from mizan_htmx.invalidation.delivery import aannounce, announce_now, signals_for
from mizan_htmx.invalidation.recorder import Recorder, close_recorder, write
from mizan_htmx.protocol.keys import Invalidation


def finish(
    request: HttpRequest, response: HttpResponseBase, recorder: Recorder, *, owned: bool
) -> Steps[HttpResponseBase]:
    """Write what is stale into the response, and what its status does not say.

    Whoever opened the recorder also announces what is stale.
    """
    left = conclude(request, response, recorder, owned=owned)
    if left is not None:
        yield left
    return response


def conclude(
    request: HttpRequest, response: HttpResponseBase, recorder: Recorder, *, owned: bool
) -> Effect | None:
    """Do of ``finish`` what waits for nobody; give the step that is left, if there is one."""
    write(request, response, recorder)
    tell_change(request, response)
    tell_refusal(request, response)
    tell_problem(request, response, is_undone=not (recorder.may_stand or recorder.announced()))
    if not owned:
        return None
    return _announcement(request, close_recorder(request, recorder, response), response)


def publish(
    request: HttpRequest, recorder: Recorder, response: HttpResponseBase | None = None
) -> Steps[None]:
    """Announce what this request made stale to the rest of the process, and take nothing more."""
    left = _announcement(request, close_recorder(request, recorder, response), response)
    if left is not None:
        yield left


def _announcement(
    request: HttpRequest, stale: tuple[Invalidation, ...], response: HttpResponseBase | None
) -> Effect | None:
    if not signals_for(stale):
        return None
    told = (request, stale, response)
    return Effect(partial(announce_now, *told), partial(aannounce, *told))
