"""What the headers of a refusal say: its code, the author's message, and that nothing was committed."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.errors import Forbidden, InternalError, MizanError, Unauthorized, ValidationFailed
from mizan_htmx.setup.registry import Registry
from tests.helpers.visitor import (
    CALL,
    SyncOrAsync,
    Visitor,
    serve,
)
from tests.site.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

CODE, MESSAGE, COMMITTED = "X-Mizan-Error", "X-Mizan-Message", "X-Mizan-Committed"


class Conflict(MizanError):
    """An author's own error."""

    status = 409
    code = "CONFLICT"
    default_message = "Someone else was faster."


@pytest.fixture(autouse=True)
def reader(registry: Registry) -> None:
    """Register what the mutations affect."""

    def names(request: HttpRequest) -> list[str]:
        return []

    register(client(context="people")(names))


def outcome(response: HttpResponse) -> tuple[int, str | None, str | None, str | None]:
    """Give the status and what the headers say."""
    headers = response.headers
    message = headers.get(MESSAGE)
    return (
        response.status_code,
        headers.get(CODE),
        None if message is None else unquote(message),
        headers.get(COMMITTED),
    )


def failing(error: Exception) -> Callable[..., Any]:
    """Make a body that writes, and then raises."""

    def fail(request: HttpRequest, name: str = "Eve") -> int:
        Person.objects.create(name=name)
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Forbidden(), (403, "FORBIDDEN", None, "no")),
        (Forbidden("Not yours, Jürgen."), (403, "FORBIDDEN", "Not yours, Jürgen.", "no")),
        (PermissionDenied(gettext_lazy("Not yours.")), (403, "FORBIDDEN", "Not yours.", "no")),
        (Http404("No card."), (404, "NOT_FOUND", "No card.", "no")),
        (Conflict("a\r\nb: c"), (409, "CONFLICT", "a\r\nb: c", "no")),
        (Unauthorized(), (401, "UNAUTHORIZED", None, "no")),
        (ValidationFailed({"name": ["Too long."]}), (422, "VALIDATION_ERROR", None, "no")),
        (RuntimeError("secret"), (500, "INTERNAL_ERROR", None, None)),
        (InternalError("Full."), (500, "INTERNAL_ERROR", "Full.", None)),
    ],
    ids=repr,
)
def test_an_answer_of_an_endpoint_says_what_was_refused(
    visitor: Visitor, error: Exception, expected: tuple[int, str, str | None, str | None]
) -> None:
    register(client(affects="people")(failing(error)))

    assert outcome(visitor.call("fail")) == expected
    assert not Person.objects.exists()


def test_a_message_that_nobody_can_read_is_an_error_of_the_server(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(client(affects="people")(failing(Conflict("\ud800"))))
    # What is logged would go from one process of the tests to the other, which such a text can't.
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)

    assert outcome(visitor.call("fail")) == (500, "INTERNAL_ERROR", None, None)
    assert not Person.objects.exists()


def test_a_message_is_cut_where_proxies_would_refuse_the_answer(visitor: Visitor) -> None:
    register(client(affects="people")(failing(Conflict("ü" * 10_000))))

    response = visitor.call("fail")

    assert outcome(response) == (409, "CONFLICT", "ü" * 200, "no")


def test_what_django_says_of_a_missing_row_is_no_message_for_a_page(visitor: Visitor) -> None:
    def remove(request: HttpRequest) -> int:
        return get_object_or_404(Person, pk=1).pk

    register(client(affects="people")(remove))

    assert outcome(visitor.call("remove")) == (404, "NOT_FOUND", None, "no")


def test_what_works_says_nothing(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    def work(request: HttpRequest) -> int:
        return 1

    register(client(affects="people")(sync_or_async(work)))

    assert outcome(visitor.call("work")) == (200, None, None, None)


@pytest.mark.parametrize("options", [{"atomic": False, "affects": "people"}, {}], ids=repr)
def test_where_no_transaction_held_the_body_nobody_knows_what_stands(
    visitor: Visitor, options: dict[str, Any]
) -> None:
    register(client(**options)(failing(Conflict())))

    assert outcome(visitor.call("fail")) == (409, "CONFLICT", None, None)


def test_nobody_knows_what_a_coroutine_has_written(visitor: Visitor) -> None:
    async def fail(request: HttpRequest) -> int:
        raise Conflict

    register(client(affects="people")(fail))

    assert outcome(visitor.call("fail")) == (409, "CONFLICT", None, None)


@pytest.mark.parametrize("affects", ["people", None])
def test_a_body_that_was_not_reached_has_written_nothing(
    visitor: Visitor, sync_or_async: SyncOrAsync, affects: str | None
) -> None:
    def close(request: HttpRequest, number: int) -> int:
        return number

    register(client(affects=affects)(sync_or_async(close)))
    register(client(affects=affects, auth="staff")(sync_or_async(close)), "locked")

    assert outcome(visitor.call("close", number="x"))[1:] == ("VALIDATION_ERROR", None, "no")
    assert outcome(visitor.call("locked", number=1))[1:] == ("UNAUTHORIZED", None, "no")
    assert outcome(visitor.call("missing"))[1:] == ("NOT_FOUND", None, "no")
    assert outcome(visitor.send("POST", CALL, "[]"))[:2] == (400, "BAD_REQUEST")
    assert outcome(visitor.send("PUT", CALL))[:2] == (405, "METHOD_NOT_ALLOWED")


def test_what_is_read_commits_nothing_and_says_so_to_nobody(visitor: Visitor) -> None:
    assert outcome(visitor.get("/api/mizan/ctx/nothing/")) == (404, "NOT_FOUND", None, None)


@pytest.mark.parametrize("options", [{"atomic": False, "affects": "people"}, {}], ids=repr)
def test_what_falls_with_its_request_was_not_committed(
    visitor: Visitor, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    register(client(**options)(failing(Conflict())))

    assert outcome(visitor.call("fail")) == (409, "CONFLICT", None, "no")
    transaction.set_rollback(False)


@pytest.mark.django_db(transaction=True)
def test_a_commit_whose_hook_refuses_is_no_proof(visitor: Visitor) -> None:
    def hook() -> None:
        raise Conflict

    def save(request: HttpRequest) -> int:
        Person.objects.create(name="Eve")
        transaction.on_commit(hook)
        return 1

    register(client(affects="people")(save))

    assert outcome(visitor.call("save")) == (409, "CONFLICT", None, None)
    assert Person.objects.exists()


def own_403(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403 as the site does."""
    return HttpResponse("the site's own", status=403)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Forbidden("Archived."), (403, "FORBIDDEN", "Archived.", "no")),
        (PermissionDenied(), (403, "FORBIDDEN", None, "no")),
        (Http404(), (404, "NOT_FOUND", None, "no")),
        (Conflict(), (409, "CONFLICT", None, "no")),
        (ValidationFailed({"name": ["Too long."]}), (422, "VALIDATION_ERROR", None, "no")),
        (RuntimeError(), (500, "INTERNAL_ERROR", None, None)),
        (NotImplementedError(), (500, "INTERNAL_ERROR", None, None)),
    ],
    ids=repr,
)
def test_a_page_of_the_site_says_for_what_refusal_it_stands(
    visitor: Visitor, settings: Settings, error: Exception, expected: tuple[int, str, str | None, str | None]
) -> None:
    def fail(request: HttpRequest) -> HttpResponse:
        Person.objects.create(name="Eve")
        raise error

    serve(settings, {"fail/": client(affects="people")(fail)}, handler403=own_403)

    assert outcome(visitor.form("/fail/", "", HX_Request="true")) == expected


def test_a_page_that_does_not_fit_is_one_that_is_not_there(visitor: Visitor, settings: Settings) -> None:
    def page(request: HttpRequest, number: int) -> HttpResponse:
        return HttpResponse(str(number))

    serve(settings, {"page/": client(context="people")(page)})

    assert outcome(visitor.get("/page/?number=x"))[:2] == (404, "NOT_FOUND")


def test_a_view_of_its_own_says_nothing(visitor: Visitor, settings: Settings) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        raise PermissionDenied("Secret")

    serve(settings, {"view/": view})

    assert outcome(visitor.form("/view/", "")) == (403, None, None, None)
