"""Work for the end of the process: at Python's exit, or earlier if a server reports its shutdown.

A server may end itself with the signal that stopped it, as uvicorn does. Nothing runs at Python's exit then.
"""

import atexit
from collections.abc import Callable

# An ordered set.
_works: dict[Callable[[], None], None] = {}


def at_exit(work: Callable[[], None]) -> None:
    """Call ``work`` once when the process ends. It may be registered again, even while it runs."""
    if work in _works:
        return
    _works[work] = None
    atexit.unregister(finish)
    atexit.register(finish)  # before what was registered earlier, such as the end of logging


def finish() -> None:
    """Call the registered work now, and what that registers; may block for some seconds."""
    while _works:
        work, _ = _works.popitem()
        work()
