"""``@client``: every option of it, and what it makes of a function."""

import enum
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

import pytest
from asgiref.sync import iscoroutinefunction
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.test import RequestFactory

from mizan_htmx.client import Context, GlobalContext, client
from mizan_htmx.declarations.functions import Auth, Function
from tests.apps import postponed


def reader(request: HttpRequest, user_id: int, tab: str = "a") -> str:
    """Read something."""
    return f"{user_id}{tab}"


async def areader(request: HttpRequest, user_id: int, tab: str = "a") -> str:
    """Read something, in a coroutine."""
    return f"{user_id}{tab}"


def page(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show something."""
    return HttpResponse(f"{user_id!r}")


async def apage(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show something, in a coroutine."""
    return HttpResponse(f"{user_id!r}")


def declared(func: Callable[..., Any], **options: Any) -> Function:
    """Declare a function anew, and give what came of it."""
    function: Function = client(**options)(func).mizan
    return function


def test_without_options_a_function_reads_and_affects_nothing() -> None:
    function = client(reader).mizan
    assert (function.name, function.func) == ("reader", reader)
    assert list(function.parameters) == ["user_id", "tab"]
    assert (function.context, function.is_local, function.affects) == (None, False, ())
    assert (function.affects_params, function.auth, function.route) == (None, None, None)
    assert (function.private, function.websocket, function.atomic) == (False, False, True)
    assert (function.path, function.is_async, function.methods) == ("rpc", False, ("POST",))


def test_empty_brackets_are_the_same_as_none() -> None:
    assert declared(reader).methods == client(reader).mizan.methods
    assert declared(reader).context is None


@pytest.mark.parametrize("func", [reader, areader, page, apage])
def test_what_is_declared_is_still_the_function(func: Callable[..., Any]) -> None:
    shell: Any = client(func)
    assert shell.func is func
    assert shell.__wrapped__ is func
    assert (shell.__name__, shell.__qualname__) == (func.__name__, func.__qualname__)
    assert (shell.__module__, shell.__doc__) == (func.__module__, func.__doc__)
    assert shell.__annotations__ == func.__annotations__
    assert iscoroutinefunction(shell) is iscoroutinefunction(func) is shell.mizan.is_async


def test_called_from_python_an_rpc_function_just_runs_its_body() -> None:
    def anyone(request: HttpRequest) -> bool:
        raise AssertionError("Nobody is asked.")

    shell = client(context="user", auth=anyone, private=True)(reader)
    assert shell(HttpRequest(), 5, tab="b") == "5b"


async def test_called_from_python_an_async_rpc_function_just_runs_its_body() -> None:
    shell = client(context="user", auth=True)(areader)
    assert await shell(HttpRequest(), 5, tab="b") == "5b"


@pytest.mark.parametrize("given", [5, "05"])
def test_called_from_python_a_view_validates(given: Any) -> None:
    shell = client(context="user")(page)
    assert shell(RequestFactory().get("/"), user_id=given).content == b"5"
    with pytest.raises(Http404):
        shell(RequestFactory().get("/"), user_id="x")  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [5, "05"])
async def test_called_from_python_an_async_view_validates(given: Any) -> None:
    shell = client(context="user")(apage)
    assert (await shell(RequestFactory().get("/"), user_id=given)).content == b"5"
    with pytest.raises(Http404):
        await shell(RequestFactory().get("/"), user_id="x")  # type: ignore[arg-type]


def test_a_view_asks_its_auth() -> None:
    request = RequestFactory().post("/")
    request.user = AnonymousUser()
    shell = client(affects="user", auth=True)(page)
    assert shell(request, user_id=5).status_code == 401


def test_postponed_annotations_are_understood() -> None:
    function = declared(postponed.typed, affects="user")
    assert [each.scalar for each in function.parameters.values()] == [True, False]


@pytest.mark.parametrize("context", ["user", Context("user"), Context("user", live=True)])
def test_context_is_a_name_or_an_object(context: str | Context) -> None:
    expected = context if isinstance(context, Context) else Context(context)
    function = declared(reader, context=context)
    assert (function.context, function.is_local, function.methods) == (expected, False, ("GET", "HEAD"))


def test_context_local_is_one_of_its_own() -> None:
    function = declared(reader, context="local")
    assert (function.context, function.is_local) == (Context("reader"), True)


@pytest.mark.parametrize("context", ["global", GlobalContext, Context("global", live=True)])
def test_context_global_takes_a_reader_without_parameters(context: str | Context) -> None:
    def site_title(request: HttpRequest) -> str:
        return "Site"

    function = declared(site_title, context=context)
    assert function.context is not None
    assert function.context.name == "global"


def test_every_scalar_may_be_a_parameter_of_a_context() -> None:
    class Colour(enum.Enum):
        RED = "red"

    def paint(request: HttpRequest, on: bool, at: Decimal | None, of: Colour, by: Literal["a"] = "a") -> int:
        return 0

    assert list(declared(paint, context="wall").parameters) == ["on", "at", "of", "by"]


@pytest.mark.parametrize(
    ("affects", "expected"),
    [
        ("user", ["user"]),
        (Context("user"), ["user"]),
        (["user", "cart"], ["user", "cart"]),
        (("cart", Context("user")), ["cart", "user"]),
        (["user", "user", Context("user")], ["user"]),
        (iter(["user"]), ["user"]),
    ],
    ids=["name", "object", "list", "tuple", "twice", "iterator"],
)
def test_affects_is_one_or_more_contexts_in_order(affects: Any, expected: list[str]) -> None:
    assert [each.name for each in declared(page, affects=affects).affects] == expected


def test_affects_keeps_a_contexts_options() -> None:
    live = Context("user", live=True)
    assert declared(page, affects=[live]).affects == (live,)


@pytest.mark.parametrize(
    ("affects_params", "expected"),
    [
        (["user_id"], {"user_id": "user_id"}),
        ("user_id", {"user_id": "user_id"}),
        ([], {}),
        ({}, {}),
        ({"owner": "user_id"}, {"owner": "user_id"}),
        (None, None),
    ],
)
def test_affects_params_maps_parameters_to_arguments(affects_params: Any, expected: Any) -> None:
    assert declared(page, affects="user", affects_params=affects_params).affects_params == expected


@pytest.mark.parametrize("auth", [None, False])
def test_without_auth_anyone_may_call(auth: Any) -> None:
    assert declared(page, auth=auth).auth is None


@pytest.mark.parametrize(
    ("auth", "level"),
    [(True, "required"), ("required", "required"), ("staff", "staff"), ("superuser", "superuser")],
)
def test_auth_names_a_level(auth: Any, level: str) -> None:
    found = declared(page, auth=auth).auth
    assert found is not None
    assert (found.level, found.check, found.parameters, found.adapter) == (level, None, (), None)


class Door:
    """An auth with a state."""

    def __call__(self, request: HttpRequest, user_id: int) -> bool:
        """Let everybody in."""
        return True


class AsyncDoor:
    """An auth with a state, in a coroutine."""

    async def __call__(self, request: HttpRequest, user_id: int) -> bool:
        """Let everybody in."""
        return True


def only_request(request: HttpRequest) -> bool:
    """Want no argument."""
    return True


def some(request: HttpRequest, tab: str) -> bool:
    """Want one argument."""
    return True


async def keyword(request: HttpRequest, *, user_id: int) -> bool:
    """Want one argument by its name."""
    return True


def everything(request: HttpRequest, **arguments: Any) -> bool:
    """Want all arguments."""
    return True


def optional(request: HttpRequest, *rest: Any, user_id: int = 0, other: int = 0) -> bool:
    """Want one argument there is, and one there is not."""
    return True


@pytest.mark.parametrize(
    ("check", "wanted", "is_async"),
    [
        (only_request, [], False),
        (some, ["tab"], False),
        (keyword, ["user_id"], True),
        (everything, ["user_id", "tab"], False),
        (optional, ["user_id"], False),
        (Door(), ["user_id"], False),
        (AsyncDoor(), ["user_id"], True),
    ],
    ids=["request", "some", "keyword", "everything", "optional", "object", "async object"],
)
def test_an_auth_callable_gets_the_arguments_it_names(check: Any, wanted: list[str], is_async: bool) -> None:
    found = declared(reader, auth=check).auth
    assert isinstance(found, Auth)
    assert (found.level, found.check, found.is_async) == (None, check, is_async)
    assert [each.name for each in found.parameters] == wanted
    assert (found.adapter is None) is (not wanted)


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        (["GET"], ("GET", "HEAD")),
        ("get", ("GET", "HEAD")),
        (["get", "POST"], ("GET", "POST", "HEAD")),
        (["HEAD", "GET"], ("HEAD", "GET")),
        (("PUT", "put", "DELETE"), ("PUT", "DELETE")),
    ],
)
def test_methods_are_in_upper_case_and_get_brings_head(methods: Any, expected: tuple[str, ...]) -> None:
    assert declared(page, methods=methods).methods == expected


def test_the_other_options_stand_as_given() -> None:
    function = declared(page, context="user", route="/u/<int:user_id>/", private=True, atomic=False)
    assert function.route == "/u/<int:user_id>/"
    assert (function.private, function.websocket, function.atomic) == (True, False, False)
    assert declared(reader, websocket=True).websocket


def test_a_subclass_of_the_response_is_on_the_view_path() -> None:
    def api(request: HttpRequest) -> JsonResponse:
        return JsonResponse({})

    assert declared(api).path == "view"
