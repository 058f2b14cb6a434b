"""Declare what each function reads or affects; headers, blocks and caches are derived from it."""

from collections.abc import Awaitable, Callable
from typing import Any

from mizan_htmx.client import Context, GlobalContext, client
from mizan_htmx.invalidation.invalidate import invalidate
from mizan_htmx.invalidation.model_watch import WatchedQuerySet, watch_model
from mizan_htmx.request_address import has_claimed_address
from mizan_htmx.setup.registry import register

__all__ = [
    "Context",
    "GlobalContext",
    "WatchedQuerySet",
    "client",
    "has_claimed_address",
    "invalidate",
    "register",
    "watch_model",
    "wrap_asgi",
]
__version__ = "0.1.0"


def wrap_asgi(app: Any, path: str | None = None) -> Callable[..., Awaitable[Any]]:
    """Serve the socket beside an ASGI application, as ``mizan_htmx.channels.wrap_asgi`` does.

    Raises ImportError, with the extra to install, if the package ``channels`` is missing.
    """
    try:
        from mizan_htmx.channels import asgi  # noqa: PLC0415 - channels is optional
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "channels":
            raise
        raise ImportError(
            "wrap_asgi needs the package channels. Install the extra: pip install 'mizan_htmx[channels]'",
            name=error.name,
        ) from error
    return asgi.wrap_asgi(app, path)
