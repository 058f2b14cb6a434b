"""The duration of one step of an event loop: from one selection of ready callbacks to the next."""

import asyncio
import gc
import time
from typing import Any


class Steps:
    """The longest step since it was last read, in milliseconds of CPU time of the loop's thread.

    Not in wall-clock time, which includes other processes; and without the garbage collector, which may run
    during any step.
    """

    def __init__(self) -> None:
        self._longest = 0.0
        self._collecting = 0.0
        self._began = 0.0

    def watch(self) -> None:
        """Measure every step of this process from now on."""
        run: Any = asyncio.Handle._run

        def measured(handle: asyncio.Handle) -> None:
            began, collecting = time.thread_time(), self._collecting
            run(handle)
            took = time.thread_time() - began - (self._collecting - collecting)
            self._longest = max(self._longest, took)

        gc.callbacks.append(self._collected)
        asyncio.Handle._run = measured  # type: ignore[assignment, method-assign]

    def _collected(self, phase: str, found: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.thread_time()
        else:
            self._collecting += time.thread_time() - self._began

    def take(self) -> float:
        """Return it, and reset it."""
        longest, self._longest = self._longest, 0.0
        return longest * 1000
