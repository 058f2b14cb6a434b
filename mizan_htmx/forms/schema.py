"""The schema of a form as JSON."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.models import ModelChoiceIteratorValue
from django.utils.formats import localize_input
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from mizan_htmx.forms.binding import has_own_init


class FieldSchema(BaseModel):
    """One field: ``type`` as in HTML, ``field`` and ``widget`` are the names of Django's classes.

    ``choices`` are pairs or groups of pairs.
    """

    name: str
    label: str
    type: str
    field: str
    widget: str
    required: bool
    disabled: bool
    help_text: str
    initial: Any
    min_length: int | None = None
    max_length: int | None = None
    choices: list[tuple[Any, Any]] | None = None


class FormSchema(BaseModel):
    """A form: its texts and its fields in order."""

    name: str
    title: str | None
    subtitle: str | None
    submit_label: str
    fields: list[FieldSchema]


class FormSetSchema(FormSchema):
    """A formset: the fields of one form, and how many forms there may be."""

    prefix: str
    min_num: int
    max_num: int
    can_delete: bool
    can_order: bool


class RowsSchema(FormSetSchema):
    """A formset with the rows that were sent, each as a form."""

    forms: list[FormSchema]


def describe_fields(form: forms.BaseForm) -> list[FieldSchema]:
    """Return the schemas of a form's fields, in order."""
    return [_describe(bound) for bound in form]


def describe_rows(cls: Any, rows: Iterable[forms.BaseForm]) -> Iterator[list[FieldSchema]]:
    """Yield the schemas of each row's fields.

    A field that the site's code can't change for a row is described once: its choices may need a query, and
    there may be thousands of rows.
    """
    can_differ = has_own_init(cls) or "formset" in cls.formset_options
    same = () if can_differ else cls.base_fields
    known: dict[str, FieldSchema] = {}
    for form in rows:
        yield [_once(bound, known) if bound.name in same else _describe(bound) for bound in form]


def _once(bound: BoundField, known: dict[str, FieldSchema]) -> FieldSchema:
    if bound.name not in known:
        known[bound.name] = _describe(bound)
    return known[bound.name].model_copy(update={"initial": _initial(bound)})


def _describe(bound: BoundField) -> FieldSchema:
    field = bound.field
    # Not those of a hidden field: the keys of a model formset would list the table.
    choices = None if field.widget.is_hidden else getattr(field, "choices", None)
    return FieldSchema(
        name=bound.name,
        label=str(bound.label),
        type=_type_of(field.widget),
        field=type(field).__name__,
        widget=type(field.widget).__name__,
        required=field.required,
        disabled=field.disabled,
        help_text=str(field.help_text),
        initial=_initial(bound),
        min_length=getattr(field, "min_length", None),
        max_length=getattr(field, "max_length", None),
        choices=None if choices is None else [(_plain(value), _label(label)) for value, label in choices],
    )


def _initial(bound: BoundField) -> Any:
    """Return a field's initial value; a localized number in the format in which its field reads it."""
    value = bound.field.prepare_value(bound.initial)
    is_number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    shown = localize_input(value) if bound.field.localize and is_number else value
    return to_jsonable_python(shown, fallback=str)


# Widgets for which HTML has no type, or whose input_type is misleading.
_WORDS: dict[type[forms.Widget], str] = {
    forms.Textarea: "textarea",
    forms.SelectDateWidget: "date",
    forms.SplitDateTimeWidget: "datetime",
}
# Django renders these as text inputs, unless a site changes their input_type.
_TYPED: dict[type[forms.Widget], str] = {
    forms.DateTimeInput: "datetime",
    forms.DateInput: "date",
    forms.TimeInput: "time",
}


def _type_of(widget: forms.Widget) -> str:
    """Return the type of a widget, by HTML's word if it has one."""
    if widget.is_hidden:
        return "hidden"
    word = _among(_WORDS, widget)
    if word is None and getattr(widget, "allow_multiple_selected", False):
        return "multiselect"
    word = word or str(getattr(widget, "input_type", None) or "text")
    if word == "text":
        return _among(_TYPED, widget) or word
    return "datetime" if word == "datetime-local" else word


def _among(words: dict[type[forms.Widget], str], widget: forms.Widget) -> str | None:
    return next((word for kind, word in words.items() if isinstance(widget, kind)), None)


def _plain(value: Any) -> Any:
    """Return a choice's value, or a group's name, as JSON."""
    if isinstance(value, ModelChoiceIteratorValue):
        value = value.value  # type: ignore[attr-defined]
    return to_jsonable_python(value, fallback=str)


def _label(label: object) -> Any:
    if isinstance(label, (list, tuple)):
        return [(_plain(value), str(text)) for value, text in label]
    return str(label)
