"""Telling every process what became stale, and what else its sockets have to hear."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http.response import HttpResponseBase

from mizan_htmx.channels.hub import Event, hubs
from mizan_htmx.channels.versions import HEADER, Version, versions
from mizan_htmx.invalidation import EVERYTHING, Invalidation, format_list, merge
from mizan_htmx.recorder import invalidated
from mizan_htmx.setup.registry import registry

GROUP = "mizan.hubs"


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
    """Publish what is live of ``invalidations``, and write its version to the response. Never raises."""
    live = tuple(key for key in invalidations if _is_live(key))
    version = publish(live) if live else None
    if version is not None and response is not None:
        response.headers[HEADER] = str(version)


def _is_live(key: Invalidation) -> bool:
    groups = registry.graph.groups
    if key == EVERYTHING:
        return any(group.context.live for group in groups.values())
    return key.context in groups and groups[key.context].context.live


def publish(invalidations: Iterable[Invalidation]) -> Version | None:
    """Tell all sockets of all processes what became stale, from any thread; give the version, if known."""
    keys = merge(invalidations)
    version = versions().advance(keys)
    tell_sync(stale(keys, version))
    return version


async def tell(event: Event) -> None:
    """Hand an event to the hubs of all processes."""
    tell_sync(event)


def tell_sync(event: Event) -> None:
    """Do as ``tell``, from any thread."""
    for hub in hubs():
        hub.hand({"type": "mizan.event", **event})


def clock() -> str | None:
    """Give the version of now as text, or ``None`` while the store is down."""
    return str(versions().current())


def connect() -> None:
    """Broadcast what is announced from now on."""
    invalidated.connect(broadcast, dispatch_uid="mizan_htmx.channels.publishing.broadcast")
