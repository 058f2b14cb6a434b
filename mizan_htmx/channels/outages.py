"""Telling the log that Redis, or whatever stands behind the channel layer, does not answer."""

import logging
from threading import Lock
from time import monotonic

logger = logging.getLogger("mizan_htmx.channels")

SECONDS = 60.0


class Outage:
    """Complains at most once a minute, however many calls fail; any thread may call it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._quiet_until = 0.0

    def complain(self, error: BaseException) -> None:
        """Log that something failed, unless that was said within the last minute."""
        with self._lock:
            now = monotonic()
            if now < self._quiet_until:
                return
            self._quiet_until = now + SECONDS
        logger.error(
            "The channel layer does not answer: %s: %s. Pages are told what became stale once it does.",
            type(error).__name__,
            error,
        )

    def forget(self) -> None:
        """Let the next failure be logged."""
        with self._lock:
            self._quiet_until = 0.0


outage = Outage()
