"""Publish invalidations: assign a version, and send them to the hubs of all processes."""

from collections.abc import Iterable

from django.http.response import HttpResponseBase

from mizan_htmx.channels.layer import bus
from mizan_htmx.channels.layer.events import invalidation_event
from mizan_htmx.channels.layer.retry_queue import RetryQueue
from mizan_htmx.channels.layer.version_store import versions
from mizan_htmx.channels.layer.versions import StoreDown, Version
from mizan_htmx.internals import running_loop
from mizan_htmx.invalidation.publication import published
from mizan_htmx.protocol.headers import VERSION_HEADER
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation, merge
from mizan_htmx.setup.registry import registry


def publish_live(
    sender: object,
    invalidations: tuple[Invalidation, ...],
    request: object = None,
    response: HttpResponseBase | None = None,
    **kwargs: object,
) -> None:
    """Publish those of ``invalidations`` whose context is live, and set their version on the response."""
    live = registry.graph.live
    if not live:
        return
    version = publish([key for key in invalidations if key.context in live or key == EVERYTHING])
    if version is not None and response is not None:
        response.headers[VERSION_HEADER] = str(version)


def publish(invalidations: Iterable[Invalidation]) -> Version | None:
    """Publish invalidations to the sockets of all processes, from any thread.

    Return their version; ``None`` where it is not known yet, because Redis does not answer, or because this
    thread runs an event loop, which must not wait for Redis. Then a background thread publishes them.
    """
    keys = merge(invalidations)
    if not keys:
        return None
    if versions().shared and running_loop() is not None:
        _retry_queue.add(keys)
        return None
    try:
        return _publish(keys)
    except StoreDown:
        _retry_queue.add(keys)
        return None


def _publish(keys: tuple[Invalidation, ...]) -> Version:
    version = versions().advance(keys)
    bus.send(invalidation_event(keys, version))
    return version


_retry_queue = RetryQueue(_publish)


def current_version() -> str | None:
    """Return the current version as text; ``""`` while the version store is down, and it is not known."""
    try:
        return str(versions().current())
    except StoreDown:
        return ""


def version_before(seconds: float) -> str | None:
    """Return the version of ``seconds`` ago as text, or an older one; ``""`` while the store is down."""
    try:
        return str(versions().before(seconds))
    except StoreDown:
        return ""


def connect() -> None:
    """Publish whatever is invalidated from now on."""
    published.connect(publish_live, dispatch_uid="mizan_htmx.channels.layer.publish.publish_live")
