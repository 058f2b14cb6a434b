"""How new what a request reads is, at least: asked of the registry's clock once, before anything is read."""

from django.db import connections
from django.http import HttpRequest

from mizan_htmx.conf import conf
from mizan_htmx.declarations.functions import SAFE_METHODS
from mizan_htmx.request_state import STATE, RequestState, state_of
from mizan_htmx.setup.registry import registry


def version_of(request: HttpRequest) -> str | None:
    """Give the version that was current when this request first asked; ``None`` where nobody counts.

    Where a replica may be behind, it is the version of so long ago.
    """
    state: RequestState = getattr(request, STATE, None) or state_of(request)
    version = state.version
    if version is ...:
        lag = conf.measured_lag()
        version = registry.clock_before(lag) if lag else registry.clock()
        if lag and version and request.method not in SAFE_METHODS:
            version = _before(version)
        state.version = version
    return version


def may_be_old(version: str) -> bool:
    """Tell whether something may have become stale since a version that a request has read by."""
    return bool(conf.measured_lag()) and version != registry.clock()


def _before(version: str) -> str:
    """Give the version before, ``-1`` before all.

    The page takes what comes with the answer to a change for its result, if nothing was between the two. That
    is so where it was read from the primary; a replica may not have it yet.
    """
    epoch, _, seq = version.partition(".")
    return f"{epoch}.{int(seq) - 1}"


def must_ask_early() -> bool:
    """Tell whether a request may read from a snapshot that is older than the moment a block is rendered.

    With ATOMIC_REQUESTS one transaction spans the view. Above READ COMMITTED it shows the database as it was
    at its first query, and a block would look newer than it is.
    """
    return bool(registry.graph.live) and any(
        database.get("ATOMIC_REQUESTS") for database in connections.settings.values()
    )
