"""A word for who looks at a page, by which its script notices that this has changed.

It tells nobody who that is: 16 hexadecimal digits of a keyed hash of the user's primary key, or
``anonymous``.
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
from mizan_htmx.request_state import STATE, RequestState, state_of

NOBODY = "anonymous"

# Of how many users the word is kept, with 200 bytes each.
_REMEMBERED = 1024


def word_of(request: HttpRequest) -> str | None:
    """Give the word, and load the user for it; ``None`` on a site that knows no users."""
    user = getattr(request, "user", None)
    return None if user is None else _word(user)


def known_word(request: HttpRequest) -> str | None:
    """Give the word if the user has been loaded for this request already."""
    user = getattr(request, "user", None)
    if is_unloaded(user):
        user = user_of_coroutine(request)
    return None if user is None else _word(user)


def user_of(request: HttpRequest) -> Any:
    """Return ``request.user``, loaded; ``None`` on a site that knows no users.

    Raises SynchronousOnlyOperation where that would hold up an event loop.
    """
    user = getattr(request, "user", None)
    if is_unloaded(user):
        _load(user)
    return user


@async_unsafe(
    "A block or page that asks who the user is was rendered inside the event loop. Return a TemplateResponse."
)
def _load(user: Any) -> None:
    getattr(user, "is_authenticated", None)


def _word(user: Any) -> str:
    if not getattr(user, "is_authenticated", False):
        return NOBODY
    # The oldest key: the word stays the same on pages that are open while keys are rotated.
    return _keyed(str(user.pk), [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS][-1])


@lru_cache(_REMEMBERED)
def _keyed(primary_key: str, secret: str | bytes) -> str:
    return salted_hmac("mizan_htmx.session", primary_key, secret=secret, algorithm="sha256").hexdigest()[:16]


def tell(request: HttpRequest, response: HttpResponseBase) -> None:
    """Put the word into an answer, if the user has been loaded for this request."""
    word = known_word(request)
    if word is not None:
        response.headers[SESSION_HEADER] = word


def tell_change(request: HttpRequest, response: HttpResponseBase) -> None:
    """Put the word into the answer to a request in which somebody logged in or out."""
    state: RequestState | None = getattr(request, STATE, None)
    if state is not None and state.has_user_changed:
        tell(request, response)


def connect() -> None:
    """Listen to who logs in and out; once, however often it is called."""
    if apps.is_installed("django.contrib.auth"):
        user_logged_in.connect(_note, dispatch_uid=f"{__name__}.logged_in")
        user_logged_out.connect(_note, dispatch_uid=f"{__name__}.logged_out")


def _note(request: Any = None, **kwargs: object) -> None:
    if isinstance(request, HttpRequest):
        state_of(request).has_user_changed = True
