"""The consumer: one socket, its frames handled one after the other, its answers written by a task."""

import asyncio
import logging
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from mizan_htmx.channels import protocol as frames
from mizan_htmx.channels import rpc as calls
from mizan_htmx.channels.hub.hub import Hub
from mizan_htmx.channels.internals import handler_of
from mizan_htmx.channels.layer.outages import DATABASE_ERRORS, database_outage
from mizan_htmx.channels.protocol import Frame
from mizan_htmx.channels.socket.outbox import Outbox
from mizan_htmx.channels.socket.rate_limit import POLICY_VIOLATION, Bucket
from mizan_htmx.channels.socket.session_user import Visitor, visitor_of
from mizan_htmx.channels.socket.subscriptions import Subscriptions
from mizan_htmx.channels.socket.watches import Watches
from mizan_htmx.errors import BadRequest, InternalError, MizanError, Unauthorized

#: The session that opened the socket has ended. 4000 and up are an application's own (RFC 6455, 7.4.2).
SESSION_ENDED = 4401
#: A frame is larger than what is taken (RFC 6455, 7.4.1).
TOO_BIG = 1009

logger = logging.getLogger("mizan_htmx.channels")


class MizanConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Serves one socket, for ``scope["user"]`` or, without one, the user of ``scope["session"]``.

    ``burst`` frames may come at once, then ``rate`` a second; others wait. More than ``patience`` in a row
    that had to wait are a flood.
    """

    # Its events come through the hub; a channel of its own would be one more task, and a hop for each event.
    channel_layer_alias = None

    burst = 50
    rate = 20.0
    patience = 200

    visitor: Visitor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._hub: Hub | None = None
        # One frame or one check at a time.
        self._turn = asyncio.Lock()
        self._is_to_be_checked = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the socket until it is closed, or the task is cancelled."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._leave()

    async def dispatch(self, message: Any) -> None:
        """Handle one message of the server.

        Without channels' own look after old connections: that is a hop to a thread which all sockets share,
        and here no frame uses that thread.
        """
        await handler_of(self, message)(message)

    async def connect(self) -> None:
        """Take the socket in, or refuse it while the database does not say whose session it is."""
        try:
            async with ThreadSensitiveContext():
                self.visitor = await visitor_of(self.scope)
        except DATABASE_ERRORS as error:
            database_outage.fail(error)
            await self.close()
            return
        self._database_answers()
        self._outbox = Outbox(self.base_send, Hub.here().writers)
        self._bucket = Bucket(self.burst, self.rate, self.patience, now=_now())
        self._subscriptions = Subscriptions(self, self._outbox, self.scope)
        self._watches = Watches(self, self.scope, self._bucket.charge)
        self._hub = Hub.here()
        await self._hub.join(self)
        await self.accept()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Handle one frame; one that comes too fast, or before others are answered, waits first."""
        if self._outbox.closed:
            return
        if frames.is_too_large(text_data if bytes_data is None else bytes_data):
            # At once: what the server took in, and may have inflated, is the cost of it.
            self._outbox.cut(TOO_BIG)
            return
        delay = self._bucket.take(_now())
        if self._bucket.is_flooded:
            await self.end(POLICY_VIOLATION)
            return
        if delay:
            await asyncio.sleep(delay)
        await self._outbox.room()
        await self._handle(text_data)

    async def _handle(self, text: str | None) -> None:
        if self._outbox.closed:  # while it waited
            return
        # A thread for each frame that needs one, as for each request: nobody waits for another's slow hook.
        async with self._turn, ThreadSensitiveContext():
            answer = await self._answer(text)
            if answer is not None:
                self._outbox.answer(answer)
        await self._check_if_due()

    async def _answer(self, text: str | None) -> str | None:
        frame: Frame | None = None
        try:
            frame = frames.read(text)
            return await self._act(frame)
        except MizanError as error:
            return frames.refusal(frame, error)
        except DATABASE_ERRORS as error:
            database_outage.fail(error)
            return frames.refusal(frame, InternalError())
        except Exception:  # the border to hooks and auth callables, which are somebody else's
            logger.exception("A frame failed.")
            return frames.refusal(frame, InternalError())

    async def _act(self, frame: Frame) -> str | None:
        if frame.action in frames.CALLS and frame.id is None:
            raise BadRequest("Missing 'id': it names the answer.")
        match frame.action:
            case "subscribe":
                await self._subscriptions.subscribe(frame)
                return None
            case "unsubscribe":
                return await self._subscriptions.unsubscribe(frame)
            case "message":
                return await self._subscriptions.message(frame)
            case "watch":
                return await self._watches.watch(frame)
            case "rpc":
                return await calls.rpc(frame, self.visitor, self.scope)
            case "ctx":
                return await calls.ctx(frame, self.visitor, self.scope)
        raise BadRequest(frames.unknown("action", frame.action))

    def put(self, frame: str) -> None:
        """Queue a text frame; never block. A client that is too far behind is sent away."""
        self._outbox.put(frame)

    async def end(self, code: int) -> None:
        """Close the socket once what waits is sent; take nothing more in either direction."""
        self._outbox.close(code)

    async def recheck(self) -> None:
        """Ask again whether the visitor is who he was, and may have what he has.

        Nobody waits for a frame that is being handled: where there is one, the rest is asked after it.
        """
        if self._outbox.closed:
            return
        try:
            async with ThreadSensitiveContext():
                current = await self.visitor.is_current()
        except DATABASE_ERRORS as error:
            # Says nothing about the visitor. The hub asks again within a minute.
            database_outage.fail(error)
            return
        self._database_answers()
        if not current:
            self.put(frames.refusal(None, Unauthorized("Not authorized")))
            await self.end(SESSION_ENDED)
            return
        self._is_to_be_checked = True
        await self._check_if_due()

    def _database_answers(self) -> None:
        if self.visitor.session_key:  # otherwise nobody was asked
            database_outage.succeed()

    async def _check_if_due(self) -> None:
        # Whoever has the turn comes by here after it, so that none is lost.
        while self._is_to_be_checked and not self._turn.locked():
            async with self._turn, ThreadSensitiveContext():
                self._is_to_be_checked = False
                await self._check()

    async def _check(self) -> None:
        try:
            await self._watches.recheck()
            await self._subscriptions.recheck(await self.visitor.user())
        except DATABASE_ERRORS as error:
            database_outage.fail(error)

    async def websocket_disconnect(self, message: Any) -> None:
        """Stop: the client has gone."""
        raise StopConsumer

    async def _leave(self) -> None:
        if self._hub is None:  # it was never taken in
            return
        self._outbox.stop()
        await self._hub.leave(self)
        async with ThreadSensitiveContext():
            await self._subscriptions.end_all()


def _now() -> float:
    return asyncio.get_running_loop().time()
