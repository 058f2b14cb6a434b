"""The responses to exceptions: JSON on the endpoints, HTML or Django's own pages on the view path."""

from typing import Any

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.http import escape_leading_slashes
from django.utils.log import log_response
from pydantic_core import to_json

from mizan_htmx.errors import (
    Forbidden,
    InternalError,
    MethodNotAllowed,
    MizanError,
    NotFound,
    NotImplementedYet,
    Unauthorized,
    ValidationFailed,
)
from mizan_htmx.http.error_headers import remember_error
from mizan_htmx.internals import technical_page


def json_response(content: object, *, status: int = 200) -> HttpResponse:
    """Return a JSON response that no cache stores; ``bytes`` content is JSON already."""
    body = content if type(content) is bytes else to_json(content, inf_nan_mode="null")
    response = HttpResponse(body, content_type="application/json")
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def refusal_of(error: Exception) -> MizanError:
    """Return the error for an exception; InternalError for one that was not raised on purpose."""
    if isinstance(error, MizanError):
        return error
    if isinstance(error, PermissionDenied) or _is_refusal(error):
        return Forbidden(_own_text(error))
    if isinstance(error, Http404):
        return NotFound(_own_text(error))
    if isinstance(error, DjangoValidationError):
        return ValidationFailed(_django_fields(error))
    if isinstance(error, NotImplementedError):
        return NotImplementedYet()
    return InternalError()


def _is_refusal(error: Exception) -> bool:
    """Return whether a site's code raised it: a PermissionError of the operating system has an ``errno``."""
    return isinstance(error, PermissionError) and error.errno is None


def _own_text(error: Exception) -> str:
    """Return the text that the site's code passed, or ""; a failed resolve() has the URLconf in its place."""
    text = error.args[0] if error.args else ""
    return str(text) if isinstance(text, (str, Promise)) else ""


def _django_fields(error: DjangoValidationError) -> dict[str, list[str]]:
    if hasattr(error, "error_dict"):
        return {name: list(map(str, messages)) for name, messages in error.message_dict.items()}
    return {NON_FIELD_ERRORS: list(map(str, error.messages))}


def json_error_response(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the response to an exception on a JSON endpoint; an unexpected one is logged, not described."""
    known = refusal_of(error)
    try:
        response = json_response(_body(request, known, error), status=known.status)
    except ValueError as unwritable:  # details that JSON can't represent, or text that UTF-8 can't
        known, error = InternalError(), unwritable
        response = json_response(_body(request, known, error), status=known.status)
    remember_error(request, known)
    if isinstance(known, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(known.allowed)
    if known.status >= 500:
        log_response(
            "%s: %s", type(error).__name__, request.path, response=response, request=request, exception=error
        )
    return response


def _body(request: HttpRequest, known: MizanError, error: Exception) -> object:
    body = _content(request, known, error)
    # htmx 4 parses every response as HTML, and a CSP reports the elements of a whole page.
    return _without_markup(body) if "debug" in body else body


def _content(request: HttpRequest, known: MizanError, error: Exception) -> dict[str, Any]:
    """Return the content of an error response, with details for the developer under ``DEBUG``."""
    body = known.as_dict()
    if not (settings.DEBUG and _is_htmx(request)):
        return body
    if known.status >= 500:
        body["debug"] = {"page": technical_page(request, error)}
    elif isinstance(known, ValidationFailed) and known.reasons != known.fields:
        body["debug"] = {"reasons": known.reasons}
    return body


def html_error_response(request: HttpRequest, error: Exception) -> HttpResponseBase:
    """Return the response to an exception on the view path.

    Raises what Django handles with the site's own pages: Http404, PermissionDenied, unexpected exceptions.
    """
    known = refusal_of(error)
    remember_error(request, known)
    if not (isinstance(error, (MizanError, DjangoValidationError)) or _is_refusal(error)):
        if known.status >= 500:
            remember_error(request, InternalError())  # Django responds to all of them with 500
        raise error
    is_page = request.method in ("GET", "HEAD")
    if isinstance(known, NotFound) or (isinstance(known, ValidationFailed) and is_page):
        remember_error(request, NotFound(known.message))
        raise Http404(known.message) from error
    if isinstance(known, Forbidden):
        raise PermissionDenied(known.message) from error
    if isinstance(known, Unauthorized) and is_page and not _is_fragment(request):
        return _to_login(request)
    response = render(request, "mizan_htmx/error.html", _shown(known), status=known.status)
    response.headers["Cache-Control"] = "no-store"
    if isinstance(known, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(known.allowed)
    if _is_htmx(request):
        response.content += _as_script(_content(request, known, error))
    return response


def _as_script(body: dict[str, Any]) -> bytes:
    """Return the JSON of an error for the page's script, to be appended to a site's own page."""
    try:
        written = _without_markup(body)
    except ValueError:  # as in json_error_response()
        return b""
    return b'<script type="application/json" data-mizan-refusal>%s</script>' % written


#: The characters of markup, which JSON has in strings only.
_MARKUP = {ord(each): f"\\u{ord(each):04X}" for each in "<>&"}


def _without_markup(body: dict[str, Any]) -> bytes:
    return to_json(body, inf_nan_mode="null").decode().translate(_MARKUP).encode()


def _shown(error: MizanError) -> dict[str, Any]:
    fields = error.fields if isinstance(error, ValidationFailed) else {}
    own = {name: messages for name, messages in fields.items() if name and name != NON_FIELD_ERRORS}
    others = [text for name, messages in fields.items() if name not in own for text in messages]
    login_url = resolve_url(settings.LOGIN_URL) if isinstance(error, Unauthorized) else None
    return {"error": error, "fields": own, "messages_of_all": others, "login_url": login_url}


def _is_fragment(request: HttpRequest) -> bool:
    """Return whether the response is inserted into a part of a page, where a login page would be wrong."""
    return _is_htmx(request) and "HX-Boosted" not in request.headers


def _is_htmx(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def login_url_for(back: str) -> str:
    """Return the URL of the login page, which sends the visitor ``back`` afterwards."""
    target = resolve_url(settings.LOGIN_URL)
    query = QueryDict(mutable=True)
    query["next"] = back
    return f"{target}{'&' if '?' in target else '?'}{query.urlencode(safe='/')}"


def _to_login(request: HttpRequest) -> HttpResponse:
    target = login_url_for(escape_leading_slashes(request.get_full_path()))
    response = HttpResponse(status=302, headers={"Location": target})
    patch_vary_headers(response, ["HX-Request", "HX-Boosted"])
    return response
