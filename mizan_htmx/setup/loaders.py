"""The template loaders of a site, which the app ``template_partials`` replaces when it starts."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings

APP = "template_partials"

# These hold other loaders; what they hold is what a site can lose.
_AROUND = ("django.template.loaders.cached.Loader", "template_partials.loader.Loader")

Leaf = tuple[str, str]


def watch_loaders() -> None:
    """Have the loaders compared that stand in ``TEMPLATES`` before and after ``template_partials`` is ready.

    That app writes into the setting itself, so that afterwards nothing tells what a site, or the ``ready()``
    of another app, has put there. Called when all apps are known and none is ready, whatever their order.
    """
    for app in apps.get_app_configs():
        if app.name == APP:
            app.ready = partial(_compare, app, app.ready)  # type: ignore[method-assign]


def lost_loaders() -> tuple[str, ...]:
    """Return the loaders that were there until ``template_partials`` was ready."""
    found = (app for app in apps.get_app_configs() if app.name == APP)
    return next((getattr(app, "mizan_lost", ()) for app in found), ())


def _compare(app: AppConfig, ready: Callable[[], None]) -> None:
    before = [_loaders_of(each) for each in settings.TEMPLATES]
    ready()
    after = [_loaders_of(each) for each in settings.TEMPLATES]
    gone = [leaf for was, now in zip(before, after, strict=True) for leaf in was if leaf not in now]
    app.mizan_lost = tuple(dict.fromkeys(name for name, _ in gone))  # type: ignore[attr-defined]


def _loaders_of(engine: dict[str, Any]) -> list[Leaf]:
    return list(_leaves(engine.get("OPTIONS", {}).get("loaders") or ()))


def _leaves(loaders: Any) -> Iterator[Leaf]:
    for each in loaders:
        name, *arguments = [each] if isinstance(each, str) else each
        if name in _AROUND and arguments:
            yield from _leaves(arguments[0])
        else:
            yield name, repr(arguments)
