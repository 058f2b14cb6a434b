"""The undocumented parts of channels and channels_redis that this package uses.

Those of Django, and the versions that were checked, are in ``mizan_htmx.internals``.

``channels.consumer`` replaces ``dispatch()``, to which a consumer hands each message, and has ``None`` for
``channel_layer_alias``, with which a consumer opens no channel of its own.
"""

from collections.abc import Mapping, MutableMapping
from typing import Any

from channels import DEFAULT_CHANNEL_LAYER
from channels.consumer import get_handler_name
from channels.layers import channel_layers
from channels.sessions import InstanceSessionWrapper


def handler_of(consumer: object, message: Mapping[str, Any]) -> Any:
    """Return the method of a consumer that handles a message. Relies on ``get_handler_name()``."""
    return getattr(consumer, get_handler_name(message))


async def with_session(scope: MutableMapping[str, Any], send: Any) -> MutableMapping[str, Any]:
    """Return a scope with the session of the visitor's cookie.

    Relies on ``InstanceSessionWrapper``: its copy of the scope has it once ``resolve_session()`` has run.
    """
    session = InstanceSessionWrapper(scope, send)
    await session.resolve_session()
    resolved: MutableMapping[str, Any] = session.scope
    return resolved


def store_of(session: Any) -> Any:
    """Return the session store itself, where channels has wrapped it in an object of another type.

    Relies on ``_wrapped``.
    """
    return getattr(session, "_wrapped", session)


def layer_config() -> Mapping[str, Any]:
    """Return ``CONFIG`` of the default layer. Relies on ``channel_layers.configs``."""
    config: Mapping[str, Any] = channel_layers.configs[DEFAULT_CHANNEL_LAYER].get("CONFIG", {})
    return config


def first_host(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of redis for the first host of a layer with this ``CONFIG``; a URL as ``address``.

    Relies on ``decode_hosts()``.
    """
    from channels_redis.utils import decode_hosts  # noqa: PLC0415 - installed only with such a layer

    return dict(decode_hosts(config.get("hosts"))[0])
