"""What a request has invalidated, in its response: the headers and the cookie."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.invalidation.cookie import carry, hides_headers
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.protocol.cache_tags import group_list
from mizan_htmx.protocol.headers import CACHE_GROUPS_HEADER, INVALIDATE_HEADER
from mizan_htmx.request_state import state_of
from mizan_htmx.setup.registry import registry


def write_invalidations(request: HttpRequest, response: HttpResponseBase, recorder: Recorder) -> None:
    """Write what a request has invalidated into its response: the headers, and the cookie where it is needed.

    Caches on the way read the tags to purge from a separate header, and do not store the response.
    """
    invalidations, written = recorder.merged()
    if not invalidations:
        return
    response.headers[INVALIDATE_HEADER] = written
    purged = registry.graph.purged(invalidations)
    if purged:
        response.headers[CACHE_GROUPS_HEADER] = group_list(purged)
    response.headers.setdefault("Cache-Control", "no-store")
    if not hides_headers(request, response):
        return
    own = state_of(request).own_note
    if own is None or 300 <= response.status_code < 400:  # which shows nothing of what was rendered
        carry(request, response, invalidations)
        return
    unverified = own.unverified(invalidations)
    carry(
        request,
        response,
        invalidations,
        number=own.number,
        unverified=[each for rendered in unverified for each in rendered.block.bound],
    )
