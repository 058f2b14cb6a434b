"""The functions that a declared form registers: schema, validate and submit, and those of its formset."""

from collections.abc import Callable
from dataclasses import replace
from inspect import signature
from types import MappingProxyType
from typing import Any, Literal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pydantic import BaseModel, PrivateAttr, field_serializer
from pydantic_core import to_jsonable_python

from mizan_htmx.client import ClientFunction, client
from mizan_htmx.errors import DeclarationError
from mizan_htmx.forms.binding import (
    FIELDS,
    ROWS,
    bind_form,
    bind_formset,
    check_count,
    is_form,
    make_form,
    make_formset,
    unwrapped,
)
from mizan_htmx.forms.error_reports import FormSetReport, Report, RowsReport, report_form, report_formset
from mizan_htmx.forms.schema import FormSchema, FormSetSchema, RowsSchema, describe_fields, describe_rows
from mizan_htmx.forms.submission import Outcome, record_invalidations, submit_form, submit_formset
from mizan_htmx.forms.values import Given
from mizan_htmx.http.error_headers import remember_invalid_result
from mizan_htmx.setup.registry import registry


class _Result(BaseModel):
    _outcome: Outcome = PrivateAttr()

    @property
    def outcome(self) -> Outcome:
        """Return the bound form and what its hook returned, for an HTML response."""
        return self._outcome


class Accepted(_Result):
    """A valid submission; ``data`` is what the hook returned, as text if JSON has no type for it."""

    success: Literal[True] = True
    data: dict[str, Any]

    @field_serializer("data")
    def _plain(self, data: dict[str, Any]) -> Any:
        try:
            return to_jsonable_python(data, fallback=str)
        except ValueError:  # bytes that are not UTF-8
            return to_jsonable_python(data, fallback=str, bytes_mode="base64")


class Refused(_Result):
    """An invalid submission; ``errors`` by field."""

    success: Literal[False] = False
    errors: dict[str, Any]


Declared = ClientFunction[..., Any]

_NOTHING: Given = MappingProxyType({})


def register_form(cls: Any) -> None:
    """Register a form and its functions; raise DeclarationError if another form has the name."""
    name = cls.mizan.name
    known = registry.forms.get(name)
    if known is not None:
        raise DeclarationError(
            f"Two forms are called {name!r}: {_place(known)} and {_place(cls)}. Rename one of them."
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


class _AsSent:
    """An adapter that passes all arguments in one, unvalidated: the form validates them."""

    def validate_python(self, raw: Any, /) -> Any:
        """Return the one argument."""
        return {FIELDS: raw}


def _declare(cls: Any, affects: Any = None) -> Callable[[Callable[..., Any]], Declared]:
    """Declare a function of a form; error messages name the form's place."""

    def decorate(function: Any) -> Declared:
        function.__module__ = cls.__module__
        function.__qualname__ = f"{cls.__qualname__}.{function.__name__}"
        # Only the request is declared: the form is not bound to ``data``, so ``auth`` must not see it.
        request = signature(function).parameters["request"]
        function.__signature__ = signature(function).replace(parameters=[request])
        declared = client(affects=affects, auth=cls.mizan.auth)(function)
        vars(declared)["mizan"] = replace(declared.mizan, arguments=_AsSent(), takes_any=True)
        declared.mizan.declaration.decorated = cls
        return declared

    return decorate


def _schema(cls: Any) -> Declared:
    @_declare(cls)
    def schema(request: HttpRequest, data: Given = _NOTHING) -> FormSchema:
        form = bind_form(cls, request, data) if data else make_form(cls, request)
        return FormSchema(**_texts(cls), fields=describe_fields(form))

    return schema


def _formset_schema(cls: Any) -> Declared:
    @_declare(cls)
    def formset_schema(request: HttpRequest, data: Given = _NOTHING) -> RowsSchema | FormSetSchema:
        bound = bind_formset(cls, request, data) if is_form(request) or ROWS in unwrapped(data) else None
        if bound is None or not check_count(bound.formset):
            return _describe_formset(cls, make_formset(cls, request))
        rows = [FormSchema(**_texts(cls), fields=fields) for fields in describe_rows(cls, bound.forms)]
        return RowsSchema(**dict(_describe_formset(cls, bound.formset)), forms=rows)

    return formset_schema


def _describe_formset(cls: Any, formset: Any) -> FormSetSchema:
    return FormSetSchema(
        **_texts(cls),
        fields=describe_fields(formset.empty_form),
        prefix=formset.prefix,
        min_num=formset.min_num,
        max_num=formset.max_num,
        can_delete=formset.can_delete,
        can_order=formset.can_order,
    )


def _texts(cls: Any) -> dict[str, Any]:
    meta = cls.mizan
    texts = {"title": meta.title, "subtitle": meta.subtitle, "submit_label": meta.submit_label}
    return {"name": meta.name, **{key: None if text is None else str(text) for key, text in texts.items()}}


def _validate(cls: Any) -> Declared:
    @_declare(cls)
    def validate(request: HttpRequest, data: Given = _NOTHING) -> Report:
        return report_form(bind_form(cls, request, data))

    return validate


def _formset_validate(cls: Any) -> Declared:
    @_declare(cls)
    def formset_validate(request: HttpRequest, data: Given = _NOTHING) -> RowsReport | FormSetReport:
        return report_formset(bind_formset(cls, request, data))

    return formset_validate


def _submit(cls: Any, carry: Callable[[Any, HttpRequest, Given], Outcome]) -> Declared:
    @_declare(cls, cls.mizan.affects)
    def submit(request: HttpRequest, data: Given = _NOTHING) -> Accepted | Refused:
        outcome = carry(cls, request, data)
        result: Accepted | Refused = Refused(errors=dict(outcome.errors))
        if outcome.success:
            record_invalidations(cls, submit.mizan, request, getattr(outcome.form, "forms", [outcome.form]))
            result = Accepted(data=_answer(outcome.returned))
        else:
            remember_invalid_result(request)
        result._outcome = outcome
        return result

    # What it invalidates is known only once the form is cleaned, so it records that itself.
    vars(submit)["mizan"] = replace(submit.mizan, records_itself=True)
    return submit


def _answer(returned: dict[str, Any] | HttpResponseBase | None) -> dict[str, Any]:
    if isinstance(returned, HttpResponseBase):
        location = returned.headers.get("Location")
        return {"redirect": location} if location else {}
    return returned or {}
