"""What a hook raises because values do not fit: it stands at the fields, as what a field finds by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from mizan_htmx.errors import ValidationFailed
from mizan_htmx.http.error_responses import refusal_of

REFUSAL = (ValidationFailed, forms.ValidationError)


@contextmanager
def told_by(bound: Any) -> Iterator[None]:
    """Put what is raised inside into the errors of a form or formset, and pass it on with that."""
    try:
        yield
    except REFUSAL as error:
        if refused_form(error) not in getattr(bound, "forms", ()):  # or that row has it
            _add(bound, refusal_of(error))
        error._mizan_form = bound  # type: ignore[union-attr]
        raise


def refused_form(error: Exception) -> Any:
    """Return the form or formset whose hook has raised this, or ``None``."""
    return getattr(error, "_mizan_form", None)


def _add(bound: Any, refusal: Any) -> None:
    said = [(name, text) for name, texts in refusal.fields.items() for text in texts]
    if refusal.message != refusal.default_message or not said:
        said.insert(0, (NON_FIELD_ERRORS, refusal.message))
    for name, text in said:
        _say(bound, name, text)


def _say(bound: Any, name: str, text: str) -> None:
    fields = getattr(bound, "fields", ())
    field = next((each for each in (name, name.partition(".")[0]) if each in fields), None)
    whole = text if field or name in ("", NON_FIELD_ERRORS) else f"{name}: {text}"
    if isinstance(bound, forms.BaseFormSet):
        bound.non_form_errors().append(whole)
    else:
        bound.add_error(field, whole)
