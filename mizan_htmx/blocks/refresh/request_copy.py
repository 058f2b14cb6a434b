"""A copy of a mutation's request that reads the state after the mutation."""

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

from mizan_htmx.caching.anonymous import anonymous_user
from mizan_htmx.internals import KEPT_PERMISSIONS, OF_BODY, OF_USER, is_unloaded, unread
from mizan_htmx.protocol.headers import BLOCKS_META
from mizan_htmx.request_state import STATE

# Attributes that Django has computed from the body, or from headers that the copy leaves out.
_COMPUTED = (*OF_BODY, "headers", "accepted_types")

# The headers of the body, and those by which htmx describes the mutation.
_OMITTED = (
    *("CONTENT_LENGTH", "CONTENT_TYPE", BLOCKS_META),
    *("HTTP_HX_PROMPT", "HTTP_HX_SOURCE", "HTTP_HX_TARGET", "HTTP_HX_TRIGGER", "HTTP_HX_TRIGGER_NAME"),
)


def copy_as_get(request: HttpRequest) -> HttpRequest:
    """Return a copy of a request with the method GET, without a body, and with what middleware has set on it.

    The session and the visitor's messages are shared with the request. The user is loaded again when it is
    used.
    """
    # Not by copy(), which omits what can't be pickled.
    clean = type(request).__new__(type(request))
    clean.__dict__.update(_state(request))
    if hasattr(request, "htmx"):
        clean.htmx = HtmxDetails(clean)  # type: ignore[attr-defined]
    if hasattr(request, "user"):
        clean.user = _reloaded(request.user)
    if hasattr(request, "auser"):
        clean.auser = partial(sync_to_async(_load_user), clean)
    return clean


def _state(request: HttpRequest) -> dict[str, Any]:
    state = {**request.__dict__}
    for name in (*_COMPUTED, *OF_USER, STATE):
        state.pop(name, None)
    environ = {name: value for name, value in request.META.items() if name not in _OMITTED}
    environ["REQUEST_METHOD"] = "GET"
    if "environ" in state:  # a WSGIRequest has it
        state["environ"] = environ
    state.update(method="GET", META=environ, content_type="", content_params={})
    state.update(unread())
    return state


def _reloaded(user: Any) -> Any:
    """Return a lazy copy of the user, loaded again: this one may hold values from before the mutation."""
    if is_unloaded(user):
        return user
    return SimpleLazyObject(partial(_load, user)) if isinstance(user, Model) else user


def _load(user: Any) -> Any:
    fresh: Any = copy(user)  # keeps what middleware has set on it, such as a second factor
    for name in list(_cached_names(fresh)):
        del fresh.__dict__[name]
    try:
        fresh.refresh_from_db()
    except ObjectDoesNotExist:
        return anonymous_user()
    was_deactivated = getattr(user, "is_active", True) and not getattr(fresh, "is_active", True)
    return anonymous_user() if was_deactivated else fresh


def _cached_names(user: Any) -> Iterator[str]:
    """Yield the names of attributes that cache values computed from the user's row or permissions."""
    for name in user.__dict__:
        kind = getattr(type(user), name, None)
        if name.endswith(KEPT_PERMISSIONS) or isinstance(kind, (cached_property, django_cached_property)):
            yield name


def _load_user(request: HttpRequest) -> Any:
    return request.user if request.user.is_authenticated else anonymous_user()
