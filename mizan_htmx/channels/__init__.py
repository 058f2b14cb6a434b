"""Channels and live contexts, over one socket for each page (needs the package ``channels``)."""

from mizan_htmx.channels.asgi import wrap_asgi
from mizan_htmx.channels.channel import Channel, ReactChannel
from mizan_htmx.channels.consumer import MizanConsumer
from mizan_htmx.channels.registration import get_channel, get_registered_channels, register
from mizan_htmx.invalidation.model_watch import WatchedQuerySet, watch_model

__all__ = [
    "Channel",
    "MizanConsumer",
    "ReactChannel",
    "WatchedQuerySet",
    "get_channel",
    "get_registered_channels",
    "register",
    "watch_model",
    "wrap_asgi",
]
