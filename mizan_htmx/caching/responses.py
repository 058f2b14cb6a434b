"""Responses that shared caches may store: their headers, ETag and 304.

The origin decides. Where there is any reason against sharing a response, it is ``no-store`` and has no tags;
it becomes so even later, when a middleware that runs afterwards makes it personal.
"""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase, ResponseHeaders
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from mizan_htmx.caching.anonymous import AnonymousRequest, anonymous
from mizan_htmx.edge.conf import Untaggable, is_kept_apart, lifetime_headers, tag_headers
from mizan_htmx.internals import NONCE
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.protocol.cache_tags import group_list, tags_of
from mizan_htmx.protocol.headers import INVALIDATE_HEADER
from mizan_htmx.protocol.keys import MAX_BYTES
from mizan_htmx.setup.registry import registry

PRIVATE = "no-store"

logger = logging.getLogger("mizan_htmx.caching")

# RFC 9110 section 15.4.5: a 304 leaves out the headers that describe its missing body.
_OF_THE_BODY = ("Content-Type", "Content-Length", "Content-Encoding", "Content-Disposition")


class SharedHeaders(ResponseHeaders):
    """The headers of a shared response, which become private as soon as the response is personal.

    They are read last when the response is sent; by then SessionMiddleware, or the site's own, may have set a
    cookie, ``Vary: Cookie`` or another ``Cache-Control``.
    """

    def __init__(self, response: HttpResponseBase, shared: Mapping[str, str]) -> None:
        super().__init__({**response.headers, **shared})
        self._response = response
        self._shared = dict(shared)

    def __getitem__(self, key: str) -> str:
        self._settle()
        return super().__getitem__(key)

    def __iter__(self) -> Iterator[str]:
        self._settle()
        return super().__iter__()

    def __len__(self) -> int:
        self._settle()
        return super().__len__()

    @property
    def shared(self) -> bool:
        """Whether the response is still shared."""
        self._settle()
        return bool(self._shared)

    def _settle(self) -> None:
        if not self._shared or not self._is_personal():
            return
        shared, self._shared = self._shared, {}
        for name, text in shared.items():
            if self._text(name) == text:
                self.pop(name)
        self.setdefault("Cache-Control", PRIVATE)

    def _is_personal(self) -> bool:
        return (
            bool(self._response.cookies)
            or self._response.status_code not in (200, 304)
            or self._text("Cache-Control") != self._shared["Cache-Control"]
            or self._text(INVALIDATE_HEADER) is not None
            or _varies_by_visitor(self._text("Vary") or "")
        )

    def _text(self, name: str) -> str | None:
        """Return a header as it is now, or ``None``, without settling whether the response is shared."""
        try:
            return super().__getitem__(name)
        except KeyError:
            return None


def is_shared(response: HttpResponseBase) -> bool:
    """Return whether shared caches may store a response."""
    return isinstance(response.headers, SharedHeaders) and response.headers.shared


def keep_private(response: HttpResponseBase) -> None:
    """Mark a response as ``no-store``, unless it is shared or the site has set ``Cache-Control``."""
    response.headers.setdefault("Cache-Control", PRIVATE)


def share(request: HttpRequest, response: HttpResponseBase, recorder: Recorder) -> HttpResponseBase:
    """Return the response as a shared one, or its 304; with ``no-store`` where it must not be shared.

    The response was made with ``anonymous(request)``, which has recorded what it shows.
    """
    clean = anonymous(request)
    if len(recorder):
        clean.object("something was invalidated while it was read")
    if request.__dict__.get(NONCE):
        clean.object("its Content-Security-Policy has a nonce")
    if clean.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
        clean.object("it has a CSRF token in it")
    headers = _headers(clean)
    objections = [*clean.objections, *_objections(request, response)]
    if objections or not isinstance(response, HttpResponse):
        logger.debug("%s is not shared: %s.", request.path, "; ".join(objections))
        keep_private(response)
        return response
    if clean.varies:
        patch_vary_headers(response, clean.varies)
    if hasattr(request, "LANGUAGE_CODE"):
        response.headers.setdefault("Content-Language", clean.LANGUAGE_CODE)
    if response.content or request.method == "GET":  # the empty body of HEAD has another ETag
        response.headers.setdefault("ETag", _etag(response))
    if _is_known(request, response):
        response = _not_modified(response)
    response.headers = SharedHeaders(response, headers)
    return response


def share_context(
    context: str,
    values: Mapping[str, Any],
    request: HttpRequest,
    response: HttpResponseBase,
    recorder: Recorder,
) -> HttpResponseBase:
    """Return a shared response that shows a public context of these values; raise ValidationFailed."""
    anonymous(request).show([registry.graph.groups[context].shown(values)])
    return share(request, response, recorder)


def _objections(request: HttpRequest, response: HttpResponseBase) -> Iterator[str]:
    if request.method not in ("GET", "HEAD"):
        yield f"its method is {request.method}"
    if response.status_code != 200:
        yield f"its status is {response.status_code}"
    if response.streaming:
        yield "it is a stream, so its ETag is not known"
    if "Cache-Control" in response.headers:
        yield "it has a Cache-Control of its own"
    if response.cookies:
        yield "it sets a cookie"
    if _varies_by_visitor(response.headers.get("Vary", "")):
        yield f"it has Vary: {response.headers['Vary']}"


def _varies_by_visitor(vary: str) -> bool:
    names = {each.strip().lower() for each in vary.split(",")}
    return not {"cookie", "authorization", "*"}.isdisjoint(names) or not is_kept_apart(names)


def _headers(clean: AnonymousRequest) -> dict[str, str]:
    """Return the headers for shared caches; object where a purge would not find the response."""
    groups = registry.graph.groups
    try:
        tags = tuple(
            dict.fromkeys(tag for each in clean.shown for tag in tags_of(each, groups[each.context].shape))
        )
        own = group_list(tags)
        if len(own) > MAX_BYTES:
            raise Untaggable(f"its tags have {len(own)} bytes")
        of_edges = tag_headers(tags)
    except ValueError as error:  # Untaggable is one
        clean.object(str(error))
        return {}
    seconds = min(groups[each.context].context.max_age for each in clean.shown)
    for_all = f"s-maxage={seconds}, " if "Cache-Control" in lifetime_headers() else ""
    return {
        "Cache-Control": f"public, max-age=0, {for_all}must-revalidate",
        "CDN-Cache-Control": f"max-age={seconds}",
        "Surrogate-Control": f"max-age={seconds}",
        "Cache-Groups": own,
        **of_edges,
    }


def _etag(response: HttpResponse) -> str:
    return f'"{hashlib.blake2b(response.content, digest_size=16).hexdigest()}"'


def _is_known(request: HttpRequest, response: HttpResponse) -> bool:
    """Return whether the client has this response: a weak comparison (RFC 9110 section 13.1.2).

    Whatever compresses a response makes its strong ETag weak.
    """
    known = [each.removeprefix("W/") for each in parse_etags(request.headers.get("If-None-Match", ""))]
    etag = response.headers.get("ETag", "").removeprefix("W/")
    return "*" in known or (etag != "" and etag in known)


def _not_modified(response: HttpResponse) -> HttpResponse:
    headers = {name: text for name, text in response.headers.items() if name not in _OF_THE_BODY}
    unchanged = HttpResponseNotModified(headers=headers)
    response.close()
    return unchanged
