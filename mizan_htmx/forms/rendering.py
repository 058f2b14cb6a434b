"""Forms as HTML: Django's own markup, in templates that a site can replace for all forms or for one."""

import re
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.http import HttpRequest, QueryDict
from django.shortcuts import resolve_url
from django.template.loader import select_template
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe

from mizan_htmx.blocks.page_address import keep_page_address
from mizan_htmx.errors import DENIED, suggest
from mizan_htmx.forms.binding import make_form, make_formset
from mizan_htmx.http.arguments import Arguments
from mizan_htmx.http.execution import admit
from mizan_htmx.internals import freeze
from mizan_htmx.rendering.page_localization import LANGUAGE, localization_here, query_of
from mizan_htmx.request_address import set_query
from mizan_htmx.request_state import copy_of
from mizan_htmx.setup.registry import registry

# The field with the form's id on its page: a form that a page has twice needs two ids.
ID_FIELD = "mizan_form_id"
# The field with the names of the controls that the visitor has left; only their errors are shown.
TOUCHED_FIELD = "mizan_touched"
# The name under which Django reports errors of a form or formset as a whole.
ALL = "__all__"
# Django's default pattern for the ids of fields, which two forms on one page would share.
AUTO_ID = "id_%s"

Make = Callable[[Any, HttpRequest], Any]


def find_form(name: str) -> Any:
    """Return a form's class; raise ValueError for an unknown name."""
    cls = registry.forms.get(name)
    if cls is None:
        raise ValueError(f"Unknown form {name!r}. {suggest(name, registry.forms, what='forms')}")
    return cls


def class_of(form: Any) -> Any:
    """Return the declared class of a form or formset instance; raise ValueError if there is none."""
    cls = getattr(form, "form", type(form))  # a formset has the attribute form
    declared = next((each for each in cls.__mro__ if each in registry.forms.values()), None)
    if declared is None:
        raise ValueError(f"{form!r} is not a mizan form: its class has no 'mizan = mizanFormMeta(…)'.")
    return declared


def with_query(request: HttpRequest, params: Mapping[str, object]) -> HttpRequest:
    """Return the request as the form's own endpoint will have it, with these parameters in ``GET``."""
    seen = copy_of(request)
    query = QueryDict(mutable=True)
    for name, value in params.items():
        if value is not None:
            query[name] = str(value)
    set_query(seen, freeze(query))
    keep_page_address(request, seen)
    return seen


def posted_id(request: HttpRequest) -> str:
    """Return the id that a posted form has on its page; "" if it sends no valid one."""
    given = request.POST.get(ID_FIELD, "")
    return given if re.fullmatch(r"[A-Za-z0-9_-]{1,200}", given) else ""


def shown_names(form: Any, name: str) -> set[str]:
    """Return a field's name on a page, and those of its parts, such as a date's day, month and year."""
    if name == ALL or name not in form.fields:
        return {name}
    bound = form[name]
    widget = bound.field.widget.get_context(bound.html_name, None, {})["widget"]
    return {bound.html_name, *(part["name"] for part in widget.get("subwidgets", ()))}


@dataclass(frozen=True, slots=True)
class Problem:
    """A field with an error, for the list above the form: its label, and the id that its link leads to."""

    label: str
    id: str


def render_form(cls: Any, request: HttpRequest, *, bound: Any = None, form_id: str = "") -> SafeString:
    """Render a form as a part of a page; empty for a visitor who is refused."""
    form = _admitted(cls, request, "submit", make_form, bound)
    return SafeString("") if form is None else write_form(cls, request, form, form_id=form_id)


def render_formset(cls: Any, request: HttpRequest, *, bound: Any = None, form_id: str = "") -> SafeString:
    """Render a formset as ``render_form`` does a form; raise ValueError for a form without one."""
    if not cls.mizan.enable_formset:
        raise ValueError(f"Form {cls.mizan.name!r} has no formset. Declare it with enable_formset=True.")
    formset = _admitted(cls, request, "formset.submit", make_formset, bound)
    return SafeString("") if formset is None else write_formset(cls, request, formset, form_id=form_id)


def _admitted(cls: Any, request: HttpRequest, function: str, make: Make, bound: Any) -> Any:
    """Return ``bound`` or a new form; ``None`` if the visitor may not submit or see it."""
    try:
        admit(registry.graph.functions[f"{cls.mizan.name}.{function}"], request, Arguments(()))
        return make(cls, request) if bound is None else bound
    except DENIED:
        return None


def write_form(
    cls: Any, request: HttpRequest, form: Any, *, form_id: str, success: bool = False
) -> SafeString:
    """Render a form, for the query in ``request.GET``."""
    context = _context(cls, request, form_id, "form")
    _set_ids((form,), context["form_id"])
    context |= {"form": form, "body": _crispy(form, request), "success": success}
    context |= {"problems": _problems(form), "whole": form.non_field_errors()}
    return _render(cls, "form", context, request)


def write_formset(
    cls: Any, request: HttpRequest, formset: Any, *, form_id: str, success: bool = False
) -> SafeString:
    """Render a formset, with an empty row to add."""
    context = _context(cls, request, form_id, "formset") | {"formset": formset, "success": success}
    _set_ids((formset, formset.management_form, *formset.forms), context["form_id"])
    title = str(cls.mizan.title or cls.mizan.name)
    rows = enumerate(formset.forms, start=1)
    context["problems"] = [each for number, row in rows for each in _problems(row, f"{title} {number}: ")]
    context["whole"] = formset.non_form_errors() or any(row.non_field_errors() for row in formset.forms)
    return _render(cls, "formset", context, request)


def _set_ids(forms: Iterable[Any], form_id: str) -> None:
    """Set ids that no other form on the page has, unless the form has ids of its own."""
    for each in forms:
        if each.auto_id == AUTO_ID:
            each.auto_id = f"id_{form_id}_%s"
            found: Mapping[str, Any] = each.errors if isinstance(each, BaseForm) else {}
            for name, errors in found.items():
                if name in each.fields:
                    errors.field_id = each[name].auto_id  # computed before, with the default id


def render_success(
    cls: Any, request: HttpRequest, *, bound: Any, content: Mapping[str, Any], form_id: str
) -> SafeString:
    """Render what replaces the form after its hook has returned a dict."""
    context = _context(cls, request, form_id, "form") | {"form": bound, "data": content}
    return _render(cls, "form_success", context, request)


def render_page(cls: Any, request: HttpRequest, inner: SafeString) -> SafeString:
    """Render a whole page around a form, for a visitor without JavaScript."""
    return _render(cls, "form_page", {"meta": cls.mizan, "inner": inner}, request)


def _context(cls: Any, request: HttpRequest, form_id: str, kind: str) -> dict[str, Any]:
    name = cls.mizan.name
    # If the visitor changes the language while the form is open, 1.234 must stay the same number.
    localization = query_of(localization_here(request, tags=frozenset([LANGUAGE])))
    query = "&".join(part for part in (request.GET.urlencode(), localization) if part)
    query = query and f"?{query}"
    live = cls.mizan.live_validation
    return {
        "meta": cls.mizan,
        "success_message": cls.success_message,
        "form_id": form_id or f"mizan-{kind}-{name.replace('.', '-')}",
        "id_field": ID_FIELD,
        "field_templates": _templates(cls, "field"),
        "header_templates": _templates(cls, "form_header"),
        "row_templates": _templates(cls, "formset_row"),
        "login_url": resolve_url(settings.LOGIN_URL),
        "action": reverse(f"mizan:{kind}", args=[name]) + query,
        "validate_url": reverse(f"mizan:{kind}_validate", args=[name]) + query if live else "",
    }


def _problems(form: Any, prefix: str = "") -> list[Problem]:
    wrong: Iterable[BoundField] = (form[name] for name in form.errors if name in form.fields)
    return [Problem(f"{prefix}{field.label}", _first_id(field)) for field in wrong]


def _first_id(field: BoundField) -> str:
    """Return the id of a field's first control: no focusable element has the id of a group."""
    if field.is_hidden:
        return ""
    if field.id_for_label:
        return str(field.id_for_label)
    parts: Any = [each.data for each in field.subwidgets]
    parts = [inner for each in parts for inner in each.get("subwidgets", [each])]
    return str(parts[0]["attrs"].get("id", "")) if parts else ""


def _templates(cls: Any, part: str) -> list[str]:
    """Return the templates of a part of a form: the form's own, then the site's."""
    return [f"mizan_htmx/{cls.mizan.name}/{part}.html", f"mizan_htmx/{part}.html"]


def _render(cls: Any, part: str, context: dict[str, Any], request: HttpRequest) -> SafeString:
    template = select_template(_templates(cls, part))
    html: SafeString = mark_safe(template.render(context, request).strip())
    return html


def _crispy(form: Any, request: HttpRequest) -> SafeString | None:
    """Render the fields by a form's crispy ``helper``, or return ``None`` if it has none."""
    helper = getattr(form, "helper", None)
    if helper is None or not apps.is_installed("crispy_forms"):
        return None
    layout = copy(helper)
    layout.form_tag = False
    layout.disable_csrf = True
    render: Any = import_string("crispy_forms.utils.render_crispy_form")
    html: SafeString = mark_safe(render(form, helper=layout, context={"request": request}))
    return html
