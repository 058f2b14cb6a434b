"""The address of the page that a request's blocks stand on: of the request itself, or what htmx says.

A block is refreshed at a URL of its own. ``HX-Current-URL`` says which page it is on. That is the visitor's
word: it is what readers and templates see, and nothing is allowed or cached by it.
"""

import logging
import re
from contextlib import AbstractContextManager, nullcontext, suppress
from urllib.parse import SplitResult, quote, unquote, unquote_to_bytes, urlsplit

from django.conf import settings
from django.conf.urls.i18n import is_language_prefix_patterns_used
from django.core.exceptions import DisallowedHost, TooManyFieldsSent
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, QueryDict
from django.urls import ResolverMatch, get_script_prefix, resolve
from django.utils import translation
from django.utils.encoding import repercent_broken_unicode

from mizan_htmx.caching.anonymous import AnonymousRequest
from mizan_htmx.declarations.functions import SAFE_METHODS
from mizan_htmx.localization import base_locale_of
from mizan_htmx.protocol.headers import CURRENT_URL_ENCODED_META, CURRENT_URL_META
from mizan_htmx.rendering.url_cache import reverse_url_for
from mizan_htmx.request_address import Address, current_readdressing, readdressed
from mizan_htmx.request_state import state_of

logger = logging.getLogger("mizan_htmx.blocks")

#: The longest address that is read, in characters.
MAX_CHARACTERS = 4000

# What is in no URL of a browser.
_UNFIT = re.compile(r"[\x00-\x20\x7f]")

# All of it is left as it is in a query, which may have other characters only where no browser has made it.
_ASCII = "".join(map(chr, range(0x21, 0x7F)))

_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNCHANGED = nullcontext()


def query_of_page(request: HttpRequest) -> QueryDict:
    """Return the query of the page that this request's blocks stand on; empty where it is unknown."""
    if current_readdressing(request) is not None:
        return QueryDict("") if isinstance(request, AnonymousRequest) else request.GET
    address = page_address(request)
    if address is not None:
        return QueryDict(address.query, encoding=request.encoding)
    try:
        return request.GET
    except TooManyFieldsSent:
        return QueryDict("")


def page_address(request: HttpRequest) -> Address | None:
    """Return the address of the page that blocks stand on; ``None`` where it is the request's own.

    It is ``NOWHERE`` if the visitor's page has said none, or one that does not fit.
    """
    state = state_of(request)
    if state.page_address is ...:
        state.page_address = _look_up(request) if _is_elsewhere(request) else None
    found: Address | None = state.page_address
    return found


#: The address of a page that is unknown.
NOWHERE = Address("", "")


def mark_as_refresh(request: HttpRequest) -> None:
    """Note that a request is for blocks of a page that is there already."""
    state_of(request).is_refresh = True


def keep_page_address(request: HttpRequest, clean: HttpRequest) -> None:
    """Have blocks that are rendered for a copy of a request stand on the same page."""
    state_of(clean).page_address = page_address(request) or Address(
        request.path,
        request.path_info,
        request.META.get("QUERY_STRING", ""),
        request.resolver_match,
        request.__dict__.get("GET"),
    )


def on_its_page(
    request: HttpRequest, context: str, language: str | None = None
) -> AbstractContextManager[None]:
    """Show to readers and templates of a block the address of its page.

    Where that is unknown, and in a block of public contexts, which is the same for everyone, it is the
    block's own without a query. ``context`` is the first of the block; ``language`` is the active one, if the
    caller knows it.
    """
    is_public = isinstance(request, AnonymousRequest)
    address = NOWHERE if is_public else page_address(request)
    if address is None:
        return _UNCHANGED
    if address is NOWHERE:
        address = own_address(request, context, language=language)
    current = current_readdressing(request)
    if current is not None and current.address == address:
        return _UNCHANGED
    return readdressed(request, address)


def own_address(
    request: HttpRequest, context: str, query: str = "", *, language: str | None = None
) -> Address:
    """Return the address of the endpoint that refreshes blocks of a context."""
    path = unquote(reverse_url_for(request, "mizan:partial", context, language=language))
    path_info = "/" + path.removeprefix(get_script_prefix())
    return Address(_prefix(request) + path_info, path_info, query)


def _look_up(request: HttpRequest) -> Address:
    found = _claimed(request)
    if found is None and CURRENT_URL_META in request.META:
        url = request.META[CURRENT_URL_META]
        logger.debug("HX-Current-URL %.200r is no page of this site as Django sees its requests.", url)
    return found or NOWHERE


def _is_elsewhere(request: HttpRequest) -> bool:
    """Return whether blocks stand on another page than this request's: where htmx puts its response."""
    if isinstance(request, AnonymousRequest):
        return False
    return state_of(request).is_refresh or is_part_of_page(request)


def is_part_of_page(request: HttpRequest) -> bool:
    """Return whether htmx puts the response to an unsafe request into the page that has sent it.

    The response to a boosted one is a whole page.
    """
    meta = request.META
    return request.method not in SAFE_METHODS and "HTTP_HX_REQUEST" in meta and "HTTP_HX_BOOSTED" not in meta


def _claimed(request: HttpRequest) -> Address | None:
    """Return the address in ``HX-Current-URL``, or ``None`` if it is not one of this site."""
    try:
        url = urlsplit(_current_url(request))
        return _address_of(request, url) if _is_own(request, url) else None
    except ValueError:  # no URL, no text
        return None


def _current_url(request: HttpRequest) -> str:
    """Return the header as a URL in ASCII; raise ValueError for what can't be one."""
    text: str = request.META.get(CURRENT_URL_META, "")
    if len(text) > MAX_CHARACTERS:
        raise ValueError("It is too long.")
    if request.META.get(CURRENT_URL_ENCODED_META) == "true":
        text = unquote(text, errors="strict")
    else:
        with suppress(UnicodeError):
            text = text.encode("latin-1").decode()  # servers pass bytes as Latin 1
    if _UNFIT.search(text):
        raise ValueError("It has characters that no URL has.")
    return text


def _is_own(request: HttpRequest, url: SplitResult) -> bool:
    """Return whether a URL has the scheme and host of a request."""
    if url.scheme != request.scheme or "@" in url.netloc:
        return False
    try:
        host = request.get_host()
    except DisallowedHost:
        return False
    if url.netloc == host:
        return True
    own = urlsplit(f"//{host}")
    default = _DEFAULT_PORTS.get(url.scheme)
    return url.hostname == own.hostname and (url.port or default) == (own.port or default)


def _address_of(request: HttpRequest, url: SplitResult) -> Address | None:
    """Return what Django would set on a request of this URL; ``None`` where no view would serve it."""
    most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    if most is not None and url.query.count("&") >= most:
        return None
    path, prefix = _decoded(request, url.path or "/"), get_script_prefix()
    if path == prefix[:-1]:
        path = prefix
    if not path.startswith(prefix):
        return None
    path_info = "/" + path.removeprefix(prefix)
    match = _match(request, path_info)
    if match is None:
        return None
    query = quote(url.query, safe=_ASCII)
    return Address(_prefix(request) + path_info, path_info, query, match, is_claimed=True)


def _prefix(request: HttpRequest) -> str:
    """Return what comes before ``path_info`` in the paths of a request.

    WSGI puts the script's name before what the server has passed. ASGI leaves the path as the server has it.
    """
    return request.path.removesuffix(request.path_info)


def _decoded(request: HttpRequest, path: str) -> str:
    """Return a path as Django has it: WSGI passes bytes, ASGI a text."""
    if isinstance(request, WSGIRequest):
        return repercent_broken_unicode(unquote_to_bytes(path)).decode()
    return unquote(path)


def _match(request: HttpRequest, path_info: str) -> ResolverMatch | None:
    """Return the match of a path in the language that it has for Django; ``None`` if there is none."""
    urlconf = getattr(request, "urlconf", None)
    is_in_paths, is_default_prefixed = is_language_prefix_patterns_used(urlconf or settings.ROOT_URLCONF)
    language = translation.get_language_from_path(path_info) if is_in_paths else None
    if language is None:
        is_default = is_in_paths and not is_default_prefixed
        language = settings.LANGUAGE_CODE if is_default else base_locale_of(request)[0]
    with translation.override(language):
        try:
            return resolve(path_info, urlconf)
        except Exception:  # Resolver404, or what the converters of the site raise
            return None
