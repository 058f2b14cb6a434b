r"""Invalidations and their grammar, which the header, blocks, the socket and cache tags share.

    list    = entry *( ", " entry )
    entry   = "*" / context *( ";" name "=" value )
    context = name = ALPHA-or-_ *( ALPHA / DIGIT / "_" / "-" / "." )
    value   = percent-encoded UTF-8; only A-Z a-z 0-9 - . _ ~ are unencoded

>>> stale = [Invalidation.of("user", user_id=5), Invalidation.of("notifications")]
>>> format_list(stale)
'user;user_id=5, notifications'
>>> parse("user;user_id=5 ,\tnotifications, no good, ") == tuple(stale)
True
>>> covers(stale[0], Invalidation.of("user", tab="a", user_id=5))
True
>>> covers(stale[0], Invalidation.of("user", user_id=6))
False

Standard library only, so that an edge worker or a script can use it without Django.
"""

import datetime
import enum
import math
import re
import sys
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

# Varnish refuses response header lines over 8,192 bytes and responds with 503, after the commit; common
# proxies allow 4 or 8 KiB for all headers together.
MAX_BYTES = 4096

# The most digits of a number that names a block, before and after the point; and the largest such integer,
# by the digits that Python parses (``int``, "Integer string conversion length limitation").
MAX_DIGITS = MAX_BYTES
LONGEST_INT: int = 10**sys.int_info.default_max_str_digits - 1
# Python writes that many whatever PYTHONINTMAXSTRDIGITS is.
_SHORT_INT: int = 10**sys.int_info.str_digits_check_threshold

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_VALUE = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})*")
_BARE = re.compile(r"[A-Za-z0-9._~-]*")
_BLANKS = " \t"
_BETWEEN = ", "
_SOME_DAY = datetime.date(2000, 1, 1)

SCALARS = (bool, int, float, Decimal, str, datetime.date, datetime.time, uuid.UUID, enum.Enum)


def is_name(text: str) -> bool:
    """Return whether ``text`` may name a context or a parameter."""
    return _is_short_name(text) if len(text) <= _SHORT else NAME.fullmatch(text) is not None


# Declared names repeat, so they are cached. Long ones come from clients, in a cookie or over a socket.
_SHORT = 100


@lru_cache(1024)
def _is_short_name(text: str) -> bool:
    return NAME.fullmatch(text) is not None


def canonical(value: object) -> str:
    """Return the canonical text of a scalar, the same for equal ones: ``5``, ``true``, ``2026-01-31``.

    Aware times are written in UTC, decimals and floats in plain notation without trailing zeros, because
    values that compare equal must name the same block. Raises TypeError for anything that is not a
    scalar, ``None`` included: a missing parameter is left out. Raises ValueError for NaN, infinity and too
    many digits for a header.
    """
    if type(value) is int:  # the most common case
        return str(value) if -_SHORT_INT < value < _SHORT_INT else _long(value)
    if isinstance(value, enum.Enum):
        return canonical(value.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return canonical(int(value))
    if isinstance(value, float):
        return _plain(Decimal(repr(float(value))))
    if isinstance(value, Decimal):
        return _plain(value)
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return _in_utc(value).isoformat()
    if isinstance(value, datetime.time) and value.tzinfo is not None:
        return _in_utc(datetime.datetime.combine(_SOME_DAY, value)).timetz().isoformat()
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, str):
        return _well_formed(value)
    raise TypeError(f"A parameter of a context must be a scalar, not {value!r}.")


def is_nameable(value: object) -> bool:
    """Return whether a value has a canonical text that is short enough to name a block."""
    if type(value) is int:
        return -LONGEST_INT <= value <= LONGEST_INT
    return isinstance(value, SCALARS) and not _is_left_out(value)


def _is_left_out(value: object) -> bool:
    if isinstance(value, enum.Enum):
        return not is_nameable(value.value)
    if isinstance(value, int):
        return not -LONGEST_INT <= value <= LONGEST_INT
    if isinstance(value, float):
        return not math.isfinite(value)
    return value is None or (isinstance(value, Decimal) and _written_out(value) is None)


def _in_utc(moment: datetime.datetime) -> datetime.datetime:
    try:
        return moment.astimezone(datetime.UTC)
    except OverflowError:  # in the first or last hours that datetime can represent
        return moment


def _plain(number: Decimal) -> str:
    text = _written_out(number)
    if text is None:
        raise ValueError(f"{number:.3E} can't name a block: it has too many digits, or is not a number.")
    return text


def _written_out(number: Decimal) -> str | None:
    """Return a number in plain notation; ``None`` for NaN, infinity and too many digits."""
    if not number.is_finite():
        return None
    if not number:
        return "0"
    if abs(number.adjusted()) > MAX_DIGITS:  # most of which would be zeros that are not written out yet
        return None
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if len(text.replace(".", "").lstrip("-")) <= MAX_DIGITS else None


def _long(number: int) -> str:
    if not is_nameable(number):
        raise ValueError(f"{Decimal(number):.3E} can't name a block: it has too many digits.")
    return format(Decimal(number), "f")


def _well_formed(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        # A lone surrogate has no UTF-8; browsers write U+FFFD in its place.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


# As a frozen dataclass sets its fields itself.
_set = object.__setattr__


@dataclass(frozen=True, slots=True)
class Invalidation:
    """A context with zero or more parameter values; ``context="*"`` means everything.

    ``params`` holds (name, canonical text) pairs sorted by name. ``given`` keeps the values themselves, for
    JSON, and takes no part in comparison.
    """

    context: str
    params: tuple[tuple[str, str], ...] = ()
    given: tuple[tuple[str, object], ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        if not is_name(self.context) and (self.context != "*" or self.params):
            raise _not_a_name(self.context)
        for name, _ in self.params:
            if not is_name(name):
                raise _not_a_name(name)

    @classmethod
    def of(cls, context: str, /, **values: object) -> "Invalidation":
        """Return the invalidation of Python values; raise ValueError for a bad name.

        ``None`` means "not given". A value without a text, such as a number with too many digits, is left
        out as well; the invalidation then covers more.
        """
        if context == "*":
            raise _not_a_name(context)
        given = tuple(sorted((name, value) for name, value in values.items() if not _is_left_out(value)))
        return cls(context, tuple((name, canonical(value)) for name, value in given), given)

    @classmethod
    def declared(
        cls, context: str, params: tuple[tuple[str, str], ...], given: tuple[tuple[str, object], ...]
    ) -> "Invalidation":
        """Return the invalidation of names that were checked at declaration, in half the time of ``of``."""
        made = object.__new__(cls)
        _set(made, "context", context)
        _set(made, "params", params)
        _set(made, "given", given)
        return made

    def __str__(self) -> str:
        text = self.context
        for name, value in self.params:
            text += f";{name}={value if _BARE.fullmatch(value) else quote(value, safe='')}"
        return text

    def as_json(self) -> str | dict[str, object]:
        """Return its form in a JSON body: a bare name, or ``context`` and ``params``."""
        if not self.params:
            return self.context
        params: dict[str, object] = dict(self.params)
        for name, value in self.given:
            if isinstance(value, (bool, int, float)):
                params[name] = value
        return {"context": self.context, "params": params}


def _not_a_name(text: str) -> ValueError:
    return ValueError(f"{text!r} is not a name. Use a letter or '_', then letters, digits, '_', '-' or '.'.")


EVERYTHING = Invalidation("*")


def covers(stale: Invalidation, shown: Invalidation) -> bool:
    """Return whether the invalidation ``stale`` covers a block that is bound to ``shown``.

    It does if the contexts are the same and no parameter that both have differs: an unneeded refresh is
    better than a stale page.
    """
    if stale.context != shown.context:
        return stale.context == "*"
    bound = dict(shown.params)
    return all(bound.get(name, text) == text for name, text in stale.params)


def parse(header: str) -> tuple[Invalidation, ...]:
    """Return the entries of a list. Entries that violate the grammar are dropped; this never raises."""
    entries = (_parse_entry(entry.strip(_BLANKS)) for entry in header.split(","))
    return tuple(entry for entry in entries if entry is not None)


def _parse_entry(text: str) -> Invalidation | None:
    if not text:
        return None
    context, *pairs = (part.strip(_BLANKS) for part in text.split(";"))
    if not (is_name(context) or text == "*"):
        return None
    params: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (equals and is_name(name) and name not in params and _VALUE.fullmatch(value)):
            return None
        try:
            params[name] = unquote_to_bytes(value).decode()
        except UnicodeDecodeError:
            return None
    return Invalidation(context, tuple(sorted(params.items())))


def merge(invalidations: Iterable[Invalidation], *, max_bytes: int = MAX_BYTES) -> tuple[Invalidation, ...]:
    """Return each once, in order; a bare context replaces its scoped entries, ``*`` replaces all.

    While the written list is longer than ``max_bytes``, the scoped entries of the context that has most of
    them collapse to its bare name; if bare names alone do not fit, the list is ``*``.
    """
    return merged(invalidations, max_bytes=max_bytes)[0]


def merged(
    invalidations: Iterable[Invalidation], *, max_bytes: int = MAX_BYTES
) -> tuple[tuple[Invalidation, ...], str]:
    """Return what ``merge`` returns and its text, in a time that is linear in the length of the text."""
    entries = tuple(invalidations)
    if len(entries) == 1:
        text = str(entries[0])
        if len(text) <= max_bytes:  # the most common case
            return entries, text
    else:
        entries = _swallow(tuple(dict.fromkeys(entries)))
    texts = [str(entry) for entry in entries]
    size = sum(map(len, texts)) + len(_BETWEEN) * (len(texts) - 1)
    if size <= max_bytes:
        return entries, _BETWEEN.join(texts)
    collapsed = _collapsing(entries, texts, size - max_bytes)
    if collapsed is None:
        return (EVERYTHING,), str(EVERYTHING)
    fits = tuple(
        dict.fromkeys(Invalidation(each.context) if each.context in collapsed else each for each in entries)
    )
    return fits, _BETWEEN.join(map(str, fits))


def _collapsing(entries: Iterable[Invalidation], texts: Iterable[str], excess: int) -> set[str] | None:
    """Return the contexts whose bare names save ``excess`` characters; ``None`` if all of them do not.

    No entry covers another, so each context is either bare or scoped.
    """
    lengths: dict[str, list[int]] = {}
    for entry, text in zip(entries, texts, strict=True):
        if entry.params:
            lengths.setdefault(entry.context, []).append(len(text) + len(_BETWEEN))
    # Of two with equally many entries the first one, because sorting is stable.
    chosen: set[str] = set()
    for context, mine in sorted(lengths.items(), key=lambda each: -len(each[1])):
        chosen.add(context)
        excess -= sum(mine) - len(context) - len(_BETWEEN)
        if excess <= 0:
            return chosen
    return None


def _swallow(entries: tuple[Invalidation, ...]) -> tuple[Invalidation, ...]:
    if EVERYTHING in entries:
        return (EVERYTHING,)
    bare = {entry.context for entry in entries if not entry.params}
    if not bare:
        return entries
    return tuple(entry for entry in entries if not entry.params or entry.context not in bare)


def format_list(invalidations: Iterable[Invalidation], *, max_bytes: int = MAX_BYTES) -> str:
    """Return the text of ``X-Mizan-Invalidate``: ASCII, at most ``max_bytes``, without CR, LF and NUL."""
    return merged(invalidations, max_bytes=max_bytes)[1]
