"""Batches: several blocks rendered for one request, each as for a request of its own."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, unquote_plus

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.handlers.wsgi import WSGIRequest
from django.core.signing import BadSignature
from django.db import connections, transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template import TemplateDoesNotExist
from django.urls import ResolverMatch, resolve
from django.utils.log import log_response

from mizan_htmx.blocks.block import Block, read_token
from mizan_htmx.blocks.page_address import mark_as_refresh, own_address
from mizan_htmx.blocks.rendering import block_content, render_if_changed
from mizan_htmx.blocks.source import load_content
from mizan_htmx.declarations.functions import BLOCK_FIELD
from mizan_htmx.invalidation.recorder import Recorder, open_recorder
from mizan_htmx.rendering.partials import Partial
from mizan_htmx.request_address import moved_to
from mizan_htmx.request_state import BlockState, state_of

# The field with the hash of what the page shows; no parameter can have this name.
HASH_FIELD = "mizan-hash"

#: The largest batch; a page with more blocks sends several.
MAX_BLOCKS = 100

#: What ``BlockRequest.parse`` raises for a block that this site does not have, or no longer has.
NOT_FOUND = (BadSignature, ValueError, TemplateDoesNotExist)


@dataclass(frozen=True, slots=True)
class BlockResult:
    """The HTML of one block (status 200), or the reason why there is none.

    Status 304: the page shows this content already, by the hash in the block's request.
    """

    status: int
    html: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BlockRequest:
    """One block that is requested by a query string; ``known`` is the hash of what the page shows of it."""

    block: Block
    template: Partial
    query: str
    known: str

    @classmethod
    def parse(cls, request: HttpRequest, query: str) -> "BlockRequest":
        """Parse a query string; raise one of ``NOT_FOUND`` for a block that this site does not have."""
        given = parse_fields(request, query)
        block = read_token(given.get(BLOCK_FIELD, ""), given)
        return cls(block, load_content(block), query, given.get(HASH_FIELD, ""))


def parse_fields(request: HttpRequest, query: str) -> dict[str, str]:
    """Return a query string's fields, as ``request.GET.dict()`` does in three times the time."""
    most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    is_wsgi = isinstance(request, WSGIRequest)
    encoding = request.encoding if is_wsgi else None  # ASGIRequest ignores it
    if query.isascii() and (most is None or query.count("&") < most):
        encoding = encoding or settings.DEFAULT_CHARSET
        return dict(parse_qsl(query, keep_blank_values=True, encoding=encoding))
    # WSGI passes bytes that are not percent-encoded as Latin 1.
    raw = query.encode("latin-1") if is_wsgi else query
    return QueryDict(raw, encoding=encoding).dict()


@contextmanager
def discarding_invalidations(request: HttpRequest) -> Iterator[Recorder]:
    """Discard invalidations made while rendering; otherwise two blocks could refresh each other endlessly."""
    recorder, owned = open_recorder(request)
    start = 0 if owned else len(recorder)
    try:
        yield recorder
    finally:
        recorder.rewind(start)
        if owned:
            recorder.close(request)


def split_queries(query: str) -> list[str]:
    """Split the query string of a batch into those of its blocks; each begins with ``block=``.

    An empty ``block=`` stands for the token of the block before.
    """
    queries: list[list[str]] = []
    token = ""
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if unquote_plus(name) == BLOCK_FIELD:
            token = pair if value else token or pair
            queries.append([token])
            continue
        if queries:
            queries[-1].append(pair)
    return ["&".join(pairs) for pairs in queries]


def render_batch(request: HttpRequest, queries: Iterable[str]) -> list[BlockResult]:
    """Render the blocks of these query strings; a failing one is logged and does not affect the others."""
    page = state_of(request).page
    if page.shared_results is None:
        page.shared_results = {}
    return [_render(request, query) for query in queries]


def _render(request: HttpRequest, query: str) -> BlockResult:
    try:
        block_request = BlockRequest.parse(request, query)
    except NOT_FOUND as error:
        return BlockResult(404, reason=f"{type(error).__name__}: {error}")
    return render_block(request, block_request)


def render_block(request: HttpRequest, block_request: BlockRequest) -> BlockResult:
    """Render one block as for a request of its own; log a failure."""
    block = block_request.block
    try:
        with _as_own_request(request, block_request), _in_savepoints():
            html = render_if_changed(block, block_request.template, request, known=block_request.known)
            (html or "").encode()  # a lone surrogate fails here, not with the whole batch
    except Exception as error:  # the border to the site's templates and readers
        return _failed(request, block, error)
    return BlockResult(304) if html is None else BlockResult(200, html)


def render_content(request: HttpRequest, block_request: BlockRequest) -> str | None:
    """Return the content of a block as a refresh would render it; ``None`` where that fails."""
    try:
        with _as_own_request(request, block_request), _in_savepoints():
            return block_content(block_request.block, block_request.template, request)
    except Exception:  # the border to the site's templates and readers; a refresh reports it
        return None


@contextmanager
def _as_own_request(request: HttpRequest, block_request: BlockRequest) -> Iterator[None]:
    """Temporarily give the request the URL and resolver match of this one block.

    It stays the same object, so that the other blocks and the site's middleware find what readers and
    templates have set on it.
    """
    address = own_address(request, block_request.block.contexts[0], block_request.query)
    address = replace(address, match=_match(request, address.path_info))
    state = state_of(request)
    block, state.block = state.block, BlockState()
    mark_as_refresh(request)
    try:
        with moved_to(request, address):
            yield
    finally:
        state.block = block


def _match(request: HttpRequest, path_info: str) -> ResolverMatch:
    """Resolve the path of a block once for all blocks of its context."""
    state = state_of(request)
    matches = state.page.matches
    if path_info not in matches:
        matches[path_info] = resolve(path_info)
    return matches[path_info]


@contextmanager
def _in_savepoints() -> Iterator[None]:
    """Open savepoints: a failing query must not break the transaction (ATOMIC_REQUESTS) for later blocks."""
    with ExitStack() as savepoints:
        for connection in connections.all(initialized_only=True):
            if connection.in_atomic_block:
                savepoints.enter_context(transaction.atomic(using=connection.alias))
        yield


def _failed(request: HttpRequest, block: Block, error: Exception) -> BlockResult:
    status = 403 if isinstance(error, PermissionDenied) else 404 if isinstance(error, Http404) else 500
    log_response(
        "%s in the block %s: %s",
        type(error).__name__,
        block.partial,
        request.path,
        response=HttpResponse(status=status),
        request=request,
        exception=error if status == 500 else None,
    )
    return BlockResult(status, reason=f"{type(error).__name__}: {error}")
