"""Forms and formsets as a request wants them, and bound to what it brings: a page's fields, or JSON."""

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

# The argument that may hold all fields in place of arguments of their names, and the one that holds rows.
FIELDS = "data"
ROWS = "forms"

_NO_OBJECT = "Must be an object that maps field names to values."
_NO_ROWS = "Must be a list of objects, one for each row."

# What Django's own forms take: it is a single form's to have, and a formset gives its rows their own.
_OF_ONE_FORM = frozenset(signature(forms.BaseForm).parameters) | {*signature(forms.BaseModelForm).parameters}


@dataclass(frozen=True, slots=True)
class BoundRows:
    """A formset and its forms in the order in which they were sent.

    ``per_form``: what is wrong is told for each of them as for a form, too, as mizan's clients read it.
    """

    formset: Any
    forms: Sequence[Any]
    per_form: bool

    def errors_of(self, form: Any) -> Any:
        """Return what is wrong with a row: nothing with one that is to be deleted."""
        found = form.errors
        return type(found)() if is_deleted(self.formset, form) else found


def is_deleted(formset: Any, form: Any) -> bool:
    """Return whether a validated row of a formset is to be deleted."""
    return bool(formset.can_delete and form.cleaned_data.get(DELETION_FIELD_NAME))


def is_form(request: HttpRequest) -> bool:
    """Return whether a request brings fields and files as a page's form does."""
    return request.content_type in (URLENCODED, MULTIPART)


def make_form(cls: Any, request: HttpRequest, data: Data | None = None, files: Files | None = None) -> Any:
    """Make the form as its class wants it for this request."""
    return _filled(cls, cls.get_init_kwargs(request), data, files)


def _filled(made: Any, kwargs: Mapping[str, Any], data: Data | None, files: Files | None = None) -> Any:
    """Make a form or formset of these; what there is not, an ``__init__`` of an author's need not take."""
    bound = {"data": data, "files": files or None}
    return made(**{name: value for name, value in bound.items() if value is not None}, **kwargs)


def bind_form(cls: Any, request: HttpRequest, given: Given) -> Any:
    """Make the form with what was sent: the request's own fields and files, or arguments of their names.

    A lone ``data`` may hold fields by the names that the page has for them. Numbers and truth values become
    the text that a browser would post, because fields expect no other type. Raises ValidationFailed for what
    no field can be given.
    """
    if is_form(request):
        return make_form(cls, request, request.POST, request.FILES)
    kwargs = cls.get_init_kwargs(request)
    values = unwrapped(given)
    form = _filled(cls, kwargs, as_posted(values))
    if values is not given and isinstance(form.fields.get(FIELDS), forms.JSONField):
        values = given  # an object is what such a field holds
        form = _filled(cls, kwargs, as_posted(values))
    if values is given and FIELDS not in form.fields:
        _refuse_lone(given)
    if values is given:
        fit(form, values, by_own_names(form), "")
    else:
        fit(form, values, by_page_names(form), f"{FIELDS}.")
    return form


def unwrapped(given: Given) -> Given:
    """Return what a lone ``data`` holds, or else what was given."""
    inner = given.get(FIELDS)
    return inner if len(given) == 1 and isinstance(inner, dict) else given


def _refuse_lone(given: Given) -> None:
    """Raise ValidationFailed where all that is given is a ``data`` that holds no fields."""
    if len(given) == 1 and FIELDS in given:
        raise ValidationFailed({FIELDS: [_NO_OBJECT]})


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
    """Return whether a form is made by an ``__init__`` that is not Django's."""
    return cls.__init__ not in (forms.BaseForm.__init__, forms.BaseModelForm.__init__)


def _row_kwargs(cls: Any, request: HttpRequest) -> dict[str, Any]:
    """Return what an ``__init__`` of the author's is given; Django's own takes nothing that is a row's."""
    if not has_own_init(cls):
        return {}
    kwargs = cls.get_init_kwargs(request)
    return {name: value for name, value in kwargs.items() if name not in _OF_ONE_FORM}


def bind_formset(cls: Any, request: HttpRequest, given: Given) -> BoundRows:
    """Make the formset with what was sent: a page's fields with their management form, or ``forms``.

    Raises ValidationFailed for what no row can be given, and for more rows than the formset can have.
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
    """Return whether it is said how many rows were sent; raise ValidationFailed if there can't be so many."""
    management = formset.management_form
    if management.is_valid():
        _refuse_many(management.cleaned_data[TOTAL_FORM_COUNT], formset.absolute_max)
    return bool(management.is_valid())


def _as_posted(kwargs: dict[str, Any], made: Any, request: HttpRequest) -> dict[str, Any]:
    """Take the prefix that formsets have by themselves, too: code that comes from mizan knows no other."""
    own, common = kwargs["prefix"], made.get_default_prefix()
    sent = [each for each in (own, common) if f"{each}-{TOTAL_FORM_COUNT}" in request.POST]
    return {**kwargs, "prefix": sent[0]} if sent else kwargs


def _bind_rows(made: Any, kwargs: dict[str, Any], rows: Any) -> BoundRows:
    _check_rows(rows, made.absolute_max)
    # A model formset takes those that change an object before those that add one.
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
        form.empty_permitted = False  # a page has rows that nobody filled in; what a script sends is meant
        if not is_new[sent_at]:
            _refuse_strangers(form, key)
        fit(form, rows[sent_at], by_own_names(form), f"{ROWS}.{sent_at}.")
    return BoundRows(formset, [*placed.values()], per_form=True)


def _refuse_strangers(form: Any, key: str | None) -> None:
    """Let the key of a row that names no object of the formset be an error; Django leaves out the row."""
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
