"""``Context``, ``Auth`` and ``Function``: what they refuse, and the few things they answer."""

import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from mizan_htmx.client import client
from mizan_htmx.declarations.functions import Auth, Context, GlobalContext
from mizan_htmx.declarations.signature import where
from mizan_htmx.errors import DeclarationError

RULE = "Use a letter or '_', then letters, digits, '_', '-' or '.'."


@client(context="user")
def user_profile(request: HttpRequest, user_id: int) -> str:
    """Read a name."""
    return "Ada"


@client(context="local")
def clock(request: HttpRequest, zone: str) -> str:
    """Read the time."""
    return zone


@client(affects="user")
def rename(request: HttpRequest, user_id: int) -> HttpResponse:
    """Rename somebody."""
    return HttpResponse(status=204)


def test_a_context_is_a_name_with_private_defaults() -> None:
    context = Context("user")
    assert dataclasses.asdict(context) == {"name": "user", "live": False, "public": False, "max_age": 0}
    assert context.plain


@pytest.mark.parametrize("options", [{"live": True}, {"public": True}, {"public": True, "max_age": 60}])
def test_a_context_with_options_is_not_plain(options: dict[str, Any]) -> None:
    assert not Context("user", **options).plain


def test_a_context_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Context("user").name = "cart"  # type: ignore[misc]


def test_the_global_context_is_called_global() -> None:
    assert Context("global") == GlobalContext


@pytest.mark.parametrize("name", ["", "5user", "us er", "user;a=1", "*", "user\n", "usér", "-user"])
def test_a_context_of_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        Context(name)
    assert str(caught.value) == f"Context name {name!r} is not allowed. {RULE}"


def test_a_negative_age_is_refused() -> None:
    with pytest.raises(DeclarationError) as caught:
        Context("user", public=True, max_age=-1)
    assert str(caught.value) == "Context 'user': max_age=-1 seconds can't be negative."


def test_an_age_of_a_private_context_is_refused() -> None:
    with pytest.raises(DeclarationError) as caught:
        Context("user", max_age=60)
    assert str(caught.value) == (
        "Context 'user' has max_age but is private. Add public=True, or remove max_age."
    )


@pytest.mark.parametrize("caught_as", [TypeError, ValueError])
def test_a_declaration_error_is_a_type_error_and_a_value_error(caught_as: type[Exception]) -> None:
    with pytest.raises(caught_as):
        Context("")


ANYBODY = SimpleNamespace(is_authenticated=True, is_active=True, is_staff=False, is_superuser=False)
STAFF = SimpleNamespace(is_authenticated=True, is_active=True, is_staff=True, is_superuser=False)
SUPERUSER = SimpleNamespace(is_authenticated=True, is_active=True, is_staff=False, is_superuser=True)
RETIRED = SimpleNamespace(is_authenticated=True, is_active=False, is_staff=True, is_superuser=True)


@pytest.mark.parametrize(
    ("level", "allowed"),
    [
        ("required", [ANYBODY, STAFF, SUPERUSER, RETIRED]),
        ("staff", [STAFF]),
        ("superuser", [SUPERUSER]),
    ],
)
def test_a_level_allows_whom_it_names(level: str, allowed: list[object]) -> None:
    auth = Auth(level)
    people = [None, AnonymousUser(), ANYBODY, STAFF, SUPERUSER, RETIRED]
    assert [each for each in people if auth.allows(each)] == allowed


def test_a_function_names_its_path_and_its_place() -> None:
    assert user_profile.mizan.path == "rpc"
    assert rename.mizan.path == "view"
    assert rename.mizan.place == where(rename.func)


def test_a_function_equals_only_itself() -> None:
    assert user_profile.mizan == user_profile.mizan
    assert dataclasses.replace(user_profile.mizan) != user_profile.mizan


def test_a_function_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        rename.mizan.private = True  # type: ignore[misc]


def test_a_function_under_another_name_keeps_its_context() -> None:
    named = user_profile.mizan.named("people.user_profile")
    assert (named.name, named.context) == ("people.user_profile", Context("user"))
    assert user_profile.mizan.name == "user_profile"


def test_a_local_context_is_called_as_its_function_is_registered() -> None:
    assert clock.mizan.context == Context("clock")
    assert clock.mizan.is_local
    named = clock.mizan.named("watch")
    assert (named.name, named.context) == ("watch", Context("watch"))


def test_a_local_context_with_parameters_can_not_become_the_global_one() -> None:
    with pytest.raises(DeclarationError, match="the context 'global' is on every page"):
        clock.mizan.named("global")


def test_a_bad_name_in_the_registry_is_refused() -> None:
    with pytest.raises(DeclarationError) as caught:
        rename.mizan.named("re name")
    assert str(caught.value) == f"{where(rename.func)} can't be registered as 're name'. {RULE}"
