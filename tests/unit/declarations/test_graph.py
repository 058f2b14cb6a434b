"""The graph: contexts with their readers and parameters, who may read them, and which caches have them."""

from dataclasses import replace
from typing import Annotated, Any, NewType

import pytest
from django.http import HttpRequest, HttpResponse
from pydantic import ValidationError
from typing_extensions import TypeAliasType

from mizan_htmx.client import Context, client
from mizan_htmx.declarations.functions import Auth, Declaration
from mizan_htmx.declarations.graph import build
from mizan_htmx.errors import ValidationFailed
from mizan_htmx.protocol.cache_tags import Shape
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation
from tests.helpers.graph import (
    READERS,
    Colour,
    Declared,
    graph_of,
    profile_page,
    unread,
    user_friends,
    user_profile,
)


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


def test_a_parameter_whose_value_has_no_text_is_named() -> None:
    group = graph_of(*READERS).groups["user"]
    assert group.shown({"user_id": 5, "tab": None}) == Invalidation.of("user", user_id=5)
    with pytest.raises(ValidationFailed) as raised:
        group.shown({"user_id": 5, "tab": None, "colour": ["red"]})
    assert raised.value.fields == {"colour": ["Names no block."]}


@client(context="vault", auth="staff")
def vault_secret(request: HttpRequest) -> str:
    """Read what staff may."""
    return ""


@client(context="vault", auth=False)
def vault_door(request: HttpRequest) -> str:
    """Read what everybody may."""
    return ""


def test_without_a_login_required_by_the_site_each_function_speaks_for_itself() -> None:
    functions = {each.__name__: each.mizan for each in (user_profile, vault_secret, vault_door)}
    graph = build(functions)
    assert graph.default_auth is None
    assert graph.auth_of(user_profile.mizan) is None
    assert graph.auth_of(vault_secret.mizan) is vault_secret.mizan.auth
    assert graph.auth_of(vault_door.mizan) is None


def test_a_login_required_by_the_site_holds_for_functions_that_do_not_say() -> None:
    functions = {each.__name__: each.mizan for each in (user_profile, vault_secret, vault_door)}
    graph = build(functions, login_required=True)
    assert isinstance(graph.default_auth, Auth)
    assert graph.default_auth.level == "required"
    assert graph.auth_of(user_profile.mizan) is graph.default_auth
    assert graph.auth_of(vault_secret.mizan) is vault_secret.mizan.auth
    assert graph.auth_of(vault_door.mizan) is None
    as_of_a_form = replace(vault_secret.mizan, declaration=Declaration())  # on which nothing marks a login
    assert graph.auth_of(as_of_a_form) is vault_secret.mizan.auth


def test_readers_that_ask_who_calls_validate_each_their_own_arguments() -> None:
    functions = {"user_profile": user_profile.mizan}
    assert build(functions).groups["user"].together is user_profile.mizan.arguments
    assert build(functions, login_required=True).groups["user"].together is None
    assert graph_of(vault_secret, vault_door).groups["vault"].together is None
    assert graph_of(vault_door).groups["vault"].together is vault_door.mizan.arguments


def test_the_arguments_of_all_readers_are_validated_at_once_and_required_where_one_requires_them() -> None:
    @client(context="user")
    def user_posts(request: HttpRequest, user_id: int = 1, limit: int = 3) -> list[str]:
        return []

    together = graph_of(user_profile, user_posts).groups["user"].together
    assert together is not None
    assert together.validate_python({"user_id": "05"}) == {"user_id": 5}
    assert together.validate_python({"user_id": "05", "limit": "2"}) == {"user_id": 5, "limit": 2}
    with pytest.raises(ValidationError, match="user_id"):
        together.validate_python({"limit": 2})


class SitesOwn:
    """A fact by which a site's code makes the value."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return handler(source)


def test_what_a_sites_own_code_makes_is_made_for_each_reader_anew() -> None:
    def one(request: HttpRequest, tag: Any) -> str:
        return ""

    def other(request: HttpRequest, tag: Any) -> str:
        return ""

    made = Annotated[str, SitesOwn()]
    for annotation in (made, made | None, NewType("Word", made), TypeAliasType("Word", made)):
        one.__annotations__["tag"] = other.__annotations__["tag"] = annotation
        pair = [client(context="tags")(one), client(context="tags")(other)]
        assert graph_of(*pair).groups["tags"].together is None
        assert graph_of(pair[0]).groups["tags"].together is not None

    def third(request: HttpRequest, word: Any) -> str:
        return ""

    one.__annotations__["tag"] = third.__annotations__["word"] = made
    apart = graph_of(client(context="tags")(one), client(context="tags")(third))
    assert apart.groups["tags"].together is not None
    one.__annotations__["tag"] = other.__annotations__["tag"] = Annotated[str, "a fact"]
    pair = [client(context="tags")(one), client(context="tags")(other)]
    assert graph_of(*pair).groups["tags"].together is not None


def test_private_readers_answer_nobody() -> None:
    @client(context="user", private=True)
    def user_secret(request: HttpRequest) -> str:
        return ""

    @client(context="user")
    async def user_status(request: HttpRequest) -> str:
        return ""

    group = graph_of(user_secret, user_status, user_friends, profile_page).groups["user"]
    assert [each.name for each in group.answering] == ["user_friends", "user_status"]
    assert group.keys == (b'"user_friends":', b'"user_status":')
    assert (group.waits, group.is_private) == (True, False)
    group = graph_of(user_secret, user_friends).groups["user"]
    assert (group.waits, group.is_private) == (False, False)
    group = graph_of(user_secret).groups["user"]
    assert (group.answering, group.together, group.waits, group.is_private) == ((), None, False, True)


def deciders(*declared: Declared) -> list[str]:
    """Name the functions that decide who may watch the context ``user``."""
    return [each.name for each in graph_of(*declared).groups["user"].deciders]


def test_who_may_watch_is_decided_by_those_who_may_read() -> None:
    @client(context="user", private=True, auth="staff")
    def guarded_secret(request: HttpRequest) -> str:
        return ""

    @client(context="user", private=True)
    def secret(request: HttpRequest) -> str:
        return ""

    @client(context="user", private=True, route="/secret/")
    def secret_page(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert deciders(user_profile, guarded_secret, secret, profile_page) == ["user_profile"]
    assert deciders(guarded_secret, secret, profile_page) == ["guarded_secret"]
    assert deciders(secret, secret_page, profile_page) == ["profile_page"]
    assert deciders(secret, secret_page) == ["secret_page"]
    assert deciders(secret) == ["secret"]


def test_parameters_of_one_name_and_several_types_are_a_problem_and_not_uniform() -> None:
    @client(context="user")
    def user_log(request: HttpRequest, user_id: str) -> str:
        return ""

    @client(context="user")
    def by_text(request: HttpRequest, key: str | int) -> str:
        return ""

    @client(context="user")
    def by_number(request: HttpRequest, key: int | str) -> str:
        return ""

    graph = graph_of(user_profile, user_log)
    assert (graph.groups["user"].uniform, graph.groups["user"].together) == (False, None)
    assert len(graph.problems) == 1
    assert graph_of(by_text, by_number).groups["user"].uniform is False
    assert graph_of(user_profile, user_friends).groups["user"].uniform is True


def test_the_parameters_that_an_answer_may_lack_are_those_that_some_function_does_not_require() -> None:
    @client(context="user")
    def user_log(request: HttpRequest, user_id: int, year: int) -> str:
        return ""

    @client(context="user", route="/all/")
    def all_page(request: HttpRequest, tab: str) -> HttpResponse:
        return HttpResponse()

    shape = graph_of(user_profile, user_friends, user_log).shapes["user"]
    assert shape == Shape(("tab", "user_id", "year"), frozenset({"tab"}))
    shape = graph_of(profile_page).shapes["user"]
    assert shape == Shape(("colour", "user_id"), frozenset({"colour"}))
    shape = graph_of(user_profile, all_page).shapes["user"]
    assert shape == Shape(("tab", "user_id"), frozenset({"tab", "user_id"}))


@client(context=Context("news", public=True))
def headlines(request: HttpRequest, year: int) -> list[str]:
    """Read what everybody may."""
    return []


@client(context=Context("board", live=True))
def board_posts(request: HttpRequest) -> list[str]:
    """Read what others may write."""
    return []


@client(context=Context("events", public=True))
def dates(request: HttpRequest) -> list[str]:
    """Read what is on."""
    return []


def test_contexts_are_live_public_or_neither() -> None:
    graph = graph_of(*READERS, headlines, board_posts)
    assert graph.live == {"board"}
    assert graph.public == {"news"}
    assert graph.quiet == {"notifications", "user"}


def test_only_what_concerns_sockets_or_shared_caches_is_published_to_them() -> None:
    graph = graph_of(*READERS, headlines, board_posts)
    user, news, board = (Invalidation.of(each) for each in ("user", "news", "board"))
    assert not graph.is_published([user])
    assert not graph.is_published([])
    assert graph.is_published([user, news])
    assert graph.is_published([board])
    assert graph.is_published([Invalidation.of("elsewhere")])
    assert graph.is_published([EVERYTHING])


def test_shared_caches_hold_public_contexts_and_those_of_other_sites() -> None:
    graph = graph_of(*READERS, headlines, dates)
    news, user, elsewhere = (Invalidation.of(each) for each in ("news", "user", "elsewhere"))
    assert graph.shared([news, user, elsewhere, EVERYTHING]) == (news, elsewhere, EVERYTHING)
    assert graph.shared([user]) == ()


def test_their_tags_are_purged_and_with_a_star_those_of_every_public_context() -> None:
    graph = graph_of(*READERS, headlines, dates)
    assert graph.purged([Invalidation.of("user", user_id=5)]) == ()
    assert graph.purged([Invalidation.of("news", year=2026), Invalidation.of("user")]) == ("news;year=2026",)
    assert graph.purged([Invalidation.of("user"), EVERYTHING]) == ("*", "events", "news")
