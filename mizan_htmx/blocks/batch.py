"""Several blocks in one request, each rendered as a request of its own would."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, unquote_plus

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.handlers.wsgi import WSGIRequest
from django.core.signing import BadSignature
from django.db import connections, transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template import TemplateDoesNotExist
from django.urls import ResolverMatch, get_script_prefix, resolve
from django.utils.log import log_response

from mizan_htmx.blocks import block as blocks
from mizan_htmx.blocks.rendering import content_of, render_unless
from mizan_htmx.declarations.functions import BLOCK_FIELD
from mizan_htmx.invalidation.recorder import Recorder, close_recorder, open_recorder
from mizan_htmx.rendering.partials import Partial, load
from mizan_htmx.rendering.url_cache import address_for
from mizan_htmx.request_state import STATE, BlockState, RequestState, state_of

# The hash of what a page shows may come along with a block's parameters; no parameter can be called that.
HASH_FIELD = "mizan-hash"

#: A page that shows more asks again for the rest.
MAX_BLOCKS = 50

#: What reading a block from its address raises, if this site does not have it (any more).
NOT_FOUND = (BadSignature, ValueError, TemplateDoesNotExist)

# What a request has of one block alone; all the rest, readings and user included, is of all of them.
_OF_ONE = ("GET", "path", "path_info", "resolver_match")
_META_OF_ONE = ("QUERY_STRING", "PATH_INFO")


@dataclass(frozen=True, slots=True)
class Piece:
    """What became of one block: its HTML (status 200), or why there is none.

    304 says that the page has it already: its content is what the hash stood for that came with its address.
    """

    status: int
    html: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One block that is asked for, by a query string; ``known`` is the hash of what the page shows of it."""

    block: blocks.Block
    template: Partial
    query: str
    known: str

    @classmethod
    def read(cls, request: HttpRequest, query: str) -> "Asked":
        """Read it; raise one of ``NOT_FOUND`` for what this site did not sign or does not have."""
        given = fields_of(request, query)
        block = blocks.read_token(given.get(BLOCK_FIELD, ""), given)
        return cls(block, load(block.partial, block.engine), query, given.get(HASH_FIELD, ""))


def fields_of(request: HttpRequest, query: str) -> dict[str, str]:
    """Read a query string as ``request.GET.dict()`` would, which takes three times as long."""
    most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    is_wsgi = isinstance(request, WSGIRequest)
    encoding = request.encoding if is_wsgi else None  # which Django looks at nowhere else
    if query.isascii() and (most is None or query.count("&") < most):
        encoding = encoding or settings.DEFAULT_CHARSET
        return dict(parse_qsl(query, keep_blank_values=True, encoding=encoding))
    # What nobody has quoted are the bytes that came, which WSGI writes as if they were Latin 1.
    raw = query.encode("latin-1") if is_wsgi else query
    return QueryDict(raw, encoding=encoding).dict()


@contextmanager
def unheard(request: HttpRequest) -> Iterator[Recorder]:
    """Forget what rendering invalidates: two blocks of one context would refresh each other for ever."""
    recorder, owned = open_recorder(request)
    start = 0 if owned else len(recorder)
    try:
        yield recorder
    finally:
        recorder.rewind(start)
        if owned:
            close_recorder(request, recorder)


def split(query: str) -> list[str]:
    """Cut a query string in those of each block: one begins at each ``block=``."""
    queries: list[list[str]] = []
    for pair in query.split("&"):
        if unquote_plus(pair.partition("=")[0]) == BLOCK_FIELD:
            queries.append([])
        if queries:
            queries[-1].append(pair)
    return ["&".join(pairs) for pairs in queries]


def render_each(request: HttpRequest, queries: Iterable[str]) -> list[Piece]:
    """Render the blocks of these query strings; one that fails is logged and spoils no other."""
    page = state_of(request).page
    if page.shared_results is None:
        page.shared_results = {}
    return [_render(request, query) for query in queries]


def _render(request: HttpRequest, query: str) -> Piece:
    try:
        asked = Asked.read(request, query)
    except NOT_FOUND as error:
        return Piece(404, reason=f"{type(error).__name__}: {error}")
    return render_asked(request, asked)


def render_asked(request: HttpRequest, asked: Asked) -> Piece:
    """Render one block as its own request would; a failure is logged."""
    block = asked.block
    try:
        with _posing(request, asked), _apart():
            html = render_unless(block, asked.template, request, known=asked.known)
            (html or "").encode()  # what can't be sent is this block's own failure
    except Exception as error:  # the border to the authors' templates and readers
        return _failed(request, block, error)
    return Piece(304) if html is None else Piece(200, html)


def content_asked(request: HttpRequest, asked: Asked) -> str | None:
    """Return what the refresh of a block would put into its wrapper; ``None`` where it would fail."""
    try:
        with _posing(request, asked), _apart():
            return content_of(asked.block, asked.template, request)
    except Exception:  # the border to the authors' templates and readers; the refresh itself will tell
        return None


@contextmanager
def _posing(request: HttpRequest, asked: Asked) -> Iterator[None]:
    """Let the request be the one that asks for this block alone.

    It stays the same object: what is read, logged in or put on it while one block renders, the next one and
    the site's middleware find there.
    """
    path = unquote(address_for(request, "mizan:partial", asked.block.contexts[0]))
    path_info = "/" + path.removeprefix(get_script_prefix())
    state: RequestState = getattr(request, STATE, None) or state_of(request)
    attributes, environ = request.__dict__, request.META
    before = {name: attributes.pop(name) for name in _OF_ONE if name in attributes}
    block, state.block = state.block, BlockState()
    environ_before = {name: environ[name] for name in _META_OF_ONE if name in environ}
    attributes.update(path=path, path_info=path_info, resolver_match=_match(request, path_info))
    environ.update(QUERY_STRING=asked.query, PATH_INFO=path_info)
    if not hasattr(type(request), "GET"):  # which reads the query string when somebody asks
        request.GET = QueryDict(asked.query, encoding=request.encoding)
    try:
        yield
    finally:
        for name in _OF_ONE:
            attributes.pop(name, None)
        for name in _META_OF_ONE:
            environ.pop(name, None)
        attributes.update(before)
        state.block = block
        environ.update(environ_before)


def _match(request: HttpRequest, path_info: str) -> ResolverMatch:
    """Resolve the address of a block; blocks of one context have one."""
    state: RequestState = getattr(request, STATE, None) or state_of(request)
    matches = state.page.matches
    if path_info not in matches:
        matches[path_info] = resolve(path_info)
    return matches[path_info]


@contextmanager
def _apart() -> Iterator[None]:
    """Keep what a failing query does to a transaction (ATOMIC_REQUESTS) from the blocks after this one."""
    with ExitStack() as savepoints:
        for connection in connections.all(initialized_only=True):
            if connection.in_atomic_block:
                savepoints.enter_context(transaction.atomic(using=connection.alias))
        yield


def _failed(request: HttpRequest, block: blocks.Block, error: Exception) -> Piece:
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
    return Piece(status, reason=f"{type(error).__name__}: {error}")
