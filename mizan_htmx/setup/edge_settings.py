"""The system checks of ``MIZAN_EDGE``."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Warning

from mizan_htmx.setup.conf import loaded


def check_edges(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report edges that can't be meant, and those that a purge reaches only in part."""
    found = loaded()
    problems = [
        Error(problem, hint="docs/cdn.md lists the options of every edge.", id="mizan_htmx.E020")
        for problem in found.problems
    ]
    by_address = [
        Warning(
            f"{edge!r} purges by address. Copies under another spelling, such as /profile/005/ or with"
            " ?utm_source=, stay until max_age is over.",
            hint="Use an edge that purges by tags, or keep max_age short. SILENCED_SYSTEM_CHECKS takes it.",
            id="mizan_htmx.W020",
        )
        for edge in found.edges
        if edge.by == "addresses"
    ]
    return [*problems, *by_address]
