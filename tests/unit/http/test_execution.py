"""A mutation is all or nothing, and invalidates what it changed and nothing else."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from mizan_htmx.errors import Forbidden, NotFound
from tests.helpers.visitor import (
    CALL,
    HEADER,
    SyncOrAsync,
    Visitor,
    answer,
    as_coroutine,
    as_written,
    problem,
    serve,
)
from tests.site.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]


class Trouble(Exception):
    """What a body raises that nobody expects."""


@pytest.mark.parametrize("atomic_requests", [False, True])
def test_a_mutation_that_raises_leaves_no_writes_and_invalidates_nothing(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, atomic_requests: bool
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic_requests)

    def add(request: HttpRequest, name: str) -> int:
        assert connection.in_atomic_block
        Person.objects.create(name=name)
        raise Trouble

    register(client(affects="people")(add))
    response = visitor.call("add", name="Ada")
    assert (response.status_code, HEADER in response.headers, Person.objects.count()) == (500, False, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("paint", "atomic"), [(as_coroutine, True), (as_coroutine, False), (as_written, False)]
)
def test_a_mutation_without_a_transaction_that_raises_invalidates_what_it_affects(
    visitor: Visitor, paint: SyncOrAsync, atomic: bool
) -> None:
    def add(request: HttpRequest, name: str) -> int:
        Person.objects.create(name=name)
        raise Trouble

    register(client(affects="people", atomic=atomic)(paint(add)))
    response = visitor.call("add", name="Ada")
    assert (response.status_code, response.headers[HEADER]) == (500, "people")
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_reader_has_no_transaction_of_its_own(visitor: Visitor) -> None:
    def look(request: HttpRequest) -> bool:
        return connection.in_atomic_block

    register(client(context="people")(look))
    register(client(affects="people", atomic=False)(look), "look_2")
    register(client(affects="people")(look), "look_3")
    assert [answer(visitor.call(name))[1]["result"] for name in ("look", "look_2", "look_3")] == [
        *(False, False, True)
    ]


def test_set_rollback_invalidates_nothing(visitor: Visitor) -> None:
    def add(request: HttpRequest) -> int:
        Person.objects.create(name="Ada")
        transaction.set_rollback(True)
        return 1

    register(client(affects="people")(add))
    assert visitor.call("add").content == b'{"result":1}'
    assert Person.objects.count() == 0


def test_a_result_that_does_not_fit_leaves_no_writes(visitor: Visitor) -> None:
    def add(request: HttpRequest) -> int:
        Person.objects.create(name="Ada")
        return "no number"  # type: ignore[return-value]

    assert_nothing_happens(visitor, add)


def test_a_result_that_cant_be_written_leaves_no_writes(visitor: Visitor) -> None:
    def add(request: HttpRequest) -> dict[str, Any]:
        return {"person": Person.objects.create(name="Ada")}

    assert_nothing_happens(visitor, add)


def assert_nothing_happens(visitor: Visitor, func: Any) -> None:
    """Call a mutation that fails after its body: 500, nothing invalidated, nothing written."""
    register(client(affects="people")(func), "add")
    response = visitor.call("add")
    assert answer(response) == (500, problem("INTERNAL_ERROR", "Something went wrong."))
    assert (HEADER in response.headers, Person.objects.count()) == (False, 0)


def test_a_view_that_returns_no_response_leaves_no_writes(visitor: Visitor) -> None:
    def add(request: HttpRequest) -> HttpResponse:
        Person.objects.create(name="Ada")
        return "no response"  # type: ignore[return-value]

    assert_nothing_happens(visitor, add)


@pytest.mark.parametrize("status", [400, 404, 422, 500])
def test_a_returned_refusal_invalidates_only_what_was_named(
    visitor: Visitor, sync_or_async: SyncOrAsync, status: int
) -> None:
    def look(request: HttpRequest, user_id: int) -> int:
        return user_id

    def change(request: HttpRequest, user_id: int, name: str) -> HttpResponse:
        if name:
            invalidate(request, "user", user_id=7)
        return HttpResponse("no", status=status)

    register(client(context="user")(look))
    register(client(affects=["user", "people"])(sync_or_async(change)))
    assert HEADER not in visitor.call("change", user_id=5, name="").headers
    response = visitor.call("change", user_id=5, name="x")
    assert (response.status_code, response.headers[HEADER]) == (status, "user;user_id=7")


@pytest.mark.parametrize("status", [200, 204, 302, 399])
def test_any_other_response_invalidates_what_it_affects_first(
    visitor: Visitor, sync_or_async: SyncOrAsync, status: int
) -> None:
    def look(request: HttpRequest, user_id: int) -> int:
        return user_id

    def change(request: HttpRequest, user_id: int) -> HttpResponse:
        invalidate(request, "user", user_id=7)
        return HttpResponse(status=status, headers={"Location": "/"})

    register(client(context="user")(look))
    register(client(affects=["people", "user"])(sync_or_async(change)))
    response = visitor.call("change", user_id=5)
    assert response.headers[HEADER] == "people, user;user_id=5, user;user_id=7"


@pytest.mark.parametrize(
    ("options", "args"),
    [({"auth": True}, {"user_id": 5}), ({"private": True}, {"user_id": 5}), ({}, {"user_id": "x"}), ({}, {})],
)
@pytest.mark.parametrize("paint", [as_written, as_coroutine])
def test_a_refused_call_invalidates_nothing(
    visitor: Visitor, paint: SyncOrAsync, options: dict[str, Any], args: dict[str, object]
) -> None:
    def change(request: HttpRequest, user_id: int) -> HttpResponse:
        raise AssertionError("The body ran.")

    register(client(affects="user", atomic=False, **options)(paint(change)))
    response = visitor.call("change", **args)
    assert (response.status_code in (401, 404, 422), HEADER in response.headers) == (True, False)


def test_a_mutation_that_refuses_in_its_body_is_rolled_back(visitor: Visitor, settings: Settings) -> None:
    def change(request: HttpRequest) -> HttpResponse:
        Person.objects.create(name="Ada")
        raise Forbidden("Not you.")

    declared = client(affects="people")(change)
    serve(settings, {"change/": declared})
    register(declared)
    for response in (visitor.call("change"), visitor.form("/change/", "")):
        assert (response.status_code, HEADER in response.headers) == (403, False)
    assert Person.objects.count() == 0


def test_what_is_invalidated_in_a_rolled_back_savepoint_is_not_in_the_response(visitor: Visitor) -> None:
    def look(request: HttpRequest, user_id: int) -> int:
        return user_id

    def change(request: HttpRequest) -> int:
        invalidate(request, "user", user_id=1)
        with transaction.atomic():
            invalidate(request, "user", user_id=2)
            transaction.set_rollback(True)
        with transaction.atomic():
            invalidate(request, "user", user_id=3)
        return 0

    register(client(context="user")(look))
    register(client(affects="people")(change))
    assert visitor.call("change").headers[HEADER] == "people, user;user_id=1, user;user_id=3"


def test_affects_params_choose_and_rename_what_scopes(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    def look(request: HttpRequest, user_id: int, tab: str = "") -> int:
        return user_id

    def make() -> Any:
        def change(request: HttpRequest, user_id: int, owner_id: str, tab: str = "a") -> int:
            return user_id

        return sync_or_async(change)

    register(client(context="user")(look))
    choices: dict[str, Any] = {
        **{"all": None, "one": ["user_id"], "none": [], "text": "tab"},
        **{"renamed": {"user_id": "owner_id"}, "both": {"user_id": "owner_id", "tab": "tab"}},
    }
    for name, affects_params in choices.items():
        register(client(affects="user", affects_params=affects_params)(make()), name)
    args = {"user_id": 5, "owner_id": "06"}
    assert {name: visitor.call(name, **args).headers[HEADER] for name in choices} == {
        **{"all": "user;tab=a;user_id=5", "one": "user;user_id=5", "none": "user", "text": "user;tab=a"},
        **{"renamed": "user;user_id=6", "both": "user;tab=a;user_id=6"},
    }


def test_one_body_declared_twice_invalidates_by_each_declaration(visitor: Visitor) -> None:
    def change(request: HttpRequest) -> int:
        return 0

    for context in ("people", "boards"):
        register(client(affects=context)(change), f"change_{context}")
    headers = [visitor.call(f"change_{context}").headers[HEADER] for context in ("people", "boards")]
    assert headers == ["people", "boards"]


def test_a_value_that_the_context_can_not_have_invalidates_all_of_it(visitor: Visitor) -> None:
    def look(request: HttpRequest, user_id: int) -> int:
        return user_id

    def change(request: HttpRequest, user_id: str) -> int:
        return 0

    register(client(context="user")(look))
    register(client(affects="user")(change))
    assert visitor.call("change", user_id="x").headers[HEADER] == "user"


def test_a_form_call_is_a_transaction_too(visitor: Visitor) -> None:
    def add(request: HttpRequest, name: str) -> int:
        Person.objects.create(name=name)
        raise Trouble

    register(client(affects="people")(add))
    assert (visitor.form(CALL, "fn=add&name=Ada").status_code, Person.objects.count()) == (500, 0)


def test_with_atomic_requests_a_body_that_raises_leaves_no_writes(
    visitor: Visitor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What turns an exception into an answer must not make Django commit, as in any other view."""
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)

    def remove(request: HttpRequest) -> HttpResponse:
        invalidate(request, "people")
        Person.objects.create(name="Ada")
        raise NotFound

    def people(request: HttpRequest) -> int:
        return 1

    declared = client(remove)
    register(declared)
    register(client(context="people")(people))
    serve(settings, {"remove/": declared})
    for response in (visitor.call("remove"), visitor.form("/remove/", "")):
        assert (response.status_code, HEADER in response.headers, Person.objects.count()) == (404, False, 0)


def test_a_result_that_happens_to_have_a_status_code_is_no_refusal(
    visitor: Visitor, sync_or_async: SyncOrAsync
) -> None:
    class Probe(BaseModel):
        status_code: int

    def probe(request: HttpRequest) -> Any:
        return Probe(status_code=404)

    register(client(affects="people")(sync_or_async(probe)))
    response = visitor.call("probe")
    assert (response.status_code, response.headers[HEADER]) == (200, "people")
