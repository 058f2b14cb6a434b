"""The version that was current some seconds ago, for readers whose database replica lags that far behind.

A version is recorded when it is queried. A late record makes a result look older than it is: the block is
refreshed once too often, and never left stale.
"""

from bisect import bisect_right
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

AnyVersion = TypeVar("AnyVersion")

#: How many versions are kept, and the milliseconds between two of them: enough for over a quarter of an hour.
MAX_KEPT = 10_000
INTERVAL_MS = 100

#: The same in Redis, as one atomic script, by the clock of Redis. Returns ``""`` if no version is that old.
SCRIPT = """
local past, version, ago, kept, interval = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local last = redis.call('ZREVRANGE', past, 0, 0, 'WITHSCORES')
if last[1] ~= version and (not last[2] or now - last[2] >= tonumber(interval)) then
  redis.call('ZADD', past, now, version)
  redis.call('ZREMRANGEBYRANK', past, 0, -kept - 1)
end
redis.call('EXPIRE', past, ARGV[5])
return redis.call('ZREVRANGEBYSCORE', past, now - ago, '-inf', 'LIMIT', 0, 1)[1] or ''
"""


class PastVersions(Generic[AnyVersion]):
    """The past versions of one process. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._times: list[float] = []
        self._versions: list[AnyVersion] = []

    def find(self, now: AnyVersion, seconds: float) -> AnyVersion | None:
        """Record ``now``; return the version of ``seconds`` ago, or ``None`` if all are newer."""
        with self._lock:
            time = self._clock()
            if not self._versions or (
                self._versions[-1] != now and time - self._times[-1] >= INTERVAL_MS / 1000
            ):
                self._times.append(time)
                self._versions.append(now)
            if len(self._times) > MAX_KEPT:
                del self._times[: MAX_KEPT // 2], self._versions[: MAX_KEPT // 2]
            found = bisect_right(self._times, time - seconds)
            return self._versions[found - 1] if found else None
