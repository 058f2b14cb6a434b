"""Which version was current some time ago, for readers whose database is that far behind.

Moments are noted when somebody asks. One that is noted late makes what is read look older than it is, so that
it is refreshed once more, and never left stale.
"""

from bisect import bisect_right
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

Current = TypeVar("Current")

#: How many moments are kept, and the milliseconds between two of them: more than a quarter of an hour.
KEPT = 10_000
APART = 100

#: The same in Redis, by one atomic script and by its own clock. Gives ``""`` where no moment is that old.
SCRIPT = """
local moments, version, ago, kept, apart = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local told = redis.call('TIME')
local now = told[1] * 1000 + math.floor(told[2] / 1000)
local last = redis.call('ZREVRANGE', moments, 0, 0, 'WITHSCORES')
if last[1] ~= version and (not last[2] or now - last[2] >= tonumber(apart)) then
  redis.call('ZADD', moments, now, version)
  redis.call('ZREMRANGEBYRANK', moments, 0, -kept - 1)
end
redis.call('EXPIRE', moments, ARGV[5])
return redis.call('ZREVRANGEBYSCORE', moments, now - ago, '-inf', 'LIMIT', 0, 1)[1] or ''
"""


class Moments(Generic[Current]):
    """Those of one process; any thread may ask."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._times: list[float] = []
        self._known: list[Current] = []

    def find(self, now: Current, seconds: float) -> Current | None:
        """Return what was current so many seconds ago, where ``now`` is; ``None`` for a time before all."""
        with self._lock:
            moment = self._clock()
            if not self._known or (self._known[-1] != now and moment - self._times[-1] >= APART / 1000):
                self._times.append(moment)
                self._known.append(now)
            if len(self._times) > KEPT:
                del self._times[: KEPT // 2], self._known[: KEPT // 2]
            found = bisect_right(self._times, moment - seconds)
            return self._known[found - 1] if found else None
