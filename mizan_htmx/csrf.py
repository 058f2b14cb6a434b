"""Django's CSRF check, run where the site's middleware did not, and its cookie."""

from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token

from mizan_htmx.arguments import unreadable_is_refused
from mizan_htmx.errors import Forbidden


class CsrfFailed(Forbidden):
    """The request does not carry the visitor's token."""


class _Check(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason

    def verifies_origin(self, request: HttpRequest) -> bool:
        return bool(self._origin_verified(request))  # type: ignore[attr-defined]


def _unused(request: HttpRequest) -> HttpResponse:
    raise AssertionError("The CSRF check calls no view.")


def check_csrf(request: HttpRequest) -> None:
    """Raise Forbidden unless the request is safe, or carries the visitor's token."""
    if getattr(request, "csrf_processing_done", False):
        return
    with unreadable_is_refused():  # the token may stand in the body
        check = _Check(_unused)
        check.process_request(request)
        reason: Any = check.process_view(request, _unused, (), {})
    if reason:
        raise CsrfFailed(f"CSRF verification failed. {reason}")


def is_own_origin(request: HttpRequest) -> bool:
    """Tell whether a page of this site, or of CSRF_TRUSTED_ORIGINS, sent a request to one of ALLOWED_HOSTS.

    A request without ``Origin`` is not one of a page's: browsers send it with every WebSocket.
    """
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return "HTTP_ORIGIN" in request.META and _Check(_unused).verifies_origin(request)


def is_unchecked(request: HttpRequest) -> bool:
    """Tell whether a view from the URLconf got an unsafe request that the site's middleware did not check."""
    match = request.resolver_match
    return (
        request.method not in ("GET", "HEAD", "OPTIONS", "TRACE")
        and match is not None
        and "django.middleware.csrf.CsrfViewMiddleware" not in settings.MIDDLEWARE
        and not getattr(match.func, "csrf_exempt", False)
    )


def csrf_token(request: HttpRequest) -> str:
    """Give the visitor's token, made if there is none."""
    if "CSRF_COOKIE" not in request.META:
        _Check(_unused).process_request(request)
    return get_token(request)


def set_csrf_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Put a new token's cookie into the response."""
    _Check(_unused).process_response(request, response)
