"""What this package uses of channels and channels_redis that they do not document; the list's other part.

The first is ``mizan_htmx.internals``, which says in which versions all was looked at.

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
    """Return a scope with the session whose cookie came along, in place of none.

    Relies on ``InstanceSessionWrapper``: its copy of the scope has it once ``resolve_session()`` has run.
    """
    session = InstanceSessionWrapper(scope, send)
    await session.resolve_session()
    resolved: MutableMapping[str, Any] = session.scope
    return resolved


def store_of(session: Any) -> Any:
    """Return the session itself where it is wrapped, as channels does; its type is not the store's then.

    Relies on ``_wrapped``.
    """
    return getattr(session, "_wrapped", session)


def layer_config() -> Mapping[str, Any]:
    """Return ``CONFIG`` of the default layer. Relies on ``channel_layers.configs``."""
    config: Mapping[str, Any] = channel_layers.configs[DEFAULT_CHANNEL_LAYER].get("CONFIG", {})
    return config


def first_host(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return redis' options for the first host of a layer with this ``CONFIG``, a URL as ``address``.

    Relies on ``decode_hosts()``.
    """
    from channels_redis.utils import decode_hosts  # noqa: PLC0415 - installed only with such a layer

    return dict(decode_hosts(config.get("hosts"))[0])
