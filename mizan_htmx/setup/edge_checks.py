"""System checks of public contexts: settings that keep every answer out of shared caches."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Warning

from mizan_htmx.setup.registry import registry


def check_public(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report settings under which what is declared public is answered as somebody's own."""
    public = sorted(registry.graph.public)
    if not public or not settings.CSRF_USE_SESSIONS:
        return []
    return [
        Warning(
            f"Context {public[0]!r} is public, but CSRF_USE_SESSIONS makes every answer vary by cookie,"
            " so none is shared.",
            hint="Keep the token in its own cookie.",
            id="mizan_htmx.W005",
        )
    ]
