"""The life of a submission: bind, validate, hook, save; the same for JSON and HTML, a form and a formset."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db import models
from django.forms import BaseFormSet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.datastructures import MultiValueDict

from mizan_htmx.arguments import MULTIPART, URLENCODED
from mizan_htmx.errors import ValidationFailed
from mizan_htmx.functions import Function
from mizan_htmx.invalidation import SCALARS, Invalidation
from mizan_htmx.recorder import recorder_of
from mizan_htmx.setup.registry import registry
from mizan_htmx.signature import validate

Data = MultiValueDict[str, Any]
Files = MultiValueDict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a submission: the bound form or formset, and what its hook returned."""

    form: Any
    success: bool
    returned: dict[str, Any] | HttpResponseBase | None = None
    errors: Mapping[str, Any] = field(default_factory=dict)


def read_data(request: HttpRequest, data: object) -> tuple[Data, Files]:
    """Find a form's data: the request's own fields and files, or the JSON object ``data``.

    Numbers and truth values become the text that a browser would post, because fields expect no other type.
    Raises ValidationFailed where JSON values are neither scalars nor lists of scalars.
    """
    if request.content_type in (URLENCODED, MULTIPART):
        return request.POST, request.FILES
    if not isinstance(data, dict):
        raise ValidationFailed({"data": ["Must be an object that maps field names to values."]})
    fields: Data = MultiValueDict()
    for name, value in data.items():
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(each, (str, int, float, bool)) or each is None for each in values):
            raise ValidationFailed({f"data.{name}": ["Must be a scalar or a list of scalars."]})
        if value is not None:
            fields.setlist(name, [each if each is None else str(each) for each in values])
    return fields, MultiValueDict()


def make_form(cls: Any, request: HttpRequest, data: Data | None = None, files: Files | None = None) -> Any:
    """Make the form as its class wants it for this request."""
    return cls(data=data, files=files, **cls.get_init_kwargs(request))


def error_texts(form: forms.BaseForm) -> dict[str, list[str]]:
    """List a form's errors by field, ``__all__`` for those of the form itself."""
    return {name: list(map(str, messages)) for name, messages in form.errors.items()}


def submit_form(cls: Any, request: HttpRequest, data: object) -> Outcome:
    """Carry a submission of a form through, inside the caller's transaction."""
    form = make_form(cls, request, *read_data(request, data))
    if not form.is_valid():
        errors = error_texts(form)
        return Outcome(form, False, form.on_submit_failure(request, errors), errors)
    saved = _watch_save(form)
    returned = form.on_submit_success(request)
    if not saved and isinstance(form, forms.BaseModelForm):
        form.save()
    return Outcome(form, True, returned)


def _watch_save(form: Any) -> list[bool]:
    """Remember in the list whether the hook called ``save()`` itself: nothing must be saved twice."""
    called: list[bool] = []
    save = getattr(form, "save", None)
    if save is not None:

        def watched(*args: Any, **kwargs: Any) -> Any:
            called.append(True)
            return save(*args, **kwargs)

        form.save = watched
    return called


def record_stale(cls: Any, function: Function, request: HttpRequest, submitted: Iterable[Any]) -> None:
    """Record what these submitted forms make stale, each scoped by its own values."""
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


def formset_class(cls: Any) -> "type[BaseFormSet[Any]]":
    """Make the formset class of a form: a model formset for a ModelForm."""
    options = {"extra": 1, **cls.formset_options}
    if issubclass(cls, forms.BaseModelForm):
        made: type[BaseFormSet[Any]] = forms.modelformset_factory(cls._meta.model, form=cls, **options)
        return made
    return forms.formset_factory(cls, **options)


def make_formset(
    cls: Any, request: HttpRequest, data: Data | None = None, files: Files | None = None
) -> "BaseFormSet[Any]":
    """Make the formset as its form's class wants it for this request."""
    kwargs = {"prefix": cls.mizan.name, **cls.get_formset_kwargs(request)}
    made: Any = formset_class(cls)
    if issubclass(made, forms.BaseModelFormSet):
        # Django's own default is every row of the table, for anyone to see and change.
        kwargs.setdefault("queryset", made.model._default_manager.none())
    formset: BaseFormSet[Any] = made(data=data, files=files, **kwargs)
    return formset


def formset_errors(formset: "BaseFormSet[Any]") -> dict[str, Any]:
    """List a formset's errors: ``rows`` by form and field, ``__all__`` for those of all together."""
    return {
        "rows": [error_texts(form) for form in formset.forms],
        "__all__": list(map(str, formset.non_form_errors())),
    }


def submit_formset(cls: Any, request: HttpRequest, data: object) -> Outcome:
    """Carry a submission of a formset through, inside the caller's transaction."""
    formset: Any = make_formset(cls, request, *read_data(request, data))
    if not formset.is_valid():
        return Outcome(formset, False, errors=formset_errors(formset))
    saved = _watch_save(formset)
    returned = cls.on_formset_success(request, formset)
    if not saved and hasattr(formset, "save"):
        formset.save()
    return Outcome(formset, True, returned)
