"""The ASGI consumer of one socket: it handles frames one after the other, and queues the answers to them."""

import asyncio
import logging
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from mizan_htmx.channels import protocol, rpc
from mizan_htmx.channels.hub.hub import Hub
from mizan_htmx.channels.internals import handler_of
from mizan_htmx.channels.outage_log import DATABASE_ERRORS, database_outage
from mizan_htmx.channels.protocol import Frame
from mizan_htmx.channels.socket.outbox import Outbox
from mizan_htmx.channels.socket.rate_limit import POLICY_VIOLATION, RateLimit
from mizan_htmx.channels.socket.session_user import Visitor, visitor_of
from mizan_htmx.channels.socket.subscriptions import Subscriptions
from mizan_htmx.channels.socket.watches import Watches
from mizan_htmx.errors import BadRequest, InternalError, MizanError, Unauthorized

#: The session of the visitor has ended. Codes from 4000 on are for applications (RFC 6455 section 7.4.2).
SESSION_ENDED = 4401
#: A frame is too large (RFC 6455 section 7.4.1).
TOO_BIG = 1009

logger = logging.getLogger("mizan_htmx.channels")


class MizanConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Serve one socket, for ``scope["user"]`` or, without one, the user of ``scope["session"]``.

    ``burst`` frames may come at once, then ``rate`` a second; later ones are delayed. More than ``patience``
    delayed frames in a row disconnect the client.
    """

    # Events come through the hub; a channel of its own would cost one more task, and one more hop per event.
    channel_layer_alias = None

    burst = 50
    rate = 20.0
    patience = 200

    visitor: Visitor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._hub: Hub | None = None
        # One frame or one reauthorization at a time.
        self._turn = asyncio.Lock()
        self._is_reauthorization_due = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the socket until it is closed, or the task is cancelled."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._leave()

    async def dispatch(self, message: Any) -> None:
        """Handle one message of the server.

        Unlike channels' own ``dispatch`` it does not close old database connections: that would be a hop to a
        thread that all sockets share, and that no frame here uses.
        """
        await handler_of(self, message)(message)

    async def connect(self) -> None:
        """Accept the socket, or refuse it while the database can't load its session."""
        try:
            async with ThreadSensitiveContext():
                self.visitor = await visitor_of(self.scope)
        except DATABASE_ERRORS as error:
            database_outage.fail(error)
            await self.close()
            return
        self._log_database_success()
        self._outbox = Outbox(self.base_send, Hub.here().writer_pool)
        clock = asyncio.get_running_loop().time
        self._rate_limit = RateLimit(self.burst, self.rate, self.patience, clock)
        self._subscriptions = Subscriptions(self, self._outbox, self.scope)
        self._watches = Watches(self, self.scope, self._rate_limit.charge)
        self._hub = Hub.here()
        await self._hub.join(self)
        await self.accept()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Handle one frame, with a delay if the client is too fast or has not read the answers before it."""
        if self._outbox.closed:
            return
        if protocol.is_too_large(text_data if bytes_data is None else bytes_data):
            # Without delay: receiving it, and possibly inflating it, has been expensive enough.
            self._outbox.close_now(TOO_BIG)
            return
        delay = self._rate_limit.count_frame()
        if self._rate_limit.is_exceeded:
            self._outbox.close(POLICY_VIOLATION)
            return
        if delay:
            await asyncio.sleep(delay)
        await self._outbox.wait_for_room()
        await self._handle(text_data)

    async def _handle(self, text: str | None) -> None:
        if self._outbox.closed:  # during the delay
            return
        # A thread for each frame that needs one, as for requests, so that a slow hook delays no other socket.
        async with self._turn, ThreadSensitiveContext():
            answer = await self._answer(text)
            if answer is not None:
                self._outbox.answer(answer)
        await self._reauthorize_if_due()

    async def _answer(self, text: str | None) -> str | None:
        frame: Frame | None = None
        try:
            frame = protocol.read(text)
            return await self._act(frame)
        except MizanError as error:
            return protocol.refusal(frame, error)
        except DATABASE_ERRORS as error:
            database_outage.fail(error)
            return protocol.refusal(frame, InternalError())
        except Exception:  # the border to the site's hooks and auth callables
            logger.exception("A frame failed.")
            return protocol.refusal(frame, InternalError())

    async def _act(self, frame: Frame) -> str | None:
        if frame.action in protocol.CALLS and frame.id is None:
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
                return await rpc.call(frame, self.visitor, self.scope)
            case "ctx":
                return await rpc.read_context(frame, self.visitor, self.scope)
        raise BadRequest(protocol.unknown("action", frame.action))

    def send_text(self, frame: str) -> None:
        """Queue a text frame; never block. A client that is too far behind is disconnected."""
        self._outbox.put(frame)

    async def reauthorize(self) -> None:
        """Check that the visitor is the same user, and may still have what the socket watches.

        Does not wait for a frame that is being handled: then the second check follows it.
        """
        if self._outbox.closed:
            return
        try:
            async with ThreadSensitiveContext():
                current = await self.visitor.is_current()
        except DATABASE_ERRORS as error:
            # An outage says nothing about the visitor. The hub calls this method again within a minute.
            database_outage.fail(error)
            return
        self._log_database_success()
        if not current:
            self.send_text(protocol.refusal(None, Unauthorized("Not authorized")))
            self._outbox.close(SESSION_ENDED)
            return
        self._is_reauthorization_due = True
        await self._reauthorize_if_due()

    def _log_database_success(self) -> None:
        if self.visitor.session_key:  # otherwise there was no query
            database_outage.succeed()

    async def _reauthorize_if_due(self) -> None:
        # The task that holds the lock calls this method after releasing it, so no reauthorization is lost.
        while self._is_reauthorization_due and not self._turn.locked():
            async with self._turn, ThreadSensitiveContext():
                self._is_reauthorization_due = False
                await self._reauthorize()

    async def _reauthorize(self) -> None:
        try:
            await self._watches.reauthorize()
            await self._subscriptions.reauthorize(await self.visitor.user())
        except DATABASE_ERRORS as error:
            database_outage.fail(error)

    async def websocket_disconnect(self, message: Any) -> None:
        """Stop the consumer: the client has disconnected."""
        raise StopConsumer

    async def _leave(self) -> None:
        if self._hub is None:  # it was never accepted
            return
        self._outbox.stop()
        await self._hub.leave(self)
        async with ThreadSensitiveContext():
            await self._subscriptions.end_all()
