"""The subscriptions of one socket: subscribe, unsubscribe, message."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.signing import BadSignature
from pydantic import BaseModel

from mizan_htmx.channels import protocol
from mizan_htmx.channels.channel import (
    Channel,
    call_hook,
    group_of,
    payload_of,
    read_model,
    read_params,
    reject_undeclared,
)
from mizan_htmx.channels.hub.hub import Hub, Subscription
from mizan_htmx.channels.layer import bus
from mizan_htmx.channels.layer.events import message_event
from mizan_htmx.channels.outage_log import DATABASE_ERRORS, database_outage
from mizan_htmx.channels.protocol import Frame
from mizan_htmx.channels.socket.outbox import Outbox
from mizan_htmx.channels.socket.session_user import VisitorSocket
from mizan_htmx.channels.templates import partial_of
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

#: The most subscriptions of one socket.
MAX_SUBSCRIPTIONS = 200
#: The most characters of all their addresses, which are kept in memory and repeated in each frame.
MAX_ADDRESS_TEXT = 64 * 1024

logger = logging.getLogger("mizan_htmx.channels")


@dataclass(frozen=True, slots=True)
class _Address:
    """The subscription that a frame names, as its sender wrote it. ``params`` is canonical JSON."""

    channel: str
    params: str
    partial: str = ""

    def __len__(self) -> int:
        return len(self.channel) + len(self.params) + len(self.partial)

    def frame(self, **content: object) -> dict[str, object]:
        """Return content with the address that it concerns."""
        partial = {"partial": self.partial} if self.partial else {}
        return {**content, "channel": self.channel, "params": json.loads(self.params), **partial}


@dataclass(slots=True, eq=False)
class _Active:
    """A subscription that has begun."""

    channel: Channel
    params: BaseModel | None
    subscription: Subscription


class Subscriptions:
    """The subscriptions of one socket. The caller must await one call before the next."""

    def __init__(self, socket: VisitorSocket, outbox: Outbox, scope: Mapping[str, Any]) -> None:
        self._socket = socket
        self._outbox = outbox
        self._scope = scope
        self._hub = Hub.here()
        self._active: dict[_Address, _Active] = {}

    async def subscribe(self, frame: Frame) -> None:
        """Begin a subscription, if its channel authorizes it."""
        channel, address = _channel_of(frame), _address_of(frame)
        params = _valid_params(channel, frame)
        _check_partial(address)
        if address in self._active:
            raise BadRequest("Already subscribed")
        if (
            len(self._active) >= MAX_SUBSCRIPTIONS
            or sum(map(len, self._active)) + len(address) > MAX_ADDRESS_TEXT
        ):
            raise BadRequest("Too many subscriptions")
        user = await self._socket.visitor.user()
        instance = channel(user, {**self._scope, "user": user})
        if not await _call(instance.authorize, params):
            raise Forbidden("Not authorized")
        group = await _call(group_of, instance, params)
        subscription = Subscription(group, address.channel, address.params, address.partial)
        await self._begin(frame, address, _Active(instance, params, subscription))

    async def _begin(self, frame: Frame, address: _Address, active: _Active) -> None:
        # In the hub before on_connect, so that this socket receives what that pushes, but after the answer.
        place = self._outbox.reserve()
        self._hub.subscribe(self._socket, active.subscription)
        try:
            await _call(active.channel.on_connect, active.params)
        except BaseException:
            self._hub.unsubscribe(self._socket, active.subscription)
            self._outbox.release(place)
            raise
        self._active[address] = active
        self._outbox.fill(place, protocol.answer(frame, address.frame(subscribed=True)))

    async def unsubscribe(self, frame: Frame) -> str:
        """End a subscription."""
        _channel_of(frame)
        address = _address_of(frame)
        if address not in self._active:
            raise BadRequest("Not subscribed")
        await self._end(address)
        return protocol.answer(frame, address.frame(unsubscribed=True))

    async def _end(self, address: _Address) -> None:
        active = self._active.pop(address)
        self._hub.unsubscribe(self._socket, active.subscription)
        await _call(active.channel.on_disconnect, active.params)

    async def message(self, frame: Frame) -> str | None:
        """Pass a message to its channel, if that still authorizes it, and send the reply to the group."""
        channel, address = _channel_of(frame), _address_of(frame)
        subscribed, active = self._find(address)
        active.channel.user = await self._socket.visitor.user()
        refused = await _refusal_of(active)
        if refused is not None:
            await self._end_quietly(subscribed)
            raise refused
        if channel.ReactMessage is None:
            raise BadRequest(f"Channel {address.channel!r} does not accept messages")
        try:
            message = read_model(channel.ReactMessage, _data_of(frame, channel.ReactMessage))
        except ValidationFailed as error:
            raise ValidationFailed(error.fields, "Invalid message") from None
        reply = await _call(active.channel.receive, active.params, message)
        if reply is not None:
            payload = payload_of(channel, reply)
            event = message_event(active.subscription.group, address.channel, type(reply).__name__, payload)
            await bus.asend(event)
        return protocol.acknowledgement(frame)

    def _find(self, address: _Address) -> tuple[_Address, _Active]:
        """Return a subscription, whichever partial its messages are rendered with."""
        for each, active in self._active.items():
            if (each.channel, each.params) == (address.channel, address.params):
                return each, active
        raise BadRequest("Not subscribed")

    async def reauthorize(self, user: Any) -> None:
        """Authorize all subscriptions again for this user, and end those that are refused."""
        for address, active in list(self._active.items()):
            active.channel.user = user
            refused = await _refusal_of(active)
            if refused is not None:
                self._socket.send_text(
                    protocol.write(address.frame(error=refused.message, code=refused.code))
                )
                await self._end_quietly(address)

    async def end_all(self) -> None:
        """End all subscriptions of a closed socket."""
        for address in list(self._active):
            await self._end_quietly(address)

    async def _end_quietly(self, address: _Address) -> None:
        try:
            await self._end(address)
        except DATABASE_ERRORS as error:
            database_outage.fail(error)
        except Exception:  # the border to the site's code: the other subscriptions must end, too
            logger.exception("on_disconnect() of channel %r failed.", address.channel)


async def _refusal_of(active: _Active) -> MizanError | None:
    try:
        allowed = await _call(active.channel.authorize, active.params)
    except MizanError as error:
        return error
    return None if allowed else Forbidden("Not authorized")


async def _call(hook: Callable[..., Any], /, *args: Any) -> Any:
    """Call a hook; raise Forbidden for what DENIED lists, and InternalError for what else it raises."""
    try:
        return await call_hook(hook, *args)
    except DENIED:
        raise Forbidden("Not authorized") from None
    except DATABASE_ERRORS:
        raise  # an unreachable database says nothing about the visitor
    except Exception as error:  # the border to the site's code
        logger.exception("A hook of a channel failed: %s", getattr(hook, "__qualname__", hook))
        raise InternalError() from error


def _channel_of(frame: Frame) -> type[Channel]:
    name = frame.body.get("channel")
    channel: type[Channel] | None = registry.channels.get(name) if isinstance(name, str) else None
    if channel is None:
        raise NotFound(protocol.unknown("channel", name))
    return channel


def _data_of(frame: Frame, model: type[BaseModel]) -> Any:
    """Return the values of a message, with those of its form's unticked checkboxes."""
    data, unticked = frame.body.get("data", {}), frame.body.get("unticked") or []
    if not isinstance(unticked, list) or not all(isinstance(each, str) for each in unticked):
        raise BadRequest("'unticked' must be a list of names of checkboxes.")
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
        reject_undeclared(channel, params)
        return read_params(channel, params)
    except ValidationFailed as error:
        raise ValidationFailed(error.reasons, "Invalid params") from None


def _check_partial(address: _Address) -> None:
    try:
        if address.partial:
            partial_of(address.partial, address.channel)
    except BadSignature:
        raise ValidationFailed({"partial": ["Not signed by this site."]}, "Invalid params") from None
