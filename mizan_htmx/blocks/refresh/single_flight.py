"""Single flight: the response to a mutation contains the blocks of the page that it made stale.

Where ``MIZAN_SINGLE_FLIGHT`` is on, htmx's unsafe requests name the page's blocks, and the body of the
response is followed by a JSON object of the stale ones. ``X-Mizan-Brought`` is its length in characters:

    X-Mizan-Blocks: block=<signed>&user_id=5&mizan-hash=0123456789abcdef&block=…
    X-Mizan-Brought: 62

    <p>Saved.</p>{"mizan-7f3a9c21":"<div id=…","mizan-0b1c2d3e":null}
"""

import json
import logging
from collections.abc import Sequence
from contextlib import suppress

from django.core.exceptions import DisallowedHost, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from mizan_htmx.blocks.page_address import is_part_of_page
from mizan_htmx.blocks.refresh.batch import (
    MAX_BLOCKS,
    NOT_FOUND,
    BlockRequest,
    discarding_invalidations,
    render_block,
    split_queries,
)
from mizan_htmx.blocks.refresh.request_copy import copy_as_get
from mizan_htmx.conf import conf
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.protocol.headers import BLOCKS_META, BROUGHT_HEADER, LEAVING
from mizan_htmx.protocol.keys import Invalidation, covers
from mizan_htmx.rendering.page_localization import localized_as_endpoint

#: The longest value of the header that is read. Common servers refuse longer ones.
MAX_CHARACTERS = 4000

logger = logging.getLogger("mizan_htmx.single_flight")

# With these no text may follow the body, or no page is there to put it into.
_APART = (*LEAVING, "Content-Encoding", "Content-Disposition")

# A token that was created while blocks rendered has to reach the visitor's cookie.
_OF_CSRF = ("CSRF_COOKIE", "CSRF_COOKIE_NEEDS_UPDATE")


def must_bring(request: HttpRequest, response: HttpResponseBase, recorder: Recorder) -> bool:
    """Return whether a request names blocks, and its response may contain the stale ones."""
    return (
        BLOCKS_META in request.META
        and conf.single_flight
        and bool(recorder.invalidations())
        and _may_bring(request)
        and isinstance(response, HttpResponse)
        and _may_carry(response)
    )


def bring(request: HttpRequest, response: HttpResponseBase, recorder: Recorder) -> None:
    """Append those of the named blocks that are stale to the body of the response, after the commit."""
    clean = copy_as_get(request)
    try:
        with localized_as_endpoint(request, clean):
            found = _render(clean, request.META[BLOCKS_META], recorder.invalidations())
    except Exception:  # the change is committed, so the response must be sent whatever fails here
        logger.exception("No blocks were added to the response of %s.", request.path)
        return
    request.META.update({name: clean.META[name] for name in _OF_CSRF if name in clean.META})
    if found:
        assert isinstance(response, HttpResponse)
        _append(response, found)


def _may_bring(request: HttpRequest) -> bool:
    return (
        is_part_of_page(request)
        and len(request.META[BLOCKS_META]) <= MAX_CHARACTERS
        and _is_of_this_page(request)
    )


def _is_of_this_page(request: HttpRequest) -> bool:
    """Return whether a page of this origin sent the request; on plain HTTP only ``Origin`` shows it."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    with suppress(DisallowedHost):
        return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    return False


def _may_carry(response: HttpResponse) -> bool:
    """Return whether text may follow the body: htmx swaps it, and no other script reads it."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return (
        200 <= response.status_code < 300
        and response.status_code not in (205, 206)  # without a body, or with a part of one
        and not any(name in response.headers for name in _APART)
        and (kind.startswith("text/") or kind in ("", "application/json"))
        and "{}".encode(response.charset) == b"{}"
    )


def _append(response: HttpResponse, found: dict[str, str | None]) -> None:
    text = json.dumps(found, separators=(",", ":"))  # pure ASCII
    if response.status_code == 204:
        response.status_code = 200
        response.headers["HX-Reswap"] = "none"
    response.content += text.encode("ascii")
    if "Content-Length" in response.headers:
        response.headers["Content-Length"] = str(len(response.content))
    response.headers["Cache-Control"] = "no-store"
    response.headers[BROUGHT_HEADER] = str(len(text))


def _render(clean: HttpRequest, named: str, stale: Sequence[Invalidation]) -> dict[str, str | None]:
    """Render the named blocks that are stale, by id; ``None`` for one that the page shows already."""
    queries = split_queries(named)
    found: dict[str, str | None] = {}
    if len(queries) > MAX_BLOCKS:
        return found
    with discarding_invalidations(clean):
        for query in queries:
            with suppress(*NOT_FOUND, TooManyFieldsSent):
                block_request = BlockRequest.parse(clean, query)
                if _is_stale(block_request, stale) and not _is_inside(block_request, found):
                    result = render_block(clean, block_request)
                    if result.status in (200, 304):
                        found[block_request.block.id] = result.html if result.status == 200 else None
    return found


def _is_stale(block_request: BlockRequest, stale: Sequence[Invalidation]) -> bool:
    return any(covers(each, bound) for bound in block_request.block.bound for each in stale)


def _is_inside(block_request: BlockRequest, found: dict[str, str | None]) -> bool:
    """Return whether a block is part of one that has been rendered already."""
    return any(f' id="{block_request.block.id}"' in html for html in found.values() if html is not None)
