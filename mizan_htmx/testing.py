"""Helpers for tests of sites that use mizan_htmx."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.test.utils import override_settings

from mizan_htmx.conf import conf
from mizan_htmx.setup.autodiscover import load_urlconf
from mizan_htmx.setup.registry import Registry, registry

__all__ = ["isolated_registry", "strict_blocks"]


@contextmanager
def isolated_registry() -> Iterator[Registry]:
    """Empty the registry inside the ``with`` block, and restore it afterwards. Nestable; for all threads.

    Loads the URLconf first: what it registers must not be lost with what the block registers. Inside,
    ``MIZAN_STRICT`` is on if the site's settings leave it out.
    """
    load_urlconf()
    with registry.isolated(), conf.defaulting("MIZAN_STRICT", True):
        yield registry


def strict_blocks() -> override_settings:
    """Turn ``MIZAN_STRICT`` on inside a ``with`` block, or as a decorator of a test or a ``TestCase``."""
    return override_settings(MIZAN_STRICT=True)
