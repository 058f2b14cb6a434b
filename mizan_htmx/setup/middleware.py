"""Which classes MIDDLEWARE lists."""

from django.conf import settings
from django.utils.module_loading import import_string

MIDDLEWARE = "mizan_htmx.middleware.MizanMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"


def is_installed(dotted: str) -> bool:
    """Return whether MIDDLEWARE holds this class or a subclass of it."""
    return dotted in settings.MIDDLEWARE or any(
        f"{each.__module__}.{each.__qualname__}" == dotted
        for entry in settings.MIDDLEWARE
        for each in getattr(_load(entry), "__mro__", ())
    )


def _load(entry: str) -> object:
    try:
        return import_string(entry)
    except ImportError:
        return None  # a server fails to start with it, and a process without requests does not need it
