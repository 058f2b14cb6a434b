"""The class ``Channel``: its hooks, the validation of parameters and messages, and pushing."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from inspect import isawaitable
from typing import Any, ClassVar, cast

from asgiref.sync import async_to_sync, iscoroutinefunction
from channels.db import database_sync_to_async
from pydantic import AliasChoices, AliasPath, BaseModel, RootModel, TypeAdapter
from pydantic_core import from_json
from typing_extensions import TypeIs

from mizan_htmx.channels.layer import bus
from mizan_htmx.channels.layer.events import Event, message_event
from mizan_htmx.declarations.results import Result
from mizan_htmx.declarations.signature import MAX_FIELD_ERRORS, output_adapter, validate
from mizan_htmx.errors import ValidationFailed
from mizan_htmx.setup.registry import registry

# The models of what a page sends.
_RECEIVED = ("Params", "ReactMessage")

logger = logging.getLogger("mizan_htmx.channels")


class Channel(ABC):
    """Base class of channels. Each instance serves one subscription; hooks may be sync or async.

    A sync hook runs in a thread, so it may use the ORM. ``user`` is the subscriber, ``scope`` the ASGI scope
    of the socket; they are ``None`` and empty when ``push`` calls ``group``.
    """

    Params: ClassVar[type[BaseModel] | None] = None
    DjangoMessage: ClassVar[type[BaseModel] | None] = None
    ReactMessage: ClassVar[type[BaseModel] | None] = None

    def __init__(self, user: Any = None, scope: Mapping[str, Any] | None = None) -> None:
        self.user = user
        self.scope = scope or {}

    @abstractmethod
    def authorize(self, params: Any) -> Any:
        """Return whether ``self.user`` may subscribe; called again while the subscription lasts."""

    @abstractmethod
    def group(self, params: Any) -> Any:
        """Return the name of the group of all who subscribe with these parameters: any ``str``."""

    def receive(self, params: Any, msg: Any) -> Any:
        """Handle a ``ReactMessage``; return a message for the whole group, or ``None``."""
        return None

    def on_connect(self, params: Any) -> Any:
        """Run after a subscription has begun."""
        return None

    def on_disconnect(self, params: Any) -> Any:
        """Run after a subscription has ended, for whatever reason."""
        return None

    @classmethod
    async def push(cls, message: BaseModel, **params: Any) -> None:
        """Send a message to the group of these parameters, in all processes.

        Raise TypeError if the class of the message is not declared on this channel, ValueError for invalid
        parameters. Without a channel layer the message reaches this process only. Failures of the layer are
        logged.
        """
        payload = payload_of(cls, message)
        group = _checked_group(cls, await call_hook(cls().group, _params_of(cls, params)))
        for event in _events(cls, group, message, payload):
            await bus.asend(event)

    @classmethod
    def push_sync(cls, message: BaseModel, **params: Any) -> None:
        """Send a message like ``push``, from sync code."""
        payload = payload_of(cls, message)
        group = _checked_group(cls, _call_hook_sync(cls().group, _params_of(cls, params)))
        for event in _events(cls, group, message, payload):
            bus.send(event)


#: An alias, for code that was written for mizan.
ReactChannel = Channel


async def call_hook(hook: Callable[..., Any], /, *args: Any) -> Any:
    """Call a hook: an async one here, a sync one in a thread with a database connection of its own."""
    if iscoroutinefunction(hook):
        return await hook(*args)
    result = await database_sync_to_async(hook)(*args)
    return await result if isawaitable(result) else result


def _call_hook_sync(hook: Callable[..., Any], /, *args: Any) -> Any:
    """Call a hook in the thread of the caller."""
    if iscoroutinefunction(hook):
        return async_to_sync(hook)(*args)
    result = hook(*args)
    return async_to_sync(_wait)(result) if isawaitable(result) else result


async def _wait(awaitable: Any) -> Any:
    return await awaitable


async def group_of(instance: Channel, params: BaseModel | None) -> str:
    """Return the group of these parameters; raise TypeError unless it is a ``str``."""
    return _checked_group(type(instance), await call_hook(instance.group, params))


def _checked_group(channel: type[Channel], group: object) -> str:
    if not isinstance(group, str):
        raise TypeError(f"{channel.__qualname__}.group() must return a str, not {group!r}.")
    return group


def message_classes(channel: type[Channel]) -> tuple[type[BaseModel], ...]:
    """Return the messages that a channel may send: ``DjangoMessage``, and other models declared on it."""
    # Read from the classes' dictionaries, because a descriptor on the class may raise: zope.interface, which
    # daphne requires through Twisted, puts one on every class.
    declared: dict[str, object] = {}
    for cls in reversed(channel.__mro__):
        declared |= vars(cls)
    sent = (value for name, value in sorted(declared.items()) if name not in _RECEIVED)
    return tuple(value for value in sent if is_model(value))


def is_model(value: object) -> TypeIs[type[BaseModel]]:
    """Return whether a value is a pydantic model class."""
    return isinstance(value, type) and issubclass(value, BaseModel)


def payload_of(channel: type[Channel], message: BaseModel) -> dict[str, Any]:
    """Return a message as JSON values; raise TypeError if its class is not declared on the channel."""
    classes = message_classes(channel)
    if not isinstance(message, classes):
        known = ", ".join(each.__name__ for each in classes) or "none"
        raise TypeError(
            f"{channel.__qualname__} can't send {message!r}. Its messages: {known}."
            " Declare the class on the channel, as 'class DjangoMessage(BaseModel)'."
        )
    json = Result(output_adapter(type(message))).write(message)
    return cast("dict[str, Any]", from_json(json, allow_inf_nan=False))


def _events(
    channel: type[Channel], group: str, message: BaseModel, payload: Mapping[str, Any]
) -> Iterator[Event]:
    names = [name for name, each in registry.channels.items() if each is channel]
    if not names:
        logger.warning(
            "%s is not registered, so its messages reach nobody. Register it with register().",
            channel.__qualname__,
        )
    for name in names:
        yield message_event(group, name, type(message).__name__, payload)


def _params_of(channel: type[Channel], params: Mapping[str, Any]) -> BaseModel | None:
    try:
        return read_params(channel, params)
    except ValidationFailed as error:
        raise ValueError(f"{channel.__qualname__}.push(): {error.reasons}") from None


def read_params(channel: type[Channel], params: Mapping[str, Any]) -> BaseModel | None:
    """Return validated parameters; raise ValidationFailed. Without ``Params``, return ``None``."""
    if channel.Params is not None:
        return read_model(channel.Params, params)
    if params:
        raise _undeclared(params, "This channel takes no parameters.")
    return None


def reject_undeclared(channel: type[Channel], params: Mapping[str, Any]) -> None:
    """Raise ValidationFailed for parameters that ``Params`` does not declare.

    pydantic ignores them, but they would be kept in memory as the page sent them. A model that handles them
    itself (``extra``, a RootModel) validates them.
    """
    model = channel.Params
    if model is None or issubclass(model, RootModel) or model.model_config.get("extra", "ignore") != "ignore":
        return
    unknown = params.keys() - _names_of(model)
    if unknown:
        raise _undeclared(sorted(unknown), "Unknown parameter.")


def _names_of(model: type[BaseModel]) -> frozenset[str]:
    """Return the names and aliases by which a model accepts its fields."""
    names = set(model.model_fields)
    for each in model.model_fields.values():
        aliases = each.validation_alias
        choices = aliases.choices if isinstance(aliases, AliasChoices) else [aliases, each.alias]
        names |= {str(path.path[0] if isinstance(path, AliasPath) else path) for path in choices if path}
    return frozenset(names)


def _undeclared(names: Collection[str], reason: str) -> ValidationFailed:
    if len(names) > MAX_FIELD_ERRORS:
        return ValidationFailed({"__all__": [f"{len(names)} values are invalid."]})
    return ValidationFailed({name: [reason] for name in names})


def read_model(model: type[BaseModel], values: Any) -> BaseModel:
    """Return values validated as a model; raise ValidationFailed with the errors by field."""
    adapter: TypeAdapter[Any] = TypeAdapter(model)
    return cast("BaseModel", validate(adapter, values))
