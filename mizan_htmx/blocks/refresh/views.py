"""The views that refresh one block, or a batch of blocks."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

from mizan_htmx.blocks.block import read_token
from mizan_htmx.blocks.page_address import mark_as_refresh
from mizan_htmx.blocks.refresh.batch import (
    MAX_BLOCKS,
    NOT_FOUND,
    BlockResult,
    discarding_invalidations,
    parse_fields,
    render_batch,
    split_queries,
)
from mizan_htmx.blocks.rendering import render
from mizan_htmx.blocks.source import load_content
from mizan_htmx.caching.responses import PRIVATE, keep_private, share
from mizan_htmx.declarations.functions import BLOCK_FIELD
from mizan_htmx.http.error_responses import json_response
from mizan_htmx.http.session_fingerprint import write_fingerprint
from mizan_htmx.localization import set_content_language
from mizan_htmx.protocol.headers import REFRESH_HEADER

_METHODS = ("GET", "HEAD")


# The readers of each block authorize the visitor.
@login_not_required
def partial(request: HttpRequest, context: str) -> HttpResponseBase:
    """Respond with one block's HTML, wrapper included; 404 for a forged token or invalid parameters."""
    if request.method not in _METHODS:
        return HttpResponseNotAllowed(_METHODS)
    if "GET" in request.__dict__:  # a middleware has accessed it, and may have changed it
        raw = request.GET.dict()
    else:
        raw = parse_fields(request, request.META.get("QUERY_STRING", ""))
    try:
        block = read_token(raw.get(BLOCK_FIELD, ""), raw)
        template = load_content(block)
    except NOT_FOUND as error:
        return _not_found(error)
    if block.contexts[0] != context:
        return _not_found(ValueError(f"The token is for the context {block.contexts[0]!r}, not {context!r}."))
    mark_as_refresh(request)
    with discarding_invalidations(request) as recorder:
        html = render(block, template, request)
        response = HttpResponse(html, headers={REFRESH_HEADER: "1"})
        set_content_language(request, response, block.localization)
        if block.is_shared:
            return share(request, response, recorder)
    write_fingerprint(request, response)
    keep_private(response)
    return response


@login_not_required
def partials(request: HttpRequest) -> HttpResponseBase:
    """Respond with several blocks as JSON, in the order requested; 400 for none, or more than ``MAX_BLOCKS``.

    ``?block=<signed>&user_id=5&block=…``: the query strings of the blocks' own URLs, one after the other.
    """
    if request.method not in _METHODS:
        return HttpResponseNotAllowed(_METHODS)
    queries = split_queries(request.META.get("QUERY_STRING", ""))
    if not 0 < len(queries) <= MAX_BLOCKS:
        reason = f"{len(queries)} blocks were requested. Request 1 to {MAX_BLOCKS}."
        return _plain(reason, status=400)
    with discarding_invalidations(request):
        results = render_batch(request, queries)
    response = json_response({"blocks": [_as_json(each) for each in results]})
    response.headers[REFRESH_HEADER] = "1"
    write_fingerprint(request, response)
    return response


def _as_json(result: BlockResult) -> dict[str, object]:
    if result.status == 200:
        return {"status": 200, "html": result.html}
    if settings.DEBUG and result.reason:
        return {"status": result.status, "reason": result.reason}
    return {"status": result.status}


def _not_found(error: Exception) -> HttpResponse:
    return _plain(f"{type(error).__name__}: {error}" if settings.DEBUG else "Not found.", status=404)


def _plain(text: str, *, status: int) -> HttpResponse:
    headers = {"Cache-Control": PRIVATE}
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8", headers=headers)
