"""The endpoint that renders one block again."""

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.template import TemplateDoesNotExist

from mizan_htmx import blocks
from mizan_htmx.caching import PRIVATE, keep_private, share
from mizan_htmx.functions import BLOCK_FIELD
from mizan_htmx.partials import load
from mizan_htmx.recorder import close_recorder, open_recorder


def partial(request: HttpRequest, context: str) -> HttpResponseBase:
    """Answer one block's HTML, wrapper included; 404 for a forged token or parameters that do not fit."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    raw = request.GET.dict()
    try:
        block = blocks.read_token(raw.pop(BLOCK_FIELD, ""), raw)
        template = load(block.partial)
    except (BadSignature, ValueError, TemplateDoesNotExist) as error:
        return _not_found(error)
    if block.contexts[0] != context:
        return _not_found(ValueError(f"The token is for the context {block.contexts[0]!r}, not {context!r}."))
    recorder, owned = open_recorder(request)
    start = len(recorder)
    try:
        html = blocks.render(block, template, request)
        response = HttpResponse(html, headers={blocks.REFRESH_HEADER: "1"})
        if block.is_shared:
            return share(request, response, recorder)
    finally:
        # A read must not invalidate: two blocks of one context would refresh each other for ever.
        recorder.rewind(start)
        if owned:
            close_recorder(request)
    keep_private(response)
    return response


def _not_found(error: Exception) -> HttpResponse:
    reason = f"{type(error).__name__}: {error}" if settings.DEBUG else "Not found."
    headers = {"Cache-Control": PRIVATE}
    return HttpResponse(reason, status=404, content_type="text/plain; charset=utf-8", headers=headers)
