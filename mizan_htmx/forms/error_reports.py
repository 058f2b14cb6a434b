"""The errors of a form or a formset as JSON."""

from typing import Any

from django import forms
from pydantic import BaseModel

from mizan_htmx.forms.binding import BoundRows


class ErrorItem(BaseModel):
    """One error: the text to show, and Django's code for it."""

    message: str
    code: str


class FieldErrors(BaseModel):
    """The errors of one field; ``__all__`` stands for the form itself."""

    field: str
    errors: list[ErrorItem]


class Report(BaseModel):
    """The errors of a form; empty if it is valid."""

    errors: list[FieldErrors]


class FormSetReport(Report):
    """The errors of each row of a formset, and those of the formset itself."""

    rows: list[list[FieldErrors]]


class RowsReport(FormSetReport):
    """The same, with a report of each row as of a form."""

    per_form: list[Report]


def report_form(form: forms.BaseForm) -> Report:
    """Return the errors of a form."""
    return Report(errors=_by_field(form.errors))


def report_formset(bound: BoundRows) -> FormSetReport:
    """Return the errors of a formset, in the shape for what was sent."""
    rows = [_by_field(bound.errors_of(form)) for form in bound.forms]
    overall = _items(bound.formset.non_form_errors().as_data())
    errors = [FieldErrors(field="__all__", errors=overall)] if overall else []
    if bound.per_form:
        return RowsReport(errors=errors, rows=rows, per_form=[Report(errors=each) for each in rows])
    return FormSetReport(errors=errors, rows=rows)


def _by_field(errors: Any) -> list[FieldErrors]:
    return [FieldErrors(field=name, errors=_items(found)) for name, found in errors.as_data().items()]


def _items(found: Any) -> list[ErrorItem]:
    return [
        ErrorItem(message=str(message), code=str(error.code or "invalid"))
        for error in found
        for message in error.messages
    ]


def error_texts(errors: Any) -> dict[str, list[str]]:
    """Return the texts of a form's errors by field; ``__all__`` has those of the form itself."""
    return {name: list(map(str, messages)) for name, messages in errors.items()}


def formset_errors(bound: BoundRows) -> dict[str, Any]:
    """Return a formset's errors: ``rows`` by form and field, ``__all__`` for the formset itself."""
    errors: dict[str, Any] = {
        "rows": [error_texts(bound.errors_of(form)) for form in bound.forms],
        "__all__": list(map(str, bound.formset.non_form_errors())),
    }
    if bound.per_form:
        errors["per_form"] = [
            {"errors": [each.model_dump() for each in _by_field(bound.errors_of(form))]}
            for form in bound.forms
        ]
    return errors
