"""``mizan_htmx.bounded_cache``: what it computes once, and what it does not keep."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from mizan_htmx.bounded_cache import BoundedCache


@dataclass(frozen=True)
class Text:
    """A key that is compared by its text alone."""

    text: str
    note: str = field(default="", compare=False)


@dataclass(frozen=True, eq=False)
class Declared:
    """A key that is compared by identity."""

    text: str


@pytest.fixture
def computed() -> list[tuple[object, ...]]:
    return []


@pytest.fixture
def compute(computed: list[tuple[object, ...]]) -> Callable[..., object]:
    def record(*arguments: object) -> object:
        computed.append(arguments)
        return arguments[0]

    return record


def test_a_value_is_computed_at_the_first_lookup_alone(
    compute: Callable[..., object], computed: list[object]
) -> None:
    cache = BoundedCache(compute)
    assert [cache[5, "a"], cache[5, "a"], cache[6, "a"]] == [5, 5, 6]
    assert computed == [(5, "a"), (6, "a")]


def test_a_hit_runs_no_python_code() -> None:
    cache = BoundedCache(lambda text: text)
    assert cache["a",] == "a"
    calls: list[str] = []
    sys.setprofile(lambda frame, event, _: calls.append(frame.f_code.co_name) if event == "call" else None)
    try:
        cache["a",]
    finally:
        sys.setprofile(None)
    assert calls == []


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("x" * 5, "x" * 6),
        (b"x" * 5, b"x" * 6),
        (10**4, 10**6),
        (-(10**4), -(10**6)),
        (("xx", ("xxx",)), ("xx", ("xxxx",))),
        (Text("x" * 5, note="x" * 10), Text("x" * 6)),
    ],
    ids=["text", "bytes", "number", "negative number", "tuple", "dataclass"],
)
def test_a_long_key_is_not_cached(
    computed: list[object], compute: Callable[..., object], short: object, long: object
) -> None:
    cache = BoundedCache(lambda key: compute(key) and None, longest=5)
    for key in (short, short, long, long):
        assert cache[key,] is None
    assert computed == [(short,), (long,), (long,)]


@pytest.mark.parametrize("value", ["x" * 5, ["xx", "xxx"], {"xx": "xxx"}], ids=["text", "list", "dict"])
def test_nor_is_a_long_value(value: object) -> None:
    for longest, is_cached in ((5, True), (4, False)):
        cache = BoundedCache(lambda: value, longest=longest)
        assert cache[()] is value
        assert (() in cache) is is_cached


def test_what_is_declared_once_has_no_length(compute: Callable[..., object], computed: list[object]) -> None:
    cache, declared = BoundedCache(compute, longest=5), Declared("x" * 6)
    assert cache[declared,] is cache[declared,] is declared
    assert computed == [(declared,)]


def test_it_has_so_many_entries_and_drops_those_that_nobody_has_looked_up(
    compute: Callable[..., object], computed: list[tuple[object, ...]]
) -> None:
    cache = BoundedCache(compute, entries=10)
    for number in range(100):
        assert cache[number,] == number
        assert cache["often",] == "often"
    assert len(cache) <= 5
    assert computed.count(("often",)) == 1
    assert computed.count((0,)) == 1
    assert cache[0,] == 0
    assert computed.count((0,)) == 2


def test_an_error_is_raised_at_each_lookup(computed: list[object]) -> None:
    def refuse(text: str) -> str:
        computed.append(text)
        raise ValueError(text)

    cache = BoundedCache(refuse)
    for _ in range(2):
        with pytest.raises(ValueError, match="forged"):
            cache["forged",]
    assert computed == ["forged", "forged"]


def test_no_entry_is_in_its_repr() -> None:
    def sign(secret: str) -> str:
        return secret

    cache = BoundedCache(sign)
    assert cache["secret",] == "secret"
    assert repr(cache) == ("<BoundedCache of test_no_entry_is_in_its_repr.<locals>.sign: 1 entries>")
