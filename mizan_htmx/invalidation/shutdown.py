"""What is left to do when the process ends: at Python's exit, or before it, where a server says that it ends.

A server may end itself by the signal that stopped it, as uvicorn does. Nothing runs at Python's exit then.
"""

import atexit
from collections.abc import Callable

# An ordered set.
_works: dict[Callable[[], None], None] = {}


def at_exit(work: Callable[[], None]) -> None:
    """Have this done once when the process ends, and again only if it is asked for again."""
    if work in _works:
        return
    _works[work] = None
    atexit.unregister(finish)
    atexit.register(finish)  # before what was registered earlier, such as the end of logging


def finish() -> None:
    """Do now what is left to do, also what that itself leaves; may block for some seconds."""
    while _works:
        work, _ = _works.popitem()
        work()
