"""Gates that tests close to hold a reader back, in place of a slow database."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

_SECONDS = 30  # longer than any test waits for an answer, so that a forgotten gate shows as a failure

_open = Event()
_open.set()
_reached = Event()


def pass_gate() -> None:
    """Wait until the gate is open."""
    _reached.set()
    if not _open.wait(_SECONDS):
        raise TimeoutError("Nobody opened the gate.")


def wait_until_reached() -> None:
    """Wait until somebody stands before the gate that was closed last."""
    if not _reached.wait(_SECONDS):
        raise TimeoutError("Nobody came to the gate.")


@contextmanager
def closed_gate() -> Iterator[Event]:
    """Close the gate inside; ``.set()`` on what this gives opens it before the end."""
    _reached.clear()
    _open.clear()
    try:
        yield _open
    finally:
        _open.set()
