"""A form described as data."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.models import ModelChoiceIteratorValue
from pydantic import BaseModel
from pydantic_core import to_jsonable_python


class FieldSchema(BaseModel):
    """One field: ``type`` is the form field's class, ``widget`` the widget's, ``choices`` pairs or groups."""

    name: str
    label: str
    type: str
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
    """A formset: one form's fields, and how many of them there may be."""

    prefix: str
    min_num: int
    max_num: int
    can_delete: bool
    can_order: bool


def describe_fields(form: forms.BaseForm) -> list[FieldSchema]:
    """Describe the fields of a form, in order."""
    return [_describe(bound) for bound in form]


def _describe(bound: BoundField) -> FieldSchema:
    field = bound.field
    choices = getattr(field, "choices", None)
    return FieldSchema(
        name=bound.name,
        label=str(bound.label),
        type=type(field).__name__,
        widget=type(field.widget).__name__,
        required=field.required,
        disabled=field.disabled,
        help_text=str(field.help_text),
        initial=to_jsonable_python(field.prepare_value(bound.initial), fallback=str),
        min_length=getattr(field, "min_length", None),
        max_length=getattr(field, "max_length", None),
        choices=None if choices is None else [(_plain(value), _label(label)) for value, label in choices],
    )


def _plain(value: Any) -> Any:
    """Give a choice's value as JSON has it; a group's name stands in its place."""
    if isinstance(value, ModelChoiceIteratorValue):
        value = value.value  # type: ignore[attr-defined]
    return to_jsonable_python(value, fallback=str)


def _label(label: object) -> Any:
    if isinstance(label, (list, tuple)):
        return [(_plain(value), str(text)) for value, text in label]
    return str(label)
