"""The address that code of the site sees on a request: where Django has routed it, or another one.

The request stays the same object, so that all that is set on it while it has another address is kept.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import ResolverMatch

from mizan_htmx.request_state import STATE, RequestState, state_of

_ATTRIBUTES = ("GET", "path", "path_info", "resolver_match")
_META = ("QUERY_STRING", "PATH_INFO")


@dataclass(frozen=True, slots=True)
class Address:
    """An address on this site: what Django would set on a request of it.

    ``fields`` is the query where it has been read already. ``is_claimed``: only the visitor's page says so.
    """

    path: str
    path_info: str
    query: str = ""
    match: ResolverMatch | None = None
    fields: QueryDict | None = None
    is_claimed: bool = False


@dataclass(frozen=True, slots=True)
class _Values:
    """The values that a request has for its address; ``GET`` only if it has been read or set."""

    attributes: dict[str, Any]
    environ: dict[str, Any]


@dataclass(slots=True)
class Readdressing:
    """The address that a request has for a while, and what it has had where it was routed.

    ``scope`` tells apart what depends on the address; it is "" where the two are the same.
    """

    address: Address
    routed: _Values
    scope: str


def has_claimed_address(request: HttpRequest) -> bool:
    """Return whether path, GET and resolver_match are what the visitor's page says, and not what was routed.

    They are in the readers and the template of a block that refreshes. Decide by them what to show, and not
    what somebody may see.
    """
    current = current_readdressing(request)
    return current is not None and current.address.is_claimed


def current_readdressing(request: HttpRequest) -> Readdressing | None:
    """Return what a request has in place of its own address, or ``None``."""
    state: RequestState | None = getattr(request, STATE, None)
    found: Readdressing | None = None if state is None else state.readdressing
    return found


@contextmanager
def moved_to(request: HttpRequest, address: Address) -> Iterator[None]:
    """Give a request another address, as if Django had routed it there."""
    former = _take(request)
    _put(request, _values_of(request, address))
    try:
        yield
    finally:
        _take(request)
        _put(request, former)


@contextmanager
def readdressed(request: HttpRequest, address: Address) -> Iterator[None]:
    """Show another address to readers and templates; ``as_routed`` finds the former one."""
    state, former = state_of(request), _take(request)
    before: Readdressing | None = state.readdressing
    routed = former if before is None else before.routed
    current = state.readdressing = Readdressing(address, routed, _scope(address, routed))
    _put(request, _values_of(request, address))
    try:
        yield
    finally:
        _take(request)
        state.readdressing = before
        if before is None:
            _put(request, current.routed)  # with what has been read of it meanwhile
        else:
            before.routed = current.routed
            _put(request, former)


_UNCHANGED = nullcontext()


def as_routed(request: HttpRequest) -> AbstractContextManager[None]:
    """Give a request the address that Django has routed: who may see something is decided by that."""
    current = current_readdressing(request)
    return _UNCHANGED if current is None else _as_routed(request, current)


@contextmanager
def _as_routed(request: HttpRequest, current: Readdressing) -> Iterator[None]:
    state, shown = state_of(request), _take(request)
    state.readdressing = None
    _put(request, current.routed)
    try:
        yield
    finally:
        current.routed = _take(request)
        state.readdressing = current
        _put(request, shown)


def set_query(request: HttpRequest, query: QueryDict) -> None:
    """Set ``GET`` of a copy of a request, whatever address it has."""
    current = current_readdressing(request)
    if current is not None:
        routed = _Values({**current.routed.attributes, "GET": query}, current.routed.environ)
        address = replace(current.address, fields=query)
        state_of(request).readdressing = Readdressing(address, routed, current.scope)
    request.GET = query  # type: ignore[assignment]


def _scope(address: Address, routed: _Values) -> str:
    is_same = (address.path, address.query) == (
        routed.attributes.get("path"),
        routed.environ.get("QUERY_STRING", ""),
    )
    return "" if is_same else address.path


def _values_of(request: HttpRequest, address: Address) -> _Values:
    attributes: dict[str, Any] = {
        "path": address.path,
        "path_info": address.path_info,
        "resolver_match": address.match,
    }
    if address.fields is not None:
        attributes["GET"] = address.fields
    elif not hasattr(type(request), "GET"):  # the others parse QUERY_STRING at the first access
        attributes["GET"] = QueryDict(address.query, encoding=request.encoding)
    return _Values(attributes, {"QUERY_STRING": address.query, "PATH_INFO": address.path_info})


def _take(request: HttpRequest) -> _Values:
    attributes, environ = request.__dict__, request.META
    return _Values(
        {name: attributes.pop(name) for name in _ATTRIBUTES if name in attributes},
        {name: environ.pop(name) for name in _META if name in environ},
    )


def _put(request: HttpRequest, values: _Values) -> None:
    request.__dict__.update(values.attributes)
    request.META.update(values.environ)
