"""Channels and live contexts: one socket a page (needs the package ``channels``)."""

from mizan_htmx.channels.asgi import wrap_asgi
from mizan_htmx.channels.channel import Channel, ReactChannel
from mizan_htmx.channels.consumer import MizanConsumer
from mizan_htmx.channels.registration import get_channel, get_registered_channels, register

__all__ = [
    "Channel",
    "MizanConsumer",
    "ReactChannel",
    "get_channel",
    "get_registered_channels",
    "register",
    "wrap_asgi",
]
