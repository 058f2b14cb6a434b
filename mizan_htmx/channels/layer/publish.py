"""Telling every process what became stale, and what else its sockets have to hear."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from channels.layers import get_channel_layer
from django.http.response import HttpResponseBase

from mizan_htmx.channels.hub.hub import hubs
from mizan_htmx.channels.layer import transport as wire
from mizan_htmx.channels.layer.retry_queue import Retries
from mizan_htmx.channels.layer.transport import Event
from mizan_htmx.channels.layer.versions import StoreDown, Version, versions
from mizan_htmx.invalidation.publication import published
from mizan_htmx.protocol.headers import VERSION_HEADER
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation, format_list, merge
from mizan_htmx.setup.registry import registry


def stale(keys: Iterable[Invalidation], version: Version) -> Event:
    """Write the event of a publication."""
    return {"kind": "stale", "keys": format_list(keys), "epoch": version.epoch, "seq": version.seq}


def push(group: str, channel: str, message: str, payload: Mapping[str, Any]) -> Event:
    """Write the event of a message to the subscribers of a channel; ``message`` is its class's name."""
    return {"kind": "push", "group": group, "channel": channel, "message": message, "payload": dict(payload)}


def broadcast(
    sender: object,
    invalidations: tuple[Invalidation, ...],
    request: object = None,
    response: HttpResponseBase | None = None,
    **kwargs: object,
) -> None:
    """Publish what is live of ``invalidations``, and write its version to the response."""
    live = registry.graph.live
    if not live:
        return
    version = publish([key for key in invalidations if key.context in live or key == EVERYTHING])
    if version is not None and response is not None:
        response.headers[VERSION_HEADER] = str(version)


def publish(invalidations: Iterable[Invalidation]) -> Version | None:
    """Tell all sockets of all processes what became stale, from any thread.

    Gives the version that this is; ``None`` where it is not known yet, because Redis does not answer, or
    because this thread runs an event loop that must not wait for it. Then it is done in the background.
    """
    keys = merge(invalidations)
    if not keys:
        return None
    if versions().shared and _running_loop() is not None:
        _retries.add(keys)
        return None
    try:
        return _publish(keys)
    except StoreDown:
        _retries.add(keys)
        return None


def _publish(keys: tuple[Invalidation, ...]) -> Version:
    version = versions().advance(keys)
    tell_sync(stale(keys, version))
    return version


_retries = Retries(_publish)


async def tell(event: Event) -> None:
    """Hand an event to the hubs of all processes. Never raises."""
    layer = get_channel_layer()
    if wire.is_local(layer):
        _hand(event)
    else:
        await wire.send(layer, event)


def tell_sync(event: Event) -> None:
    """Do as ``tell``, from any thread; where a hub or an event loop is at hand, without waiting."""
    layer = get_channel_layer()
    if wire.is_local(layer):
        _hand(event)
        return
    if any(hub.send(event) for hub in hubs()):
        return
    loop = _running_loop()
    if loop is None:
        wire.send_alone(layer, event)
        return
    task = loop.create_task(wire.send(layer, event))
    _sending.add(task)
    task.add_done_callback(_sending.discard)


# A loop itself holds on to its tasks only weakly.
_sending: set[asyncio.Task[None]] = set()


def _hand(event: Event) -> None:
    for hub in hubs():
        hub.hand(event)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def clock() -> str | None:
    """Give the version of now as text; ``""`` while the store is down, since nobody knows it then."""
    try:
        return str(versions().current())
    except StoreDown:
        return ""


def clock_before(seconds: float) -> str | None:
    """Do as ``clock`` for a version of so many seconds ago."""
    try:
        return str(versions().before(seconds))
    except StoreDown:
        return ""


def connect() -> None:
    """Broadcast what is announced from now on."""
    published.connect(broadcast, dispatch_uid="mizan_htmx.channels.layer.publish.broadcast")
