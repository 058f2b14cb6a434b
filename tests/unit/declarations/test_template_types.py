"""Readers for templates: which annotations make one, and what can't be one."""

from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping, Sequence
from typing import Annotated, Any, ForwardRef, NewType, Optional, TypeVar, Union

import pytest
from django.contrib.auth.models import AbstractUser, Group, User, UserManager
from django.core.paginator import Page, Paginator
from django.db.models import Manager, Model, QuerySet
from django.db.models.query import RawQuerySet
from django.forms import BaseFormSet, CharField, Form, ModelForm, formset_factory
from django.http import HttpRequest, HttpResponse, JsonResponse
from pydantic import BaseModel, Field, GetCoreSchemaHandler, PlainSerializer
from pydantic_core import CoreSchema, core_schema
from typing_extensions import TypeAliasType

from mizan_htmx import client
from mizan_htmx.declarations.signature import where
from mizan_htmx.declarations.template_types import TEMPLATES_ONLY, TemplatesOnly, template_type
from mizan_htmx.errors import DeclarationError

FIELDS = (
    "For a Django model, declare a pydantic model with the fields to show and"
    " ConfigDict(from_attributes=True)."
)


class Users(QuerySet[User]):
    """A queryset of a site's own."""


class Name(Form):
    """A form."""

    name = CharField()


class UserForm(ModelForm):  # type: ignore[type-arg]
    """A form of a model."""

    class Meta:
        """Its fields."""

        model = User
        fields = ("first_name",)


Names = formset_factory(Name)
Person = NewType("Person", User)
People = TypeAliasType("People", list[User])
Element = TypeVar("Element")
Rows = TypeAliasType("Rows", list[Element], type_params=(Element,))


def recursive(inner: Any) -> Any:
    """Return an alias of a mapping to itself or to another type."""
    alias: Any = TypeAliasType
    return alias("Tree", dict[str, Union[ForwardRef("Tree"), inner]])  # type: ignore[misc] # noqa: UP007


class Title(Name):
    """A form that says how pydantic writes it."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return a schema of any value."""
        return core_schema.any_schema()


def package_class(module: str, name: str) -> type:
    """Return a class as the package of that name has it."""
    return type(name, (), {"__module__": module, "__qualname__": name})


Table = package_class("django_tables2.tables", "Table")
FilterSet = type("FilterSet", (package_class("django_filters.filterset", "BaseFilterSet"),), {})
UserTable = type("UserTable", (Table,), {})

FOR_TEMPLATES: list[tuple[Any, Any]] = [
    (User, User),
    (Model, Model),
    (AbstractUser, AbstractUser),
    (QuerySet, QuerySet),
    (QuerySet[User], QuerySet),
    (Users, Users),
    (RawQuerySet, RawQuerySet),
    (Manager, Manager),
    (UserManager, UserManager),
    (Name, Name),
    (UserForm, UserForm),
    (Names, Names),
    (BaseFormSet, BaseFormSet),
    (Page, Page),
    (Paginator, Paginator),
    (Table, Table),
    (UserTable, UserTable),
    (FilterSet, FilterSet),
    (User | None, User),
    (Optional[User], User),  # noqa: UP045 (as sites write it)
    (Union[int, User, Group], User),  # noqa: UP007
    (list[User], User),
    (list[list[User]], User),
    (tuple[User, ...], User),
    (tuple[int, Group], Group),
    (dict[str, User], User),
    (dict[str, list[User | None]], User),
    (Mapping[int, Sequence[User]], User),
    (list[tuple[User, Name]] | None, User),
    (Annotated[User, "a fact"], User),
    (Annotated[list[User], Field(description="people")] | None, User),
    (Person, User),
    (People, User),
    (list[People], User),
    (Rows[User], User),
    (recursive(User), User),
    (type[User], User),
    (Annotated[dict[str, Any], TEMPLATES_ONLY], TEMPLATES_ONLY),
]


@pytest.mark.parametrize(("annotation", "found"), FOR_TEMPLATES, ids=lambda each: str(each)[:40])
def test_what_contains_a_value_for_templates_is_for_templates(annotation: Any, found: Any) -> None:
    def reader(request: HttpRequest) -> Any: ...

    reader.__annotations__["return"] = annotation
    assert template_type(annotation) is found
    function = client(context="movies")(reader).mizan
    assert (function.for_templates, function.is_callable, function.path) == (True, False, "rpc")


@pytest.mark.parametrize(
    "annotation",
    [
        *(Any, int, str | None, list[Any], dict[str, object], BaseModel, Rows[int], recursive(int), None),
        Annotated[User, PlainSerializer(lambda user: user.pk)],
        list[Annotated[User, PlainSerializer(lambda user: user.pk)]],
        Title,
        list[Title],
    ],
    ids=lambda each: str(each)[:40],
)
def test_what_else_is_returned_is_data(annotation: Any) -> None:
    assert template_type(annotation) is None


def test_any_is_data_and_data_false_says_otherwise() -> None:
    def found(request: HttpRequest) -> Any: ...

    def page(request: HttpRequest) -> HttpResponse:
        raise NotImplementedError

    class Unknown: ...

    def unknown(request: HttpRequest) -> Unknown:
        raise NotImplementedError

    assert client(context="movies")(found).mizan.for_templates is False
    assert client(context="movies")(found).mizan.is_callable is True
    assert client(context="movies")(page).mizan.for_templates is False
    assert client(context="movies", data=False)(found).mizan.for_templates is True
    assert client(context="movies", data=False)(unknown).mizan.for_templates is True
    assert client(context="movies", data=False)(found).mizan.is_callable is False


def test_annotations_may_be_strings() -> None:
    def one(request: HttpRequest) -> "QuerySet[User]":
        raise NotImplementedError

    def two(request: HttpRequest) -> "list[User] | None":
        raise NotImplementedError

    def three(request: HttpRequest) -> list["User"]:
        raise NotImplementedError

    assert all(client(context="movies")(each).mizan.for_templates for each in (one, two, three))


def test_a_string_that_python_can_not_evaluate_says_so() -> None:
    def shown(request: HttpRequest) -> "UserForm[User]":  # type: ignore[type-arg]
        raise NotImplementedError

    with pytest.raises(DeclarationError) as caught:
        client(context="movies")(shown)
    assert str(caught.value) == (
        f"{where(shown)}: type 'UserForm' is not subscriptable. A type in its signature is none at run time:"
        " leave its [] out, or call django_stubs_ext.monkeypatch() before."
    )


def test_a_coroutine_function_may_be_one() -> None:
    async def found(request: HttpRequest) -> QuerySet[User]:
        raise NotImplementedError

    function = client(context="movies")(found).mizan
    assert (function.for_templates, function.is_async) == (True, True)


def test_the_value_is_handed_on_as_it_is_and_never_written() -> None:
    def found(request: HttpRequest) -> QuerySet[User]:
        raise NotImplementedError

    result = client(context="movies")(found).mizan.result
    assert result is not None
    value = User.objects.all()
    assert result.validate(value, from_attributes=True) is value
    with pytest.raises(TypeError, match=r"^7 is for templates only, and can't be written as JSON\.$"):
        result.write(7)


def users(request: HttpRequest) -> QuerySet[User]:
    """Return everybody."""
    return User.objects.all()


def anything(request: HttpRequest) -> Any:
    """Return anything."""


def page(request: HttpRequest) -> HttpResponse:
    """Return a page."""
    return HttpResponse()


def numbers(request: HttpRequest) -> Iterator[int]:
    """Return an iterator."""
    yield 1


def lines(request: HttpRequest) -> Generator[User, None, None]:
    """Return a generator."""
    yield User()


async def later(request: HttpRequest) -> AsyncIterator[User]:
    """Return an async generator."""
    yield User()


NO_CONTEXT = "it reads no context, so no template has it. Declare it with context=."
CALLER = (
    "a mutation answers its caller. Return None or an HttpResponse, and let a reader with context= return"
    " what blocks show."
)
SOCKET = "it has websocket=True, and nobody can call it. Remove websocket=True."
ONCE = "it returns an iterator, which only the first block could show. Return a list."


@pytest.mark.parametrize(
    ("func", "options", "what", "message"),
    [
        (users, {}, "returns QuerySet", f"{NO_CONTEXT} {FIELDS}"),
        (users, {"affects": "users"}, "returns QuerySet", f"{CALLER} {FIELDS}"),
        (users, {"context": "users", "websocket": True}, "returns QuerySet", f"{SOCKET} {FIELDS}"),
        (anything, {"data": False}, "has data=False", f"{NO_CONTEXT} {FIELDS}"),
        (users, {"data": False}, "has data=False", f"{NO_CONTEXT} {FIELDS}"),
        (anything, {"data": False, "affects": "users"}, "has data=False", f"{CALLER} {FIELDS}"),
        (
            anything,
            {"data": False, "context": "users", "websocket": True},
            "has data=False",
            f"{SOCKET} {FIELDS}",
        ),
        (
            page,
            {"data": False, "context": "users"},
            "has data=False",
            "it returns an HttpResponse, which templates can't show. Remove data=False.",
        ),
        (numbers, {"data": False, "context": "users"}, "has data=False", ONCE),
        (lines, {"context": "users"}, "returns User", ONCE),
        (later, {"context": "users"}, "returns User", ONCE),
    ],
)
def test_what_contradicts_it(
    func: Callable[..., Any], options: dict[str, Any], what: str, message: str
) -> None:
    with pytest.raises(DeclarationError) as caught:
        client(**options)(func)
    assert str(caught.value) == f"{where(func)} {what}: its result is for templates, but {message}"


@pytest.mark.parametrize("option", ["methods", "route"])
def test_what_only_a_view_can_have(option: str) -> None:
    with pytest.raises(DeclarationError, match=f"has {option}=, which only a view can have"):
        client(context="users", data=False, **{option: ["GET"]})(anything)  # type: ignore[call-overload]


def test_a_model_or_a_response_is_still_ambiguous() -> None:
    def both(request: HttpRequest) -> User | JsonResponse:
        raise NotImplementedError

    with pytest.raises(DeclarationError, match="is both data and an HttpResponse"):
        client(context="users")(both)


def test_what_pydantic_does_not_know_names_the_way_out() -> None:
    class Unknown: ...

    def unknown(request: HttpRequest) -> Unknown:
        raise NotImplementedError

    with pytest.raises(DeclarationError) as caught:
        client(context="users")(unknown)
    assert str(caught.value).endswith(f"{FIELDS} If only templates read it, write @client(…, data=False).")
    with pytest.raises(DeclarationError) as caught:
        client(affects="users")(unknown)
    assert str(caught.value).endswith(FIELDS)


def test_the_mark_has_a_name() -> None:
    assert repr(TEMPLATES_ONLY) == "TEMPLATES_ONLY"
    assert isinstance(TEMPLATES_ONLY, TemplatesOnly)
