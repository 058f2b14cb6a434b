"""Validation errors that hooks raise: they are added to the form, as errors of its fields."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from mizan_htmx.errors import ValidationFailed
from mizan_htmx.http.error_responses import refusal_of

HOOK_ERRORS = (ValidationFailed, forms.ValidationError)


@contextmanager
def collecting_errors(bound: Any) -> Iterator[None]:
    """Add a validation error that is raised inside to a form or formset, and raise it again."""
    try:
        yield
    except HOOK_ERRORS as error:
        if form_of_error(error) not in getattr(bound, "forms", ()):  # a row may have it already
            _add(bound, refusal_of(error))
        error._mizan_form = bound  # type: ignore[union-attr]
        raise


def form_of_error(error: Exception) -> Any:
    """Return the form or formset whose hook has raised this error, or ``None``."""
    return getattr(error, "_mizan_form", None)


def _add(bound: Any, refusal: Any) -> None:
    messages = [(name, text) for name, texts in refusal.fields.items() for text in texts]
    if refusal.message != refusal.default_message or not messages:
        messages.insert(0, (NON_FIELD_ERRORS, refusal.message))
    for name, text in messages:
        _add_to_field(bound, name, text)


def _add_to_field(bound: Any, name: str, text: str) -> None:
    fields = getattr(bound, "fields", ())
    field = next((each for each in (name, name.partition(".")[0]) if each in fields), None)
    whole = text if field or name in ("", NON_FIELD_ERRORS) else f"{name}: {text}"
    if isinstance(bound, forms.BaseFormSet):
        bound.non_form_errors().append(whole)
    else:
        bound.add_error(field, whole)
