"""The subscriptions of one socket: subscribe, unsubscribe, message."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.signing import BadSignature
from pydantic import BaseModel

from mizan_htmx.channels import protocol as frames
from mizan_htmx.channels import templates as rendering
from mizan_htmx.channels.channel import (
    Channel,
    ask,
    group_of,
    payload_of,
    push_event,
    read_model,
    read_params,
    refuse_undeclared,
)
from mizan_htmx.channels.hub.hub import Hub, Socket, Subscription
from mizan_htmx.channels.layer import publish as publishing
from mizan_htmx.channels.layer.outages import DATABASE_ERRORS, database_outage
from mizan_htmx.channels.protocol import Frame
from mizan_htmx.channels.socket.outbox import Outbox
from mizan_htmx.declarations.signature import describe
from mizan_htmx.errors import (
    DENIED,
    BadRequest,
    Forbidden,
    InternalError,
    MizanError,
    NotFound,
    ValidationFailed,
)
from mizan_htmx.http.arguments import Arguments
from mizan_htmx.setup.registry import registry

#: What one socket may subscribe to.
LIMIT = 200
#: What the addresses of all of them may have together, in characters: they are kept, and stand in each frame.
LIMIT_OF_TEXT = 64 * 1024

logger = logging.getLogger("mizan_htmx.channels")


@dataclass(frozen=True, slots=True)
class _Address:
    """What a frame is about, as its sender wrote it. ``params`` is canonical JSON."""

    channel: str
    params: str
    partial: str = ""

    def __len__(self) -> int:
        return len(self.channel) + len(self.params) + len(self.partial)

    def frame(self, **content: object) -> dict[str, object]:
        """Write content with the address it concerns."""
        partial = {"partial": self.partial} if self.partial else {}
        return {**content, "channel": self.channel, "params": json.loads(self.params), **partial}


@dataclass(slots=True, eq=False)
class _Live:
    """A subscription that has begun."""

    channel: Channel
    params: BaseModel | None
    subscription: Subscription


class Subscriptions:
    """What one socket has subscribed to. The caller sees to it that one call at a time is under way."""

    def __init__(self, socket: Socket, outbox: Outbox, scope: Mapping[str, Any]) -> None:
        self._socket = socket
        self._outbox = outbox
        self._scope = scope
        self._hub = Hub.here()
        self._live: dict[_Address, _Live] = {}

    async def subscribe(self, frame: Frame) -> None:
        """Begin a subscription, if the channel allows it."""
        channel, address = _channel_of(frame), _address_of(frame)
        params = _valid_params(channel, frame)
        _check_partial(address)
        if address in self._live:
            raise BadRequest("Already subscribed")
        if len(self._live) >= LIMIT or sum(map(len, self._live)) + len(address) > LIMIT_OF_TEXT:
            raise BadRequest("Too many subscriptions")
        user = await self._socket.visitor.user()
        instance = channel(user, {**self._scope, "user": user})
        if not await _asked(instance.authorize, params):
            raise Forbidden("Not authorized")
        group = await _asked(group_of, instance, params)
        subscription = Subscription(group, address.channel, address.params, address.partial)
        await self._begin(frame, address, _Live(instance, params, subscription))

    async def _begin(self, frame: Frame, address: _Address, live: _Live) -> None:
        # In the hub before on_connect, so that this socket, too, hears what that pushes; but it is told first
        # that it is subscribed.
        place = self._outbox.reserve()
        self._hub.subscribe(self._socket, live.subscription)
        try:
            await _asked(live.channel.on_connect, live.params)
        except BaseException:
            self._hub.unsubscribe(self._socket, live.subscription)
            self._outbox.give_up(place)
            raise
        self._live[address] = live
        self._outbox.fill(place, frames.answer(frame, address.frame(subscribed=True)))

    async def unsubscribe(self, frame: Frame) -> str:
        """End a subscription."""
        _channel_of(frame)
        address = _address_of(frame)
        if address not in self._live:
            raise BadRequest("Not subscribed")
        await self._end(address)
        return frames.answer(frame, address.frame(unsubscribed=True))

    async def _end(self, address: _Address) -> None:
        live = self._live.pop(address)
        self._hub.unsubscribe(self._socket, live.subscription)
        await _asked(live.channel.on_disconnect, live.params)

    async def message(self, frame: Frame) -> str | None:
        """Hand a message to its channel, if that still allows it, and what it returns to the group."""
        channel, address = _channel_of(frame), _address_of(frame)
        subscribed, live = self._find(address)
        live.channel.user = await self._socket.visitor.user()
        refused = await _refusal_of(live)
        if refused is not None:
            await self._end_quietly(subscribed)
            raise refused
        if channel.ReactMessage is None:
            raise BadRequest(f"Channel {address.channel!r} does not accept messages")
        try:
            message = read_model(channel.ReactMessage, _data_of(frame, channel.ReactMessage))
        except ValidationFailed as error:
            raise ValidationFailed(error.fields, "Invalid message") from None
        reply = await _asked(live.channel.receive, live.params, message)
        if reply is not None:
            payload = payload_of(channel, reply)
            await publishing.tell(push_event(address.channel, live.subscription.group, reply, payload))
        return frames.acknowledgement(frame)

    def _find(self, address: _Address) -> tuple[_Address, _Live]:
        """Find a subscription whatever partial it is shown with."""
        for each, live in self._live.items():
            if (each.channel, each.params) == (address.channel, address.params):
                return each, live
        raise BadRequest("Not subscribed")

    async def recheck(self, user: Any) -> None:
        """Ask all channels again whether this user may; end what they do not allow any more."""
        for address, live in list(self._live.items()):
            live.channel.user = user
            refused = await _refusal_of(live)
            if refused is not None:
                self._socket.put(frames.write(address.frame(error=refused.message, code=refused.code)))
                await self._end_quietly(address)

    async def end_all(self) -> None:
        """End everything: the socket is closed."""
        for address in list(self._live):
            await self._end_quietly(address)

    async def _end_quietly(self, address: _Address) -> None:
        try:
            await self._end(address)
        except DATABASE_ERRORS as error:
            database_outage.fail(error)
        except Exception:  # the border to the authors' code: all the others must end, too
            logger.exception("Channel %r did not end well.", address.channel)


async def _refusal_of(live: _Live) -> MizanError | None:
    try:
        allowed = await _asked(live.channel.authorize, live.params)
    except MizanError as error:
        return error
    return None if allowed else Forbidden("Not authorized")


async def _asked(hook: Callable[..., Any], /, *args: Any) -> Any:
    """Call a hook; what it raises is a refusal, or is logged and not told."""
    try:
        return await ask(hook, *args)
    except DENIED:
        raise Forbidden("Not authorized") from None
    except DATABASE_ERRORS:
        raise  # the database can't be asked: that says nothing about the visitor
    except Exception as error:  # the border to the authors' code
        logger.exception("A hook of a channel failed: %s", getattr(hook, "__qualname__", hook))
        raise InternalError() from error


def _channel_of(frame: Frame) -> type[Channel]:
    name = frame.body.get("channel")
    channel: type[Channel] | None = registry.channels.get(name) if isinstance(name, str) else None
    if channel is None:
        raise NotFound(frames.unknown("channel", name))
    return channel


def _data_of(frame: Frame, model: type[BaseModel]) -> Any:
    """Return what a message holds, and what the boxes of its form say that are not ticked."""
    data, unticked = frame.body.get("data", {}), frame.body.get("unticked") or []
    if not isinstance(unticked, list) or not all(isinstance(each, str) for each in unticked):
        raise BadRequest("'unticked' must list the names of boxes.")
    if not unticked or not isinstance(data, dict):
        return data
    named = [name for name in dict.fromkeys(unticked) if name in model.model_fields and name not in data]
    fields = [describe(name, model.model_fields[name].annotation) for name in named]
    return data | Arguments((frozenset(named),)).collect(fields)


def _address_of(frame: Frame) -> _Address:
    params, partial = frame.body.get("params", {}), frame.body.get("partial", "")
    if not isinstance(params, dict):
        raise ValidationFailed({"params": ["Must be an object."]}, "Invalid params")
    if not isinstance(partial, str):
        raise ValidationFailed({"partial": ["Must be text."]}, "Invalid params")
    return _Address(frame.body["channel"], json.dumps(params, sort_keys=True), partial)


def _valid_params(channel: type[Channel], frame: Frame) -> BaseModel | None:
    try:
        params = frame.body.get("params", {})
        refuse_undeclared(channel, params)
        return read_params(channel, params)
    except ValidationFailed as error:
        raise ValidationFailed(error.reasons, "Invalid params") from None


def _check_partial(address: _Address) -> None:
    try:
        if address.partial:
            rendering.read(address.partial, address.channel)
    except BadSignature:
        raise ValidationFailed({"partial": ["Not signed by this site."]}, "Invalid params") from None
