"""What stands in MIDDLEWARE."""

from django.conf import settings
from django.utils.module_loading import import_string

MIDDLEWARE = "mizan_htmx.middleware.MizanMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"


def is_installed(dotted: str) -> bool:
    """Return whether MIDDLEWARE holds this class or a subclass of it."""
    # By name: what stands in the middle of this list may need apps that this site has not.
    classes = (getattr(import_string(each), "__mro__", ()) for each in settings.MIDDLEWARE)
    return any(f"{each.__module__}.{each.__qualname__}" == dotted for mro in classes for each in mro)
