"""The graph: contexts with their parameters, and what a mutation makes stale."""

import enum
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from mizan_htmx.client import Context, client
from mizan_htmx.declarations.graph import Graph, build
from mizan_htmx.errors import suggest
from mizan_htmx.setup.registry import register
from mizan_htmx.testing import isolated_registry

Declared = Callable[..., Any]


class Colour(enum.Enum):
    """An enum of texts."""

    RED = "red"


@client(context="user")
def user_profile(request: HttpRequest, user_id: int) -> str:
    """Read a name."""
    return "Ada"


@client(context="user")
def user_friends(request: HttpRequest, user_id: int, tab: str = "all") -> list[str]:
    """Read names."""
    return []


@client(context="user", route="/profile/<int:user_id>/")
def profile_page(request: HttpRequest, user_id: int, colour: Colour = Colour.RED) -> HttpResponse:
    """Show a person."""
    return HttpResponse()


@client(context="notifications")
def unread(request: HttpRequest) -> int:
    """Count what is new."""
    return 0


READERS: tuple[Declared, ...] = (user_profile, user_friends, profile_page, unread)


def graph_of(*declared: Declared) -> Graph:
    """Build the graph of these functions, registered under their own names."""
    with isolated_registry() as registry:
        for each in declared:
            register(each)
        return registry.graph


def mutation(*, of: Any = "user", **options: Any) -> Callable[[Declared], Declared]:
    """Declare a mutation of the user context."""
    return client(affects=of, **options)


def stale(function: Declared, *, registered: bool = True, **arguments: Any) -> list[str]:
    """Write what a call with these validated arguments makes stale."""
    graph = graph_of(*READERS, function) if registered else graph_of(*READERS)
    return [str(target.invalidation(arguments)) for target in graph.plan(function.mizan)]  # type: ignore[attr-defined]


def test_a_context_has_its_readers_its_pages_and_their_parameters() -> None:
    group = graph_of(profile_page, user_profile, user_friends, unread).groups["user"]
    assert group.context == Context("user")
    assert [each.name for each in group.readers] == ["user_friends", "user_profile"]
    assert [each.name for each in group.pages] == ["profile_page"]
    assert list(group.params) == ["colour", "tab", "user_id"]
    assert group.required == {"user_id"}


def test_a_context_validates_whatever_of_its_parameters_is_given() -> None:
    adapter = graph_of(*READERS).groups["user"].adapter
    assert adapter.validate_python({"user_id": "05", "other": 1}) == {"user_id": 5}
    assert adapter.validate_python({"colour": "red"}) == {"colour": Colour.RED}
    assert adapter.validate_python({}) == {}


def test_what_only_a_page_needs_is_not_required() -> None:
    group = graph_of(profile_page).groups["user"]
    assert (group.readers, group.required) == ((), frozenset())


def test_contexts_are_sorted_and_equal_whatever_the_order() -> None:
    forth, back = graph_of(*READERS), graph_of(*reversed(READERS))
    assert list(forth.groups) == list(back.groups) == ["notifications", "user"]
    assert [list(each.params) for each in forth.groups.values()] == [
        list(each.params) for each in back.groups.values()
    ]


def test_a_context_has_the_options_that_some_function_gives_it() -> None:
    live = Context("user", live=True)

    @client(context=live)
    def user_status(request: HttpRequest) -> str:
        return ""

    graph = graph_of(user_profile, user_status, unread)
    assert graph.groups["user"].context == live
    assert graph.groups["notifications"].context == Context("notifications")
    assert graph.problems == ()


def test_a_context_has_the_options_that_a_mutation_gives_it() -> None:
    live = Context("user", live=True)

    @client(affects=live)
    def rename(request: HttpRequest) -> None: ...

    assert graph_of(rename, user_profile).groups["user"].context == live


def test_an_empty_registry_is_an_empty_graph() -> None:
    graph = build({})
    assert (graph.functions, graph.groups, graph.plans, graph.problems) == ({}, {}, {}, ())


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


def test_a_reader_makes_nothing_stale() -> None:
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


@pytest.mark.parametrize(
    ("name", "known", "text"),
    [
        ("usr", ["user", "cart"], "Did you mean 'user'? Known contexts: cart, user."),
        ("weather", ["user", "cart"], "Known contexts: cart, user."),
        ("user", [], "Known contexts: none."),
        (
            "c07x",
            [f"c{number:02}" for number in range(30)],
            "Did you mean 'c07'? Known contexts: "
            + ", ".join(f"c{number:02}" for number in range(20))
            + ", ….",
        ),
    ],
    ids=["close", "far", "none", "many"],
)
def test_a_misspelt_name_is_answered_with_the_closest_and_the_known_ones(
    name: str, known: list[str], text: str
) -> None:
    assert suggest(name, known, what="contexts") == text
