"""The registry: names, clashes, and the graph that the first use freezes."""

from types import ModuleType

import pytest
from django.http import HttpRequest, HttpResponse

from mizan_htmx.client import Context, client
from mizan_htmx.declarations.functions import Function
from mizan_htmx.declarations.graph import Graph, build
from mizan_htmx.errors import DeclarationError
from mizan_htmx.setup.registry import Registry, get_function, register
from mizan_htmx.testing import isolated_registry


@client(context="user")
def user_profile(request: HttpRequest, user_id: int) -> str:
    """Read a name."""
    return "Ada"


@client(context="local")
def clock(request: HttpRequest) -> str:
    """Read the time."""
    return "12:00"


@client(affects="user")
def rename(request: HttpRequest, user_id: int) -> HttpResponse:
    """Rename somebody."""
    return HttpResponse(status=204)


def _another() -> object:
    @client(affects="user")
    def rename(request: HttpRequest, user_id: int) -> None:
        """Rename somebody else."""

    return rename


another_rename = _another()


def module(**content: object) -> ModuleType:
    """Make a module that holds this."""
    made = ModuleType("mizan_clients")
    vars(made).update(content)
    return made


def test_a_function_is_registered_under_its_own_name_or_another() -> None:
    with isolated_registry() as registry:
        register(rename)
        register(rename, "people.rename")
        assert list(registry.graph.functions) == ["rename", "people.rename"]
        assert [each.name for each in registry.graph.functions.values()] == ["rename", "people.rename"]
        assert get_function("people.rename") is rename


def test_get_function_gives_what_client_returned_or_none() -> None:
    with isolated_registry():
        register(user_profile)
        assert get_function("user_profile") is user_profile
        assert get_function("__class__") is None


def test_the_same_function_twice_is_fine() -> None:
    with isolated_registry() as registry:
        register(user_profile)
        register(user_profile)
        assert list(registry.graph.functions) == ["user_profile"]
        assert registry.problems == ()


def test_two_functions_under_one_name_are_an_error_that_names_both_places() -> None:
    message = f"Two functions are called 'rename': {rename.mizan.place} and {another_rename.mizan.place}."  # type: ignore[attr-defined]
    hint = "Rename one, or register it under another name: register(fn, 'rename_2')."
    with isolated_registry() as registry:
        register(user_profile)
        register(rename)
        with pytest.raises(DeclarationError) as caught:
            register(another_rename)  # type: ignore[arg-type]
        assert str(caught.value) == f"{message} {hint}"
        assert get_function("rename") is rename
        (problem,) = registry.problems
        assert (problem.id, problem.message, problem.hint) == ("mizan_htmx.E004", message, hint)
        assert problem.obj is another_rename.mizan  # type: ignore[attr-defined]


def test_two_functions_under_one_chosen_name_are_an_error() -> None:
    with isolated_registry():
        register(rename, "change")
        with pytest.raises(DeclarationError, match="Two functions are called 'change'"):
            register(user_profile, "change")


def test_a_local_context_is_called_as_the_function_is_registered() -> None:
    with isolated_registry() as registry:
        register(clock, "watch")
        assert list(registry.graph.groups) == ["watch"]
        assert registry.graph.groups["watch"].context == Context("watch")


def test_a_bad_name_is_refused_and_nothing_is_registered() -> None:
    with isolated_registry() as registry:
        with pytest.raises(DeclarationError, match="can't be registered as 're name'"):
            register(rename, "re name")
        assert registry.graph.functions == {}
        assert get_function("re name") is None


def test_a_name_outside_ascii_needs_another_one_in_the_registry() -> None:
    @client
    def größe(request: HttpRequest) -> int:
        return 0

    with isolated_registry() as registry:
        with pytest.raises(DeclarationError, match="can't be registered as 'größe'"):
            register(größe)
        register(größe, "size")
        assert list(registry.graph.functions) == ["size"]


def test_the_first_use_freezes_a_graph_and_a_later_registration_makes_another() -> None:
    with isolated_registry() as registry:
        register(user_profile)
        first = registry.graph
        assert registry.graph is first
        register(rename)
        assert registry.graph is not first
        assert list(first.functions) == ["user_profile"]
        assert list(registry.graph.functions) == ["user_profile", "rename"]


def test_what_is_registered_while_the_graph_is_made_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry()
    registry.register(user_profile)

    def build_slowly(functions: dict[str, Function], **options: bool) -> Graph:
        made = build(functions, **options)
        if "clock" not in functions:
            registry.register(clock)  # as another thread may
        return made

    monkeypatch.setattr("mizan_htmx.setup.registry.build", build_slowly)
    assert set(registry.graph.functions) == {"user_profile", "clock"}


def test_a_module_is_adopted_except_for_what_is_registered_or_not_declared() -> None:
    registry = Registry()
    registry.register(user_profile, "people.user_profile")
    odd = type("Form", (), {"mizan": "something else"})
    registry.adopt(module(profile=user_profile, alias=clock, clock=clock, other=len, odd=odd, none=None))
    assert list(registry.graph.functions) == ["people.user_profile", "clock"]
    assert registry.declared("clock") is clock


def test_a_clash_in_a_module_is_left_to_the_checks() -> None:
    registry = Registry()
    registry.adopt(module(first=rename, second=another_rename, third=user_profile))
    assert list(registry.graph.functions) == ["rename", "user_profile"]
    assert registry.declared("rename") is rename
    assert [problem.id for problem in registry.problems] == ["mizan_htmx.E004"]
