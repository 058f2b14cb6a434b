"""What a channel is made of, and what ``push`` takes."""

import logging
from collections.abc import Awaitable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from pydantic import BaseModel
from pytest_django import Settings

from mizan_htmx.channels import Channel, ReactChannel, register
from tests.helpers.sockets import ROOM, ChatChannel, Tab, person, said

# A push asks for its group in a thread where an earlier test may have left a connection.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]


class Plain(Channel):
    """Everybody in one group; nothing to know, nothing to take."""

    class Alarm(BaseModel):
        """Another message than DjangoMessage."""

        level: float

    def authorize(self, params: None) -> bool:
        """Let everybody in."""
        return True

    def group(self, params: None) -> str:
        """Name the only group, in no layer's alphabet."""
        return "all of us: ü/🎉"


def test_the_class_of_mizan_is_the_same() -> None:
    assert ReactChannel is Channel


def test_the_base_declares_nothing() -> None:
    assert (Channel.Params, Channel.DjangoMessage, Channel.ReactMessage) == (None, None, None)


@pytest.mark.parametrize("left", ["authorize", "group"])
def test_a_class_without_an_abstract_hook_has_no_instances(left: str) -> None:
    hooks = {name: lambda self, params: True for name in ("authorize", "group") if name != left}
    incomplete: Any = type("Incomplete", (Channel,), hooks)
    with pytest.raises(TypeError, match=f"abstract method '?{left}"):
        incomplete()


def test_the_other_hooks_do_nothing() -> None:
    plain = Plain()
    assert [plain.receive(None, None), plain.on_connect(None), plain.on_disconnect(None)] == [None] * 3
    assert (plain.user, plain.scope) == (None, {})


async def test_a_push_reaches_the_subscribers_of_its_group_and_nobody_else() -> None:
    register(ChatChannel)
    other: dict[str, Any] = {"channel": "chat", "params": {"room": "b"}}
    async with Tab(user=person()) as here, Tab(user=person()) as there:
        await here.ask(action="subscribe", **ROOM)
        await there.ask(action="subscribe", **other)
        await ChatChannel.push(ChatChannel.DjangoMessage(text="to a"), room="a")
        await ChatChannel.push(message=ChatChannel.DjangoMessage(text="to b"), room="b")
        assert await here.receive() == said("to a")
        assert await there.receive() == said("to b", **other)


async def test_a_push_from_a_thread_arrives() -> None:
    register(ChatChannel)
    async with Tab(user=person()) as tab:
        await tab.ask(action="subscribe", **ROOM)
        await sync_to_async(ChatChannel.push_sync)(ChatChannel.DjangoMessage(text="hi"), room="a")
        assert await tab.receive() == said("hi")


async def test_a_message_of_another_class_goes_by_its_name() -> None:
    register(Plain)
    async with Tab() as tab:
        await tab.ask(action="subscribe", channel="plain")
        await Plain.push(Plain.Alarm(level=float("inf")))
        assert await tab.receive() == {
            "channel": "plain",
            "params": {},
            "type": "Alarm",
            "data": {"level": None},
        }


async def test_one_class_may_come_in_and_go_out() -> None:
    class Echo(Plain):
        class Note(BaseModel):
            text: str

        DjangoMessage = ReactMessage = Note

        def receive(self, params: None, msg: Note) -> Note:
            return msg

    register(Echo)
    async with Tab() as tab:
        await tab.ask(action="subscribe", channel="echo")
        received = await tab.ask(action="message", channel="echo", data={"text": "hi"})
    assert received == {"channel": "echo", "params": {}, "type": "Note", "data": {"text": "hi"}}


@pytest.mark.parametrize("concurrency", ["def", "async def", "def that gives an awaitable"])
async def test_the_group_is_asked_sync_or_async(concurrency: str) -> None:
    async def later(params: Any) -> str:
        return str(params.room)

    def at_once(params: Any) -> str:
        return str(params.room)

    def awaitable(params: Any) -> Awaitable[str]:
        return later(params)

    class Room(ChatChannel):
        group = staticmethod({"def": at_once, "async def": later}.get(concurrency, awaitable))  # type: ignore[assignment]

    register(Room, "chat")
    message = Room.DjangoMessage(text="hi")
    async with Tab(user=person()) as tab:
        await tab.ask(action="subscribe", **ROOM)
        await Room.push(message, room="a")
        await sync_to_async(Room.push_sync)(message, room="a")
        assert [await tab.receive(), await tab.receive()] == [said("hi")] * 2


async def both(channel: type[Channel], message: Any, **params: Any) -> list[str]:
    """Push, sync and async; return the texts of what is raised."""
    texts = []
    for push in (channel.push, sync_to_async(channel.push_sync)):
        with pytest.raises((TypeError, ValueError)) as caught:
            await push(message, **params)
        texts.append(str(caught.value))
    return texts


async def test_wrong_parameters_are_named() -> None:
    message = ChatChannel.DjangoMessage(text="hi")
    wrong = "ChatChannel.push(): {'room': ['Field required']}"
    assert await both(ChatChannel, message, rom="a") == [wrong] * 2
    none = "Plain.push(): {'room': ['This channel takes no parameters.']}"
    assert await both(Plain, Plain.Alarm(level=1), room="a") == [none] * 2


@pytest.mark.parametrize(
    "message", [{"text": "hi"}, "hi", Plain.Alarm(level=1), ChatChannel.ReactMessage(text="hi")]
)
async def test_a_message_of_no_class_of_the_channel_is_refused(message: Any) -> None:
    text = (
        f"ChatChannel can't send {message!r}. Its messages: DjangoMessage."
        " Declare the class on the channel, as 'class DjangoMessage(BaseModel)'."
    )
    assert await both(ChatChannel, message, room="a") == [text] * 2


async def test_a_group_that_is_no_text_is_refused() -> None:
    class Odd(ChatChannel):
        def group(self, params: Any) -> Any:
            return 7

    text = "test_a_group_that_is_no_text_is_refused.<locals>.Odd.group() must return a str, not 7."
    assert await both(Odd, Odd.DjangoMessage(text="hi"), room="a") == [text] * 2


@pytest.mark.parametrize("layers", [{}, {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}])
async def test_a_push_that_nobody_receives_is_quiet(settings: Settings, layers: dict[str, Any]) -> None:
    settings.CHANNEL_LAYERS = layers
    register(ChatChannel)
    await ChatChannel.push(ChatChannel.DjangoMessage(text="hi"), room="a")
    await sync_to_async(ChatChannel.push_sync)(ChatChannel.DjangoMessage(text="hi"), room="a")


async def test_a_push_of_a_channel_nobody_registered_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        await ChatChannel.push(ChatChannel.DjangoMessage(text="hi"), room="a")
    assert caplog.messages == [
        "ChatChannel is not registered, so its messages reach nobody. Register it with register()."
    ]
