"""This package's state on a request: one attribute, with a part for the page and one for a block.

This module is below all modules that fill the state. Values whose type belongs to a higher layer are ``Any``
here; the comment beside each names its typed accessor.
"""

from collections.abc import Callable, Mapping
from copy import copy
from datetime import tzinfo
from types import EllipsisType
from typing import TYPE_CHECKING, Any
from weakref import ref

from django.http import HttpRequest
from django.template.response import SimpleTemplateResponse
from django.urls import ResolverMatch, URLResolver

#: The name of the attribute, which a copy of the request has, too. Hot paths that only read may use
#: ``getattr(request, STATE, None)``, to save a call; code that caches or changes values uses ``state_of``.
STATE = "_mizan"


class BlockState:
    """The state of one refreshed block; on a page all blocks share one."""

    __slots__ = ("anonymous", "context_values", "ids")

    #: The anonymous request: ``caching.anonymous.anonymous()``.
    anonymous: Any
    #: The values of the context processors, by engine, language and time zone, and the address they see.
    context_values: dict[Any, dict[str, Any]]
    #: The ids in use, each with the number of ids that were derived from it.
    ids: dict[str, int]

    def __init__(self) -> None:
        self.anonymous = None
        self.context_values = {}
        self.ids = {}


class PageState:
    """The state that all blocks rendered for one request share."""

    __slots__ = (
        "contexts",
        "handed_on",
        "included",
        "localizations",
        "matches",
        "response",
        "results",
        "running",
        "shared_results",
        "url_scope",
    )

    #: The last reader of the context ``global`` whose result, for templates, was used.
    handed_on: str
    #: The contexts of class-based views: ``http.class_views.read()``.
    contexts: dict[Any, Mapping[str, Any]]
    #: The templates that ``{% include %}`` caches in ``render_context``.
    included: dict[Any, Any]
    #: ``rendering.page_localization.localization_here()``.
    localizations: dict[Any, Any]
    #: The resolver matches of the paths of blocks.
    matches: dict[str, ResolverMatch]
    #: The template response that the page is rendered as, until it is sent, with the language and time zone
    #: that its view has left: ``middleware.MizanMiddleware``.
    response: "tuple[ref[SimpleTemplateResponse], tuple[str, tzinfo]] | None"
    #: The results of readers: ``blocks.scope.reader_results.resolve()``.
    results: dict[Any, Any]
    #: The views that are read at this moment: ``http.class_views.read()``.
    running: set[Any] | None
    #: The results of readers of public contexts in a batch, where each block has its own anonymous request.
    shared_results: dict[Any, Any] | None
    #: The URLconf, its resolver and the script prefix, with which URLs are reversed.
    url_scope: tuple[object, "ref[URLResolver]", str] | None

    def __init__(self) -> None:
        self.handed_on = ""
        self.contexts = {}
        self.included = {}
        self.localizations = {}
        self.matches = {}
        self.response = None
        self.results = {}
        self.running = None
        self.shared_results = None
        self.url_scope = None


def _nobody() -> None:
    """Stand in for the reference to a request."""


class RequestState:
    """The state of one request."""

    __slots__ = (
        "base_locale",
        "block",
        "function",
        "has_csrf_failed",
        "has_invalid_values",
        "has_user_changed",
        "is_refresh",
        "localization",
        "notes",
        "own_note",
        "owner",
        "page",
        "page_address",
        "problem",
        "readdressing",
        "recorder",
        "version",
    )

    #: The language and time zone that the site's middleware chose: ``localization.base_locale_of()``.
    base_locale: tuple[str, tzinfo] | None
    block: BlockState
    #: The declared function that handles the request as a view.
    function: Any
    #: Whether this package's own CSRF check has refused it.
    has_csrf_failed: bool
    #: Whether a function's result reports invalid values.
    has_invalid_values: bool
    #: Whether the visitor has logged in or out during this request.
    has_user_changed: bool
    #: Whether the request is for blocks of a page that is there already.
    is_refresh: bool
    #: ``localization.localization_of()``.
    localization: Any
    #: The notes of the cookie: ``invalidation.cookie.received()``.
    notes: Any
    #: ``blocks.freshness.own_note()``.
    own_note: Any
    #: The request that this is the state of; a copy of that has the same attribute, and is another one.
    owner: Callable[[], HttpRequest | None]
    page: PageState
    #: ``blocks.page_address.page_address()``; ``...`` until it is first read.
    page_address: Any
    #: The ``MizanError`` with which the request was refused.
    problem: Any
    #: ``request_address.current_readdressing()``.
    readdressing: Any
    #: ``invalidation.recorder.recorder_of()``.
    recorder: Any
    #: ``invalidation.read_version.version_of()``; ``...`` until it is first read.
    version: str | EllipsisType | None

    def __init__(self, owner: HttpRequest | None = None) -> None:
        self.owner = _nobody if owner is None else ref(owner)
        self.base_locale = None
        self.function = None
        self.has_csrf_failed = self.has_invalid_values = self.has_user_changed = False
        self.is_refresh = False
        self.localization = None
        self.notes = None
        self.own_note = None
        self.page_address = ...
        self.problem = None
        self.readdressing = None
        self.recorder = None
        self.version = ...

    if not TYPE_CHECKING:  # or any name would do

        def __getattr__(self, name: str) -> object:
            """Create a part at its first access, because most calls render nothing."""
            if name == "page":
                made = self.page = PageState()
            elif name == "block":
                made = self.block = BlockState()
            else:
                raise AttributeError(f"A RequestState has no {name!r}.")
            return made


def state_of(request: HttpRequest) -> RequestState:
    """Return the state of a request, or of the request that it wraps; create it if there is none."""
    state: RequestState | None = getattr(request, STATE, None)
    if state is None:
        state = request._mizan = RequestState(request)  # type: ignore[attr-defined]
    elif state.owner() is not request and STATE in request.__dict__:
        state = request._mizan = _of_copy(request, state)  # type: ignore[attr-defined]
    return state


def _of_copy(request: HttpRequest, copied: RequestState) -> RequestState:
    """Return a state for a request that code of the site has copied from another one.

    A copy may have another user, URL or query string. So nothing is taken over that was rendered or read for
    the other one; the recorder is, and the ids that are taken, since both may be parts of one page.
    """
    own = _copied(copied, request)
    own.block.ids = copied.block.ids
    return own


def copy_of(request: HttpRequest) -> HttpRequest:
    """Return a shallow copy, which shares the parts that exist by now; later ones are its own."""
    made, state = copy(request), state_of(request)
    own = made._mizan = _copied(state, made)  # type: ignore[attr-defined]
    for known, other in ((state.page, own.page), (state.block, own.block)):
        for name in known.__slots__:
            value = getattr(known, name)
            if value != {}:  # which both would fill
                setattr(other, name, value)
    return made


# What a request has of its own, and not in common with its copies.
_OWN = frozenset({"block", "owner", "page"})


def _copied(state: RequestState, request: HttpRequest) -> RequestState:
    """Return the state of a copy of a request, without its parts."""
    own = RequestState(request)
    for name in RequestState.__slots__:
        if name not in _OWN:
            setattr(own, name, getattr(state, name))
    return own
