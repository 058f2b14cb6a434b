"""Helpers for tests of sites that use mizan_htmx."""

from collections.abc import Iterator
from contextlib import contextmanager

from mizan_htmx.setup.autodiscover import load_urlconf
from mizan_htmx.setup.registry import Registry, registry

__all__ = ["isolated_registry"]


@contextmanager
def isolated_registry() -> Iterator[Registry]:
    """Empty the registry inside the ``with`` block, and restore it afterwards. Nestable; for all threads.

    Loads the URLconf first: what it registers must not be lost with what the block registers.
    """
    load_urlconf()
    with registry.isolated():
        yield registry
