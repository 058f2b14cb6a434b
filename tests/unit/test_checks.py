"""The checks of what is declared: each id with its whole message, its hint and its object."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.checks import Warning, run_checks
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.cache import never_cache
from pytest_django import Settings

from mizan_htmx.client import Context, client
from mizan_htmx.declarations.functions import Function
from mizan_htmx.errors import DeclarationError
from mizan_htmx.generic import read_view
from mizan_htmx.setup.registry import register
from mizan_htmx.testing import isolated_registry
from tests.helpers.checks import checks, error, place, run
from tests.helpers.class_views import BoardDetail, BoardList


class OfMembers(LoginRequiredMixin, BoardList):
    """All boards, for those who are signed in."""


@client(context="user")
def user_profile(request: HttpRequest, user_id: int) -> str:
    """Read a name."""
    return "Ada"


@client(context="user")
def profile_page(request: HttpRequest, user_id: str) -> HttpResponse:
    """Show a person."""
    return HttpResponse()


@client(affects="user")
def rename(request: HttpRequest, user_id: int) -> HttpResponse:
    """Rename a person."""
    return HttpResponse(status=204)


@client(affects="user", auth="staff")
def ban(request: HttpRequest, user_id: int) -> HttpResponse:
    """Ban a person."""
    return HttpResponse(status=204)


def test_what_can_work_has_no_message() -> None:
    assert checks(user_profile, rename, ban) == []


def test_e001_an_unknown_context_with_a_guess() -> None:
    @client(affects=["usr", "user"])
    def misspelt(request: HttpRequest) -> None: ...

    assert checks(user_profile, misspelt) == [
        error(
            "E001",
            f"{place(misspelt)} affects the unknown context 'usr'.",
            hint="Did you mean 'user'? Known contexts: user.",
            obj=misspelt,
        )
    ]


def test_e002_a_parameter_of_two_types() -> None:
    assert checks(user_profile, profile_page) == [
        error(
            "E002",
            "Parameter 'user_id' of context 'user' has two types:"
            f" <class 'int'> in {place(user_profile)}, <class 'str'> in {place(profile_page)}.",
            hint="Give it one type everywhere: a block has one value for it.",
            obj=profile_page,
        )
    ]


@pytest.mark.parametrize("guard", [{"auth": True}, {"auth": lambda request: True}, {"private": True}])
def test_e003_a_public_context_with_a_guarded_function(guard: dict[str, Any]) -> None:
    public = Context("news", public=True)

    @client(context=public)
    def headlines(request: HttpRequest) -> list[str]:
        return []

    def drafts(request: HttpRequest) -> list[str]:
        return []

    guarded: Any = client(context="news", **guard)(drafts)
    assert checks(headlines) == []
    assert checks(headlines, guarded) == [
        error(
            "E003",
            f"Context 'news' is public, but {place(guarded)} is not for everyone.",
            hint="Drop public=True, or move the guarded function to a context of its own.",
            obj=guarded,
        )
    ]


def test_e003_a_context_that_a_mutation_says_is_public() -> None:
    @client(affects=Context("user", public=True))
    def publish(request: HttpRequest, user_id: int) -> None: ...

    @client(context="user", auth=True)
    def secret(request: HttpRequest) -> str:
        return ""

    found = checks(publish, secret)
    assert [(each.id, each.obj) for each in found] == [("mizan_htmx.E003", secret.func)]


def test_e004_two_functions_under_one_name() -> None:
    with isolated_registry():
        register(user_profile)
        register(rename)
        with pytest.raises(DeclarationError):
            register(ban, "rename")
        found = run()
    assert found == [
        error(
            "E004",
            f"Two functions are called 'rename': {place(rename)} and {place(ban)}.",
            hint="Rename one, or register it under another name: register(fn, 'rename_2').",
            obj=ban,
        )
    ]


def test_e005_a_context_with_different_options() -> None:
    fresh, public = Context("user", public=True), Context("user", public=True, max_age=5)

    @client(context=fresh)
    def first(request: HttpRequest) -> str:
        return ""

    @client(affects=public)
    def second(request: HttpRequest) -> None: ...

    assert checks(first, second, user_profile) == [
        error(
            "E005",
            "Context 'user' has different options: Context(name='user', live=False, public=True, max_age=0)"
            f" by {place(first)} and Context(name='user', live=False, public=True, max_age=5)"
            f" by {place(second)}.",
            hint="Declare the Context in one place and import it, or use its name.",
            obj=second,
        )
    ]


def test_e006_affects_params_that_no_context_has() -> None:
    @client(affects="user", affects_params={"usr_id": "user_id"})
    def misspelt(request: HttpRequest, user_id: int) -> None: ...

    assert checks(user_profile, misspelt) == [
        error(
            "E006",
            f"{place(misspelt)}: affects_params names 'usr_id', which is not a parameter of any"
            " context it affects.",
            hint="Did you mean 'user_id'? Known parameters: user_id.",
            obj=misspelt,
        )
    ]


def test_e006_waits_until_the_contexts_are_known() -> None:
    @client(affects=["user", "usr"], affects_params=["tab"])
    def misspelt(request: HttpRequest, tab: int) -> None: ...

    assert [each.id for each in checks(user_profile, misspelt)] == ["mizan_htmx.E001"]


def test_a_parameter_that_one_of_several_contexts_has_is_fine() -> None:
    @client(context="cart")
    def cart_lines(request: HttpRequest, cart_id: int) -> list[str]:
        return []

    @client(affects=["user", "cart"], affects_params=["user_id", "cart_id"])
    def buy(request: HttpRequest, user_id: int, cart_id: int) -> None: ...

    assert checks(user_profile, cart_lines, buy) == []


def test_a_message_names_its_function_and_not_all_that_is_known_of_it() -> None:
    with isolated_registry():
        register(rename)
        (message,) = run_checks(tags=["mizan_htmx"])
    assert isinstance(message.obj, Function)
    assert message.obj.func is rename.func
    assert str(message).endswith(f"(mizan_htmx.E001) {message.msg}\n\tHINT: Known contexts: none.")
    assert "TypeAdapter" not in str(message)


@pytest.mark.parametrize(
    ("methods", "written"), [("GET", "GET, HEAD"), (["OPTIONS", "get"], "OPTIONS, GET, HEAD")]
)
def test_w010_affects_by_methods_that_change_nothing(methods: Any, written: str) -> None:
    @client(affects="user", methods=methods)
    def visit(request: HttpRequest, user_id: int) -> HttpResponse:
        return HttpResponse()

    @client(affects="user", methods=["GET", "POST"])
    def edit(request: HttpRequest, user_id: int) -> HttpResponse:
        return HttpResponse()

    @client(methods=["GET"])
    def show(request: HttpRequest, user_id: int) -> HttpResponse:
        return HttpResponse()

    assert checks(user_profile, visit, edit, show) == [
        Warning(
            f"{place(visit)} has affects=, but allows only {written}.",
            hint="A GET request must not change anything: links are followed by browsers and crawlers, and"
            " CSRF is not checked. Add POST to methods=, or remove affects=.",
            obj=visit.func,
            id="mizan_htmx.W010",
        )
    ]


CLASS_VIEWS: dict[str, tuple[Callable[[], Any], bool]] = {
    "the class": (lambda: client(context="boards")(read_view(BoardList)), True),
    "its view": (lambda: client(context="boards")(read_view(BoardList.as_view())), True),
    "decorated": (lambda: client(context="boards")(read_view(login_required(BoardList.as_view()))), False),
    "with auth": (lambda: client(context="boards", auth=True)(read_view(BoardList)), False),
    "for everybody": (lambda: client(context="boards", auth=False)(read_view(BoardList)), False),
    "guarded by a mixin": (lambda: client(context="boards")(read_view(OfMembers)), False),
    "another": (lambda: client(context="boards")(read_view(BoardDetail)), False),
}


@pytest.mark.parametrize(
    "guard", [login_required, permission_required("site.add_board"), staff_member_required]
)
@pytest.mark.parametrize(("make", "warns"), CLASS_VIEWS.values(), ids=CLASS_VIEWS)
def test_w012_a_class_view_that_only_the_urlconf_guards(
    settings: Settings, guard: Any, make: Callable[[], Any], warns: bool
) -> None:
    guarded = [guard(BoardList.as_view()), never_cache(guard(OfMembers.as_view())), BoardDetail.as_view()]
    boards = [path(f"{number}/", view) for number, view in enumerate(guarded)]
    settings.ROOT_URLCONF = (path("mizan/", include("mizan_htmx.urls")), path("boards/", include(boards)))
    reader = make()
    warning = Warning(
        f"{place(reader)} shows tests.helpers.class_views.BoardList in blocks, where its decorator in the"
        " URLconf does not hold.",
        hint="Decorate its dispatch by method_decorator(), or pass the decorated view to read_view(). Or"
        " write auth= for those who may see it, and auth=False if everybody may.",
        obj=reader.func,
        id="mizan_htmx.W012",
    )
    assert checks(reader) == ([warning] if warns else [])


def test_w010_a_view_that_stands_in_the_urlconf_alone(settings: Settings) -> None:
    @client(affects="user", methods="GET")
    def visit(request: HttpRequest, user_id: int) -> HttpResponse:
        return HttpResponse()

    @client(affects="user")
    def edit(request: HttpRequest, user_id: int) -> HttpResponse:
        return HttpResponse()

    inner = [path("visit/", never_cache(visit)), path("again/", visit), path("edit/", edit)]
    settings.ROOT_URLCONF = (path("mizan/", include("mizan_htmx.urls")), path("people/", include(inner)))
    for declared in ([user_profile], [user_profile, visit]):
        assert [(each.id, each.obj) for each in checks(*declared)] == [("mizan_htmx.W010", visit.func)]
