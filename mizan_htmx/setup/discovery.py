"""Import every installed app's ``mizan_clients`` module and register what stands in it."""

from collections.abc import Callable
from importlib import import_module
from types import ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from mizan_htmx.setup.registry import registry

MODULE = "mizan_clients"


def discover(*others: Callable[[ModuleType], None]) -> None:
    """Register the functions of all installed apps; an ImportError in a module of theirs is raised.

    ``others`` are shown each module, too, for what else may stand in it.
    """
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, MODULE):
            module = import_module(f"{app.name}.{MODULE}")
            for adopt in (registry.adopt, *others):
                adopt(module)
