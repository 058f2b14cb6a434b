"""What the headers of an answer say of a refusal, for whoever does not look at the body."""

import re
from urllib.parse import quote

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.declarations.functions import SAFE_METHODS
from mizan_htmx.errors import MizanError, ValidationFailed
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.protocol.headers import COMMITTED_HEADER, ERROR_HEADER, MESSAGE_HEADER
from mizan_htmx.request_state import STATE, RequestState, state_of

# Bytes of the message, which percent-encoded takes three times as many. Common proxies take 4 KiB of headers.
_LONGEST = 400

# What get_object_or_404() raises says nothing to whoever reads it on a page.
_DJANGOS = re.compile(r"No \w+ matches the given query\.")


def remember_problem(request: HttpRequest, error: MizanError) -> None:
    """Remember as what a request was refused; Django may answer it later, by a page of the site."""
    state_of(request).problem = error


def remember_misfit(request: HttpRequest) -> None:
    """Remember that the values did not fit, where a function's result says so and nothing is raised."""
    state_of(request).has_invalid_values = True


def tell_problem(request: HttpRequest, response: HttpResponseBase, recorder: Recorder) -> None:
    """Name in the headers the error that a request is answered with, and whether it has changed nothing."""
    state: RequestState = getattr(request, STATE, None) or state_of(request)
    headers = response.headers
    if state.has_invalid_values and _is_data(response):
        headers[ERROR_HEADER] = ValidationFailed.code
    error: MizanError | None = state.problem
    if error is None or response.status_code != error.status:
        return
    headers.setdefault(ERROR_HEADER, error.code)
    if error.message != error.default_message and not _DJANGOS.fullmatch(error.message):
        text = error.message.encode(errors="replace")[:_LONGEST].decode(errors="ignore")
        headers[MESSAGE_HEADER] = quote(text)
    if error.status >= 500 or request.method in SAFE_METHODS:  # a 5xx is no proof, whatever is known here
        return
    if not (recorder.may_stand or recorder.invalidations()):
        headers[COMMITTED_HEADER] = "no"


def _is_data(response: HttpResponseBase) -> bool:
    return response.status_code == 200 and response.headers.get("Content-Type") == "application/json"
