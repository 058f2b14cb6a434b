"""System checks: what is declared and can't work, and what the settings lack for it."""

from collections.abc import Iterable, Sequence
from typing import Any

import django
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.urls import NoReverseMatch, reverse

from mizan_htmx.declarations.functions import SAFE_METHODS, Function
from mizan_htmx.setup.autodiscover import walk_urlconf
from mizan_htmx.setup.loaders import lost_loaders
from mizan_htmx.setup.middleware import AUTHENTICATION, MIDDLEWARE, is_installed
from mizan_htmx.setup.registry import registry


def check_declarations(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report every defect of the graph."""
    return [
        Error(defect.message, hint=defect.hint, obj=defect.obj, id=defect.id) for defect in registry.defects
    ]


def check_methods(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report views that say what they affect, and answer only methods that are not to change anything."""
    return [
        Warning(
            f"{function.place} has affects=, and answers only {', '.join(function.methods)}.",
            hint="What a GET changes is changed by whoever follows a link, and CSRF is not checked. Let it"
            " answer POST, or drop affects=.",
            obj=function,
            id="mizan_htmx.W010",
        )
        for function in _declared()
        if function.affects and SAFE_METHODS.issuperset(function.methods)
    ]


def _declared() -> Iterable[Function]:
    """Return what is registered, and what is only a view of the URLconf; each once."""
    found = {function.declaration: function for function in registry.graph.functions.values()}
    if getattr(settings, "ROOT_URLCONF", None):
        for _, view in walk_urlconf():
            function = getattr(view, "mizan", None)
            if isinstance(function, Function):
                found.setdefault(function.declaration, function)
    return found.values()


def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report middleware and URLs that the declared functions need and the settings lack."""
    functions = registry.graph.functions.values()
    guarded = next((each for each in functions if each.auth is not None and each.auth.level), None)
    found: list[CheckMessage] = []
    if not functions:
        return found
    if guarded is not None and not is_installed(AUTHENTICATION):
        found.append(
            Error(
                f"{guarded.place} has auth=, but no one can be logged in: {AUTHENTICATION!r} is missing.",
                hint="Add it to MIDDLEWARE, after the session's.",
                obj=guarded,
                id="mizan_htmx.E007",
            )
        )
    if not is_installed(MIDDLEWARE):
        found.append(
            Warning(
                f"{MIDDLEWARE!r} is not in MIDDLEWARE.",
                hint="Add it at the end: without it plain views can't call invalidate(request, …), and what a"
                " failing async mutation made stale is not announced.",
                id="mizan_htmx.W001",
            )
        )
    if getattr(settings, "MIZAN_SINGLE_FLIGHT", False) and not is_installed(MIDDLEWARE):
        found.append(
            Warning(
                f"MIZAN_SINGLE_FLIGHT is on, but no answer brings blocks along without {MIDDLEWARE!r}.",
                hint="Add it at the end of MIDDLEWARE, or leave the setting out.",
                id="mizan_htmx.W006",
            )
        )
    try:
        reverse("mizan:call")
    except NoReverseMatch:
        found.append(
            Warning(
                "The endpoints of mizan_htmx have no URL: nothing can be called, and no block can refresh.",
                hint='Add path("api/mizan/", include("mizan_htmx.urls")) to the URLconf.',
                id="mizan_htmx.W002",
            )
        )
    return found


_WRITE_OUT = (
    "write 'template_partials.apps.SimpleAppConfig' into INSTALLED_APPS, and into TEMPLATES, without"
    " APP_DIRS, OPTIONS = {'loaders': [('template_partials.loader.Loader',"
    " [('django.template.loaders.cached.Loader', [your loaders])])]}. docs/settings.md has it whole."
)


def check_partials(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report template loaders that were replaced and, before Django 6.0, none that finds partials."""
    found: list[CheckMessage] = []
    has_partials = django.VERSION >= (6, 0)
    lost = ", ".join(map(repr, lost_loaders()))
    if lost:
        remove = "Take 'template_partials' out of INSTALLED_APPS: Django has partials built in."
        found.append(
            Error(
                f"'template_partials' has replaced the site's template loaders: {lost} is lost.",
                hint=remove if has_partials else f"To keep them, {_WRITE_OUT}",
                id="mizan_htmx.E018",
            )
        )
    if not has_partials and not _finds_partials():
        found.append(
            Error(
                "No template engine finds partials: 'profile.html#card' can't be rendered or included.",
                hint="Add 'template_partials' to INSTALLED_APPS; Django 6.0 has them built in. Where there"
                f" are template loaders of the site's own, or of another app, {_WRITE_OUT}",
                id="mizan_htmx.E008",
            )
        )
    return found


def _finds_partials() -> bool:
    backends = [each for each in engines.all() if isinstance(each, DjangoTemplates)]
    loaders = [loader for backend in backends for loader in backend.engine.template_loaders]
    return not backends or any(type(each).__module__ == "template_partials.loader" for each in loaders)
