"""Import every installed app's ``mizan_clients`` module and register what stands in it."""

from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from mizan_htmx.setup.registry import registry

MODULE = "mizan_clients"


def discover() -> None:
    """Register the functions of all installed apps; an ImportError in a module of theirs is raised."""
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, MODULE):
            registry.adopt(import_module(f"{app.name}.{MODULE}"))
