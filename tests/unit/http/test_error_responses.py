"""What a body raises becomes an answer: JSON on the endpoints, logged where nobody meant it."""

import logging
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.forms import CharField, Form
from django.http import Http404, HttpRequest
from django.urls import resolve
from django.utils.translation import gettext_lazy
from pydantic import BaseModel
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx import errors as mizan_errors
from mizan_htmx.errors import (
    BadRequest,
    Forbidden,
    InternalError,
    MethodNotAllowed,
    MizanError,
    NotFound,
    NotImplementedYet,
    TooLarge,
    Unauthorized,
    ValidationFailed,
)
from mizan_htmx.http.error_responses import json_response, refusal_of
from tests.helpers.visitor import (
    SyncOrAsync,
    Visitor,
    answer,
    as_written,
    problem,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

INTERNAL = (500, problem("INTERNAL_ERROR", "Something went wrong."))


class Conflict(MizanError):
    """An author's own error."""

    status = 409
    code = "CONFLICT"
    default_message = "Someone else was faster."


class NameForm(Form):
    """A form that refuses an empty name."""

    name = CharField(error_messages={"required": "Say a name."})

    def clean(self) -> None:
        """Refuse as a whole, too."""
        raise DjangoValidationError("Not today.")


class Strict(BaseModel):
    """A model that the body fails to fill."""

    size: int


def raising(error: BaseException, sync_or_async: SyncOrAsync) -> None:
    """Register ``fail``, which raises this."""

    def fail(request: HttpRequest) -> int:
        raise error

    register(client(sync_or_async(fail)))


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (BadRequest(), 400, problem("BAD_REQUEST", "The request can't be read.")),
        (Unauthorized("Who?"), 401, problem("UNAUTHORIZED", "Who?")),
        (Forbidden(), 403, problem("FORBIDDEN", "You may not do this.")),
        (NotFound("No card."), 404, problem("NOT_FOUND", "No card.")),
        (MethodNotAllowed(["PUT"]), 405, problem("METHOD_NOT_ALLOWED", "This method is not allowed here.")),
        (Conflict(), 409, problem("CONFLICT", "Someone else was faster.")),
        (Conflict(details={"by": ["Bob"]}), 409, problem("CONFLICT", Conflict.default_message, by=["Bob"])),
        (TooLarge(), 413, problem("TOO_LARGE", "The request is too large.")),
        (
            ValidationFailed({"name": ["Too long.", "Too loud."]}, "Look again."),
            *(422, problem("VALIDATION_ERROR", "Look again.", fields={"name": ["Too long.", "Too loud."]})),
        ),
        (InternalError("Full."), 500, problem("INTERNAL_ERROR", "Full.")),
        (NotImplementedYet(), 501, problem("NOT_IMPLEMENTED", "This is not implemented.")),
        (PermissionDenied(), 403, problem("FORBIDDEN", "You may not do this.")),
        (PermissionDenied("Not yours."), 403, problem("FORBIDDEN", "Not yours.")),
        (PermissionDenied(gettext_lazy("Not yours.")), 403, problem("FORBIDDEN", "Not yours.")),
        (Http404(gettext_lazy("No card.")), 404, problem("NOT_FOUND", "No card.")),
        (Forbidden(gettext_lazy("Not yours.")), 403, problem("FORBIDDEN", "Not yours.")),
        (PermissionError("Not yours."), 403, problem("FORBIDDEN", "Not yours.")),
        (Http404("No card."), 404, problem("NOT_FOUND", "No card.")),
        (Http404(), 404, problem("NOT_FOUND", "Not found.")),
        (NotImplementedError("secret"), 501, problem("NOT_IMPLEMENTED", "This is not implemented.")),
        (
            DjangoValidationError({"name": ["Too long."], "__all__": [gettext_lazy("Not today.")]}),
            422,
            problem(
                *("VALIDATION_ERROR", "Some values are invalid."),
                fields={"name": ["Too long."], "__all__": ["Not today."]},
            ),
        ),
        (
            DjangoValidationError(["One %(what)s.", "Two."], params={"what": "x"}),
            422,
            problem(
                *("VALIDATION_ERROR", "Some values are invalid."),
                fields={"__all__": ["One %(what)s.", "Two."]},
            ),
        ),
        (
            DjangoValidationError("Max %(max)d.", params={"max": 5}),
            *(422, problem("VALIDATION_ERROR", "Some values are invalid.", fields={"__all__": ["Max 5."]})),
        ),
        (ValueError("secret"), *INTERNAL),
        (KeyError("secret"), *INTERNAL),
        (OSError(2, "No such file", "/srv/secret"), *INTERNAL),
        (RecursionError("secret"), *INTERNAL),
    ],
    ids=lambda value: repr(value)[:40] if isinstance(value, BaseException) else "",
)
def test_what_a_body_raises_is_answered_in_json(
    visitor: Visitor, sync_or_async: SyncOrAsync, error: BaseException, status: int, body: dict[str, object]
) -> None:
    raising(error, sync_or_async)
    response = visitor.call("fail")
    assert answer(response) == (status, body)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers.get("Allow") == ("PUT" if isinstance(error, MethodNotAllowed) else None)


def test_a_forms_errors_are_answered_by_field(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    def submit(request: HttpRequest) -> int:
        form = NameForm({"name": ""})
        form.is_valid()
        raise DjangoValidationError(form.errors.as_data())

    register(client(sync_or_async(submit)))
    fields = {"name": ["Say a name."], "__all__": ["Not today."]}
    expected = problem("VALIDATION_ERROR", "Some values are invalid.", fields=fields)
    assert answer(visitor.call("submit")) == (422, expected)


def test_a_model_that_the_body_fails_to_fill_is_the_bodys_fault(
    visitor: Visitor, sync_or_async: SyncOrAsync
) -> None:
    def build(request: HttpRequest) -> int:
        return Strict.model_validate({"size": "secret"}).size

    register(client(sync_or_async(build)))
    assert answer(visitor.call("build")) == INTERNAL


@pytest.mark.parametrize("debug", [False, True])
def test_an_error_nobody_meant_is_logged_with_its_traceback_and_not_shown(
    visitor: Visitor,
    sync_or_async: SyncOrAsync,
    caplog: pytest.LogCaptureFixture,
    settings: Settings,
    debug: bool,
) -> None:
    settings.DEBUG = debug
    error = RuntimeError("the password is 123")
    raising(error, sync_or_async)
    with caplog.at_level(logging.WARNING, logger="django.request"):
        response = visitor.call("fail")
    assert answer(response) == INTERNAL
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("django.request", "ERROR")
    assert record.getMessage() == "RuntimeError: /api/mizan/call/"
    assert record.exc_info is not None
    assert record.exc_info[1] is error
    assert "in fail\n" in caplog.text


def test_an_error_somebody_meant_is_not_logged_as_one(
    visitor: Visitor, sync_or_async: SyncOrAsync, caplog: pytest.LogCaptureFixture
) -> None:
    raising(Forbidden("Not yours."), sync_or_async)
    with caplog.at_level(logging.ERROR):
        visitor.call("fail")
    assert caplog.records == []


def test_an_operating_systems_refusal_is_no_refusal_of_the_author(
    visitor: Visitor, sync_or_async: SyncOrAsync
) -> None:
    """PermissionError of a file names its path, which is nobody's business."""
    raising(PermissionError(13, "Permission denied", "/srv/secret.key"), sync_or_async)
    response = visitor.call("fail")
    assert (response.status_code in (403, 500), b"secret" in response.content) == (True, False)


def test_a_failed_resolve_does_not_show_the_urlconf(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    """Resolver404 is an Http404 whose argument lists every pattern tried."""

    def find(request: HttpRequest) -> int:
        resolve("/no/such/page/")
        return 0

    register(client(sync_or_async(find)))
    response = visitor.call("find")
    assert (response.status_code, b"tried" in response.content) == (404, False)


def test_details_that_are_no_json_are_an_internal_error(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    raising(Forbidden(details={"by": object()}), sync_or_async)
    assert answer(visitor.call("fail")) == INTERNAL


def test_text_without_utf_8_can_be_answered(
    visitor: Visitor, sync_or_async: SyncOrAsync, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A log record with a lone surrogate in it can't travel from an xdist worker to the report.
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    raising(Forbidden("\ud800"), sync_or_async)
    assert answer(visitor.call("fail"))[0] in (403, 500)


@pytest.mark.parametrize(
    "name",
    [name for name, value in vars(mizan_errors).items() if isinstance(value, type) and value is not Any],
)
def test_every_error_says_something(name: str) -> None:
    kind = getattr(mizan_errors, name)
    if not issubclass(kind, MizanError):
        return
    error = kind(["GET"]) if kind is MethodNotAllowed else kind()
    assert str(error) == error.message == kind.default_message
    assert refusal_of(error) is error
    assert error.as_dict() == {
        **{"error": True, "code": kind.code, "message": kind.default_message},
        **({"details": {"fields": {}}} if kind is ValidationFailed else {}),
    }


def test_what_is_no_json_number_is_null() -> None:
    response = json_response({"a": float("nan"), "b": [float("inf")]}, status=202)
    assert (response.status_code, response.content) == (202, b'{"a":null,"b":[null]}')
    assert dict(response.headers) == {"Content-Type": "application/json", "Cache-Control": "no-store"}


def test_a_body_that_exhausts_an_iterator_is_an_internal_error(visitor: Visitor) -> None:
    """A StopIteration must not end the work on a request as if that was done."""
    raising(StopIteration({"result": "secret"}), as_written)
    assert answer(visitor.call("fail")) == INTERNAL
