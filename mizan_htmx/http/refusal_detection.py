"""Detect that a view has refused a request: by its status, or by invalid forms in its context."""

import logging
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, TypeAlias
from weakref import WeakSet

from django.conf import settings
from django.forms import BaseForm, BaseFormSet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse

from mizan_htmx.declarations.functions import SAFE_METHODS, Function
from mizan_htmx.http.arguments import URLENCODED
from mizan_htmx.internals import is_validated

logger = logging.getLogger("mizan_htmx")

Form: TypeAlias = "BaseForm | BaseFormSet[Any]"

#: How deep forms are searched for in a context, and among how many values of one list and of one depth.
DEPTH = 5
WIDTH = 100
MOST = 2000

# The attributes with a form, of the wrappers of Django's admin and of a bound field.
_HOLDERS = ("form", "formset")

_TOKEN = "csrfmiddlewaretoken"

# How Django's own templates mark errors.
_MARKS = (b"aria-invalid", b"errorlist")

_logged: "WeakSet[Any]" = WeakSet()


def is_refused(function: Function, request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether a view's response shows that it refused the request.

    That is a status of 400 or more, or a ``TemplateResponse`` whose context has the forms of this request,
    all of them with errors. Plain HTML does not show it; under ``DEBUG``, HTML that seems to is logged.
    """
    if response.status_code >= 400:
        return True
    if isinstance(response, SimpleTemplateResponse):
        return _hands_back(request, response.context_data)
    if settings.DEBUG and isinstance(response, HttpResponse):
        _log_once(function, response)
    return False


def _hands_back(request: HttpRequest, context: object) -> bool:
    found = {id(form): form for form in _forms_in(context) if form.is_bound and is_validated(form)}
    rows = {id(row) for form in found.values() if isinstance(form, BaseFormSet) for row in form.forms}
    sent = [form for key, form in found.items() if key not in rows and _is_of(request, form)]
    return bool(sent) and all(_has_errors(form) for form in sent)


def _forms_in(context: object) -> Iterator[Form]:
    """Yield the forms of a context; nothing is called, and no lazy value is evaluated."""
    level: list[object] = [context]
    for _ in range(DEPTH):
        deeper: list[object] = []
        for value in level:
            # Not isinstance(), which evaluates a lazy object.
            kind = type(value)
            if issubclass(kind, BaseForm | BaseFormSet):
                yield value  # type: ignore[misc]
            elif issubclass(kind, dict):  # other mappings may compute their values on access
                deeper += islice(value.values(), WIDTH)  # type: ignore[attr-defined]
            elif issubclass(kind, list | tuple):
                deeper += value[:WIDTH]  # type: ignore[index]
            else:
                own = getattr(value, "__dict__", {})
                deeper += [own[name] for name in _HOLDERS if name in own]
        level = deeper[:MOST]


def _has_errors(form: Form) -> bool:
    if isinstance(form, BaseFormSet):
        return form.total_error_count() > 0
    return bool(form.errors)


def _is_of(request: HttpRequest, form: Form) -> bool:
    """Return whether a form was bound to the data of this request, or to a copy of it."""
    data, files = form.data, form.files
    if files is request.FILES and (files or not (data or data is request.GET)):
        return True
    if data is request.POST:
        return True
    return data is not request.GET and isinstance(data, Mapping) and _is_copy(data, _sent_by(request))


def _sent_by(request: HttpRequest) -> QueryDict:
    # Django parses forms for POST only; the body has been read for the function's arguments.
    if request.method not in ("POST", *SAFE_METHODS) and request.content_type == URLENCODED:
        return QueryDict(request.body, encoding="utf-8")
    return request.POST


def _is_copy(data: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Return whether ``data`` was made from ``sent``: with some values changed, or only some of them."""
    same = {name for name in data if name in sent and data.get(name) == sent.get(name)}
    return bool(same) and (len(same) == len(data) or sent.keys() - {_TOKEN} <= data.keys())


def _log_once(function: Function, response: HttpResponse) -> None:
    if function.func in _logged or "html" not in response.headers.get("Content-Type", ""):
        return
    if any(mark in response.content for mark in _MARKS):
        _logged.add(function.func)
        logger.warning(
            "%s has affects=, and returned status %s with HTML that seems to show a form with errors. HTML"
            " does not prove that, so what the function affects was invalidated. Return status 422, or a"
            " TemplateResponse that has the form in its context; or call invalidate() where the form"
            " is valid.",
            *(function.place, response.status_code),
        )
