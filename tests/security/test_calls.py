"""Attacks on calls, contexts and views, each of which must come to nothing."""

import json
from contextlib import suppress
from types import ModuleType
from typing import Any

import pytest
from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.errors import DeclarationError
from mizan_htmx.setup.registry import Registry
from tests.helpers.visitor import (
    CALL,
    HEADER,
    MOUNT,
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

NAMES = [
    *(
        "__proto__",
        "constructor",
        "prototype",
        "__class__",
        "__init__",
        "__globals__",
        "__dict__",
        "toString",
    ),
    *("rename.func", "rename.mizan", "rename.__globals__", "tests.site.mizan_clients.rename", "os.system"),
    *(
        "Rename",
        "rename ",
        " rename",
        "rename\0",
        "rename\n",
        "../rename",
        "rename/",
        "*",
        "",
        "é",
        "\uff52ename",
    ),
    *("x" * 100_000, "<script>alert(1)</script>", "'; DROP TABLE person; --", "{{ settings.SECRET_KEY }}"),
]


@pytest.mark.usefixtures("rename_is_served")
class TestArguments:
    """Wrong values, too many of them, and in places where nobody looks."""

    def test_undeclared_arguments_reach_nothing(self, visitor: Visitor) -> None:
        extra = {"is_staff": True, "request": "x", "self": 1, "__proto__": {"a": 1}, "func": "x", "pk": 1}
        assert answer(visitor.call("rename", user_id=5, name="Ada", **extra))[1]["result"] == [5, "Ada"]
        form = visitor.form(CALL, "fn=rename&user_id=5&name=Ada&is_staff=on&request=x&recorder=x&values=x")
        assert answer(form)[1]["result"] == [5, "Ada"]

    @pytest.mark.parametrize(
        ("value", "status"),
        [
            *[('"true"', 422), ("null", 422), ("[5]", 422), ('{"$gt": 0}', 422), ('"0x10"', 422)],
            *[
                ("1.5", 422),
                ('"1e3"', 422),
                ('""', 422),
                ('"5 OR 1=1"', 422),
                ('"\u0665"', 422),
                ('"\uff15"', 422),
            ],
            *[("1e300", 422), ('"Infinity"', 422), ('"NaN"', 422), ('"1e9999"', 422), ('"5\\u0000"', 422)],
            *[("1e9999", 400), ("-1e9999", 400), ("NaN", 400), ("Infinity", 400), ("-Infinity", 400)],
            *[("9" * 5000, 400), (f'"{"9" * 5000}"', 422), ("1" * 400 + ".0", 400), ("05", 400), ("+5", 400)],
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_what_is_no_integer_is_refused(self, visitor: Visitor, value: str, status: int) -> None:
        body = f'{{"fn": "rename", "args": {{"user_id": {value}, "name": "Ada"}}}}'
        response = visitor.send("POST", CALL, body)
        assert (response.status_code, HEADER in response.headers) == (status, False)

    @pytest.mark.parametrize("value", ["5", "true", "null", "[]", "{}", "1e9999", '"\\ud800"', '"\\udc00a"'])
    def test_what_is_no_text_is_refused(self, visitor: Visitor, value: str) -> None:
        response = visitor.send(
            "POST", CALL, f'{{"fn": "rename", "args": {{"user_id": 5, "name": {value}}}}}'
        )
        assert response.status_code in (400, 422)

    def test_of_a_repeated_key_or_field_the_last_counts_everywhere(self, visitor: Visitor) -> None:
        body = '{"fn": "no", "args": {}, "fn": "rename", "args": {"user_id": 1, "user_id": 5, "name": "a"}}'
        called = visitor.send("POST", CALL, body)
        assert (answer(called)[1]["result"], called.headers[HEADER]) == ([5, "a"], "user;name=a;user_id=5")
        form = visitor.form(CALL, "fn=no&fn=rename&user_id=1&user_id=5&name=a")
        assert (answer(form)[1]["result"], form.headers[HEADER]) == ([5, "a"], "user;name=a;user_id=5")

    def test_neither_body_nor_query_replaces_what_stands_in_the_url(self, visitor: Visitor) -> None:
        response = visitor.form("/rename/5/?user_id=7&name=b", "user_id=6&user_id=8&name=a")
        assert (response.content, response.headers[HEADER]) == (b"5a", "user;name=a;user_id=5")

    @pytest.mark.parametrize(
        "value",
        [
            "a\r\nSet-Cookie: a=b",
            "a\n\nbody",
            "a\0b",
            "a, user;user_id=6",
            "a;user_id=6",
            "%0d%0a",
            "%",
            "é€😀",
        ],
    )
    def test_a_value_writes_no_header_of_its_own(self, visitor: Visitor, value: str) -> None:
        response = visitor.call("rename", user_id=5, name=value)
        text = response.headers[HEADER]
        assert text.startswith("user;name=")
        assert text.endswith(";user_id=5")
        assert set("\r\n\0, ") & set(text) == set()
        assert (text.count(";"), text.isascii(), len(response.cookies)) == (2, True, 0)

    def test_a_value_that_is_long_invalidates_all_of_the_context(self, visitor: Visitor) -> None:
        assert visitor.call("rename", user_id=5, name="a" * 100_000).headers[HEADER] == "user"

    def test_an_error_echoes_no_markup(self, visitor: Visitor) -> None:
        attack = "<img src=x onerror=alert(1)>"
        response = visitor.form(f"/rename/{attack}/", f"{attack}=1")
        assert (response.status_code, response.headers["Content-Type"]) == (422, "text/html; charset=utf-8")
        assert "<img" not in response.content.decode()

    def test_json_is_never_taken_for_html(self, visitor: Visitor, settings: Settings) -> None:
        settings.MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
        response = visitor.call("<script>", user_id="<script>")
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert b"<script>" not in response.content


def test_keys_of_a_mapping_are_escaped_in_a_fragment(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> None:
    def count(request: HttpRequest, counts: dict[str, int]) -> HttpResponse:
        return HttpResponse()

    serve(settings, {"count/": client(sync_or_async(count))})
    response = visitor.send("POST", "/count/", json.dumps({"counts": {"<script>": "x"}}))
    assert "<strong>counts.&lt;script&gt;</strong>" in response.content.decode()
    assert b"<script>" not in response.content


@pytest.mark.usefixtures("rename_is_served")
class TestNames:
    """Names that name nothing, or nothing for everybody."""

    @pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name)[:30])
    def test_a_strange_name_names_no_function(self, visitor: Visitor, name: str) -> None:
        status = 404 if name else 400
        response = visitor.call(name, user_id=5, name="Ada")
        assert response.status_code == status
        if name:
            assert answer(response)[1] == problem("NOT_FOUND", "Not found.")

    @pytest.mark.parametrize(
        "name", ["__proto__", "constructor", "__class__", "User", "user%00", "a;b=c", "*"]
    )
    def test_a_strange_name_names_no_context(self, visitor: Visitor, name: str) -> None:
        expected = (404, problem("NOT_FOUND", "Not found."))
        assert answer(visitor.get(f"{MOUNT}ctx/{name}/?user_id=5")) == expected

    def test_the_query_names_no_function(self, visitor: Visitor) -> None:
        assert visitor.send("POST", f"{CALL}?fn=rename", '{"args": {"user_id": 5}}').status_code == 400
        assert visitor.form(f"{CALL}?fn=rename", "user_id=5&name=Ada").status_code == 400

    def test_a_declared_function_that_is_not_registered_is_unknown(self, visitor: Visitor) -> None:
        @client(affects="user")
        def hidden(request: HttpRequest) -> int:
            raise AssertionError("The body ran.")

        assert answer(visitor.call(hidden.__name__)) == (404, problem("NOT_FOUND", "Not found."))


@pytest.mark.parametrize(
    "options", [{}, {"auth": "staff"}, {"context": "local"}, {"affects": "user"}], ids=str
)
@pytest.mark.parametrize("debug", [False, True])
def test_a_private_function_answers_as_one_that_is_not_there(
    visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings, options: dict[str, Any], debug: bool
) -> None:
    """A 403 showed that there is one of that name."""

    def inner(request: HttpRequest, size: int) -> int:
        raise AssertionError("The body ran.")

    settings.DEBUG = debug
    register(client(private=True, **options)(sync_or_async(inner)))
    visitor.login(User.objects.create_user("ada"))

    def answers(name: str) -> list[tuple[int, bytes, list[tuple[str, str]]]]:
        bodies = [
            f'{{"fn": "{name}", "args": {args}}}' for args in ('{"size": 1}', '{"size": "x"}', "null", "5")
        ]
        asked = [visitor.send("POST", CALL, body) for body in bodies]
        asked += [visitor.form(CALL, f"fn={name}&size=1"), visitor.get(f"{MOUNT}ctx/{name}/?size=1")]
        return [  # under DEBUG the answer repeats the name that was asked for
            (
                each.status_code,
                each.content.replace(name.encode(), b"NAME"),
                [(header, value.replace(name, "NAME")) for header, value in sorted(each.headers.items())],
            )
            for each in asked
        ]

    assert [
        (status, content, {**dict(headers), "Content-Length": ""})
        for status, content, headers in answers("inner")
    ] == [
        (status, content, {**dict(headers), "Content-Length": ""})
        for status, content, headers in answers("other")
    ]
    assert {status for status, *_ in answers("inner")} == {404, 400}


@pytest.mark.parametrize("decorator", [login_required, staff_member_required])
def test_a_guard_put_over_client_is_not_lost_in_the_registry(
    visitor: Visitor, registry: Registry, decorator: Any
) -> None:
    """``functools.wraps`` copies ``.mizan`` onto the guard, which then passes for the function itself."""

    @client(affects="user")
    def delete_all(request: HttpRequest) -> HttpResponse:
        return HttpResponse("deleted")

    module = ModuleType("mizan_clients")
    module.__dict__["delete_all"] = decorator(delete_all)
    with suppress(DeclarationError):
        registry.adopt(module)
    with suppress(DeclarationError):
        register(decorator(delete_all))
    assert b"deleted" not in visitor.call("delete_all").content


@pytest.mark.parametrize("paint", [as_written, as_coroutine])
def test_a_guard_put_under_client_holds(visitor: Visitor, paint: SyncOrAsync) -> None:
    def delete_all(request: HttpRequest) -> HttpResponse:
        return HttpResponse("deleted")

    register(client(affects="user")(login_required(paint(delete_all))))
    assert visitor.call("delete_all").status_code == 302
    visitor.login(User.objects.create_user("ada"))
    assert visitor.call("delete_all").content == b"deleted"


def test_null_bytes_and_quotes_reach_the_database_as_they_are(
    visitor: Visitor, sync_or_async: SyncOrAsync
) -> None:
    def add(request: HttpRequest, name: str) -> int:
        return Person.objects.create(name=name).pk

    register(client(affects="user")(sync_or_async(add)))
    for name in ("a\0b", "'; DROP TABLE site_person; --", "%s %(a)s", "\u202e\ufeff"):
        pk = answer(visitor.call("add", name=name))[1]["result"]
        assert Person.objects.get(pk=pk).name == name
