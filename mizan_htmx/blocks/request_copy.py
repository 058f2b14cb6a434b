"""The request of a mutation, as one that reads what is there afterwards."""

from collections.abc import Iterator
from copy import copy
from functools import cached_property, partial
from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.functional import cached_property as django_cached_property
from django_htmx.middleware import HtmxDetails

from mizan_htmx.caching.anonymous import nobody
from mizan_htmx.internals import KEPT_PERMISSIONS, OF_BODY, OF_USER, is_unloaded, unread
from mizan_htmx.protocol.headers import BLOCKS_META
from mizan_htmx.request_state import STATE

# What was read from a body, or with headers that are left out.
_READ = (*OF_BODY, "headers", "accepted_types")

# htmx sends these with what changes something, and tells by them what it was.
_LEFT_OUT = (
    *("CONTENT_LENGTH", "CONTENT_TYPE", BLOCKS_META),
    *("HTTP_HX_PROMPT", "HTTP_HX_SOURCE", "HTTP_HX_TARGET", "HTTP_HX_TRIGGER", "HTTP_HX_TRIGGER_NAME"),
)


def reading_copy(request: HttpRequest) -> HttpRequest:
    """Copy a request: GET, no body, nothing read yet; what the site's middleware has put on it stays.

    The session and the visitor's messages are those of the request itself.
    """
    # Not by copy(), which leaves out what can't be pickled.
    clean = type(request).__new__(type(request))
    clean.__dict__.update(_state(request))
    if hasattr(request, "htmx"):
        clean.htmx = HtmxDetails(clean)  # type: ignore[attr-defined]
    if hasattr(request, "user"):
        clean.user = _afresh(request.user)
    if hasattr(request, "auser"):
        clean.auser = partial(sync_to_async(_loaded), clean)
    return clean


def _state(request: HttpRequest) -> dict[str, Any]:
    state = {**request.__dict__}
    for name in (*_READ, *OF_USER, STATE):
        state.pop(name, None)
    environ = {name: value for name, value in request.META.items() if name not in _LEFT_OUT}
    environ["REQUEST_METHOD"] = "GET"
    if "environ" in state:  # as WSGI has it
        state["environ"] = environ
    state.update(method="GET", META=environ, content_type="", content_params={})
    state.update(unread())
    return state


def _afresh(user: Any) -> Any:
    """Load a user again, when somebody asks: the one of before may show what it was before."""
    if is_unloaded(user):
        return user
    return SimpleLazyObject(partial(_load, user)) if isinstance(user, Model) else user


def _load(user: Any) -> Any:
    fresh: Any = copy(user)  # with what middleware has put on it, such as a second factor
    for name in list(_derived(fresh)):
        del fresh.__dict__[name]
    try:
        fresh.refresh_from_db()
    except ObjectDoesNotExist:
        return nobody()
    was_closed = getattr(user, "is_active", True) and not getattr(fresh, "is_active", True)
    return nobody() if was_closed else fresh


def _derived(user: Any) -> Iterator[str]:
    """Name what was worked out of the user's row or rights."""
    for name in user.__dict__:
        kind = getattr(type(user), name, None)
        if name.endswith(KEPT_PERMISSIONS) or isinstance(kind, (cached_property, django_cached_property)):
            yield name


def _loaded(request: HttpRequest) -> Any:
    return request.user if request.user.is_authenticated else nobody()
