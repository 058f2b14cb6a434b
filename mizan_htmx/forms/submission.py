"""Submissions of forms and formsets, by JSON and HTML: bind, validate, call the hook, save."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.declarations.functions import Function
from mizan_htmx.declarations.signature import validate
from mizan_htmx.errors import ValidationFailed
from mizan_htmx.forms.binding import BoundRows, bind_form, bind_formset, is_deleted
from mizan_htmx.forms.error_reports import error_texts, formset_errors
from mizan_htmx.forms.hook_errors import collecting_errors
from mizan_htmx.forms.values import Given
from mizan_htmx.invalidation.recorder import recorder_of
from mizan_htmx.protocol.keys import SCALARS, Invalidation
from mizan_htmx.setup.registry import registry


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a submission: the bound form or formset, and what its hook returned."""

    form: Any
    success: bool
    returned: dict[str, Any] | HttpResponseBase | None = None
    errors: Mapping[str, Any] = field(default_factory=dict)


def submit_form(cls: Any, request: HttpRequest, given: Given) -> Outcome:
    """Submit a form, inside the caller's transaction."""
    form = bind_form(cls, request, given)
    if not form.is_valid():
        errors = error_texts(form.errors)
        return Outcome(form, False, form.on_submit_failure(request, errors), errors)
    saved = _watch_save(form)
    with collecting_errors(form):
        returned = form.on_submit_success(request)
        if not saved and isinstance(form, forms.BaseModelForm):
            form.save()
    return Outcome(form, True, returned)


def _watch_save(form: Any) -> list[bool]:
    """Return a list that gets an entry when ``save()`` is called, so that nothing is saved twice."""
    called: list[bool] = []
    save = getattr(form, "save", None)
    if save is not None:

        def watched(*args: Any, **kwargs: Any) -> Any:
            called.append(True)
            return save(*args, **kwargs)

        form.save = watched
    return called


def record_invalidations(
    cls: Any, function: Function, request: HttpRequest, submitted: Iterable[Any]
) -> None:
    """Record what these forms invalidate, each scoped by its own values."""
    recorder = recorder_of(request)
    if recorder is None:
        return
    filled = [form for form in submitted if form.has_changed() or not form.empty_permitted]
    for context in function.affects:
        stale = {_stale(cls, context.name, form): None for form in filled}
        recorder.add(stale or (Invalidation.of(context.name),))


def _stale(cls: Any, context: str, form: Any) -> Invalidation:
    group = registry.graph.groups.get(context)
    scope = cls.mizan.scope
    if group is None:
        return Invalidation.of(context)
    pairs = {name: name for name in group.params if name in form.fields} if scope is None else scope
    raw = {param: _value(form, key) for param, key in pairs.items() if param in group.params}
    try:
        given = {name: value for name, value in raw.items() if value is not None}
        return group.shown(validate(group.adapter, given))
    except ValidationFailed:
        return Invalidation.of(context)


def _value(form: Any, key: str) -> object:
    value = form.cleaned_data.get(key)
    if value is None:
        value = getattr(getattr(form, "instance", None), key, None)
    if isinstance(value, models.Model):
        value = value.pk
    return value if isinstance(value, SCALARS) else None


def submit_formset(cls: Any, request: HttpRequest, given: Given) -> Outcome:
    """Submit a formset, inside the caller's transaction."""
    bound = bind_formset(cls, request, given)
    formset = bound.formset
    if not formset.is_valid():
        return _refuse_rows(bound, request)
    saved = _watch_save(formset)
    with collecting_errors(formset):
        returned = cls.on_formset_success(request, formset)
        if not saved and hasattr(formset, "save"):
            formset.save()
    return Outcome(formset, True, returned)


def _refuse_rows(bound: BoundRows, request: HttpRequest) -> Outcome:
    """Call ``on_submit_failure`` of the invalid rows; the first response replaces the formset."""
    errors = formset_errors(bound)
    results = [
        form.on_submit_failure(request, found)
        for form, found in zip(bound.forms, errors["rows"], strict=True)
        if found
    ]
    return Outcome(bound.formset, False, _first_response(results), errors)


def submit_rows(request: HttpRequest, formset: Any) -> HttpResponseBase | None:
    """Call the hook of each row that was filled in, and return the first response.

    A row of a model formset that its hook has saved is not saved again.
    """
    return _first_response([_submit_row(request, form) for form in _filled_in(formset)])


def _first_response(results: Iterable[Any]) -> HttpResponseBase | None:
    return next((each for each in results if isinstance(each, HttpResponseBase)), None)


def _filled_in(formset: Any) -> Iterable[Any]:
    of_models = isinstance(formset, forms.BaseModelFormSet)
    rows = formset.initial_forms if getattr(formset, "edit_only", False) else formset.forms
    for form in rows:
        if form.cleaned_data and not is_deleted(formset, form) and (form.has_changed() or not of_models):
            yield form


def _submit_row(request: HttpRequest, form: Any) -> Any:
    saved = _watch_save(form)
    with collecting_errors(form):
        returned = form.on_submit_success(request)
    if saved and hasattr(form, "instance"):
        form.save = lambda commit=True: form.instance
    return returned
