"""Find declared functions: in the ``mizan_clients`` of the apps, and in what the URLconf imports."""

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import URLResolver, get_resolver
from django.utils.module_loading import module_has_submodule

from mizan_htmx.setup.registry import registry

MODULE = "mizan_clients"


def discover(*others: Callable[[ModuleType], None]) -> None:
    """Register the functions of all installed apps; raise what importing their modules raises.

    Each of ``others`` is called with every module, too, to register what else is in it.
    """
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, MODULE):
            module = import_module(f"{app.name}.{MODULE}")
            for adopt in (registry.adopt, *others):
                adopt(module)


def load_urlconf() -> None:
    """Import the URLconf, as the first request does, for processes that serve no request.

    Functions may be registered in modules that only the URLconf imports. Raises what importing it raises.
    """
    urlconf = getattr(settings, "ROOT_URLCONF", None)
    if urlconf and isinstance(urlconf, str):
        _load(urlconf)


@cache
def _load(urlconf: str) -> None:
    # Not by Django's resolver, which refuses a URLconf that is being imported and may have called this.
    import_module(urlconf)


def walk_urlconf() -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield the patterns and the callback of each view in the URLconf."""
    return _walk(get_resolver(), ())


def _walk(resolver: URLResolver, above: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    for entry in resolver.url_patterns:
        patterns = (*above, entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, patterns)
        else:
            yield patterns, entry.callback
