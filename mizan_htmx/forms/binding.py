"""Forms and formsets made for a request, and bound to its data: a page's fields, or JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from operator import itemgetter
from typing import Any

from django import forms
from django.forms import BaseFormSet
from django.forms.formsets import DELETION_FIELD_NAME, INITIAL_FORM_COUNT, TOTAL_FORM_COUNT
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict

from mizan_htmx.errors import ValidationFailed
from mizan_htmx.forms.values import Data, Given, as_posted, by_own_names, by_page_names, fit
from mizan_htmx.http.arguments import MULTIPART, URLENCODED

Files = MultiValueDict[str, Any]

# The argument that may contain all fields, instead of one argument for each, and the one with the rows.
FIELDS = "data"
ROWS = "forms"

_NO_OBJECT = "Must be an object that maps field names to values."
_NO_ROWS = "Must be a list of objects, one for each row."

# The arguments of Django's own forms; a formset passes them to its rows itself.
_OF_ONE_FORM = frozenset(signature(forms.BaseForm).parameters) | {*signature(forms.BaseModelForm).parameters}


@dataclass(frozen=True, slots=True)
class BoundRows:
    """A formset, and its forms in the order in which they were sent.

    ``per_form``: errors are also reported for each row as for a form, as mizan's clients read them.
    """

    formset: Any
    forms: Sequence[Any]
    per_form: bool

    def errors_of(self, form: Any) -> Any:
        """Return the errors of a row; a row to be deleted has none."""
        found = form.errors
        return type(found)() if is_deleted(self.formset, form) else found


def is_deleted(formset: Any, form: Any) -> bool:
    """Return whether a validated row of a formset is to be deleted."""
    return bool(formset.can_delete and form.cleaned_data.get(DELETION_FIELD_NAME))


def is_form(request: HttpRequest) -> bool:
    """Return whether a request has the content type of a page's form."""
    return request.content_type in (URLENCODED, MULTIPART)


def make_form(cls: Any, request: HttpRequest, data: Data | None = None, files: Files | None = None) -> Any:
    """Return the form with its class's arguments for this request."""
    return _filled(cls, cls.get_init_kwargs(request), data, files)


def _filled(made: Any, kwargs: Mapping[str, Any], data: Data | None, files: Files | None = None) -> Any:
    """Return a form or formset; ``None`` is not passed, because a site's ``__init__`` may not accept it."""
    bound = {"data": data, "files": files or None}
    return made(**{name: value for name, value in bound.items() if value is not None}, **kwargs)


def bind_form(cls: Any, request: HttpRequest, given: Given) -> Any:
    """Return the form, bound to the request's fields and files, or to arguments named as its fields.

    A single argument ``data`` may contain the fields by the names that they have on a page. Numbers and
    booleans become the text that a browser would post, which is what fields expect. Raise ValidationFailed
    for a value that no field can take.
    """
    if is_form(request):
        return make_form(cls, request, request.POST, request.FILES)
    kwargs = cls.get_init_kwargs(request)
    values = unwrapped(given)
    form = _filled(cls, kwargs, as_posted(values))
    if values is not given and isinstance(form.fields.get(FIELDS), forms.JSONField):
        values = given  # a JSONField takes an object
        form = _filled(cls, kwargs, as_posted(values))
    if values is given and FIELDS not in form.fields:
        _refuse_lone(given)
    if values is given:
        fit(form, values, by_own_names(form), "")
    else:
        fit(form, values, by_page_names(form), f"{FIELDS}.")
    return form


def unwrapped(given: Given) -> Given:
    """Return the contents of the argument ``data`` if it is the only one, or else all arguments."""
    inner = given.get(FIELDS)
    return inner if len(given) == 1 and isinstance(inner, dict) else given


def _refuse_lone(given: Given) -> None:
    """Raise ValidationFailed if the only argument is a ``data`` without fields."""
    if len(given) == 1 and FIELDS in given:
        raise ValidationFailed({FIELDS: [_NO_OBJECT]})


def formset_class(cls: Any) -> "type[BaseFormSet[Any]]":
    """Return the formset class of a form: a model formset for a ModelForm."""
    options = {"extra": 1, **cls.formset_options}
    if issubclass(cls, forms.BaseModelForm):
        made: type[BaseFormSet[Any]] = forms.modelformset_factory(cls._meta.model, form=cls, **options)
        return made
    return forms.formset_factory(cls, **options)


def make_formset(
    cls: Any, request: HttpRequest, data: Data | None = None, files: Files | None = None
) -> "BaseFormSet[Any]":
    """Return the formset with its form class's arguments for this request."""
    made = formset_class(cls)
    formset: BaseFormSet[Any] = _filled(made, _formset_kwargs(cls, request, made), data, files)
    return formset


def _formset_kwargs(cls: Any, request: HttpRequest, made: Any) -> dict[str, Any]:
    kwargs = {"prefix": cls.mizan.name, **cls.get_formset_kwargs(request)}
    if issubclass(made, forms.BaseModelFormSet):
        # Django's own default is every row of the table, for anyone to see and change.
        kwargs.setdefault("queryset", made.model._default_manager.none())
    of_rows = _row_kwargs(cls, request)
    if of_rows:
        kwargs["form_kwargs"] = of_rows | (kwargs.get("form_kwargs") or {})
    return kwargs


def has_own_init(cls: Any) -> bool:
    """Return whether a form has an ``__init__`` that is not Django's."""
    return cls.__init__ not in (forms.BaseForm.__init__, forms.BaseModelForm.__init__)


def _row_kwargs(cls: Any, request: HttpRequest) -> dict[str, Any]:
    """Return the arguments for a site's own ``__init__``; Django's takes none for rows."""
    if not has_own_init(cls):
        return {}
    kwargs = cls.get_init_kwargs(request)
    return {name: value for name, value in kwargs.items() if name not in _OF_ONE_FORM}


def bind_formset(cls: Any, request: HttpRequest, given: Given) -> BoundRows:
    """Return the formset, bound to a page's fields with their management form, or to ``forms``.

    Raise ValidationFailed for a value that no row can take, and for more than ``absolute_max`` rows.
    """
    made = formset_class(cls)
    kwargs = _formset_kwargs(cls, request, made)
    if is_form(request):
        formset = _filled(made, _as_posted(kwargs, made, request), request.POST, request.FILES)
        return BoundRows(formset, formset.forms, per_form=True)
    values = unwrapped(given)
    if ROWS in values:
        return _bind_rows(made, kwargs, values[ROWS])
    _refuse_lone(values)
    formset = _filled(made, kwargs, as_posted(values))
    for form in formset.forms:
        fit(form, values, by_page_names(form), "" if values is given else f"{FIELDS}.")
    return BoundRows(formset, formset.forms, per_form=False)


def check_count(formset: Any) -> bool:
    """Return whether the management form is valid; raise ValidationFailed if it claims too many rows."""
    management = formset.management_form
    if management.is_valid():
        _refuse_many(management.cleaned_data[TOTAL_FORM_COUNT], formset.absolute_max)
    return bool(management.is_valid())


def _as_posted(kwargs: dict[str, Any], made: Any, request: HttpRequest) -> dict[str, Any]:
    """Accept Django's default prefix, too, the only one that code written for mizan uses."""
    own, common = kwargs["prefix"], made.get_default_prefix()
    sent = [each for each in (own, common) if f"{each}-{TOTAL_FORM_COUNT}" in request.POST]
    return {**kwargs, "prefix": sent[0]} if sent else kwargs


def _bind_rows(made: Any, kwargs: dict[str, Any], rows: Any) -> BoundRows:
    _check_rows(rows, made.absolute_max)
    # A model formset expects rows that change an object before rows that add one.
    key = made.model._meta.pk.name if issubclass(made, forms.BaseModelFormSet) else None
    is_new = [key is None or row.get(key) in (None, "") for row in rows]
    order = sorted(range(len(rows)), key=is_new.__getitem__)
    prefix = kwargs["prefix"] or made.get_default_prefix()
    data: Data = MultiValueDict()
    data[f"{prefix}-{TOTAL_FORM_COUNT}"] = str(len(rows))
    data[f"{prefix}-{INITIAL_FORM_COUNT}"] = str(is_new.count(False))
    for position, sent_at in enumerate(order):
        for name, texts in as_posted(rows[sent_at]).lists():
            data.setlist(f"{prefix}-{position}-{name}", texts)
    formset = _filled(made, kwargs, data)
    placed = dict(sorted(zip(order, formset.forms, strict=True), key=itemgetter(0)))
    for sent_at, form in placed.items():
        form.empty_permitted = False  # only a page has rows that were left blank
        if not is_new[sent_at]:
            _refuse_strangers(form, key)
        fit(form, rows[sent_at], by_own_names(form), f"{ROWS}.{sent_at}.")
    return BoundRows(formset, [*placed.values()], per_form=True)


def _refuse_strangers(form: Any, key: str | None) -> None:
    """Add an error to a row whose key is not in the formset; Django would ignore it."""
    field: Any = form.fields.get(key)
    if isinstance(field, forms.ModelChoiceField) and form.instance._state.adding:
        field.queryset = type(form.instance)._default_manager.none()


def _check_rows(rows: Any, most: int) -> None:
    if not isinstance(rows, list):
        raise ValidationFailed({ROWS: [_NO_ROWS]})
    _refuse_many(len(rows), most)
    unfit = [at for at, row in enumerate(rows) if not isinstance(row, dict)]
    if unfit:
        raise ValidationFailed({f"{ROWS}.{at}": [_NO_OBJECT] for at in unfit})


def _refuse_many(count: int, most: int) -> None:
    if count > most:
        raise ValidationFailed({ROWS: [f"Must be at most {most} rows, not {count}."]})
