"""The read version of a request: the version that was current before the request has read anything."""

from django.db import connections
from django.http import HttpRequest

from mizan_htmx.conf import conf
from mizan_htmx.declarations.functions import SAFE_METHODS
from mizan_htmx.request_state import state_of
from mizan_htmx.setup.registry import registry


def version_of(request: HttpRequest) -> str | None:
    """Return the version that was current when this request first asked; ``None`` without a version store.

    If a replica may lag behind (``MIZAN_REPLICA_LAG``), it is the version of that long ago.
    """
    state = state_of(request)
    version = state.version
    if version is ...:
        lag = conf.measured_lag()
        version = registry.clock_before(lag) if lag else registry.clock()
        if lag and version and request.method not in SAFE_METHODS:
            version = _before(version)
        state.version = version
    return version


def may_be_old(version: str) -> bool:
    """Return whether something may have been invalidated since a request's read version."""
    return bool(conf.measured_lag()) and version != registry.clock()


def _before(version: str) -> str:
    """Return the version before this one; the number ``-1`` is before all others.

    If no other change lies between the two, the page takes a block in the response to a change for the result
    of that change. That is right if it was read from the primary; a replica may not have the change yet.
    """
    epoch, _, seq = version.partition(".")
    return f"{epoch}.{int(seq) - 1}"


def must_read_early() -> bool:
    """Return whether to take the read version before the view, because of ATOMIC_REQUESTS.

    One transaction then spans the view. Above READ COMMITTED it reads the database as it was at its first
    query, so a version taken when a block is rendered would be too new.
    """
    return bool(registry.graph.live) and any(
        database.get("ATOMIC_REQUESTS") for database in connections.settings.values()
    )
