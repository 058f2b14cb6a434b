"""What a person reads of a value that does not fit: Django's words, their language, the right place."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms import GenericIPAddressField
from django.utils.translation import override
from pydantic import AfterValidator, BaseModel, Field, FutureDate, IPvAnyAddress, Json, PastDate
from pydantic_core import PydanticCustomError

from mizan_htmx.declarations.signature import describe, input_adapter, validate
from mizan_htmx.errors import ValidationFailed

REQUIRED = "This field is required."
WHOLE = "Enter a whole number."
ANY = "Enter a valid value."
CHOICE = "Select a valid choice. That choice is not one of the available choices."


class Size(Enum):
    """Two sizes."""

    SMALL = 1
    LARGE = 2


class Address(BaseModel):
    """Where somebody lives."""

    street: Annotated[str, Field(min_length=3)]
    number: int


class Line(BaseModel):
    """One line of an order."""

    name: Annotated[str, Field(max_length=3)]


def refuse_taken(name: str) -> str:
    """Refuse a name in the words of the site."""
    if name == "Ada":
        raise ValueError("Somebody else is called that.")
    if name == "Bob":
        raise PydanticCustomError("taken", "Bob is taken.")
    raise ValueError


def wrong(annotation: Any, raw: object) -> dict[str, list[str]]:
    """Return what a person reads of an argument ``a``."""
    with pytest.raises(ValidationFailed) as caught:
        validate(input_adapter([describe("a", annotation)]), {"a": raw})
    return caught.value.fields


def named(value: object) -> str:
    """Return a name for a case that is the same in each process."""
    return re.sub(r" at 0x\w+", "", str(value))


@pytest.mark.parametrize(
    ("annotation", "raw", "text"),
    [
        (int, "x", WHOLE),
        (int, "1.5", WHOLE),
        (int | None, "x", WHOLE),
        (int, [], WHOLE),
        (float, "x", "Enter a number."),
        (float, "inf", "Enter a number."),
        (Decimal, "x", "Enter a number."),
        (bool, "x", ANY),
        (str, 5, ANY),
        (date, "x", "Enter a valid date."),
        (date, "2026-02-30", "Enter a valid date."),
        (date, "2026-02-03T10:00", "Enter a valid date."),
        (time, "x", "Enter a valid time."),
        (datetime, "x", "Enter a valid date/time."),
        (timedelta, "x", "Enter a valid duration."),
        (UUID, "x", "Enter a valid UUID."),
        (Size, "3", CHOICE),
        (Literal["a", "b"], "c", CHOICE),
        (list[int], "x", "Enter a list of values."),
        (Json[list[int]], "[", "Enter a valid JSON."),
        (UploadedFile, "x", "No file was submitted."),
        (Annotated[str, Field(min_length=1)], "", REQUIRED),
        (
            Annotated[str, Field(min_length=3)],
            "ab",
            "Ensure this value has at least 3 characters (it has 2).",
        ),
        (Annotated[str, Field(max_length=1)], "ab", "Ensure this value has at most 1 character (it has 2)."),
        (Annotated[str, Field(pattern="^a$")], "b", ANY),
        (Annotated[int, Field(ge=2)], 1, "Ensure this value is greater than or equal to 2."),
        (Annotated[int, Field(le=2)], 3, "Ensure this value is less than or equal to 2."),
        (Annotated[int, Field(gt=2)], 2, "Ensure this value is greater than 2."),
        (Annotated[Decimal, Field(lt=2)], "2", "Ensure this value is less than 2."),
        (Annotated[int, Field(multiple_of=5)], 4, "Ensure this value is a multiple of step size 5."),
        (
            Annotated[Decimal, Field(max_digits=2)],
            "123",
            "Ensure that there are no more than 2 digits in total.",
        ),
        (
            Annotated[Decimal, Field(decimal_places=1)],
            "1.23",
            "Ensure that there are no more than 1 decimal place.",
        ),
        (
            Annotated[Decimal, Field(max_digits=3, decimal_places=2)],
            "12",
            "Ensure that there are no more than 1 digit before the decimal point.",
        ),
        (Annotated[list[int], Field(min_length=1)], [], REQUIRED),
        (Annotated[list[int], Field(min_length=2)], [1], "Give at least 2 values."),
        (Annotated[list[int], Field(max_length=1)], [1, 2], "Give at most 1 value."),
        (PastDate, "2999-01-01", "Enter a date in the past."),
        (FutureDate, "1999-01-01", "Enter a date in the future."),
        (Annotated[str, AfterValidator(refuse_taken)], "Ada", "Somebody else is called that."),
        (Annotated[str, AfterValidator(refuse_taken)], "Bob", "Bob is taken."),
        (Annotated[str, AfterValidator(refuse_taken)], "Eve", ANY),
        (IPv4Address, "x", "Enter a valid IPv4 address."),
        (IPvAnyAddress, "x", "Enter a valid IPv4 or IPv6 address."),
        (int | date, "x", ANY),
        (int | Literal["all"], "x", ANY),
        (Annotated[int, Field(ge=2)] | Annotated[int, Field(ge=2)] | None, "x", WHOLE),
    ],
    ids=named,
)
def test_a_person_reads_what_djangos_forms_would_say(annotation: Any, raw: object, text: str) -> None:
    assert wrong(annotation, raw) == {"a": [text]}


def test_what_is_missing_is_required() -> None:
    with pytest.raises(ValidationFailed) as caught:
        validate(input_adapter([describe("a", int)]), {})
    assert caught.value.fields == {"a": [REQUIRED]}


@pytest.mark.parametrize(
    ("annotation", "raw", "fields"),
    [
        (
            Address,
            {"street": "x", "number": "y"},
            {"a.street": ["Ensure this value has at least 3 characters (it has 1)."], "a.number": [WHOLE]},
        ),
        (Address, {"street": "Long"}, {"a.number": [REQUIRED]}),
        (list[int], ["1", "x"], {"a.1": [WHOLE]}),
        (set[int], ["1", "x"], {"a.1": [WHOLE]}),
        (list[Line], [{"name": "Ada"}, {}], {"a.1.name": [REQUIRED]}),
        (
            Json[list[Line]],
            '[{"name": "Ada"}, {"name": "Grace"}]',
            {"a.1.name": ["Ensure this value has at most 3 characters (it has 5)."]},
        ),
        # What pydantic says of a union's members names no field.
        (Address | Line, {"street": "Long"}, {"a.number": [REQUIRED], "a.name": [REQUIRED]}),
        (list[int | date], ["x"], {"a.0": [ANY]}),
    ],
    ids=named,
)
def test_a_place_is_named_as_it_was_sent(annotation: Any, raw: object, fields: dict[str, list[str]]) -> None:
    assert wrong(annotation, raw) == fields


def test_it_is_in_the_language_of_the_answer() -> None:
    with override("de"):
        assert wrong(int, "x") == {"a": ["Bitte eine ganze Zahl eingeben."]}
        assert wrong(Annotated[Decimal, Field(ge=Decimal("1.5"))], "1") == {
            "a": ["Dieser Wert muss größer oder gleich 1,5 sein."]
        }
        # Which Django 5.2.0 has not translated.
        with pytest.raises(ValidationError) as own:
            GenericIPAddressField(protocol="IPv4").clean("x")
        assert wrong(IPv4Address, "x") == {"a": own.value.messages}
