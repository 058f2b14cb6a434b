"""System checks: what models make stale, and whether pages elsewhere can learn of it."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from mizan_htmx.errors import suggest
from mizan_htmx.setup.registry import registry

IN_MEMORY = "channels.layers.InMemoryChannelLayer"


def check_watches(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report watches of models that name a context nobody declares."""
    groups = registry.graph.groups
    return [
        Error(
            f"{watch.place} watches {watch.model.__name__} for the unknown context {watch.context!r}.",
            hint=suggest(watch.context, groups, what="contexts"),
            obj=watch.model,
            id="mizan_htmx.E009",
        )
        for watch in registry.watches
        if watch.context not in groups
    ]


def check_watchers(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report live contexts that one reader guards and another one opens: who may read one may watch."""
    graph = registry.graph
    found: list[CheckMessage] = []
    for name in sorted(graph.live):
        deciders = graph.groups[name].deciders
        guarded = [each for each in deciders if graph.auth_of(each) is not None]
        silent = [each for each in deciders if graph.auth_of(each) is None and not each.is_open]
        if guarded and silent:
            found.append(
                Warning(
                    f"{silent[0].place} has no auth=, so everybody may watch the live context {name!r},"
                    f" which {guarded[0].place} guards.",
                    hint="Give it auth=, too, or private=True if only templates read it. Where everybody may"
                    " learn when the context changes, say auth=False.",
                    obj=silent[0],
                    id="mizan_htmx.W011",
                )
            )
    return found


def check_live(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report what keeps live contexts and channels from reaching all pages."""
    live = sorted(registry.graph.live)
    if live and find_spec("channels") is None:
        return [
            Warning(
                f"Live contexts ({', '.join(live)}) need the package 'channels', which is not installed:"
                " no page learns of what happens elsewhere.",
                hint='pip install "mizan_htmx[channels]", or drop live=True.',
                id="mizan_htmx.W003",
            )
        ]
    layer = getattr(settings, "CHANNEL_LAYERS", {}).get("default", {}).get("BACKEND", IN_MEMORY)
    if layer != IN_MEMORY or not (live or registry.channels):
        return []
    return [
        Warning(
            "CHANNEL_LAYERS has no layer that processes share: what a task, the shell or a second server"
            " process announces or pushes does not reach the pages of this one.",
            hint="Where there is more than one process, configure channels_redis.core.RedisChannelLayer as"
            " 'default'. Where there is only one, add 'mizan_htmx.W004' to SILENCED_SYSTEM_CHECKS.",
            id="mizan_htmx.W004",
        )
    ]
