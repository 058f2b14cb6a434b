"""How new what a request reads is, at least: asked of the registry's clock once, before anything is read."""

from django.db import connections
from django.http import HttpRequest

from mizan_htmx.setup.registry import registry


def version_of(request: HttpRequest) -> str | None:
    """Give the version that was current when this request first asked; ``None`` where nobody counts."""
    if not hasattr(request, "_mizan_version"):
        request._mizan_version = registry.clock()  # type: ignore[attr-defined]
    return request._mizan_version  # type: ignore[no-any-return, attr-defined]


def must_ask_early() -> bool:
    """Tell whether a request may read from a snapshot that is older than the moment a block is rendered.

    With ATOMIC_REQUESTS one transaction spans the view. Above READ COMMITTED it shows the database as it was
    at its first query, and a block would look newer than it is.
    """
    return bool(registry.graph.live) and any(
        database.get("ATOMIC_REQUESTS") for database in connections.settings.values()
    )
