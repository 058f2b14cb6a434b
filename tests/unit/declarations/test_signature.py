"""Signatures: what a function takes and returns, read once, and the validators made of it."""

import datetime
import enum
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Literal, NewType, Optional, Union

import pytest
from annotated_types import Gt
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.views.decorators.cache import never_cache
from pydantic import BaseModel
from typing_extensions import TypeAliasType

from mizan_htmx.declarations.signature import (
    MAX_FIELD_ERRORS,
    Parameter,
    Validator,
    describe,
    input_adapter,
    output_adapter,
    read_signature,
    validate,
    where,
)
from mizan_htmx.errors import DeclarationError, ValidationFailed
from tests.apps import postponed

UserId = NewType("UserId", int)
OwnerId = NewType("OwnerId", UserId)
Tags = TypeAliasType("Tags", list[str])
Nothing = TypeAliasType("Nothing", None)
MaybeInt = TypeAliasType("MaybeInt", Union[int, Nothing])  # noqa: UP007 - Python 3.11 has no | for aliases


class Colour(enum.Enum):
    """An enum of scalars."""

    RED = "red"


class Point(enum.Enum):
    """An enum of what is no scalar."""

    ORIGIN = (0, 0)


class Profile(BaseModel):
    """A model."""

    name: str


def refusal(func: Callable[..., Any]) -> str:
    """Give the whole message that reading a signature raises."""
    with pytest.raises(DeclarationError) as caught:
        read_signature(func)
    return str(caught.value)


@pytest.mark.parametrize(
    ("annotation", "facts"),
    [
        (int, "scalar"),
        (float, "scalar"),
        (str, "scalar"),
        (Decimal, "scalar"),
        (datetime.date, "scalar"),
        (datetime.datetime, "scalar"),
        (datetime.time, "scalar"),
        (uuid.UUID, "scalar"),
        (Colour, "scalar"),
        (Literal["a", 5], "scalar"),
        (UserId, "scalar"),
        (OwnerId, "scalar"),
        (Annotated[int, Gt(0)], "scalar"),
        (int | str, "scalar"),
        (bool, "scalar flag"),
        (Annotated[bool, "ticked"], "scalar flag"),
        (bool | None, "scalar flag blank"),
        (Optional[int], "scalar blank"),  # noqa: UP045 - both spellings
        (Annotated[UserId, Gt(0)] | None, "scalar blank"),
        (Annotated[int | None, "maybe"], "scalar blank"),
        (MaybeInt, "scalar blank"),
        (str | None, "scalar"),
        (int | str | None, "scalar"),
        (Literal["a"] | None, "scalar blank"),
        (None, "blank"),
        (list[int], "many"),
        (list, "many"),
        (tuple[int, ...], "many"),
        (set[str], "many"),
        (frozenset[str], "many"),
        (Tags, "many"),
        (list[int] | None, "many blank"),
        (int | list[int], "many"),
        (dict[str, int], ""),
        (Profile, ""),
        (Point, ""),
        (bytes, ""),
        (datetime.timedelta, ""),
        (Any, ""),
    ],
    ids=str,
)
def test_a_parameter_knows_how_it_is_filled(annotation: Any, facts: str) -> None:
    parameter = describe("value", annotation)
    found = [name for name in ("scalar", "many", "flag", "blank") if getattr(parameter, name)]
    assert " ".join(found) == facts
    assert parameter.required


def test_a_parameter_with_a_default_is_not_required() -> None:
    assert not describe("tab", str, "a").required
    assert not describe("tab", str | None, None).required


def test_a_signature_holds_what_follows_the_request() -> None:
    def rename(request: HttpRequest, user_id: int, *, name: str = "Ada") -> Profile:
        return Profile(name=name)

    signature = read_signature(rename)
    assert signature.parameters == {"user_id": describe("user_id", int), "name": describe("name", str, "Ada")}
    assert list(signature.parameters) == ["user_id", "name"]
    assert signature.returns is Profile


def test_the_request_needs_no_type_and_may_have_any_name() -> None:
    def count(anything, /, start: int = 0) -> int:  # type: ignore[no-untyped-def]
        return start

    assert list(read_signature(count).parameters) == ["start"]


def test_postponed_annotations_are_resolved_and_the_requests_is_let_be() -> None:
    signature = read_signature(postponed.typed)
    assert signature.parameters == {
        "user_id": describe("user_id", int),
        "tags": describe("tags", list[str] | None, None),
    }
    assert signature.returns == dict[str, int]


def test_a_decorated_function_is_read_through_its_decorator() -> None:
    signature = read_signature(never_cache(postponed.typed))
    assert list(signature.parameters) == ["user_id", "tags"]


@pytest.mark.parametrize("func", [postponed.unresolvable, postponed.unresolvable_result])
def test_a_type_for_type_checkers_only_is_refused(func: Callable[..., Any]) -> None:
    assert refusal(func) == (
        f"{where(func)}: name 'date' is not defined. Types of arguments and results must be importable at run"
        " time, from the module's top level."
    )


def test_an_argument_without_a_type_is_refused() -> None:
    def rename(request: HttpRequest, user_id) -> None: ...  # type: ignore[no-untyped-def]

    assert refusal(rename) == (
        f"{where(rename)}: argument 'user_id' has no type. Annotate it, as in 'user_id: int'."
    )


def test_a_missing_return_annotation_is_refused() -> None:
    def rename(request: HttpRequest, user_id: int):  # type: ignore[no-untyped-def]
        ...

    assert refusal(rename) == (
        f"{where(rename)} has no return annotation. Add '-> HttpResponse' for a view, a pydantic"
        " model, list, dict or scalar for data, '-> None' for nothing."
    )


def test_a_function_without_a_request_is_refused() -> None:
    def nothing() -> None: ...
    def keyword(*, request: HttpRequest) -> None: ...
    def gathered(*args: int) -> None: ...

    for func in (nothing, keyword, gathered):
        assert refusal(func) == (f"{where(func)} takes no request. Its first argument must be the request.")


def test_an_argument_that_has_no_name_to_fill_it_by_is_refused() -> None:
    def gathered(request: HttpRequest, *args: int) -> None: ...
    def named(request: HttpRequest, **kwargs: int) -> None: ...
    def positional(request: HttpRequest, user_id: int, /) -> None: ...

    for func, argument in ((gathered, "*args: int"), (named, "**kwargs: int"), (positional, "user_id: int")):
        assert refusal(func) == (
            f"{where(func)}: {argument} can't be passed by name. Declare each argument by name, with"
            " its type."
        )


def test_arguments_are_validated_and_unknown_names_are_ignored() -> None:
    adapter = input_adapter(
        [describe("user_id", int), describe("tab", str, "a"), describe("tags", list[int])]
    )
    raw = {"user_id": "05", "tags": ["1", 2], "is_staff": True, "__proto__": 1}
    assert validate(adapter, raw) == {"user_id": 5, "tags": [1, 2]}


def test_every_field_that_does_not_fit_is_listed_without_its_value() -> None:
    adapter = input_adapter(
        [describe("user_id", int), describe("tags", list[int]), describe("at", float), describe("on", bool)]
    )
    with pytest.raises(ValidationFailed) as caught:
        validate(adapter, {"user_id": "<script>", "tags": ["1", "x"], "at": float("inf")})
    assert caught.value.fields == {
        "user_id": ["Enter a whole number."],
        "tags.1": ["Enter a whole number."],
        "at": ["Enter a number."],
        "on": ["This field is required."],
    }
    assert caught.value.reasons == {
        "user_id": ["Input should be a valid integer, unable to parse string as an integer"],
        "tags.1": ["Input should be a valid integer, unable to parse string as an integer"],
        "at": ["Input should be a finite number"],
        "on": ["Field required"],
    }


def test_up_to_a_hundred_wrong_values_are_listed_and_more_only_counted() -> None:
    adapter = input_adapter([describe("tags", list[int])])
    with pytest.raises(ValidationFailed) as caught:
        validate(adapter, {"tags": ["x"] * MAX_FIELD_ERRORS})
    assert len(caught.value.fields) == MAX_FIELD_ERRORS == 100
    with pytest.raises(ValidationFailed) as caught:
        validate(adapter, {"tags": ["x"] * 1000})
    assert caught.value.fields == {"__all__": ["1000 values are invalid."]}


def test_a_result_that_can_not_be_json_is_refused_with_the_way_out() -> None:
    with pytest.raises(DeclarationError) as caught:
        output_adapter(User)
    assert f"{User!r} can't be read from or written to JSON: " in str(caught.value)
    assert str(caught.value).endswith(
        " For a Django model, declare a pydantic model with the fields to show and"
        " ConfigDict(from_attributes=True)."
    )


def test_a_type_that_pydantic_does_not_know_may_be_an_argument() -> None:
    adapter = input_adapter([describe("author", User)])
    ada = User(username="ada")
    assert validate(adapter, {"author": ada}) == {"author": ada}


RAW = [0, 5, "5", "05", 5.0, 5.5, "nan", float("inf"), True, "true", "on", None, "", "red", b"5", [], {}]
RAW += [Decimal("1.10"), Decimal("NaN"), "2026-01-31", "12:00", datetime.date(2026, 1, 31), Colour.RED]
RAW += ["2026-01-31T12:00:00Z", "00000000-0000-0000-0000-000000000005", uuid.UUID(int=5)]


@pytest.mark.parametrize(
    "annotation",
    [
        *(int, float, bool, str, Decimal, datetime.date, datetime.datetime, datetime.time, uuid.UUID, Colour),
        *(int | None, float | None, None | str, Colour | None),
    ],
    ids=str,
)
def test_scalars_fit_alone_as_they_do_beside_what_pydantic_has_to_look_at_as_a_whole(annotation: Any) -> None:
    def outcomes(*more: Parameter) -> list[Any]:
        given = describe("given", annotation)
        adapter = input_adapter([given, describe("spare", annotation, None), *more])
        return [outcome(adapter, raw) for raw in ({}, *({"given": each} for each in RAW))]

    def outcome(adapter: Validator, raw: dict[str, Any]) -> Any:
        try:
            return [(name, type(value), repr(value)) for name, value in validate(adapter, raw).items()]
        except ValidationFailed as error:
            return error.fields

    assert outcomes() == outcomes(describe("tags", list[int], []))
