"""The one text of a value, and its form in JSON."""

import datetime
import enum
import json
import sys
import time
import tracemalloc
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mizan_htmx.protocol.keys import (
    EVERYTHING,
    LONGEST_INT,
    Invalidation,
    canonical,
    format_list,
    is_nameable,
)

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "invalidation.json").read_text(encoding="utf-8")
)


# A busy machine is no fault of the codec.
unhurried = settings(deadline=None)


class Colour(enum.Enum):
    """An enum of texts."""

    RED = "red"


class Level(enum.IntEnum):
    """An enum that is a number, too."""

    HIGH = 3


class Inner(enum.Enum):
    """An enum whose value is a member of another."""

    RED = Colour.RED


@pytest.mark.parametrize("vector", VECTORS["canonical"], ids=lambda each: repr(each["value"]))
def test_canonical_writes_what_the_vectors_say(vector: dict[str, Any]) -> None:
    types: dict[str, type] = {"int": int, "bool": bool, "float": float, "str": str}
    assert type(vector["value"]) is types[vector["type"]]
    assert canonical(vector["value"]) == vector["text"]


@pytest.mark.parametrize(
    ("equal", "text"),
    [
        ([5, 5.0, Decimal("5.0"), Decimal(5), Decimal("5E+0"), Decimal("5.000")], "5"),
        ([0, -0.0, 0.0, Decimal("-0.00"), Decimal("0E+3")], "0"),
        ([1200, 1.2e3, Decimal("1.2E+3")], "1200"),
        ([Decimal("0.10"), 0.1], "0.1"),
        ([Level.HIGH, 3], "3"),
        ([Colour.RED, Inner.RED, "red"], "red"),
        ([uuid.UUID("0B5C1FD2-0F61-4C0B-9E4B-C9AC8F5D7A10")], "0b5c1fd2-0f61-4c0b-9e4b-c9ac8f5d7a10"),
        ([True], "true"),
        ([False], "false"),
        ([datetime.date(2026, 1, 31)], "2026-01-31"),
        ([datetime.datetime(2026, 1, 31, 12)], "2026-01-31T12:00:00"),
        ([datetime.time(8, 30)], "08:30:00"),
    ],
)
def test_equal_values_have_one_text(equal: list[object], text: str) -> None:
    assert [canonical(each) for each in equal] == [text] * len(equal)


@unhurried
@given(
    st.datetimes(
        min_value=datetime.datetime(1, 1, 3),
        max_value=datetime.datetime(9999, 12, 29),
        timezones=st.timezones(),
    ),
    st.timezones(),
)
def test_one_moment_has_one_text_in_every_zone(moment: datetime.datetime, zone: datetime.tzinfo) -> None:
    assert canonical(moment) == canonical(moment.astimezone(zone))
    assert canonical(moment).endswith("+00:00")


@pytest.mark.parametrize(
    "moment",
    [
        datetime.datetime(1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
        datetime.datetime(9999, 12, 31, 23, tzinfo=datetime.timezone(-datetime.timedelta(hours=1))),
    ],
)
def test_a_moment_at_the_end_of_time_that_utc_does_not_reach_has_a_text(moment: datetime.datetime) -> None:
    assert canonical(moment) == moment.isoformat()


def test_one_time_of_day_has_one_text_in_every_zone() -> None:
    here = datetime.time(12, tzinfo=datetime.UTC)
    there = datetime.time(13, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
    assert here == there
    assert canonical(here) == canonical(there)


@unhurried
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
def test_equal_decimals_have_one_plain_text(number: Decimal) -> None:
    text = canonical(number)
    assert Decimal(text) == number
    assert "e" not in text.lower()
    assert canonical(number + Decimal("0.00")) == canonical(number + Decimal("0"))


@unhurried
@given(st.integers(-(2**53), 2**53))
def test_a_whole_number_has_one_text_whatever_its_type(number: int) -> None:
    assert canonical(number) == canonical(float(number)) == canonical(Decimal(number)) == str(number)


def test_a_huge_exponent_costs_no_memory_and_collapses() -> None:
    tracemalloc.start()
    try:
        text = format_list([Invalidation.of("price", amount=Decimal("1E+3000000"))])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert text == "price"
    assert peak < 1_000_000


@pytest.mark.parametrize("value", [None, b"5", [5], {"a": 5}, object])
def test_what_is_no_scalar_has_no_text(value: object) -> None:
    with pytest.raises(TypeError) as caught:
        canonical(value)
    assert str(caught.value) == f"A parameter of a context must be a scalar, not {value!r}."


def named(value: object) -> str:
    """Name a test's parameter, which may have more digits than Python writes."""
    return f"{Decimal(value):.3E}" if isinstance(value, (int, float, Decimal)) else str(value)[:20]


@pytest.fixture
def strictest_limit() -> Iterator[None]:
    """Let Python read and write as few digits of an integer as it can be told."""
    usual = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(sys.int_info.str_digits_check_threshold)
    yield
    sys.set_int_max_str_digits(usual)


@pytest.mark.parametrize("digits", [1, 640, 641, 4300])
@pytest.mark.usefixtures("strictest_limit")
def test_an_integer_has_a_text_whatever_limit_of_digits_python_has(digits: int) -> None:
    most, least = 10**digits - 1, 10 ** (digits - 1)
    assert [canonical(most), canonical(-most)] == ["9" * digits, "-" + "9" * digits]
    assert [canonical(least), canonical(-least)] == ["1" + "0" * (digits - 1), "-1" + "0" * (digits - 1)]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (10**4300, "1.000E+4300 can't name a block: it has too many digits."),
        (-(10**4300), "-1.000E+4300 can't name a block: it has too many digits."),
        (Decimal("1E+4096"), "1.000E+4096 can't name a block: it has too many digits, or is not a number."),
        (Decimal("1E-4096"), "1.000E-4096 can't name a block: it has too many digits, or is not a number."),
        (Decimal("1E+5000"), "1.000E+5000 can't name a block: it has too many digits, or is not a number."),
        (Decimal("Infinity"), "Infinity can't name a block: it has too many digits, or is not a number."),
        (float("nan"), "NaN can't name a block: it has too many digits, or is not a number."),
    ],
    ids=named,
)
def test_a_number_that_no_header_holds_is_refused_and_left_out(
    value: int | float | Decimal, message: str
) -> None:
    with pytest.raises(ValueError, match="can't name a block") as caught:
        canonical(value)
    assert str(caught.value) == message
    assert not is_nameable(value)
    assert Invalidation.of("price", amount=value) == Invalidation.of("price")


def test_a_decimal_of_as_many_digits_as_a_header_holds_has_a_text() -> None:
    assert canonical(Decimal("1E+4095")) == "1" + "0" * 4095
    assert canonical(Decimal("-1E+4095")) == "-1" + "0" * 4095
    assert canonical(Decimal("1E-4095")) == "0." + "0" * 4094 + "1"


class Id(int):
    """A number that is written in another way."""

    def __str__(self) -> str:
        return f"no. {int(self)}"


class Odd(enum.Enum):
    """An enum of what names no block."""

    NAN = float("nan")


def test_a_number_of_a_class_of_its_own_is_a_number() -> None:
    assert canonical(Id(5)) == "5"
    assert [is_nameable(Id(value)) for value in (LONGEST_INT, LONGEST_INT + 1)] == [True, False]
    assert [is_nameable(Id(-value)) for value in (LONGEST_INT, LONGEST_INT + 1)] == [True, False]


@pytest.mark.parametrize(
    "value",
    [0, 5, -5, LONGEST_INT, -LONGEST_INT, True, 0.5, Decimal("0.5"), "", "a", Colour.RED, Inner.RED],
    ids=named,
)
def test_what_has_a_short_text_names_a_block(value: object) -> None:
    assert is_nameable(value)


@pytest.mark.parametrize(
    "value", [LONGEST_INT + 1, -LONGEST_INT - 1, None, [5], b"5", object, Odd.NAN], ids=named
)
def test_what_has_none_names_no_block(value: object) -> None:
    assert not is_nameable(value)


def test_the_zone_of_the_machine_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert (
            canonical(datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.UTC)) == "2026-01-31T12:00:00+00:00"
        )
        assert canonical(datetime.time(12, tzinfo=datetime.UTC)) == "12:00:00+00:00"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_one_of_declared_names_is_like_any_other() -> None:
    made = Invalidation.declared("user", (("tab", "a"), ("user_id", "5")), (("tab", "a"), ("user_id", 5)))
    same = Invalidation.of("user", user_id=5, tab="a")
    assert (made, hash(made), str(made)) == (same, hash(same), "user;tab=a;user_id=5")
    assert made.as_json() == {"context": "user", "params": {"tab": "a", "user_id": 5}}


def test_json_keeps_numbers_and_booleans_and_writes_the_rest_as_text() -> None:
    stale = Invalidation.of(
        "board", board_id=5, ratio=0.5, mine=True, on=datetime.date(2026, 1, 31), tag="ä", colour=Colour.RED
    )
    assert stale.as_json() == {
        "context": "board",
        "params": {
            "board_id": 5,
            "colour": "red",
            "mine": True,
            "on": "2026-01-31",
            "ratio": 0.5,
            "tag": "ä",
        },
    }


def test_json_of_a_bare_context_is_its_name() -> None:
    assert Invalidation.of("notifications").as_json() == "notifications"
    assert EVERYTHING.as_json() == "*"
