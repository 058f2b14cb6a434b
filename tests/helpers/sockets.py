"""A page's socket, and a chat to talk about over it."""

from collections.abc import Callable, Mapping
from typing import Any, Self

from asgiref.testing import ApplicationCommunicator
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User
from pydantic import BaseModel, Field

from mizan_htmx.channels import Channel, MizanConsumer, register

# What a test waits at most; nothing waits that long when all is well.
PATIENCE = 60


# It comes half typed.
_Communicator: Any = ApplicationCommunicator


class Communicator(WebsocketCommunicator):  # type: ignore[misc]
    """The server's side of a socket, whose threads close their database connections, as a server's do.

    That of channels leaks them, for the sake of tests that share one connection with the socket.
    """

    async def send_input(self, message: Any) -> None:
        """Hand over a message of the server."""
        await _Communicator.send_input(self, message)

    async def receive_output(self, timeout: float = 1) -> Any:
        """Wait for a message of the application."""
        return await _Communicator.receive_output(self, timeout)


class Tab:
    """The socket of one page; open inside ``async with``."""

    def __init__(
        self,
        application: Any = None,
        *,
        path: str = "/ws/",
        headers: Mapping[str, str] | None = None,
        **scope: Any,
    ) -> None:
        raw = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        self.communicator = Communicator(application or MizanConsumer.as_asgi(), path, raw)
        self.communicator.scope.update(scope)

    async def __aenter__(self) -> Self:
        assert await self.communicator.connect(PATIENCE) == (True, None)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.communicator.disconnect(timeout=PATIENCE)

    async def is_refused(self) -> bool:
        """Try to connect, and return whether that is refused."""
        opened, _ = await self.communicator.connect(PATIENCE)
        return not opened

    async def send(self, **frame: Any) -> None:
        """Send a frame."""
        await self.communicator.send_json_to(frame)

    async def receive(self) -> Any:
        """Wait for the next frame."""
        return await self.communicator.receive_json_from(PATIENCE)

    async def ask(self, **frame: Any) -> Any:
        """Send a frame and wait for the next one that comes."""
        await self.send(**frame)
        return await self.receive()

    async def say(self, text: str) -> Any:
        """Send any text and wait for the next frame."""
        await self.communicator.send_to(text_data=text)
        return await self.receive()

    async def closing(self) -> int:
        """Wait until the server closes the socket, and give its code; frames before it are dropped."""
        while (message := await self.communicator.receive_output(PATIENCE))["type"] != "websocket.close":
            pass
        return int(message["code"])


class ChatChannel(Channel):
    """Rooms for those who are signed in; one is secret."""

    class Params(BaseModel):
        """The room."""

        room: str

    class DjangoMessage(BaseModel):
        """Something that was said."""

        text: str
        author: str = ""

    class ReactMessage(BaseModel):
        """Something to say."""

        text: str = Field(min_length=1)

    def authorize(self, params: Params) -> bool:
        """Let everybody with a name into all rooms but one."""
        return bool(self.user.is_authenticated) and params.room != "secret"

    def group(self, params: Params) -> str:
        """Name the group of a room."""
        return f"chat_{params.room}"

    def receive(self, params: Params, msg: ReactMessage) -> DjangoMessage:
        """Tell everybody in the room."""
        return self.DjangoMessage(text=msg.text, author=self.user.get_username())


ROOM: dict[str, Any] = {"channel": "chat", "params": {"room": "a"}}
SUBSCRIBED = {"subscribed": True, **ROOM}
REFUSED = {"error": "Not authorized", "code": "FORBIDDEN", **ROOM}
BROKEN = {"error": "Something went wrong.", "code": "INTERNAL_ERROR", **ROOM}


def person(name: str = "ada") -> User:
    """Make somebody who is signed in, and in no database."""
    return User(pk=1, username=name)


def said(text: str, *, author: str = "", **address: Any) -> dict[str, Any]:
    """Give the whole frame of a message."""
    return {**(address or ROOM), "type": "DjangoMessage", "data": {"text": text, "author": author}}


def chat(**hooks: Callable[..., Any] | None) -> type[ChatChannel]:
    """Register the chat with some hooks replaced."""
    channel: type[ChatChannel] = type("ChatChannel", (ChatChannel,), hooks)
    register(channel, "chat")
    return channel


def raising(error: BaseException) -> Callable[..., Any]:
    """Make a hook that raises."""

    def hook(self: Channel, *args: Any) -> None:
        raise error

    return hook
