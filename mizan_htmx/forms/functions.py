"""The functions a declared form puts into the registry: schema, validate, submit; the formset's three."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pydantic import BaseModel, PrivateAttr, field_serializer
from pydantic_core import to_jsonable_python

from mizan_htmx.client import ClientFunction, client
from mizan_htmx.errors import DeclarationError
from mizan_htmx.forms.schema import FormSchema, FormSetSchema, describe_fields
from mizan_htmx.forms.submission import (
    Outcome,
    make_form,
    make_formset,
    read_data,
    record_stale,
    submit_form,
    submit_formset,
)
from mizan_htmx.setup.registry import registry


class ErrorItem(BaseModel):
    """One thing that is wrong: the text to show, and Django's code for it."""

    message: str
    code: str


class FieldErrors(BaseModel):
    """What is wrong with one field; ``__all__`` stands for the form itself."""

    field: str
    errors: list[ErrorItem]


class Report(BaseModel):
    """What a validation found; empty when all fits."""

    errors: list[FieldErrors]


class FormSetReport(Report):
    """What a validation found in each row, and in all of them together."""

    rows: list[list[FieldErrors]]


class _Result(BaseModel):
    _outcome: Outcome = PrivateAttr()

    @property
    def outcome(self) -> Outcome:
        """The bound form and what its hook returned, for an answer in HTML."""
        return self._outcome


class Accepted(_Result):
    """A submission that fitted; ``data`` is what the hook returned, as text where JSON can't hold it."""

    success: Literal[True] = True
    data: dict[str, Any]

    @field_serializer("data")
    def _plain(self, data: dict[str, Any]) -> Any:
        try:
            return to_jsonable_python(data, fallback=str)
        except ValueError:  # bytes that are no UTF-8
            return to_jsonable_python(data, fallback=str, bytes_mode="base64")


class Refused(_Result):
    """A submission that did not fit; ``errors`` by field."""

    success: Literal[False] = False
    errors: dict[str, Any]


Declared = ClientFunction[..., Any]


def register_form(cls: Any) -> None:
    """Register a form and its functions; raise DeclarationError if another form has the name."""
    name = cls.mizan.name
    known = registry.forms.get(name)
    if known is not None:
        raise DeclarationError(
            f"Two forms are called {name!r}: {_place(known)} and {_place(cls)}. Give one another name."
        )
    functions = {"schema": _schema(cls), "validate": _validate(cls), "submit": _submit(cls, submit_form)}
    if cls.mizan.enable_formset:
        functions["formset.schema"] = _formset_schema(cls)
        functions["formset.validate"] = _formset_validate(cls)
        functions["formset.submit"] = _submit(cls, submit_formset)
    for suffix, function in functions.items():
        registry.register(function, f"{name}.{suffix}")
    registry.forms[name] = cls


def _place(cls: Any) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _declare(cls: Any, affects: Any = None) -> Callable[[Callable[..., Any]], Declared]:
    """Declare a function of a form; messages about it name the form's place, not this module."""

    def decorate(function: Callable[..., Any]) -> Declared:
        function.__module__ = cls.__module__
        function.__qualname__ = f"{cls.__qualname__}.{function.__name__}"
        return client(affects=affects, auth=cls.mizan.auth)(function)

    return decorate


def _schema(cls: Any) -> Declared:
    @_declare(cls)
    def schema(request: HttpRequest) -> FormSchema:
        return FormSchema(**_texts(cls), fields=describe_fields(make_form(cls, request)))

    return schema


def _formset_schema(cls: Any) -> Declared:
    @_declare(cls)
    def formset_schema(request: HttpRequest) -> FormSetSchema:
        formset: Any = make_formset(cls, request)
        return FormSetSchema(
            **_texts(cls),
            fields=describe_fields(formset.empty_form),
            prefix=formset.prefix,
            min_num=formset.min_num,
            max_num=formset.max_num,
            can_delete=formset.can_delete,
            can_order=formset.can_order,
        )

    return formset_schema


def _texts(cls: Any) -> dict[str, Any]:
    meta = cls.mizan
    texts = {"title": meta.title, "subtitle": meta.subtitle, "submit_label": meta.submit_label}
    return {"name": meta.name, **{key: None if text is None else str(text) for key, text in texts.items()}}


def _validate(cls: Any) -> Declared:
    @_declare(cls)
    def validate(request: HttpRequest, data: Any = None) -> Report:
        form = make_form(cls, request, *read_data(request, data))
        return Report(errors=_field_errors(form))

    return validate


def _formset_validate(cls: Any) -> Declared:
    @_declare(cls)
    def formset_validate(request: HttpRequest, data: Any = None) -> FormSetReport:
        formset = make_formset(cls, request, *read_data(request, data))
        rows = [_field_errors(form) for form in formset.forms]
        overall = _items(formset.non_form_errors().as_data())
        return FormSetReport(
            rows=rows, errors=[FieldErrors(field="__all__", errors=overall)] if overall else []
        )

    return formset_validate


def _field_errors(form: Any) -> list[FieldErrors]:
    return [FieldErrors(field=name, errors=_items(found)) for name, found in form.errors.as_data().items()]


def _items(found: Any) -> list[ErrorItem]:
    return [
        ErrorItem(message=str(message), code=str(error.code or "invalid"))
        for error in found
        for message in error.messages
    ]


def _submit(cls: Any, carry: Callable[[Any, HttpRequest, object], Outcome]) -> Declared:
    @_declare(cls, cls.mizan.affects)
    def submit(request: HttpRequest, data: Any = None) -> Accepted | Refused:
        outcome = carry(cls, request, data)
        result: Accepted | Refused = Refused(errors=dict(outcome.errors))
        if outcome.success:
            record_stale(cls, submit.mizan, request, getattr(outcome.form, "forms", [outcome.form]))
            result = Accepted(data=_answer(outcome.returned))
        result._outcome = outcome
        return result

    # What it makes stale is known only once the form is cleaned, so it records that itself.
    vars(submit)["mizan"] = replace(submit.mizan, records_itself=True)
    return submit


def _answer(returned: dict[str, Any] | HttpResponseBase | None) -> dict[str, Any]:
    if isinstance(returned, HttpResponseBase):
        location = returned.headers.get("Location")
        return {"redirect": location} if location else {}
    return returned or {}
