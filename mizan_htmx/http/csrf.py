"""Django's CSRF check, run where the site's middleware did not, and its cookie."""

from functools import lru_cache

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token

from mizan_htmx.declarations.functions import SAFE_METHODS
from mizan_htmx.errors import Forbidden
from mizan_htmx.http.arguments import UNREADABLE, refusal_of_unreadable
from mizan_htmx.internals import CsrfCheck, is_csrf_checked
from mizan_htmx.protocol.headers import REFUSED_HEADER
from mizan_htmx.request_state import state_of


class CsrfFailed(Forbidden):
    """The request has no valid CSRF token of this visitor."""


def _check() -> CsrfCheck:
    return _check_of(tuple(settings.CSRF_TRUSTED_ORIGINS))


@lru_cache(1)
def _check_of(trusted: tuple[str, ...]) -> CsrfCheck:
    """Return Django's check, which caches what it derives from the trusted origins."""
    return CsrfCheck()


def check_csrf(request: HttpRequest) -> None:
    """Raise CsrfFailed unless the method is safe or the request has a valid token.

    Raises BadRequest or TooLarge if the token may be in a body that can't be read.
    """
    if is_csrf_checked(request):
        return
    try:
        reason = _check().reason_against(request)
    except UNREADABLE as error:  # the token may be in the body
        raise refusal_of_unreadable(error) from error
    if reason:
        state_of(request).has_csrf_failed = True
        raise CsrfFailed(f"CSRF verification failed. {reason}")


def is_own_origin(request: HttpRequest) -> bool:
    """Return whether a page of this site, or of CSRF_TRUSTED_ORIGINS, sent a request to one of ALLOWED_HOSTS.

    A request without ``Origin`` did not come from a page: browsers send it with every WebSocket.
    """
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return "HTTP_ORIGIN" in request.META and _check().verifies_origin(request)


def is_unchecked(request: HttpRequest) -> bool:
    """Return whether a view of the URLconf got an unsafe request that no CsrfViewMiddleware has checked."""
    return not _has_middleware() and _needs_check(request)


def _needs_check(request: HttpRequest) -> bool:
    match = request.resolver_match
    if request.method in SAFE_METHODS or match is None:
        return False
    return not getattr(match.func, "csrf_exempt", False)


def _has_middleware() -> bool:
    return "django.middleware.csrf.CsrfViewMiddleware" in settings.MIDDLEWARE


def mark_csrf_failure(request: HttpRequest, response: HttpResponseBase) -> None:
    """Mark a 403 as one of the CSRF check, if this package or the site's middleware made it.

    CsrfViewMiddleware sets ``csrf_processing_done`` on requests that pass.
    """
    by_site = _has_middleware() and not is_csrf_checked(request)
    if state_of(request).has_csrf_failed or (by_site and _needs_check(request)):
        response.headers[REFUSED_HEADER] = "csrf"


def csrf_token(request: HttpRequest) -> str:
    """Return the visitor's token; create one if there is none."""
    if "CSRF_COOKIE" not in request.META:
        _check().process_request(request)
    return get_token(request)


def set_csrf_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Set the cookie of a new token on the response."""
    _check().process_response(request, response)
