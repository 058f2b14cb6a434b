"""Rate-limited logging of outages of the services that sockets need: their start, progress and end."""

import logging
from threading import Lock
from time import monotonic

from django.db import InterfaceError, OperationalError

#: What Django raises if a database does not answer, or has closed the connection.
DATABASE_ERRORS = (OperationalError, InterfaceError)

#: The seconds after a logged line in which the start of another outage is not logged.
MIN_INTERVAL = 10.0

logger = logging.getLogger("mizan_htmx.channels")


class OutageLog:
    """Log the failures of one service: the first at once, then one line in ``every`` seconds, and the end.

    A service may have parts that fail independently, such as the version store and the channel layer in one
    Redis. The outage is over when each part that failed has succeeded. One that begins soon after another is
    logged only if it lasts, so a service that fails now and then logs at most one line in ``MIN_INTERVAL``
    seconds. Thread-safe.
    """

    def __init__(self, begun: str, *, meanwhile: str, over: str, every: float) -> None:
        self._begun = begun
        self._meanwhile = meanwhile
        self._over = over
        self._every = every
        self._lock = Lock()
        self._failing: set[str] = set()
        self._since = 0.0
        self._logged_at = 0.0
        self._quiet_until = 0.0
        self._unlogged = 0
        self._is_logged = False

    def fail(self, error: BaseException, part: str = "", *, traceback: bool = False) -> None:
        """Log a failed call, unless one was logged less than ``every`` seconds ago."""
        with self._lock:
            now = monotonic()
            if not self._failing:
                self._since = now
                self._quiet_until = min(self._quiet_until, self._logged_at + MIN_INTERVAL)
            self._failing.add(part)
            if now < self._quiet_until:
                self._unlogged += 1
                return
            self._logged_at, self._quiet_until = now, now + self._every
            unlogged, self._unlogged, self._is_logged = self._unlogged, 0, True
        # Drivers write several lines, with or without a full stop.
        reason = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(".")
        count = f" {unlogged} more calls failed since the last such line." if unlogged else ""
        exc_info = error if traceback else None
        logger.error("%s: %s. %s%s", self._begun, reason, self._meanwhile, count, exc_info=exc_info)

    def succeed(self, part: str = "") -> None:
        """Log the end of the outage and its length, if ``part`` was the last that failed."""
        if part not in self._failing:  # as nearly always
            return
        with self._lock:
            self._failing.discard(part)
            if self._failing or not self._is_logged:
                return
            seconds = monotonic() - self._since
            self._is_logged, self._unlogged = False, 0
        logger.warning("%s, after %.1f s.", self._over, seconds)

    def discard(self, part: str) -> None:
        """Remove a part that is not called any more, without logging an end."""
        if part not in self._failing:
            return
        with self._lock:
            self._failing.discard(part)
            if not self._failing:
                self._is_logged, self._unlogged = False, 0

    def reset(self) -> None:
        """Discard all failures; the next one is logged."""
        with self._lock:
            self._failing.clear()
            self._quiet_until, self._unlogged, self._is_logged = 0.0, 0, False


#: The channel layer and, in the same Redis, the version store.
layer_outage = OutageLog(
    "The channel layer does not answer",
    meanwhile="Pages refresh what is stale once it does.",
    over="The channel layer answers again",
    every=60.0,
)

#: The databases that hold the visitors of sockets and their permissions.
database_outage = OutageLog(
    "Sockets can't query the database",
    meanwhile="They keep their subscriptions, and are authorized again later.",
    over="Sockets can query the database again",
    every=1.0,
)

#: Any other failure of a reauthorization, such as that of a session store that is not a database.
reauthorization_outage = OutageLog(
    "A socket could not be authorized again",
    meanwhile="It keeps its subscriptions, and is authorized again later.",
    over="Sockets can be authorized again",
    every=60.0,
)
