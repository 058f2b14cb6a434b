"""What a mutation invalidates, by its arguments and the parameters of the contexts that it affects."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

import pytest
from django.http import HttpRequest, HttpResponse
from pydantic import AfterValidator

from mizan_htmx.client import client
from tests.helpers.graph import READERS, Declared, graph_of, user_profile


def mutation(*, of: Any = "user", **options: Any) -> Callable[[Declared], Declared]:
    """Declare a mutation of the user context."""
    return client(affects=of, **options)


def stale(function: Declared, *, registered: bool = True, **arguments: Any) -> list[str]:
    """Return what a call with these validated arguments invalidates."""
    graph = graph_of(*READERS, function) if registered else graph_of(*READERS)
    return [str(target.invalidation(arguments)) for target in graph.plan(function.mizan)]  # type: ignore[attr-defined]


def test_arguments_that_share_a_name_with_the_context_narrow_it_down() -> None:
    @mutation()
    def rename(request: HttpRequest, name: str, user_id: int) -> None: ...

    assert stale(rename, user_id=5, name="Ada") == ["user;user_id=5"]


def test_a_mutation_without_a_shared_name_is_bare() -> None:
    @mutation()
    def rename_all(request: HttpRequest, name: str) -> None: ...

    assert stale(rename_all, name="Ada") == ["user"]


def test_several_contexts_go_stale_in_the_order_of_their_declaration() -> None:
    @mutation(of=["user", "notifications", "unheard-of"])
    def rename(request: HttpRequest, user_id: int) -> None: ...

    assert stale(rename, user_id=5) == ["user;user_id=5", "notifications", "unheard-of"]


def test_a_reader_invalidates_nothing() -> None:
    assert stale(user_profile, user_id=5) == []


def test_a_function_only_used_as_a_view_has_a_plan() -> None:
    @mutation()
    def rename(request: HttpRequest, user_id: int) -> HttpResponse:
        return HttpResponse()

    assert stale(rename, registered=False, user_id=5) == ["user;user_id=5"]


@pytest.mark.parametrize(
    ("affects_params", "expected"),
    [
        (["user_id"], "user;user_id=5"),
        ([], "user"),
        ({"tab": "name"}, "user;tab=Ada"),
        ({"user_id": "owner_id"}, "user;user_id=7"),
        ({"user_id": "owner_id", "tab": "name"}, "user;tab=Ada;user_id=7"),
        (["name"], "user"),
    ],
)
def test_affects_params_choose_what_narrows_it_down(affects_params: Any, expected: str) -> None:
    @mutation(affects_params=affects_params)
    def rename(request: HttpRequest, user_id: int, owner_id: int, name: str, tab: str) -> None: ...

    assert stale(rename, user_id=5, owner_id=7, name="Ada", tab="b") == [expected]


def test_none_is_left_out_and_a_default_stands_for_what_is_not_given() -> None:
    @mutation()
    def rename(request: HttpRequest, user_id: int | None = None, tab: str = "b") -> None: ...

    assert stale(rename) == ["user;tab=b"]
    assert stale(rename, user_id=None, tab="c") == ["user;tab=c"]
    assert stale(rename, user_id=5, tab="c") == ["user;tab=c;user_id=5"]


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (str, "05", "user;user_id=5"),
        (str, "Ada", "user"),
        (str, "5.0", "user;user_id=5"),
        (float, 5.0, "user;user_id=5"),
        (float, 5.5, "user"),
        (Decimal, Decimal("5.0"), "user;user_id=5"),
        (int | None, 5, "user;user_id=5"),
        (int | None, None, "user"),
        (uuid.UUID, uuid.UUID(int=5), "user"),
        (list[int], [5, 6], "user"),
        (dict[str, int], {"a": 5}, "user"),
    ],
    ids=str,
)
def test_an_argument_of_another_type_names_the_block_of_its_value(
    annotation: Any, value: object, expected: str
) -> None:
    def rename(request: HttpRequest, user_id: Any) -> None: ...

    rename.__annotations__["user_id"] = annotation
    assert stale(mutation()(rename), user_id=value) == [expected]


def test_an_argument_converted_to_an_enum_names_its_value() -> None:
    @mutation()
    def paint(request: HttpRequest, colour: str) -> None: ...

    assert stale(paint, colour="red") == ["user;colour=red"]
    assert stale(paint, colour="blue") == ["user"]


def test_a_value_that_is_no_scalar_for_all_its_type_is_left_out() -> None:
    @client(context="shelf")
    def books(request: HttpRequest, shelf: str | int) -> list[str]:
        return []

    @client(affects="shelf")
    def tidy(request: HttpRequest, shelf: str | int) -> None: ...

    graph = graph_of(books, tidy)
    (target,) = graph.plan(tidy.mizan)
    assert str(target.invalidation({"shelf": "a"})) == "shelf;shelf=a"
    assert str(target.invalidation({"shelf": object()})) == "shelf"


def test_what_goes_stale_keeps_numbers_for_json() -> None:
    @mutation()
    def rename(request: HttpRequest, user_id: int, tab: str) -> None: ...

    (target,) = graph_of(*READERS, rename).plan(rename.mizan)  # type: ignore[attr-defined]
    found = target.invalidation({"user_id": 5, "tab": "a"})
    assert found.as_json() == {"context": "user", "params": {"user_id": 5, "tab": "a"}}


def test_an_argument_of_the_same_type_is_not_validated_once_more() -> None:
    asked: list[int] = []

    def is_known(key: int) -> int:
        asked.append(key)
        return key

    def item(request: HttpRequest, key: Any) -> str:
        return ""

    def change(request: HttpRequest, key: Any) -> None: ...

    item.__annotations__["key"] = change.__annotations__["key"] = Annotated[int, AfterValidator(is_known)]
    changed = client(affects="item")(change)
    (target,) = graph_of(client(context="item")(item), changed).plan(changed.mizan)
    assert (str(target.invalidation({"key": 5})), asked) == ("item;key=5", [])


def test_the_plan_of_a_registered_function_is_looked_up() -> None:
    @mutation()
    def rename(request: HttpRequest, user_id: int) -> None: ...

    graph, function = graph_of(*READERS, rename), rename.mizan  # type: ignore[attr-defined]
    assert graph.plan(function) is graph.plans[function.declaration]
