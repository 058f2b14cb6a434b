"""The Content-Security-Policy of every response, and the version of htmx that pages use."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
VERSIONS = {"2": 2, "4": 4}
VERSION_KEY = "htmx"


class ContentSecurityPolicy(MiddlewareMixin):
    """Allow scripts, styles and requests of this site only, and nothing inline."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the policy to the response."""
        response.headers["Content-Security-Policy"] = POLICY
        return response


class HtmxVersion(MiddlewareMixin):
    """Remember ``?htmx=2`` or ``?htmx=4`` for the rest of the session."""

    def process_request(self, request: HttpRequest) -> None:
        """Read the choice from the URL."""
        chosen = VERSIONS.get(request.GET.get("htmx", ""))
        if chosen is not None:
            request.session[VERSION_KEY] = chosen


def htmx_version(request: HttpRequest) -> dict[str, int]:
    """Tell templates which htmx this session chose: 2 or 4."""
    session = getattr(request, "session", None)
    return {"htmx_version": 2 if session is None else session.get(VERSION_KEY, 2)}
