"""The events that hubs receive, from this process and over the channel layer.

Each is a mapping of plain values with a ``kind``. Processes that run two releases of this package exchange
them during a deployment, so kinds and names are part of the contract between processes.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from mizan_htmx.channels.layer.versions import Version
from mizan_htmx.protocol.keys import Invalidation, format_list

Event = Mapping[str, Any]


def invalidation_event(keys: Iterable[Invalidation], version: Version) -> Event:
    """Return the event of a publication: ``keys`` became stale with ``version``."""
    return {"kind": "stale", "keys": format_list(keys), "epoch": version.epoch, "seq": version.seq}


def message_event(group: str, channel: str, message: str, payload: Mapping[str, Any]) -> Event:
    """Return the event of a message to the subscribers of a channel; ``message`` is the name of its class."""
    return {"kind": "push", "group": group, "channel": channel, "message": message, "payload": dict(payload)}


def reauthorization_event(*, session: str = "", user: str = "") -> Event:
    """Return the event that reauthorizes the sockets of a session that ended, or of a user."""
    return {"kind": "check", **({"session": session} if session else {"user": user})}
