"""Publications that Redis has not accepted yet; one thread retries them until it accepts them."""

import logging
from collections.abc import Callable, Iterable
from threading import Event, Lock, Thread

from mizan_htmx.channels.layer.versions import StoreDown
from mizan_htmx.invalidation.shutdown import at_exit
from mizan_htmx.protocol.keys import Invalidation, format_list, merge

logger = logging.getLogger("mizan_htmx.channels")

#: The seconds between two attempts.
RETRY_INTERVAL = 1.0
#: How long a process that ends waits for the queue, in seconds.
SHUTDOWN_TIMEOUT = 2.0


class RetryQueue:
    """Call ``publish(keys)`` with all queued keys until it no longer raises ``StoreDown``.

    The queue is bounded: its keys are merged as those of ``X-Mizan-Invalidate``.
    """

    def __init__(self, publish: Callable[[tuple[Invalidation, ...]], object]) -> None:
        self._publish = publish
        self._lock = Lock()
        self._queued: tuple[Invalidation, ...] = ()
        self._in_progress: tuple[Invalidation, ...] = ()
        self._logged: tuple[Invalidation, ...] = ()
        self._thread: Thread | None = None
        self._stop = Event()

    @property
    def pending(self) -> tuple[Invalidation, ...]:
        """The keys that may not have been published yet."""
        with self._lock:
            return merge((*self._in_progress, *self._queued))

    def add(self, keys: Iterable[Invalidation]) -> None:
        """Publish soon; start the thread if there is none, as after a fork."""
        with self._lock:
            self._queued = merge((*self._queued, *keys))
            if self._thread is None or not self._thread.is_alive():
                self._stop.clear()
                self._thread = Thread(target=self._run, name="mizan-publishing", daemon=True)
                self._thread.start()
                at_exit(self.finish)

    def _run(self) -> None:
        while True:
            with self._lock:
                keys = self._in_progress = self._queued
                self._queued = ()
                if not keys:
                    self._thread = None
                    return
            if not self._try(keys) and self._stop.wait(RETRY_INTERVAL):
                return

    def _try(self, keys: tuple[Invalidation, ...]) -> bool:
        try:
            self._publish(keys)
        except StoreDown:
            with self._lock:
                self._queued, self._in_progress = merge((*keys, *self._queued)), ()
            return False
        except Exception:  # the border to the channel layer; what it rejects once, it would reject again
            logger.exception("%s could not be published.", format_list(keys))
        with self._lock:
            self._in_progress = ()
        return True

    def finish(self) -> None:
        """Wait up to ``SHUTDOWN_TIMEOUT`` as the process ends; log what is still queued, once."""
        thread = self._thread
        if thread is not None:
            thread.join(SHUTDOWN_TIMEOUT)
        lost = self.pending
        if lost and lost != self._logged:
            self._logged = lost
            logger.error(
                "The process ends before this could be published: %s. Open pages are not refreshed.",
                format_list(lost),
            )

    def stop(self) -> None:
        """Discard the queue and end the thread."""
        with self._lock:
            thread, self._queued = self._thread, ()
            self._stop.set()
        if thread is not None:
            thread.join()
        with self._lock:
            self._queued, self._in_progress, self._logged, self._thread = (), (), (), None
