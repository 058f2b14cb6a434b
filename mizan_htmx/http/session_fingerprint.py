"""The session fingerprint of the logged-in user, which a page's script compares to detect a change of user.

It does not reveal the user: 16 hexadecimal digits of a keyed hash of their primary key, or ``anonymous``.
"""

from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.asyncio import async_unsafe
from django.utils.crypto import salted_hmac

from mizan_htmx.internals import is_unloaded, user_of_coroutine
from mizan_htmx.protocol.headers import SESSION_HEADER
from mizan_htmx.request_state import state_of

NOBODY = "anonymous"

# Cache size: entries of about 200 bytes.
_CACHED_USERS = 1024


def fingerprint_of(request: HttpRequest) -> str | None:
    """Return the fingerprint, and load the user for it; ``None`` on a site without users."""
    user = getattr(request, "user", None)
    return None if user is None else _fingerprint(user)


def known_fingerprint(request: HttpRequest) -> str | None:
    """Return the fingerprint if the user has already been loaded for this request, and ``None`` otherwise."""
    user = getattr(request, "user", None)
    if is_unloaded(user):
        user = user_of_coroutine(request)
    return None if user is None else _fingerprint(user)


def user_of(request: HttpRequest) -> Any:
    """Return ``request.user``, loaded; ``None`` on a site without users.

    Raises SynchronousOnlyOperation where loading it would block an event loop.
    """
    user = getattr(request, "user", None)
    if is_unloaded(user):
        _load(user)
    return user


@async_unsafe(
    "A block or page that needs the user was rendered inside the event loop. Return a TemplateResponse."
)
def _load(user: Any) -> None:
    getattr(user, "is_authenticated", None)


def _fingerprint(user: Any) -> str:
    if not getattr(user, "is_authenticated", False):
        return NOBODY
    # The oldest key, so that the fingerprint on open pages stays valid while keys are rotated.
    return _keyed(str(user.pk), [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS][-1])


@lru_cache(_CACHED_USERS)
def _keyed(primary_key: str, secret: str | bytes) -> str:
    return salted_hmac("mizan_htmx.session", primary_key, secret=secret, algorithm="sha256").hexdigest()[:16]


def write_fingerprint(request: HttpRequest, response: HttpResponseBase) -> None:
    """Write the fingerprint into a response, if the user has been loaded for this request."""
    fingerprint = known_fingerprint(request)
    if fingerprint is not None:
        response.headers[SESSION_HEADER] = fingerprint


def connect() -> None:
    """Connect to Django's signals of login and logout. Idempotent."""
    if apps.is_installed("django.contrib.auth"):
        user_logged_in.connect(_mark_changed, dispatch_uid=f"{__name__}.logged_in")
        user_logged_out.connect(_mark_changed, dispatch_uid=f"{__name__}.logged_out")


def _mark_changed(request: Any = None, **kwargs: object) -> None:
    if isinstance(request, HttpRequest):
        state_of(request).has_user_changed = True
