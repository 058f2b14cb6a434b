"""What ``with`` passes: the same value and type at first and after a refresh, and one text in the token."""

import enum
import json
import math
from collections import deque
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from mizan_htmx.blocks.scope.passed_values import CannotPass, TooLong, as_key, from_key, passed, read, written

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


class Shade(enum.Enum):
    """An enum of several kinds."""

    DARK = "d"
    SINCE = date(2026, 1, 31)
    NO = None
    PAIR = (1, 2)


class Level(enum.IntFlag):
    """Flags, which are numbers."""

    READ = 1
    WRITE = 2


class Day(date):
    """A date of a site's own."""


def after_a_refresh(value: Any) -> Any:
    """Return what is passed, from a token's JSON."""
    return read(json.loads(json.dumps(written(as_key({"x": value})))))["x"]


@pytest.mark.parametrize(
    "value",
    [
        *("", "é\n😀", "\udc80", 5, -(10**30), 1.5, -0.0, math.inf, True, False, None),
        *(date(2026, 1, 31), date.min, datetime.max, datetime(2026, 1, 31, 9, 30, 0, 5)),
        *(datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=timezone(-HOUR / 3600))),
        *(datetime(2026, 7, 1, 9, tzinfo=BERLIN), datetime(2026, 3, 29, 2, 30, tzinfo=BERLIN)),
        *(datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=BERLIN) for fold in (0, 1)),
        *(datetime.min.replace(tzinfo=BERLIN), datetime.max.replace(tzinfo=ZoneInfo("UTC"))),
        *(time(9, 30), time.max, time(9, tzinfo=UTC), time(9, tzinfo=BERLIN)),
        *(Decimal("9.50"), Decimal("1E+400"), Decimal("-0"), Decimal("Infinity"), UUID(int=7)),
        *(
            [],
            (),
            [1, True, 1.0, "1", None],
            (date(2026, 1, 31), "2026-01-31"),
            [Decimal("1.0"), UUID(int=7)],
        ),
    ],
    ids=repr,
)
def test_a_value_is_the_same_at_first_and_after_a_refresh(value: Any) -> None:
    first = passed(value)
    later = after_a_refresh(first)

    assert (first, later) == (value, value)
    assert repr(first) == repr(later) == repr(value)
    assert type(first) is type(later) is type(value)


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        (mark_safe("<b>"), "<b>"),
        (gettext_lazy("Yes"), "Yes"),
        (SimpleLazyObject(lambda: [mark_safe("a"), gettext_lazy("Yes")]), ["a", "Yes"]),
        (Shade.DARK, "d"),
        (Shade.SINCE, date(2026, 1, 31)),
        (Shade.NO, None),
        (Level.READ | Level.WRITE, 3),
        ([Level.READ], [1]),
        (Day(2026, 1, 31), date(2026, 1, 31)),
        (datetime(2026, 1, 31, tzinfo=timezone(HOUR, "CET")), datetime(2026, 1, 31, tzinfo=timezone(HOUR))),
        ({3, 1, 2}, [1, 2, 3]),
        (frozenset({"b", "a"}), ["a", "b"]),
        ({"a", 1, None, date(2026, 1, 31)}, [None, date(2026, 1, 31), 1, "a"]),
        (range(3), [0, 1, 2]),
        (deque([2, 1]), [2, 1]),
        ({"b": 1, "a": 2}.keys(), ["b", "a"]),
        ({"b": 1, "a": 2}.values(), [1, 2]),
    ],
)
def test_a_value_loses_at_first_what_a_url_would_lose(value: Any, becomes: Any) -> None:
    first = passed(value)
    later = after_a_refresh(first)

    assert repr(first) == repr(later) == repr(becomes)


def test_not_a_number_is_not_equal_to_itself_but_stays_what_it_is() -> None:
    for value in (math.nan, Decimal("NaN")):
        assert repr(after_a_refresh(passed(value))) == repr(value)


@pytest.mark.parametrize(
    "value",
    [
        *(timedelta(1), b"x", bytearray(b"x"), memoryview(b"x"), {}, object(), Ellipsis, int, 1j),
        *(Decimal("sNaN"), 10**5000, Shade.PAIR, (each for each in "ab"), iter([1]), {"a": 1}.items()),
    ],
    ids=lambda value: type(value).__name__,  # repr() of the number fails
)
def test_other_values_are_refused(value: Any) -> None:
    with pytest.raises(CannotPass):
        passed(value)


@pytest.mark.parametrize("make", [list, tuple, deque])
def test_a_list_has_only_scalars(make: Callable[[list[Any]], Any]) -> None:
    for item in ([], (), {}, set(), b"", object()):
        whole = make(["a", item])
        with pytest.raises(CannotPass) as caught:
            passed(whole)
        assert (caught.value.value, caught.value.item) == (whole, item)


def test_a_list_is_at_most_as_long_as_a_url_may_be() -> None:
    assert passed(["x" * 1996]) == ["x" * 1996]
    with pytest.raises(TooLong):
        passed(["x" * 1997])
    with pytest.raises(TooLong):
        passed(range(10_000))


def test_equal_values_have_one_key_and_one_text() -> None:
    for one, other in [
        ({1, 2, 3}, {3, 2, 1}),
        (["a"], [mark_safe("a")]),
        (Decimal("1.0"), Decimal("1.0")),
        (datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=timezone(timedelta(0)))),
    ]:
        keys = {as_key({"x": passed(each)}) for each in (one, other)}
        assert len(keys) == len({json.dumps(written(key)) for key in keys}) == 1


def test_what_python_calls_equal_but_shows_differently_has_a_key_and_a_text_of_its_own() -> None:
    moment = datetime(2026, 7, 1, 9, tzinfo=BERLIN)
    for group in [
        [True, 1, 1.0, "1", "True", Decimal(1), Decimal("1.0"), [1], (1,), [True], ["1"], [1.0]],
        [date(2026, 1, 31), "2026-01-31", datetime(2026, 1, 31), [date(2026, 1, 31)], (date(2026, 1, 31),)],
        [UUID(int=7), str(UUID(int=7)), time(9), "09:00:00", None, "None", [], (), ""],
        [moment, moment.astimezone(UTC), moment.astimezone(timezone(2 * HOUR)), 0.0, -0.0, 0],
    ]:
        keys = {as_key({"x": passed(each)}) for each in group}
        assert len(keys) == len({json.dumps(written(key)) for key in keys}) == len(group)


def test_a_token_has_jsons_own_scalars_as_before_and_types_beside_the_others() -> None:
    values = {
        "a": [1, "1", None],
        "b": (date(2026, 1, 31),),
        "c": datetime(2026, 7, 1, 9, tzinfo=BERLIN),
        "d": True,
        "e": time(9, 30),
        "f": Decimal("9.50"),
        "g": UUID(int=7),
    }
    assert written(as_key({name: passed(value) for name, value in values.items()})) == {
        "a": [1, "1", None],
        "b": {"tuple": [{"date": "2026-01-31"}]},
        "c": {"datetime": "2026-07-01T09:00:00+02:00[Europe/Berlin]"},
        "d": True,
        "e": {"time": "09:30:00"},
        "f": {"decimal": "9.50"},
        "g": {"uuid": "00000000-0000-0000-0000-000000000007"},
    }


@pytest.mark.parametrize(
    "value",
    [
        *({}, {"fraction": "1/2"}, {"date": "yesterday"}, {"date": 5}, {"date": "2026-01-31", "x": "y"}),
        *({"decimal": "x"}, {"uuid": "x"}, {"datetime": "2026-01-31T00:00:00+01:00[Nowhere/Land]"}),
        *({"datetime": "2026-01-31T00:00:00+01:00[../x]"}, {"tuple": "x"}, [{"tuple": []}], [[1]], [{}]),
    ],
    ids=repr,
)
def test_what_another_release_may_have_written_is_a_value_error(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        read({"x": value})


def test_each_block_has_a_list_of_its_own() -> None:
    key = as_key({"x": [1], "y": (1,)})
    first, second = from_key(key), from_key(key)

    assert first == second == {"x": [1], "y": (1,)}
    assert first["x"] is not second["x"]
