"""A token bucket: bursts up to a capacity, then a constant rate.

>>> now = 0.0
>>> bucket = TokenBucket(rate=2.0, capacity=1, clock=lambda: now)
>>> bucket.try_take(), bucket.try_take()
(0.0, 0.5)
"""

import time
from collections.abc import Callable


class TokenBucket:
    """Hold up to ``capacity`` tokens, refilled at ``rate`` a second by ``clock``. Not thread-safe.

    It never blocks: its methods return the seconds that the caller has to wait.
    """

    __slots__ = ("_capacity", "_clock", "_rate", "_refilled_at", "_tokens")

    def __init__(self, rate: float, capacity: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._capacity = capacity
        self._clock = clock
        self._tokens = float(capacity)
        self._refilled_at = clock()

    def try_take(self) -> float:
        """Take a token and return 0.0, or take none and return the seconds until there is one."""
        self._refill()
        if self._tokens < 1:
            return (1 - self._tokens) / self._rate
        self._tokens -= 1
        return 0.0

    def reserve(self) -> float:
        """Take a token, in advance if there is none; return the seconds until it would have been there."""
        self._refill()
        self._tokens -= 1
        return max(0.0, -self._tokens) / self._rate

    def charge(self, tokens: float) -> None:
        """Take tokens for what has been done already; later calls wait until they are refilled."""
        self._tokens -= tokens

    def drain(self) -> None:
        """Take all tokens."""
        self._tokens = min(self._tokens, 0.0)

    def _refill(self) -> None:
        now = self._clock()
        self._tokens = min(self._capacity, self._tokens + (now - self._refilled_at) * self._rate)
        self._refilled_at = now
