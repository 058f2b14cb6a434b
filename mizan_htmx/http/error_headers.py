"""The response headers that describe an error, for scripts and logs that do not read the body."""

import re
from urllib.parse import quote

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.declarations.functions import SAFE_METHODS
from mizan_htmx.errors import MizanError, ValidationFailed
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.protocol.headers import COMMITTED_HEADER, ERROR_HEADER, MESSAGE_HEADER
from mizan_htmx.request_state import state_of

# In bytes; percent-encoding may triple them. Common proxies accept 4 KiB of headers.
_MAX_BYTES = 400

# The message of get_object_or_404(), which is meaningless to a visitor.
_DJANGO_MESSAGE = re.compile(r"No \w+ matches the given query\.")


def remember_error(request: HttpRequest, error: MizanError) -> None:
    """Remember the error of a request, to which Django may respond later with a page of the site."""
    state_of(request).problem = error


def remember_invalid_result(request: HttpRequest) -> None:
    """Remember that a function's result reports invalid values, although nothing is raised."""
    state_of(request).has_invalid_values = True


def mark_invalid_values(response: HttpResponseBase) -> None:
    """Set the header for a result that reports invalid values."""
    if response.status_code == 200 and response.headers.get("Content-Type") == "application/json":
        response.headers[ERROR_HEADER] = ValidationFailed.code


def write_error_headers(
    error: MizanError, request: HttpRequest, response: HttpResponseBase, recorder: Recorder
) -> None:
    """Write the error of a request, and whether nothing was changed, into the headers of its response."""
    if response.status_code != error.status:
        return
    headers = response.headers
    headers.setdefault(ERROR_HEADER, error.code)
    if error.message != error.default_message and not _DJANGO_MESSAGE.fullmatch(error.message):
        text = error.message.encode(errors="replace")[:_MAX_BYTES].decode(errors="ignore")
        headers[MESSAGE_HEADER] = quote(text)
    if error.status >= 500 or request.method in SAFE_METHODS:  # after a 5xx nothing is certain
        return
    if not (recorder.may_stand or recorder.invalidations()):
        headers[COMMITTED_HEADER] = "no"
