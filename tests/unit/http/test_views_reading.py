"""The JSON endpoints that are read: ``ctx/`` and ``session/``."""

from decimal import Decimal
from typing import Annotated, Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from pydantic import AfterValidator, BaseModel
from pytest_django import Settings
from typing_extensions import TypeAliasType

from mizan_htmx import client, register
from mizan_htmx.setup.registry import Registry
from tests.helpers.visitor import (
    HEADER,
    MOUNT,
    SyncOrAsync,
    Visitor,
    answer,
    misfit,
    problem,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

Listed = Annotated[str, AfterValidator(lambda text: text.split(","))]
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


@pytest.fixture
def functions(registry: Registry, sync_or_async: SyncOrAsync) -> None:
    """Register the readers."""
    for reader in (user_profile, user_friends):
        register(client(context="user")(sync_or_async(reader)))


@pytest.mark.usefixtures("functions")
class TestContext:
    """``GET ctx/<context>/``."""

    def test_a_context_gives_each_readers_result_with_sorted_keys(self, visitor: Visitor) -> None:
        response = visitor.get(f"{MOUNT}ctx/user/?user_id=5&limit=1&unknown=1")
        assert response.content == b'{"user_friends":["Bob"],"user_profile":{"pk":5,"name":"Ada"}}'
        assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
        assert (response.headers["Cache-Control"], HEADER in response.headers) == ("no-store", False)

    def test_a_parameter_that_does_not_fit_is_422(self, visitor: Visitor) -> None:
        assert answer(visitor.get(f"{MOUNT}ctx/user/?user_id=x")) == misfit(user_id=[NO_INT])

    def test_an_unknown_context_is_404(self, visitor: Visitor, settings: Settings) -> None:
        assert answer(visitor.get(f"{MOUNT}ctx/usr/")) == (404, problem("NOT_FOUND", "Not found."))
        settings.DEBUG = True
        message = "There is no context 'usr'."
        assert answer(visitor.get(f"{MOUNT}ctx/usr/")) == (404, problem("NOT_FOUND", message))

    def test_head_answers_without_a_body(self, visitor: Visitor) -> None:
        response = visitor.send("HEAD", f"{MOUNT}ctx/user/?user_id=5")
        assert (response.status_code, response.content) == (200, b"")

    @pytest.mark.parametrize("address", ["ctx/user/", "session/"])
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
    def test_another_method_is_405_in_json(self, strict: Visitor, method: str, address: str) -> None:
        response = strict.send(method, f"{MOUNT}{address}")
        message = "This method is not allowed here."
        assert answer(response) == (405, problem("METHOD_NOT_ALLOWED", message))
        assert (response.headers["Allow"], response.headers["Cache-Control"]) == ("GET, HEAD", "no-store")


def test_a_context_of_sync_and_async_readers_is_read_in_one_request(visitor: Visitor) -> None:
    async def first(request: HttpRequest) -> int:
        return 1

    def second(request: HttpRequest) -> int:
        return 2

    def hidden(request: HttpRequest) -> int:
        raise AssertionError("A private reader ran.")

    def page(request: HttpRequest) -> HttpResponse:
        raise AssertionError("A page ran.")

    for func in (second, first, page):
        register(client(context="both")(func))
    register(client(context="both", private=True)(hidden))
    assert visitor.get(f"{MOUNT}ctx/both/").content == b'{"first":1,"second":2}'


def test_one_reader_that_refuses_refuses_the_whole_context(
    visitor: Visitor, sync_or_async: SyncOrAsync
) -> None:
    def free(request: HttpRequest) -> int:
        return 1

    def kept(request: HttpRequest) -> int:
        raise PermissionDenied("Not yours.")

    for func in (free, kept):
        register(client(context="mixed")(sync_or_async(func)))
    assert answer(visitor.get(f"{MOUNT}ctx/mixed/")) == (403, problem("FORBIDDEN", "Not yours."))


def test_the_session_endpoint_gives_the_token_and_its_cookie(visitor: Visitor) -> None:
    response = visitor.get(f"{MOUNT}session/")
    status, content = answer(response)
    assert (status, list(content), len(content["csrfToken"])) == (200, ["csrfToken"], 64)
    assert response.headers["Cache-Control"] == "no-store"
    assert len(response.cookies["csrftoken"].value) == 32


class TestSeveralReaders:
    """What readers of one context take is validated once for all of them, if all may know what fits."""

    def test_the_error_lists_what_any_of_them_lacks(
        self, visitor: Visitor, sync_or_async: SyncOrAsync
    ) -> None:
        def first(request: HttpRequest, a: int) -> int:
            raise AssertionError("Nobody reads before all fits.")

        def second(request: HttpRequest, b: int, c: int = 3) -> int:
            raise AssertionError("Nobody reads before all fits.")

        for func in (first, second):
            register(client(context="pair")(sync_or_async(func)))
        missed = misfit(a=[NO_INT], b=["This field is required."])
        assert answer(visitor.get(f"{MOUNT}ctx/pair/?a=x&c=4")) == missed

    def test_each_gets_its_own_parameters_and_keeps_its_own_defaults(
        self, visitor: Visitor, sync_or_async: SyncOrAsync
    ) -> None:
        def first(request: HttpRequest, a: int, tab: str = "one") -> list[object]:
            return [a, tab]

        def second(request: HttpRequest, tab: str = "two", b: bool = False) -> list[object]:
            return [tab, b]

        for func in (first, second):
            register(client(context="pair")(sync_or_async(func)))
        read = f"{MOUNT}ctx/pair/"
        assert visitor.get(f"{read}?a=1").content == b'{"first":[1,"one"],"second":["two",false]}'
        assert visitor.get(f"{read}?a=1&tab=x&b=1").content == b'{"first":[1,"x"],"second":["x",true]}'

    def test_what_is_required_by_one_is_missed_though_another_has_a_default(
        self, visitor: Visitor, sync_or_async: SyncOrAsync
    ) -> None:
        def first(request: HttpRequest, tab: str = "one") -> str:
            return tab

        def second(request: HttpRequest, tab: str) -> str:
            return tab

        for func in (first, second):
            register(client(context="pair")(sync_or_async(func)))
        assert answer(visitor.get(f"{MOUNT}ctx/pair/")) == misfit(tab=["This field is required."])

    def test_one_who_may_not_read_does_not_learn_what_would_fit(
        self, visitor: Visitor, sync_or_async: SyncOrAsync
    ) -> None:
        def first(request: HttpRequest, a: int) -> int:
            return a

        def second(request: HttpRequest, b: int) -> int:
            return b

        register(client(context="pair")(sync_or_async(first)))
        register(client(context="pair", auth=True)(sync_or_async(second)))
        assert answer(visitor.get(f"{MOUNT}ctx/pair/?a=1&b=x"))[0] == 401

    def test_readers_that_declare_different_types_validate_each_for_itself(self, visitor: Visitor) -> None:
        def first(request: HttpRequest, key: int) -> int:
            return key

        def second(request: HttpRequest, key: str) -> str:
            return key

        for func in (first, second):
            register(client(context="pair")(func))
        assert visitor.get(f"{MOUNT}ctx/pair/?key=05").content == b'{"first":5,"second":"05"}'

    def test_readers_that_list_the_types_of_a_union_in_another_order_do_so_too(
        self, visitor: Visitor
    ) -> None:
        def first(request: HttpRequest, key: float | Decimal) -> str:
            return repr(key)

        def second(request: HttpRequest, key: Decimal | float) -> str:
            return repr(key)

        for func in (first, second):
            register(client(context="pair")(func))
        assert answer(visitor.get(f"{MOUNT}ctx/pair/?key=5")) == (
            200,
            {"first": "5.0", "second": "Decimal('5')"},
        )

    @pytest.mark.parametrize("annotation", [Listed, Listed | None, TypeAliasType("Named", Listed)])
    def test_what_one_changes_of_a_value_that_an_author_makes_is_not_what_the_next_one_gets(
        self, visitor: Visitor, sync_or_async: SyncOrAsync, annotation: Any
    ) -> None:
        def first(request: HttpRequest, ids: Any) -> list[str]:
            return [*ids, ids.pop()]

        def second(request: HttpRequest, ids: Any) -> list[str]:
            return [*ids]

        for func in (first, second):
            func.__annotations__["ids"] = annotation
            register(client(context="pair")(sync_or_async(func)))
        read = visitor.get(f"{MOUNT}ctx/pair/?ids=a,b").content
        assert read == b'{"first":["a","b","b"],"second":["a","b"]}'
