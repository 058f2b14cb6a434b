"""Logging that what sockets stand on does not answer: when it begins, while it lasts, and how long it was."""

import logging
from threading import Lock
from time import monotonic

from django.db import InterfaceError, OperationalError

#: What Django raises where a database does not answer, or has closed the connection.
DATABASE_ERRORS = (OperationalError, InterfaceError)

#: The seconds after a line in which another outage is not worth one.
BRIEF = 10.0

logger = logging.getLogger("mizan_htmx.channels")


class Outage:
    """Log failures of one service: the first at once, then one line in ``every`` seconds, and the end.

    A service may have parts that fail apart from one another, such as a store and a layer in one Redis. It is
    over when each part that failed has answered. One that begins soon after such a line is logged once it has
    lasted: a service that comes and goes says no more than every ``BRIEF`` seconds. Any thread may call it.
    """

    def __init__(self, begun: str, *, meanwhile: str, over: str, every: float) -> None:
        self._begun = begun
        self._meanwhile = meanwhile
        self._over = over
        self._every = every
        self._lock = Lock()
        self._failing: set[str] = set()
        self._since = 0.0
        self._said = 0.0
        self._quiet_until = 0.0
        self._unsaid = 0
        self._is_logged = False

    def fail(self, error: BaseException, part: str = "", *, traceback: bool = False) -> None:
        """Log that a call failed, unless such a line was logged less than ``every`` seconds ago."""
        with self._lock:
            now = monotonic()
            if not self._failing:
                self._since = now
                self._quiet_until = min(self._quiet_until, self._said + BRIEF)
            self._failing.add(part)
            if now < self._quiet_until:
                self._unsaid += 1
                return
            self._said, self._quiet_until = now, now + self._every
            unsaid, self._unsaid, self._is_logged = self._unsaid, 0, True
        # Drivers write several lines, with or without a full stop.
        reason = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(".")
        count = f" {unsaid} more calls failed since the last such line." if unsaid else ""
        exc_info = error if traceback else None
        logger.error("%s: %s. %s%s", self._begun, reason, self._meanwhile, count, exc_info=exc_info)

    def succeed(self, part: str = "") -> None:
        """Log that it is over, and how long it was, if ``part`` was the last that failed."""
        if part not in self._failing:  # as nearly always
            return
        with self._lock:
            self._failing.discard(part)
            if self._failing or not self._is_logged:
                return
            seconds = monotonic() - self._since
            self._is_logged, self._unsaid = False, 0
        logger.warning("%s, after %.1f s.", self._over, seconds)

    def drop(self, part: str) -> None:
        """Take no more note of a part. Whether it would answer now, nobody can tell."""
        if part not in self._failing:
            return
        with self._lock:
            self._failing.discard(part)
            if not self._failing:
                self._is_logged, self._unsaid = False, 0

    def forget(self) -> None:
        """Begin anew: nothing has failed, and the next failure is logged."""
        with self._lock:
            self._failing.clear()
            self._quiet_until, self._unsaid, self._is_logged = 0.0, 0, False


#: The channel layer and, in the same Redis, the store of versions.
layer_outage = Outage(
    "The channel layer does not answer",
    meanwhile="Pages are told what became stale once it does.",
    over="The channel layer answers again",
    every=60.0,
)

#: The databases that know the visitors of sockets, and what those may have.
database_outage = Outage(
    "Sockets can't ask the database",
    meanwhile="They keep what they have, and are checked later.",
    over="Sockets can ask the database again",
    every=1.0,
)

#: Whatever else a check of a socket may fail by, such as a store of sessions that is no database.
check_outage = Outage(
    "A socket could not be checked",
    meanwhile="It keeps what it has, and is checked later.",
    over="Sockets can be checked again",
    every=60.0,
)
