"""Registration of channels: by ``register``, or by a definition in an app's ``mizan_clients``."""

import re
from inspect import isabstract
from types import ModuleType
from typing import Any

from mizan_htmx.channels.channel import Channel, is_model, message_classes
from mizan_htmx.declarations.functions import RULE
from mizan_htmx.declarations.results import refuse_bytes
from mizan_htmx.declarations.signature import where
from mizan_htmx.errors import DeclarationError
from mizan_htmx.protocol.keys import is_name
from mizan_htmx.setup.registry import registry

# Between "team" and "Chat", and between "HTTP" and "Log".
_SEAM = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MODELS = ("Params", "DjangoMessage", "ReactMessage")


def register(channel: type[Channel], name: str | None = None) -> None:
    """Register a channel as ``name``, by default that of its class: ``team_chat`` for ``TeamChatChannel``.

    Raise DeclarationError for an invalid class, and for a name that is taken.
    """
    _check(channel)
    name = default_name(channel) if name is None else name
    if not is_name(name):
        raise DeclarationError(f"{where(channel)} can't be registered as {name!r}. {RULE}")
    known = registry.channels.get(name)
    if known is not None and known is not channel:
        raise DeclarationError(
            f"Two channels are called {name!r}: {where(known)} and {where(channel)}."
            f" Rename one, or register it under another name: register({channel.__name__}, {name + '_2'!r})."
        )
    registry.channels[name] = channel


def get_channel(name: str) -> type[Channel] | None:
    """Return the channel that is registered as ``name``, or ``None``."""
    return registry.channels.get(name)


def get_registered_channels() -> dict[str, type[Channel]]:
    """Return all registered channels by name."""
    return dict(registry.channels)


def adopt(module: ModuleType) -> None:
    """Register the channels in a module, imported ones too, unless they are registered already."""
    for value in vars(module).copy().values():
        if _is_channel(value) and not isabstract(value) and value not in registry.channels.values():
            register(value)


def default_name(channel: type[Channel]) -> str:
    """Return the name of a class: ``chat`` for ``ChatChannel``, ``team_chat`` for ``TeamChatChannel``."""
    own = channel.__name__.removesuffix("Channel") or channel.__name__
    return _SEAM.sub("_", own).lower()


def _is_channel(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, Channel) and value is not Channel


def _check(channel: type[Channel]) -> None:
    if not _is_channel(channel):
        raise DeclarationError(f"{channel!r} can't be registered: it is not a subclass of Channel.")
    missing = sorted(channel.__abstractmethods__)
    if missing:
        raise DeclarationError(
            f"{where(channel)} does not define {' and '.join(f'{name}()' for name in missing)}."
        )
    for name in _MODELS:
        model = getattr(channel, name)
        if model is not None and not is_model(model):
            raise DeclarationError(
                f"{where(channel)}.{name} must be a pydantic model, as in 'class {name}(BaseModel)',"
                f" not {model!r}."
            )
    for model in message_classes(channel):
        refuse_bytes(
            vars(model).get("__pydantic_core_schema__"),  # missing while a forward reference is unresolved
            f"{where(channel)}.{model.__name__}",
            "Declare 'str', or ConfigDict(ser_json_bytes='base64', val_json_bytes='base64') on it.",
        )
    if channel.Params is not None and "message" in channel.Params.model_fields:
        raise DeclarationError(
            f"{where(channel)}.Params can't have a field 'message': push() takes the message under that name."
        )
