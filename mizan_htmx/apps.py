"""The Django app: finds declared functions and channels at start, and connects checks and receivers."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import AppConfig

from mizan_htmx.checks import register_checks, watch_loaders
from mizan_htmx.edge import purge_queue
from mizan_htmx.http import session_fingerprint
from mizan_htmx.invalidation import model_watch
from mizan_htmx.setup.autodiscover import discover
from mizan_htmx.setup.registry import registry

Adopt = Callable[[ModuleType], None]


class MizanHtmxConfig(AppConfig):
    """Discovers every app's ``mizan_clients`` and registers the system checks."""

    name = "mizan_htmx"
    verbose_name = "mizan_htmx"

    def import_models(self) -> None:
        """Import the app's models, and record the template loaders before any app is ready."""
        super().import_models()
        watch_loaders()

    def ready(self) -> None:
        """Register what the apps declare, and the checks; connect models, caches and sockets."""
        discover(*_connect_channels())
        model_watch.listen_to_all()
        register_checks()
        purge_queue.connect()
        session_fingerprint.connect()


def _connect_channels() -> list[Adopt]:
    """Connect the sockets, if ``channels`` is installed; return the hook that registers channels."""
    if find_spec("channels") is None:
        return []
    publishing = import_module("mizan_htmx.channels.layer.publish")
    registry.clock, registry.clock_before = publishing.current_version, publishing.version_before
    publishing.connect()
    import_module("mizan_htmx.channels.socket.session_user").connect()
    return [import_module("mizan_htmx.channels.registration").adopt]
