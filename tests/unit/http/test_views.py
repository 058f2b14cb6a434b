"""The endpoint ``call/``: the status table with whole bodies, and the fixed order of the checks."""

import json
import math
from typing import Annotated, Any

import pytest
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from pydantic import AfterValidator, BaseModel
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.setup.registry import Registry
from mizan_htmx.testing import isolated_registry
from tests.helpers.visitor import (
    CALL,
    FORM,
    HEADER,
    MOUNT,
    SyncOrAsync,
    Visitor,
    answer,
    misfit,
    problem,
    serve,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

NO_INT = "Enter a whole number."


class Profile(BaseModel):
    """A person."""

    pk: int
    name: str


def user_profile(request: HttpRequest, user_id: int) -> Profile:
    """Read somebody."""
    return Profile(pk=user_id, name="Ada")


def user_friends(request: HttpRequest, user_id: int, limit: int = 2) -> list[str]:
    """Read their friends."""
    return ["Bob", "Cy", "Di"][:limit]


def rename(request: HttpRequest, user_id: int, name: str) -> Profile:
    """Change somebody."""
    return Profile(pk=user_id, name=name)


def replace(request: HttpRequest, user_id: int) -> HttpResponse:
    """Change somebody, and answer by itself."""
    return HttpResponse("done", status=201, headers={"Cache-Control": "public, max-age=600"})


@pytest.fixture
def functions(registry: Registry, sync_or_async: SyncOrAsync) -> None:
    """Register all of the above."""
    for reader in (user_profile, user_friends):
        register(client(context="user")(sync_or_async(reader)))
    for mutation in (rename, replace):
        register(client(affects="user")(sync_or_async(mutation)))


@pytest.mark.usefixtures("functions")
class TestCall:
    """``POST call/``."""

    def test_a_mutation_answers_its_result_and_what_it_invalidates(self, visitor: Visitor) -> None:
        response = visitor.call("rename", user_id=5, name="Ada")
        assert response.content == (
            b'{"result":{"pk":5,"name":"Ada"},"invalidate":[{"context":"user","params":{"user_id":5}}]}'
        )
        assert (response.status_code, response.headers[HEADER]) == (200, "user;user_id=5")
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Cache-Control"] == "no-store"

    def test_a_reader_answers_only_its_result(self, visitor: Visitor) -> None:
        response = visitor.call("user_friends", user_id=5)
        assert (response.content, HEADER in response.headers) == (b'{"result":["Bob","Cy"]}', False)

    def test_the_view_path_answers_its_own_response_with_the_header_only(self, visitor: Visitor) -> None:
        response = visitor.call("replace", user_id="05")
        assert (response.status_code, response.content) == (201, b"done")
        assert response.headers[HEADER] == "user;user_id=5"
        assert response.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("content_type", ["application/json", "text/plain", "x/y; charset=UTF-8", ""])
    def test_a_body_is_json_whatever_its_type_says(self, visitor: Visitor, content_type: str) -> None:
        body = '{"fn": "user_friends", "args": {"user_id": 5, "limit": 1}}'
        response = visitor.send("POST", CALL, body, content_type=content_type)
        assert answer(response) == (200, {"result": ["Bob"]})

    def test_a_form_names_the_function_in_its_field_fn(self, visitor: Visitor) -> None:
        response = visitor.form(CALL, "fn=rename&user_id=05&name=%C3%89va", HX_Request="true")
        assert answer(response)[1]["result"] == {"pk": 5, "name": "Éva"}
        assert response.headers[HEADER] == "user;user_id=5"

    @pytest.mark.parametrize(
        "body",
        [
            *("", "[]", "1", '"x"', "null", "{", "{}}", '{"fn": "rename", "args": {"user_id": NaN}}'),
            *('{"a": Infinity}', '{"a": -Infinity}', '{"a": 1e9999}', '{"a": -1E+9999}', '{"a": "\\ud800"}'),
            *('{"a": ' + "[" * 10_000 + "]" * 10_000 + "}", b'{"a": "\xff"}', b"\xef\xbb\xbf{}"),
        ],
        ids=lambda body: repr(body[:24]),
    )
    def test_what_is_no_json_object_is_400(self, visitor: Visitor, body: str | bytes) -> None:
        response = visitor.send("POST", CALL, body)
        status, content = answer(response)
        assert (status, content) in [
            (400, problem("BAD_REQUEST", "The body must be a JSON object.")),
            (
                400,
                problem("BAD_REQUEST", "The body must be a JSON object in UTF-8, not nested too deeply."),
            ),
        ]

    @pytest.mark.parametrize("fn", ["", ', "fn": ""', ', "fn": null', ', "fn": 5', ', "fn": ["rename"]'])
    def test_a_call_that_names_no_function_is_400(self, visitor: Visitor, fn: str) -> None:
        response = visitor.send("POST", CALL, '{"args": {}' + fn + "}")
        assert answer(response) == (400, problem("BAD_REQUEST", "'fn' must name the function to call."))

    @pytest.mark.parametrize("args", ["[]", "5", '"user_id=5"', "true"])
    def test_args_that_are_no_object_are_400(self, visitor: Visitor, args: str) -> None:
        response = visitor.send("POST", CALL, f'{{"fn": "rename", "args": {args}}}')
        message = "'args' must be an object that maps names to values."
        assert answer(response) == (400, problem("BAD_REQUEST", message))

    @pytest.mark.parametrize("charset", ["utf-16", "iso-8859-1", "no-such-thing"])
    def test_json_in_another_charset_is_400(self, visitor: Visitor, charset: str) -> None:
        body = '{"fn": "user_friends", "args": {"user_id": 5}}'
        response = visitor.send("POST", CALL, body, content_type=f"application/json; charset={charset}")
        assert answer(response) == (400, problem("BAD_REQUEST", "JSON must be UTF-8."))

    def test_a_form_in_another_charset_is_400(self, visitor: Visitor) -> None:
        response = visitor.send("POST", CALL, b"fn=rename", content_type=f"{FORM}; charset=latin-1")
        assert answer(response) == (400, problem("BAD_REQUEST", "The request can't be read."))

    def test_arguments_that_do_not_fit_are_422_with_their_fields(self, visitor: Visitor) -> None:
        response = visitor.call("rename", user_id="x")
        assert answer(response) == misfit(user_id=[NO_INT], name=["This field is required."])
        assert (HEADER in response.headers, response.headers["Cache-Control"]) == (False, "no-store")

    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
    def test_another_method_is_405(self, visitor: Visitor, method: str) -> None:
        response = visitor.send(method, CALL)
        assert (response.status_code, response.headers["Allow"]) == (405, "POST")
        assert response.headers["Cache-Control"] == "no-store"
        if method != "HEAD":
            message = "This method is not allowed here."
            assert answer(response) == (405, problem("METHOD_NOT_ALLOWED", message))


def test_a_scalar_result_stands_as_it_is(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    def count(request: HttpRequest) -> int:
        return 7

    register(client(sync_or_async(count)))
    assert visitor.call("count").content == b'{"result":7}'


def test_nothing_stands_as_null(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    def touch(request: HttpRequest) -> None:
        return None

    register(client(sync_or_async(touch)))
    assert visitor.call("touch").content == b'{"result":null}'


def test_nan_and_infinity_go_out_as_null(visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
    def numbers(request: HttpRequest) -> dict[str, Any]:
        return {"a": math.nan, "b": [math.inf, -math.inf], "c": 1.5}

    register(client(sync_or_async(numbers)))
    assert visitor.call("numbers").content == b'{"result":{"a":null,"b":[null,null],"c":1.5}}'


@pytest.mark.parametrize(("debug", "message"), [(False, "Not found."), (True, "There is no function 'x<y'.")])
def test_an_unknown_function_is_404(visitor: Visitor, settings: Settings, debug: bool, message: str) -> None:
    settings.DEBUG = debug
    assert answer(visitor.call("x<y")) == (404, problem("NOT_FOUND", message))


def test_each_check_comes_before_the_next(
    strict: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    """Method, CSRF, size, lookup, auth, validation, body: each request repairs one fault of the last."""

    def paint(request: HttpRequest, size: int) -> None:
        raise Http404("The body ran.")

    register(client(auth=True)(sync_or_async(paint)))
    token = answer(strict.get(f"{MOUNT}session/"))[1]["csrfToken"]
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    long, short = json.dumps({"fn": "no", "args": "x" * 100}), '{"fn": "no", "args": {"size": "x"}}'
    own = short.replace("no", "paint")
    safe = {"X-CSRFToken": token}

    def status(method: str, body: str, headers: dict[str, str]) -> int:
        return strict.send(method, CALL, body, headers=headers).status_code

    assert status("PUT", long, {}) == 405
    assert status("POST", long, {}) == 403
    assert status("POST", long, safe) == 413
    assert status("POST", short, safe) == 404
    assert status("POST", own, safe) == 401
    strict.login(User.objects.create_user("ada"))
    assert status("POST", own, safe) == 422
    response = strict.send("POST", CALL, own.replace('"x"', "1"), headers=safe)
    assert answer(response) == (404, problem("NOT_FOUND", "The body ran."))


def test_a_private_function_is_not_found_before_anything_about_it_is_shown(visitor: Visitor) -> None:
    def secret(request: HttpRequest, size: int) -> int:
        raise AssertionError("The body ran.")

    register(client(private=True, auth=True)(secret))
    assert answer(visitor.call("secret", size="x")) == (404, problem("NOT_FOUND", "Not found."))


@pytest.mark.parametrize(
    "body", ['{"fn": "one"}', '{"fn": "one", "args": null}', '{"fn": "one", "args": {}}']
)
def test_null_and_nothing_are_no_arguments(visitor: Visitor, sync_or_async: SyncOrAsync, body: str) -> None:
    def one(request: HttpRequest, number: int = 1) -> int:
        return number

    register(client(sync_or_async(one)))
    assert answer(visitor.send("POST", CALL, body)) == (200, {"result": 1})


def test_a_nested_registry_is_empty_and_the_former_one_comes_back(visitor: Visitor) -> None:
    def one(request: HttpRequest) -> int:
        return 1

    register(client(one))
    with isolated_registry():
        assert visitor.call("one").status_code == 404
    assert visitor.call("one").content == b'{"result":1}'


def test_what_a_sync_function_takes_is_validated_where_the_database_may_be_asked(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    def is_known(pk: int) -> int:
        return User.objects.get(pk=pk).pk

    def allows(request: HttpRequest, pk: Annotated[int, AfterValidator(is_known)]) -> bool:
        return True

    def show(request: HttpRequest, pk: Annotated[int, AfterValidator(is_known)]) -> int:
        return pk

    def page(request: HttpRequest, pk: Annotated[int, AfterValidator(is_known)]) -> HttpResponse:
        return HttpResponse(str(pk))

    pk = User.objects.create_user("Ada").pk
    register(client(context="user", websocket=True, auth=sync_or_async(allows))(show))
    serve(settings, {"page/": client(context="user", auth=sync_or_async(allows))(page)})
    assert answer(visitor.call("show", pk=pk)) == (200, {"result": pk})
    assert answer(visitor.get(f"{MOUNT}ctx/user/?pk={pk}")) == (200, {"show": pk})
    assert visitor.get(f"/page/?pk={pk}").content == str(pk).encode()
