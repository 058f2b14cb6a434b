"""The class ``Channel``: who may subscribe, which group they are in, what comes in and what goes out."""

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

from mizan_htmx.channels.layer import publish as publishing
from mizan_htmx.channels.layer.transport import Event
from mizan_htmx.declarations.results import Result
from mizan_htmx.declarations.signature import MAX_FIELD_ERRORS, output_adapter, validate
from mizan_htmx.errors import ValidationFailed
from mizan_htmx.setup.registry import registry

# Models of what comes from a page.
_RECEIVED = ("Params", "ReactMessage")

logger = logging.getLogger("mizan_htmx.channels")


class Channel(ABC):
    """One kind of conversation. An instance serves one subscription; its hooks may be of either colour.

    A ``def`` hook runs in a thread, where the ORM is free to use. ``user`` is who subscribed, ``scope`` the
    ASGI scope of the socket; ``None`` and empty where ``push`` only asks which group to send to.
    """

    Params: ClassVar[type[BaseModel] | None] = None
    DjangoMessage: ClassVar[type[BaseModel] | None] = None
    ReactMessage: ClassVar[type[BaseModel] | None] = None

    def __init__(self, user: Any = None, scope: Mapping[str, Any] | None = None) -> None:
        self.user = user
        self.scope = scope or {}

    @abstractmethod
    def authorize(self, params: Any) -> Any:
        """Tell whether ``self.user`` may subscribe; asked again while the subscription lasts."""

    @abstractmethod
    def group(self, params: Any) -> Any:
        """Name the group of all who subscribe with these parameters; any text will do."""

    def receive(self, params: Any, msg: Any) -> Any:
        """Take a ``ReactMessage``; what this returns, unless it is ``None``, goes to the whole group."""
        return None

    def on_connect(self, params: Any) -> Any:
        """Do something once a subscription has begun."""
        return None

    def on_disconnect(self, params: Any) -> Any:
        """Do something once a subscription has ended, in whatever way."""
        return None

    @classmethod
    async def push(cls, message: BaseModel, **params: Any) -> None:
        """Send a message to the group of these parameters, wherever its subscribers are connected.

        Raises TypeError for a message that is not one of this channel's, and ValueError for parameters that
        do not fit. Without a channel layer it reaches this process only; one that is down is logged.
        """
        payload = payload_of(cls, message)
        group = _checked_group(cls, await ask(cls().group, _params_of(cls, params)))
        for event in _events(cls, group, message, payload):
            await publishing.tell(event)

    @classmethod
    def push_sync(cls, message: BaseModel, **params: Any) -> None:
        """Do as ``push`` in code that is not async."""
        payload = payload_of(cls, message)
        group = _checked_group(cls, _ask_here(cls().group, _params_of(cls, params)))
        for event in _events(cls, group, message, payload):
            publishing.tell_sync(event)


#: The same class, for code that comes from mizan.
ReactChannel = Channel


async def ask(hook: Callable[..., Any], /, *args: Any) -> Any:
    """Call a hook: a coroutine here, a plain function in a thread with a database connection of its own."""
    if iscoroutinefunction(hook):
        return await hook(*args)
    answer = await database_sync_to_async(hook)(*args)
    return await answer if isawaitable(answer) else answer


def _ask_here(hook: Callable[..., Any], /, *args: Any) -> Any:
    """Do as ``ask`` in the thread of the caller."""
    if iscoroutinefunction(hook):
        return async_to_sync(hook)(*args)
    answer = hook(*args)
    return async_to_sync(_wait)(answer) if isawaitable(answer) else answer


async def _wait(answer: Any) -> Any:
    return await answer


async def group_of(instance: Channel, params: BaseModel | None) -> str:
    """Ask a channel for the group of these parameters; raise TypeError for one that is no text."""
    return _checked_group(type(instance), await ask(instance.group, params))


def _checked_group(channel: type[Channel], group: object) -> str:
    if not isinstance(group, str):
        raise TypeError(f"{channel.__qualname__}.group() must return text, not {group!r}.")
    return group


def message_classes(channel: type[Channel]) -> tuple[type[BaseModel], ...]:
    """List what a channel may send: ``DjangoMessage``, and the other pydantic models declared on it."""
    # Out of the classes' own dictionaries, asking no attribute: another package may have put a descriptor on
    # every class that raises there, as zope.interface does, which comes with Twisted and so with daphne.
    declared: dict[str, object] = {}
    for cls in reversed(channel.__mro__):
        declared |= vars(cls)
    sent = (value for name, value in sorted(declared.items()) if name not in _RECEIVED)
    return tuple(value for value in sent if is_model(value))


def is_model(value: object) -> TypeIs[type[BaseModel]]:
    """Tell whether a value is a pydantic model."""
    return isinstance(value, type) and issubclass(value, BaseModel)


def payload_of(channel: type[Channel], message: BaseModel) -> dict[str, Any]:
    """Write a message as plain JSON values; raise TypeError for one that is not one of the channel's."""
    classes = message_classes(channel)
    if not isinstance(message, classes):
        known = ", ".join(each.__name__ for each in classes) or "none"
        raise TypeError(
            f"{channel.__qualname__} can't send {message!r}. Its messages: {known}."
            " Declare the class on the channel, as 'class DjangoMessage(BaseModel)'."
        )
    written = Result(output_adapter(type(message))).write(message)
    return cast("dict[str, Any]", from_json(written, allow_inf_nan=False))


def push_event(name: str, group: str, message: BaseModel, payload: Mapping[str, Any]) -> Event:
    """Write what tells all hubs of a message."""
    return publishing.push(group, name, type(message).__name__, payload)


def _events(
    channel: type[Channel], group: str, message: BaseModel, payload: Mapping[str, Any]
) -> Iterator[Event]:
    names = [name for name, each in registry.channels.items() if each is channel]
    if not names:
        logger.warning("%s is not registered, so nobody hears what it pushes.", channel.__qualname__)
    for name in names:
        yield push_event(name, group, message, payload)


def _params_of(channel: type[Channel], params: Mapping[str, Any]) -> BaseModel | None:
    try:
        return read_params(channel, params)
    except ValidationFailed as error:
        raise ValueError(f"{channel.__qualname__}.push(): {error.reasons}") from None


def read_params(channel: type[Channel], params: Mapping[str, Any]) -> BaseModel | None:
    """Validate parameters; raise ValidationFailed. A channel without ``Params`` takes none."""
    if channel.Params is not None:
        return read_model(channel.Params, params)
    if params:
        raise _refusal_of(params, "This channel takes no parameters.")
    return None


def refuse_undeclared(channel: type[Channel], params: Mapping[str, Any]) -> None:
    """Raise ValidationFailed for parameters that ``Params`` does not declare.

    pydantic passes over them, and what a page has written is kept. A model that does something with others
    (``extra``, a RootModel) is asked itself.
    """
    model = channel.Params
    if model is None or issubclass(model, RootModel) or model.model_config.get("extra", "ignore") != "ignore":
        return
    unknown = params.keys() - _names_of(model)
    if unknown:
        raise _refusal_of(sorted(unknown), "Unknown parameter.")


def _names_of(model: type[BaseModel]) -> frozenset[str]:
    """List what the fields of a model may be called in what it reads."""
    names = set(model.model_fields)
    for each in model.model_fields.values():
        aliases = each.validation_alias
        choices = aliases.choices if isinstance(aliases, AliasChoices) else [aliases, each.alias]
        names |= {str(path.path[0] if isinstance(path, AliasPath) else path) for path in choices if path}
    return frozenset(names)


def _refusal_of(names: Collection[str], reason: str) -> ValidationFailed:
    if len(names) > MAX_FIELD_ERRORS:
        return ValidationFailed({"__all__": [f"{len(names)} values do not fit."]})
    return ValidationFailed({name: [reason] for name in names})


def read_model(model: type[BaseModel], values: Any) -> BaseModel:
    """Validate values as a model; raise ValidationFailed with the fields that do not fit."""
    adapter: TypeAdapter[Any] = TypeAdapter(model)
    return cast("BaseModel", validate(adapter, values))
