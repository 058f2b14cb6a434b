"""The values that ``with`` passes into a block: which there are, and how a token writes them.

JSON's own scalars and lists are written as they are, everything else as an object of one key, its type:

    {"title": "Up", "ids": [5, 6], "since": {"date": "2026-01-31"}, "price": {"decimal": "9.50"}}
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence, Set, ValuesView
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mizan_htmx.html import plain
from mizan_htmx.protocol.keys import LONGEST_INT

#: The most characters of a list in JSON. Common servers refuse URLs over 4,094, and base64 adds a third.
MAX_LIST = 2000

Plain = str | int | float | bool | None
Scalar = Plain | date | time | Decimal | UUID
Variable = Scalar | list[Scalar] | tuple[Scalar, ...]

# As JSON has them.
WrittenScalar = Plain | dict[str, str]
Written = WrittenScalar | list[WrittenScalar] | dict[str, list[WrittenScalar]]

#: Variables as the key of a cache: (name, repr, value), a list as a tuple. The repr tells True, 1 and 1.0
#: apart, which are equal, and a list from a tuple.
VariablesKey = tuple[tuple[str, str, Scalar | tuple[Scalar, ...]], ...]

Moment = TypeVar("Moment", datetime, time)

_PLAIN = (str, int, float, bool, type(None))
_TEXTS = (str, bytes, bytearray, memoryview)


class CannotPass(ValueError):
    """``with`` was given a value that can't be part of a URL; ``item`` is what is wrong in a list."""

    def __init__(self, value: object, item: object = None) -> None:
        super().__init__(value)
        self.value, self.item = value, item


class TooLong(CannotPass):
    """``with`` was given a list that is too long for a URL."""


def passed(value: object) -> Variable:
    """Return a value as the block has it, at first and after a refresh: without what a URL would lose.

    An enum's member becomes its value, a text that is marked safe an ordinary one, a subclass its base; a set
    becomes a sorted list, another collection a list. Raise CannotPass.
    """
    value = plain(value)
    if isinstance(value, (Sequence, Set, ValuesView)) and not isinstance(value, (*_TEXTS, Enum)):
        return _collection(value)
    return _scalar(value)


def _scalar(value: object) -> Scalar:
    if isinstance(value, Enum):
        return _scalar(value.value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value + ""  # without a SafeString's safety
    if isinstance(value, float):
        return float(value)
    if isinstance(value, int) and -LONGEST_INT <= value <= LONGEST_INT:
        return int(value)
    if isinstance(value, (date, time, Decimal, UUID)) and not (
        isinstance(value, Decimal) and value.is_snan()
    ):
        try:
            return _read_scalar(_write_scalar(value))
        except ValueError:  # such as a time zone that has a name, but not in the time zone database
            raise CannotPass(value) from None
    raise CannotPass(value)


def _collection(value: Sequence[object] | Set[object] | ValuesView[object]) -> Variable:
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        raise CannotPass(value)
    items: list[Scalar] = []
    for each in map(plain, value):
        try:
            items.append(_scalar(each))
        except CannotPass:
            raise CannotPass(value, each) from None
    if len(json.dumps([_write_scalar(each) for each in items], separators=(",", ":"))) > MAX_LIST:
        raise TooLong(value)
    if isinstance(value, tuple):
        return tuple(items)
    return _sorted(items) if isinstance(value, (set, frozenset)) else items


def _sorted(items: list[Scalar]) -> list[Scalar]:
    """Return the items of a set in the same order in each process, whose hashes of texts differ."""
    by_repr = sorted(items, key=lambda each: (type(each).__name__, repr(each)))
    try:
        return sorted(by_repr)  # type: ignore[type-var]
    except TypeError:  # not all of them can be compared
        return by_repr


def as_key(variables: Mapping[str, Variable]) -> VariablesKey:
    """Return variables as the key of a cache."""
    if not variables:
        return ()
    return tuple(
        [
            (name, repr(value), tuple(value) if isinstance(value, list) else value)
            for name, value in variables.items()
        ]
    )


def from_key(key: VariablesKey) -> dict[str, Variable]:
    """Return the variables; lists are new ones."""
    return {
        name: list(value) if isinstance(value, tuple) and text.startswith("[") else value
        for name, text, value in key
    }


def for_template(variables: Mapping[str, Variable]) -> dict[str, Variable]:
    """Return copies for a template, which might change a list before the block's URL is signed."""
    return {name: [*value] if isinstance(value, list) else value for name, value in variables.items()}


def written(key: VariablesKey) -> dict[str, Written]:
    """Return variables as a token writes them."""
    return {name: _write(text, value) for name, text, value in key}


def read(payload: Mapping[str, Written]) -> dict[str, Variable]:
    """Return the variables of a token; raise ValueError for what another release may have written."""
    return {name: _read(value) for name, value in payload.items()}


def _write(text: str, value: Scalar | tuple[Scalar, ...]) -> Written:
    if not isinstance(value, tuple):
        return _write_scalar(value)
    items = [_write_scalar(each) for each in value]
    return items if text.startswith("[") else {"tuple": items}


def _read(value: Written) -> Variable:
    if isinstance(value, list):
        return _read_items(value)
    if isinstance(value, dict):
        items = value.get("tuple")
        if isinstance(items, list):
            return tuple(_read_items(items))
    return _read_scalar(value)


def _read_items(items: Iterable[WrittenScalar]) -> list[Scalar]:
    return [_read_scalar(each) for each in items]


def _write_scalar(value: Scalar) -> WrittenScalar:
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, (datetime, time)):
        return {"datetime" if isinstance(value, datetime) else "time": _moment_text(value)}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return {"decimal" if isinstance(value, Decimal) else "uuid": str(value)}


def _read_scalar(value: object) -> Scalar:
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, dict) and len(value) == 1:
        ((kind, text),) = value.items()
        if kind in _READ and isinstance(text, str):
            return _READ[kind](text)
    raise ValueError(f"A variable of a block can't be {value!r}.")


def _moment_text(value: datetime | time) -> str:
    """Return ISO 8601, followed by the name of the time zone, as in RFC 9557: ``…+02:00[Europe/Berlin]``."""
    zone = value.tzinfo
    name = zone.key if isinstance(zone, ZoneInfo) else None
    return value.isoformat() + (f"[{name}]" if name else "")


def _read_datetime(text: str) -> datetime:
    moment, zone = _in_zone(text, datetime.fromisoformat)
    if zone is None:
        return moment
    first = moment.replace(tzinfo=zone)
    second = first.replace(fold=1)  # the second of two equal local times, when clocks are set back
    is_second = first.utcoffset() != moment.utcoffset() == second.utcoffset()
    return second if is_second else first


def _read_time(text: str) -> time:
    moment, zone = _in_zone(text, time.fromisoformat)
    return moment if zone is None else moment.replace(tzinfo=zone)


def _in_zone(text: str, parse: Callable[[str], Moment]) -> tuple[Moment, ZoneInfo | None]:
    moment, _, name = text.removesuffix("]").partition("[")
    try:
        return parse(moment), ZoneInfo(name) if name else None
    except ZoneInfoNotFoundError as error:
        raise ValueError(f"There is no time zone {name!r}.") from error


def _read_decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError as error:
        raise ValueError(f"{text!r} is not a number.") from error


_READ: Mapping[str, Callable[[str], Scalar]] = {
    "date": date.fromisoformat,
    "datetime": _read_datetime,
    "time": _read_time,
    "decimal": _read_decimal,
    "uuid": UUID,
}
