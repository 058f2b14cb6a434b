"""A token bucket, as the interfaces of CDNs hold their callers to one."""

import time
from collections.abc import Callable


class Bucket:
    """Holds ``size`` tokens and gains ``rate`` a second; for one thread."""

    def __init__(self, rate: float, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._size = size
        self._clock = clock
        self._tokens = float(size)
        self._at = clock()

    def take(self) -> float:
        """Take a token and give 0, or take none and give the seconds until there is one."""
        now = self._clock()
        self._tokens = min(self._size, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1:
            return (1 - self._tokens) / self._rate
        self._tokens -= 1
        return 0.0

    def empty(self) -> None:
        """Have no token left, as the other side says."""
        self._tokens = min(self._tokens, 0.0)
