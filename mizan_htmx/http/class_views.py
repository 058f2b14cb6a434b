"""The context of a class-based view, for a reader: its ``dispatch`` runs, and nothing is rendered."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.views.generic import View

from mizan_htmx.caching.anonymous import AnonymousRequest
from mizan_htmx.localization import Locale, current_locale
from mizan_htmx.protocol.headers import LEAVING
from mizan_htmx.protocol.keys import canonical, is_nameable
from mizan_htmx.request_state import state_of

ViewContext = Mapping[str, Any]

# A refusal, and what is not there, or no longer (RFC 9110 section 15.5).
_REFUSED = (401, 403)
_GONE = (404, 410)

# Conditional requests (RFC 9110 section 13.1) ask for the page's response, and not for what a block reads.
_CONDITIONS = (
    *("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE"),
)


@dataclass(frozen=True, slots=True, eq=False)
class ClassView:
    """A class-based view that is read.

    ``call`` is what ``as_view()`` returned; ``is_decorated``: a decorator stands around that. ``query`` maps
    parameters to the keys of the page's address that they fill; all others are keyword arguments of the URL.
    """

    cls: type[View]
    call: Callable[..., Any]
    initkwargs: Mapping[str, Any]
    query: Mapping[str, str]
    is_decorated: bool = False

    @property
    def place(self) -> str:
        """The name of the class, for messages."""
        return f"{self.cls.__module__}.{self.cls.__qualname__}"


def read(view: ClassView, request: HttpRequest, values: Mapping[str, Any]) -> ViewContext:
    """Return the context of a view for these parameters; of the page's own view, if that is this one.

    It runs once in a request for the same arguments and address. Raise PermissionDenied or Http404 for a
    response that refuses, and TypeError for one without a context.
    """
    kwargs, texts = _asked(view, request, values)
    contexts, key = _known(view, request, kwargs, texts)
    if key not in contexts:
        with _running(view, request, texts):
            response = view.call(request, **kwargs)
        contexts[key] = _context_in(view, response)
    return contexts[key]


async def aread(view: ClassView, request: HttpRequest, values: Mapping[str, Any]) -> ViewContext:
    """See ``read``."""
    kwargs, texts = _asked(view, request, values)
    contexts, key = _known(view, request, kwargs, texts)
    if key not in contexts:
        with _running(view, request, texts):
            response = view.call(request, **kwargs)
            if isawaitable(response):  # the refusal of a mixin is none
                response = await response
        contexts[key] = _context_in(view, response)
    return contexts[key]


def _asked(
    view: ClassView, request: HttpRequest, values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the keyword arguments of the URL, and the texts that ``request.GET`` lacks.

    A parameter that is ``None`` is left out, and the address is as it is.
    """
    given = {name: value for name, value in values.items() if value is not None}
    texts = {key: canonical(given.pop(name)) for name, key in view.query.items() if name in given}
    if texts and not isinstance(request, AnonymousRequest):  # which has no address to read from
        texts = {key: text for key, text in texts.items() if request.GET.get(key) != text}
    return given, texts


def _known(
    view: ClassView, request: HttpRequest, kwargs: Mapping[str, Any], texts: Mapping[str, str]
) -> tuple[dict[Any, ViewContext], Any]:
    """Return the contexts that this request knows by now, and the key of this one among them."""
    contexts = state_of(request).page.contexts
    locale, named = current_locale(), _as_texts(kwargs)
    key = (view, locale, request.path, tuple(named.items()), tuple(texts.items()))
    if key not in contexts and not texts:
        shown = _context_of_page(view, request, named, locale)
        if shown is not None:
            contexts[key] = shown
    return contexts, key


def _context_of_page(
    view: ClassView, request: HttpRequest, named: Mapping[str, object], locale: Locale
) -> ViewContext | None:
    """Return the context that the page is rendered with, if the same view has made it of the same values."""
    noted = state_of(request).page.response
    if noted is None or request.method not in ("GET", "HEAD"):
        return None
    response, rendered_in = noted
    context = getattr(response(), "context_data", None)
    shown = context.get("view") if isinstance(context, Mapping) else None
    if type(shown) is not view.cls or getattr(shown, "request", None) is not request:
        return None
    return context if locale == rendered_in and _is_same(view, request, named) else None


def _is_same(view: ClassView, request: HttpRequest, named: Mapping[str, object]) -> bool:
    match = request.resolver_match
    if match is None or getattr(match.func, "view_class", None) is not view.cls or match.args:
        return False
    if view.is_decorated and match.func is not view.call:  # what has let the page through may be another
        return False
    is_as_declared = bool(getattr(match.func, "view_initkwargs", None) == view.initkwargs)
    return is_as_declared and _as_texts(match.kwargs) == named


def _as_texts(kwargs: Mapping[str, Any]) -> dict[str, object]:
    """Return the values as a URL has them: ``<pk>`` is the text of a number."""
    return {
        name: canonical(value) if is_nameable(value) else value
        for name, value in kwargs.items()
        if value is not None
    }


@contextmanager
def _running(view: ClassView, request: HttpRequest, texts: Mapping[str, str]) -> Iterator[None]:
    """Let a view see a GET request with these texts in its address; raise TypeError if it runs already."""
    page = state_of(request).page
    running = page.running = page.running or set()
    if view in running:
        raise TypeError(
            f"{view.place} renders its template itself, and a block of it reads the view. Return a"
            " TemplateResponse, as Django's generic views do; render() returns finished HTML."
        )
    running.add(view)
    try:
        with _as_get(request), _with_query(view, request, texts):
            yield
    finally:
        running.remove(view)


@contextmanager
def _as_get(request: HttpRequest) -> Iterator[None]:
    """Temporarily make it an unconditional GET: a page may be the response to a POST or a HEAD."""
    method, environ = request.method, request.META
    conditions = {name: environ.pop(name) for name in _CONDITIONS if name in environ}
    request.method = "GET"
    try:
        yield
    finally:
        request.method = method
        environ.update(conditions)


@contextmanager
def _with_query(view: ClassView, request: HttpRequest, texts: Mapping[str, str]) -> Iterator[None]:
    """Temporarily put texts into ``request.GET``; in a public block it has nothing else."""
    is_public = isinstance(request, AnonymousRequest)
    if not (texts or (is_public and view.query)):
        yield
        return
    query = QueryDict(mutable=True) if is_public else request.GET.copy()
    for key, text in texts.items():
        query[key] = text
    attributes = request.__dict__
    before = attributes.get("GET")
    attributes["GET"] = QueryDict(query.urlencode(), encoding=query.encoding)
    try:
        yield
    finally:
        del attributes["GET"]
        if before is not None:
            attributes["GET"] = before


def _context_in(view: ClassView, response: object) -> ViewContext:
    if isinstance(response, HttpResponseBase):
        _raise_refusal(view, response)
        context = getattr(response, "context_data", None)
        if 200 <= response.status_code < 300 and isinstance(context, Mapping):
            return context
    raise TypeError(_without_context(view, response))


def _raise_refusal(view: ClassView, response: HttpResponseBase) -> None:
    status = response.status_code
    if status in _GONE:
        raise Http404(f"{view.place} responded with {status}.")
    if status in _REFUSED:
        raise PermissionDenied(f"{view.place} responded with {status}.")
    names = ("Location", *LEAVING) if 300 <= status < 400 else LEAVING
    for name in names:
        if name in response.headers:
            raise PermissionDenied(f"{view.place} redirected to {response.headers[name]}.")


def _without_context(view: ClassView, response: object) -> str:
    kind = type(response).__name__
    if not isinstance(response, HttpResponseBase):
        return f"{view.place} returned a {kind}, and no response."
    if isinstance(response, SimpleTemplateResponse) and response.is_rendered:
        return (
            f"{view.place} responded with a {kind} that is rendered already, as from a cache, and has no"
            " context. Put cache_page() into the URLconf, around as_view(), instead of around dispatch()."
        )
    return (
        f"{view.place} responded with a {kind} of status {response.status_code}, whose context can't be read."
        " Return a TemplateResponse with a context, as Django's generic views do (render() returns finished"
        " HTML), or write a reader that returns what the block shows."
    )
