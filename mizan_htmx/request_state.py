"""This package's state on a request: one attribute, with a part for the page and one for a block.

This module is below all modules that fill the state. Values whose type belongs to a higher layer are ``Any``
here; the comment beside each names its typed accessor.
"""

from copy import copy
from datetime import tzinfo
from types import EllipsisType
from typing import TYPE_CHECKING, Any
from weakref import ref

from django.http import HttpRequest
from django.urls import ResolverMatch, URLResolver

#: The name of the attribute. Hot paths read it by ``getattr(request, STATE, None)``, to save a call.
STATE = "_mizan"


class BlockState:
    """The state of one refreshed block; on a page all blocks share one."""

    __slots__ = ("anonymous", "context_values", "ids")

    #: The anonymous request: ``caching.anonymous.anonymous()``.
    anonymous: Any
    #: The values of the context processors, by engine, language and time zone.
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
        "included",
        "localizations",
        "matches",
        "own_note",
        "results",
        "shared_results",
        "url_scope",
    )

    #: The templates that ``{% include %}`` caches in ``render_context``.
    included: dict[Any, Any]
    #: ``rendering.page_localization.localization_here()``.
    localizations: dict[Any, Any]
    #: The resolver matches of the paths of blocks.
    matches: dict[str, ResolverMatch]
    #: ``blocks.freshness.own_note()``.
    own_note: Any
    #: The results of readers: ``blocks.reader_results.resolve()``.
    results: dict[Any, Any]
    #: The results of readers of public contexts in a batch, where each block has its own anonymous request.
    shared_results: dict[Any, Any] | None
    #: The URLconf, its resolver and the script prefix, with which URLs are reversed.
    url_scope: tuple[object, "ref[URLResolver]", str] | None

    def __init__(self) -> None:
        self.included = {}
        self.localizations = {}
        self.matches = {}
        self.own_note = None
        self.results = {}
        self.shared_results = None
        self.url_scope = None


class RequestState:
    """The state of one request."""

    __slots__ = (
        "base_locale",
        "block",
        "function",
        "has_csrf_failed",
        "has_invalid_values",
        "has_user_changed",
        "localization",
        "notes",
        "page",
        "problem",
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
    #: ``localization.localization_of()``.
    localization: Any
    #: The notes of the cookie: ``invalidation.cookie.received()``.
    notes: Any
    page: PageState
    #: The ``MizanError`` with which the request was refused.
    problem: Any
    #: ``invalidation.recorder.recorder_of()``.
    recorder: Any
    #: ``invalidation.read_version.version_of()``; ``...`` until it is first read.
    version: str | EllipsisType | None

    def __init__(self) -> None:
        self.base_locale = None
        self.function = None
        self.has_csrf_failed = self.has_invalid_values = self.has_user_changed = False
        self.localization = None
        self.notes = None
        self.problem = None
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
        state = request._mizan = RequestState()  # type: ignore[attr-defined]
    return state


def copy_of(request: HttpRequest) -> HttpRequest:
    """Return a shallow copy, which shares the parts that exist by now; later ones are its own."""
    made = copy(request)
    state, own = state_of(request), RequestState()
    made._mizan = own  # type: ignore[attr-defined]
    for known, other in ((state, own), (state.page, own.page), (state.block, own.block)):
        for name in known.__slots__:
            value = getattr(known, name)
            if name not in ("block", "page") and value != {}:  # which both would fill
                setattr(other, name, value)
    return made
