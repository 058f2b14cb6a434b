"""Publications that could not be made yet: one thread tries again until it has made them."""

import logging
from collections.abc import Callable, Iterable
from threading import Event, Lock, Thread

from mizan_htmx.channels.layer.versions import StoreDown
from mizan_htmx.invalidation.shutdown import at_exit
from mizan_htmx.protocol.keys import Invalidation, format_list, merge

logger = logging.getLogger("mizan_htmx.channels")

PAUSE = 1.0
#: How long a process that ends waits for what it still has to publish.
LAST_WORDS = 2.0


class Retries:
    """Calls ``publish(keys)`` until it does not raise ``StoreDown``, for everything that waits at once.

    What waits is bounded: it is merged as the header is.
    """

    def __init__(self, publish: Callable[[tuple[Invalidation, ...]], object]) -> None:
        self._publish = publish
        self._lock = Lock()
        self._waiting: tuple[Invalidation, ...] = ()
        self._under_way: tuple[Invalidation, ...] = ()
        self._named: tuple[Invalidation, ...] = ()
        self._thread: Thread | None = None
        self._stop = Event()

    @property
    def waiting(self) -> tuple[Invalidation, ...]:
        """What has not been published yet, as far as anybody knows."""
        with self._lock:
            return merge((*self._under_way, *self._waiting))

    def add(self, keys: Iterable[Invalidation]) -> None:
        """Publish soon. Starts the thread if there is none; after a fork there is none."""
        with self._lock:
            self._waiting = merge((*self._waiting, *keys))
            if self._thread is None or not self._thread.is_alive():
                self._stop.clear()
                self._thread = Thread(target=self._run, name="mizan-publishing", daemon=True)
                self._thread.start()
                at_exit(self.finish)

    def _run(self) -> None:
        while True:
            with self._lock:
                keys = self._under_way = self._waiting
                self._waiting = ()
                if not keys:
                    self._thread = None
                    return
            if not self._try(keys) and self._stop.wait(PAUSE):
                return

    def _try(self, keys: tuple[Invalidation, ...]) -> bool:
        try:
            self._publish(keys)
        except StoreDown:
            with self._lock:
                self._waiting, self._under_way = merge((*keys, *self._waiting)), ()
            return False
        except Exception:  # the border to the channel layer; what it can't take it never will
            logger.exception("%s could not be published.", format_list(keys))
        with self._lock:
            self._under_way = ()
        return True

    def finish(self) -> None:
        """Wait a little for what is to be published, as the process ends; log what that leaves, once."""
        thread = self._thread
        if thread is not None:
            thread.join(LAST_WORDS)
        lost = self.waiting
        if lost and lost != self._named:
            self._named = lost
            logger.error(
                "The process ends before this could be published: %s. Pages that show it stay as they are.",
                format_list(lost),
            )

    def stop(self) -> None:
        """Give up what waits, and end the thread."""
        with self._lock:
            thread, self._waiting = self._thread, ()
            self._stop.set()
        if thread is not None:
            thread.join()
        with self._lock:
            self._waiting, self._under_way, self._named, self._thread = (), (), (), None
