"""``@client``: what can't be meant is refused at once, with the function's place and the way out."""

import enum
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from pydantic import AliasPath, BaseModel, Field

from mizan_htmx.client import Context, GlobalContext, client
from mizan_htmx.declarations.signature import where
from mizan_htmx.errors import DeclarationError
from mizan_htmx.setup.registry import register
from mizan_htmx.testing import isolated_registry


class Profile(BaseModel):
    """A model."""

    name: str


class Point(enum.Enum):
    """An enum of what is no scalar."""

    ORIGIN = (0, 0)


def reader(request: HttpRequest, user_id: int, tab: str = "a") -> str:
    """Read something."""
    return f"{user_id}{tab}"


def page(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show something."""
    return HttpResponse(f"{user_id!r}")


def bare(request: HttpRequest) -> str:
    """Read something that needs nothing."""
    return ""


def refusal(func: Callable[..., Any], **options: Any) -> str:
    """Give the whole message that declaring raises."""
    with pytest.raises(DeclarationError) as caught:
        client(**options)(func)
    return str(caught.value)


def test_a_reader_can_not_affect() -> None:
    assert refusal(reader, context="user", affects="cart") == (
        f"{where(reader)} has both context= and affects=. A function either reads a context or"
        " changes some: remove one."
    )


def test_an_alias_that_no_argument_is_known_by() -> None:
    def aliased(request: HttpRequest, user_id: Annotated[int, Field(alias="userId")] = 0) -> int:
        return user_id

    def deep(
        request: HttpRequest, user_id: Annotated[int, Field(validation_alias=AliasPath("user", 0))]
    ) -> int:
        return user_id

    for func in (aliased, deep):
        assert refusal(func) == (
            f"{where(func)}: argument 'user_id' has an alias, but callers send it by its own name. Remove"
            " the alias, or rename the argument to it."
        )


@pytest.mark.parametrize("context", [5, ["user"], True, b"user"])
def test_a_context_that_is_no_name(context: Any) -> None:
    assert refusal(reader, context=context) == (
        f"{where(reader)}: context={context!r} must be a name or a Context."
    )
    assert refusal(page, affects=[context]) == (
        f"{where(page)}: context={context!r} must be a name or a Context."
    )


@pytest.mark.parametrize("options", [{"context": "us er"}, {"affects": "us er"}, {"affects": ["us er"]}])
def test_a_context_of_a_bad_name(options: dict[str, Any]) -> None:
    assert refusal(page, **options) == (
        "Context name 'us er' is not allowed. Use a letter or '_', then letters, digits, '_', '-' or '.'."
    )


def test_affecting_no_context() -> None:
    assert refusal(page, affects=[]) == (
        f"{where(page)}: affects=[] names no context. Leave it out, or name one."
    )


def test_affecting_a_context_of_its_own() -> None:
    assert "'local'" in refusal(page, affects="local")


def test_an_argument_called_like_the_field_that_names_the_function() -> None:
    def call(request: HttpRequest, fn: str) -> None: ...

    assert refusal(call) == (
        f"{where(call)}: an argument can't be called 'fn': the field 'fn' names the function. Rename it."
    )


def test_a_parameter_of_a_context_called_like_the_field_that_holds_the_signed_block() -> None:
    def flats(request: HttpRequest, block: int) -> list[str]:
        return []

    assert where(flats) in refusal(flats, context="street")


def test_a_parameter_of_a_context_that_the_grammar_can_not_write() -> None:
    def read(request: HttpRequest, größe: int) -> int:
        return größe

    assert refusal(read, context="shoe") == (
        f"{where(read)}: 'größe' can't name a parameter of a context. Use ASCII letters."
    )
    assert client(affects="shoe")(read).mizan.parameters["größe"].scalar


@pytest.mark.parametrize(
    "annotation", [list[int], Profile, dict[str, int], Point, bytes, int | list[int], Any, None], ids=str
)
def test_a_parameter_of_a_context_that_is_no_scalar(annotation: Any) -> None:
    def read(request: HttpRequest, ids: Any) -> int:
        return 0

    read.__annotations__["ids"] = annotation
    shown = type(None) if annotation is None else annotation
    assert refusal(read, context="user") == (
        f"{where(read)}: parameter 'ids' of context 'user' is {shown!r}. Parameters of a context are scalars:"
        " bool, int, float, Decimal, str, date, UUID, Enum."
    )
    assert "context 'read'" in refusal(read, context="local")


@pytest.mark.parametrize("context", ["global", GlobalContext, Context("global", public=True)])
def test_a_reader_of_the_global_context_with_parameters(context: str | Context) -> None:
    assert refusal(reader, context=context) == (
        f"{where(reader)}: the context 'global' is on every page and has no parameters, but this reader"
        " takes user_id, tab. Give the reader a context of its own."
    )


@pytest.mark.parametrize("affects_params", [["user_id"], [], {}])
def test_affects_params_without_affects(affects_params: Any) -> None:
    assert refusal(page, affects_params=affects_params) == (
        f"{where(page)} has affects_params= without affects=. Name the contexts it affects."
    )


def test_affects_params_that_are_no_arguments() -> None:
    for affects_params in (["owner"], "owner", {"user_id": "owner"}):
        assert refusal(reader, affects="user", affects_params=affects_params) == (
            f"{where(reader)}: affects_params names 'owner', which is not one of its arguments."
            " Arguments: user_id, tab."
        )
    assert refusal(bare, affects="user", affects_params=["user_id"]) == (
        f"{where(bare)}: affects_params names 'user_id', which is not one of its arguments. Arguments: none."
    )


@pytest.mark.parametrize("methods", [["GET"], "POST", []])
def test_methods_of_what_is_no_view(methods: Any) -> None:
    assert refusal(reader, methods=methods) == (
        f"{where(reader)} has methods=, which only a view can have. Annotate it '-> HttpResponse',"
        " or remove it."
    )


def test_a_view_over_the_socket() -> None:
    assert refusal(page, websocket=True) == (
        f"{where(page)} has websocket=True, but returns an HttpResponse. Annotate the data it returns."
    )


@pytest.mark.parametrize("auth", ["admin", "", 0, 1, 5, ["staff"], {}])
def test_an_auth_that_is_not_understood(auth: Any) -> None:
    assert refusal(page, auth=auth) == (
        f"{where(page)}: auth={auth!r} is invalid. Use True, 'required', 'staff', 'superuser' or a callable."
    )


def test_an_auth_that_wants_what_the_function_has_not() -> None:
    def owner(request: HttpRequest, board_id: int) -> bool:
        return True

    assert refusal(page, auth=owner) == (
        f"{where(page)}: its auth {where(owner)} takes 'board_id', which is not an argument of the function."
    )


def test_an_auth_that_can_not_be_called_with_a_request() -> None:
    assert where(page) in refusal(page, auth=lambda: True)


def test_an_auth_that_wants_an_argument_by_position_only() -> None:
    def owner(request: HttpRequest, user_id: int, /) -> bool:
        return True

    assert where(page) in refusal(page, auth=owner)


def test_a_function_without_a_return_annotation() -> None:
    def view(request: HttpRequest):  # type: ignore[no-untyped-def]
        ...

    assert refusal(view, context="user").startswith(f"{where(view)} has no return annotation.")


def test_a_result_that_is_data_or_a_response() -> None:
    def view(request: HttpRequest) -> HttpResponse | None:
        return None

    message = refusal(view)
    assert message.endswith("is both data and an HttpResponse. Return one or the other.")
    assert where(view) in message


def test_a_result_that_can_not_be_json() -> None:
    def author(request: HttpRequest) -> User:
        raise NotImplementedError

    message = refusal(author)
    assert message.endswith(
        "For a Django model, declare a pydantic model with the fields to show and"
        " ConfigDict(from_attributes=True)."
    )
    assert where(author) in message


def test_a_refused_function_is_not_registered() -> None:
    with isolated_registry() as registry:
        refusal(reader, context="user", affects="cart")
        assert registry.graph.functions == {}


def test_what_was_not_declared_can_not_be_registered() -> None:
    with isolated_registry(), pytest.raises(DeclarationError) as caught:
        register(reader)
    assert str(caught.value) == f"{reader!r} can't be registered: it is not declared with @client."
