"""The Django app: finds the declared functions at start and checks them."""

from django.apps import AppConfig
from django.core import checks

from mizan_htmx.setup.checks import check_declarations, check_partials, check_settings
from mizan_htmx.setup.discovery import discover


class MizanHtmxConfig(AppConfig):
    """Discovers every app's ``mizan_clients`` and registers the system checks."""

    name = "mizan_htmx"
    verbose_name = "mizan_htmx"

    def ready(self) -> None:
        """Import what the apps declare."""
        discover()
        checks.register(check_declarations, "mizan_htmx")
        checks.register(check_settings, "mizan_htmx")
        checks.register(check_partials, "mizan_htmx")
