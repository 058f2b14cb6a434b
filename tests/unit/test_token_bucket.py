"""A token bucket: bursts up to its capacity, then its rate."""

import doctest

from mizan_htmx import token_bucket
from mizan_htmx.token_bucket import TokenBucket


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_example_in_its_docstring_holds() -> None:
    assert doctest.testmod(token_bucket).failed == 0


def test_a_burst_then_the_rate() -> None:
    clock = Clock()
    bucket = TokenBucket(0.5, 3, clock)
    assert [bucket.try_take() for _ in range(4)] == [0, 0, 0, 2.0]
    clock.now += 1
    assert bucket.try_take() == 1.0
    clock.now += 1
    assert [bucket.try_take(), bucket.try_take()] == [0, 2.0]
    clock.now += 1000
    assert [bucket.try_take() for _ in range(4)] == [0, 0, 0, 2.0]


def test_reserved_tokens_are_taken_in_advance() -> None:
    clock = Clock()
    bucket = TokenBucket(0.5, 1, clock)
    assert [bucket.reserve() for _ in range(3)] == [0.0, 2.0, 4.0]
    clock.now += 6
    assert [bucket.reserve(), bucket.reserve()] == [0.0, 2.0]


def test_a_charge_delays_later_calls() -> None:
    clock = Clock()
    bucket = TokenBucket(0.5, 3, clock)
    bucket.charge(3.5)
    assert bucket.try_take() == 3.0
    clock.now += 3
    assert bucket.try_take() == 0.0


def test_a_drained_bucket_has_no_tokens_and_keeps_its_debt() -> None:
    bucket = TokenBucket(0.5, 3, Clock())
    bucket.drain()
    assert bucket.try_take() == 2.0
    bucket.charge(1)
    bucket.drain()
    assert bucket.try_take() == 4.0
