"""The rate limit of one socket: a token bucket that disconnects clients which keep exceeding it."""

from collections.abc import Callable

from mizan_htmx.token_bucket import TokenBucket

POLICY_VIOLATION = 1008  # RFC 6455 section 7.4.1


class RateLimit:
    """Allow ``burst`` frames at once, then ``rate`` a second; later ones are delayed.

    It is exceeded once more than ``patience`` frames in a row had to be delayed. ``clock`` is in seconds.
    """

    __slots__ = ("_bucket", "_delayed", "_patience")

    def __init__(self, burst: int, rate: float, patience: int, clock: Callable[[], float]) -> None:
        self._bucket = TokenBucket(rate, burst, clock)
        self._patience = patience
        self._delayed = 0

    @property
    def is_exceeded(self) -> bool:
        """Whether too many frames in a row came too fast."""
        return self._delayed > self._patience

    def count_frame(self) -> float:
        """Count a frame; return the seconds by which it has to be delayed."""
        delay = self._bucket.reserve()
        self._delayed = self._delayed + 1 if delay else 0
        return delay

    def charge(self, frames: float) -> None:
        """Count the frame as so many more; the next one is delayed by them."""
        self._bucket.charge(frames)
