"""Helpers for tests of sites that use mizan_htmx."""

from collections.abc import Iterator
from contextlib import contextmanager

from mizan_htmx.setup.registry import Registry, registry


@contextmanager
def isolated_registry() -> Iterator[Registry]:
    """Give an empty registry inside, and the former one after. Nestable; seen by all threads."""
    with registry.isolated():
        yield registry
