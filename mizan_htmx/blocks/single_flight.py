"""One round trip: the answer to a mutation brings along the blocks of the page that it made stale.

Where ``MIZAN_SINGLE_FLIGHT`` is on, htmx's unsafe requests name blocks, and behind the body of the answer
stands a JSON text of those that went stale. ``X-Mizan-Brought`` says how many characters belong to it:

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

from mizan_htmx.blocks.batch import MAX_BLOCKS, NOT_FOUND, Asked, render_asked, split, unheard
from mizan_htmx.blocks.request_copy import reading_copy
from mizan_htmx.conf import conf
from mizan_htmx.declarations.functions import SAFE_METHODS
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.protocol.headers import BLOCKS_META, BROUGHT_HEADER
from mizan_htmx.protocol.keys import Invalidation, covers
from mizan_htmx.rendering.page_localization import as_at_endpoints

#: What the header may have: common servers refuse longer ones.
MAX_CHARACTERS = 4000

logger = logging.getLogger("mizan_htmx.single_flight")

_LEAVING = ("HX-Redirect", "HX-Location", "HX-Refresh", "Content-Encoding", "Content-Disposition")

# A token that was made while blocks rendered is the visitor's from now on.
_OF_CSRF = ("CSRF_COOKIE", "CSRF_COOKIE_NEEDS_UPDATE")


def must_bring(request: HttpRequest, response: HttpResponseBase, recorder: Recorder) -> bool:
    """Return whether a request names blocks, of which those that are stale come with this response."""
    return (
        BLOCKS_META in request.META
        and conf.single_flight
        and bool(recorder.invalidations())
        and _may_bring(request)
        and isinstance(response, HttpResponse)
        and _may_carry(response)
    )


def bring(request: HttpRequest, response: HttpResponseBase, recorder: Recorder) -> None:
    """Put those of the named blocks that are stale behind the body of the answer, once all is committed."""
    clean = reading_copy(request)
    try:
        with as_at_endpoints(request, clean):
            found = _render(clean, request.META[BLOCKS_META], recorder.invalidations())
    except Exception:  # the change is made: whatever fails here, its answer stands
        logger.exception("Nothing was brought along with the answer of %s.", request.path)
        return
    request.META.update({name: clean.META[name] for name in _OF_CSRF if name in clean.META})
    if found:
        assert isinstance(response, HttpResponse)
        _append(response, found)


def _may_bring(request: HttpRequest) -> bool:
    return (
        request.method not in SAFE_METHODS
        and "HX-Request" in request.headers
        and "HX-Boosted" not in request.headers  # a whole page comes
        and len(request.META[BLOCKS_META]) <= MAX_CHARACTERS
        and _is_of_this_page(request)
    )


def _is_of_this_page(request: HttpRequest) -> bool:
    """Tell whether a page of this very origin asks; on plain http browsers say so by ``Origin`` alone."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    with suppress(DisallowedHost):
        return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    return False


def _may_carry(response: HttpResponse) -> bool:
    """Tell whether text may follow the body: htmx swaps it, and no script has to take it as it is."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return (
        200 <= response.status_code < 300
        and response.status_code not in (205, 206)  # which have no body, or a part of one
        and not any(name in response.headers for name in _LEAVING)
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
    """Render what of the named blocks is stale, by id; ``None`` for one that still is what the page shows."""
    queries = split(named)
    found: dict[str, str | None] = {}
    if len(queries) > MAX_BLOCKS:
        return found
    with unheard(clean):
        for query in queries:
            with suppress(*NOT_FOUND, TooManyFieldsSent):
                asked = Asked.read(clean, query)
                if _is_stale(asked, stale) and not _is_inside(asked, found):
                    piece = render_asked(clean, asked)
                    if piece.status in (200, 304):
                        found[asked.block.id] = piece.html if piece.status == 200 else None
    return found


def _is_stale(asked: Asked, stale: Sequence[Invalidation]) -> bool:
    return any(covers(each, bound) for bound in asked.block.bound for each in stale)


def _is_inside(asked: Asked, found: dict[str, str | None]) -> bool:
    """Tell whether a block has come with the one around it."""
    return any(f' id="{asked.block.id}"' in html for html in found.values() if html is not None)
