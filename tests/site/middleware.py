"""Middleware of the test project: its Content-Security-Policy, and caching and trouble on demand."""

import secrets
from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from mizan_htmx.protocol.headers import REFRESH_HEADER
from tests.site.answers import add_headers
from tests.site.gates import pass_gate

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
    " media-src 'self'; form-action 'self'; base-uri 'none'"
)

NONCES = "nonces"
TROUBLE = "trouble"
REFUSAL = "refusal"

# A gzip stream with one good block and then a bad one, so that the failure comes after the headers.
GARBLED = bytes.fromhex("1f8b08000000000000ff" + "00ffff0000" + "78" * 0xFFFF + "ff")


class _Middleware:
    """Calls ``before`` and ``after`` around a view, sync or async."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self._acall(request)
        return self.after(request, self.before(request) or self.get_response(request))

    async def _acall(self, request: HttpRequest) -> HttpResponseBase:
        response = self.before(request)
        if response is None:
            response = await self.get_response(request)  # type: ignore[misc]
        return self.after(request, response)

    def before(self, request: HttpRequest) -> HttpResponseBase | None:
        """Answer in the view's place, or not."""
        return None

    def after(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Change the answer, or not."""
        return response


class StrictPolicy(_Middleware):
    """Forbids inline scripts and styles and eval().

    Where the cookie ``nonces`` is, inline scripts that have the nonce of their answer may run: ``all``
    answers have one, or only that of the ``page``, and those of mizan no policy at all.
    """

    def before(self, request: HttpRequest) -> None:
        """Make the nonce of this answer."""
        if NONCES in request.COOKIES:
            request.csp_nonce = secrets.token_urlsafe(12)  # type: ignore[attr-defined]

    def after(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the policy, if the page has none of its own."""
        policy = POLICY
        if nonces := request.COOKIES.get(NONCES):
            if nonces == "page" and request.path.startswith("/api/mizan/"):
                return response
            policy = POLICY.replace("script-src 'self'", f"script-src 'self' 'nonce-{request.csp_nonce}'")  # type: ignore[attr-defined]
            policy += "; script-src-attr 'none'"
        response.headers.setdefault("Content-Security-Policy", policy)
        return response


class Cached(_Middleware):
    """Lets browsers keep a page that is asked for with ``?cached=1``, whatever their cookies."""

    def after(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Change the headers that caches go by."""
        if "cached" in request.GET:
            response.headers["Cache-Control"] = "max-age=60"
            del response.headers["Vary"]
        return response


class Spoken(_Middleware):
    """Says something to htmx with every answer, as ``tests.site.answers`` has it."""

    def after(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the headers."""
        return add_headers(request, response)


class Trouble(_Middleware):
    """Answers block refreshes wrongly for browsers that ask for it in the cookie ``trouble``.

    ``login``; ``garbled`` for an answer that breaks off; ``long`` for a request of several blocks that is too
    long; or a status, and behind a dash after how many seconds to ask again. A status waits while a test
    holds the gate.
    """

    def before(self, request: HttpRequest) -> HttpResponseBase | None:
        """Answer in place of a refresh."""
        trouble = request.COOKIES.get(TROUBLE)
        if "/partial" not in request.path or trouble is None:
            return None
        if trouble == "login":
            return HttpResponseRedirect("/login/")
        if trouble == "garbled":
            headers = {REFRESH_HEADER: "1", "Content-Encoding": "gzip", "Retry-After": "600"}
            return HttpResponse(GARBLED, headers=headers)
        if trouble == "long":
            return HttpResponse(status=414) if "/partials/" in request.path else None
        pass_gate()
        status, _, seconds = trouble.partition("-")
        headers = {"Retry-After": seconds} if seconds else {}
        return HttpResponse("<h1>Server error</h1>", status=int(status), headers=headers)


class Refusal(_Middleware):
    """Answers submissions of forms wrongly for browsers that ask for it in the cookie ``refusal``."""

    def before(self, request: HttpRequest) -> HttpResponseBase | None:
        """Send the visitor to the login page, or answer with a status, in HTML."""
        refusal = request.COOKIES.get(REFUSAL)
        is_submission = request.method == "POST" and "/form/" in request.path
        if refusal is None or not is_submission or request.path.endswith("/validate/"):
            return None
        if refusal == "login":
            return HttpResponseRedirect("/login/")
        return HttpResponse("<h1>Refused</h1>", status=int(refusal))
