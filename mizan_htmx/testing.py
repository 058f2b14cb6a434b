"""Helpers for tests of sites that use mizan_htmx."""

from collections.abc import Iterator
from contextlib import contextmanager

from mizan_htmx.setup.autodiscover import load_urlconf
from mizan_htmx.setup.registry import Registry, registry


@contextmanager
def isolated_registry() -> Iterator[Registry]:
    """Give an empty registry inside, and the former one after. Nestable; seen by all threads.

    Loads the URLconf before: what that registers must not be forgotten with what is inside.
    """
    load_urlconf()
    with registry.isolated():
        yield registry
