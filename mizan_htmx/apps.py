"""The Django app: finds the declared functions and channels at start, checks them, and wires the faces."""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from django.apps import AppConfig
from django.core import checks

from mizan_htmx.checks import check_declarations, check_methods, check_partials, check_settings
from mizan_htmx.edge import purge_queue as purging
from mizan_htmx.http import session_fingerprint as session_word
from mizan_htmx.invalidation import model_watch as watch
from mizan_htmx.setup.autodiscover import discover, load_urlconf
from mizan_htmx.setup.edge_checks import check_public
from mizan_htmx.setup.edge_settings import check_edges
from mizan_htmx.setup.live_checks import check_live, check_watchers, check_watches
from mizan_htmx.setup.loaders import watch_loaders
from mizan_htmx.setup.registry import registry
from mizan_htmx.setup.replicas import check_lag

Adopt = Callable[[ModuleType], None]
Check = Callable[..., list[checks.CheckMessage]]


def _complete(check: Check) -> Check:
    """Let a check see what the URLconf registers, too: Django runs its checks in no order."""

    @wraps(check)
    def complete(**kwargs: Any) -> list[checks.CheckMessage]:
        load_urlconf()
        return check(**kwargs)

    return complete


# Made once: Django knows by identity which it has.
_CHECKS = tuple(
    _complete(check)
    for check in (
        check_declarations,
        check_methods,
        check_settings,
        check_partials,
        check_watches,
        check_watchers,
        check_live,
        check_lag,
        check_edges,
        check_public,
    )
)


class MizanHtmxConfig(AppConfig):
    """Discovers every app's ``mizan_clients`` and registers the system checks."""

    name = "mizan_htmx"
    verbose_name = "mizan_htmx"

    def import_models(self) -> None:
        """Import none; note which template loaders there are while no app is ready yet."""
        super().import_models()
        watch_loaders()

    def ready(self) -> None:
        """Import what the apps declare; check it; let caches and sockets hear of what becomes stale."""
        discover(*_channels())
        watch.listen_to_all()
        for check in _CHECKS:
            checks.register(check, "mizan_htmx")
        purging.connect()
        session_word.connect()


def _channels() -> list[Adopt]:
    """Let what is live be told over sockets, where the package ``channels`` is installed."""
    if find_spec("channels") is None:
        return []
    publishing = import_module("mizan_htmx.channels.layer.publish")
    registry.clock, registry.clock_before = publishing.current_version, publishing.version_before
    publishing.connect()
    import_module("mizan_htmx.channels.socket.session_user").connect()
    return [import_module("mizan_htmx.channels.registration").adopt]
