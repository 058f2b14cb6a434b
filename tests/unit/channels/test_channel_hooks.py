"""The hooks of a channel: sync or async, when they run, and what becomes of what they raise."""

import logging
from typing import Any

import pytest

from tests.helpers.sockets import (
    BROKEN,
    REFUSED,
    ROOM,
    SUBSCRIBED,
    ChatChannel,
    Tab,
    chat,
    person,
    raising,
    said,
)
from tests.helpers.visitor import SyncOrAsync

# A push asks for its group in a thread where an earlier test may have left a connection.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]


async def test_every_hook_may_be_sync_or_async(sync_or_async: SyncOrAsync) -> None:
    received: list[str] = []
    channel: Any = ChatChannel
    chat(
        authorize=sync_or_async(lambda self, params: self.user.is_authenticated),
        group=sync_or_async(lambda self, params: params.room),
        receive=sync_or_async(lambda self, params, msg: channel.receive(self, params, msg)),
        on_connect=sync_or_async(lambda self, params: received.append(f"hello {params.room}")),
        on_disconnect=sync_or_async(lambda self, params: received.append(f"bye {params.room}")),
    )
    async with Tab(user=person()) as tab:
        assert await tab.ask(action="subscribe", **ROOM) == SUBSCRIBED
        assert await tab.ask(action="message", **ROOM, data={"text": "hi"}) == said("hi", author="ada")
    assert received == ["hello a", "bye a"]


async def test_what_a_plain_hook_returns_may_be_awaitable() -> None:
    async def allowed() -> bool:
        return False

    chat(authorize=lambda self, params: allowed())
    async with Tab(user=person()) as tab:
        assert await tab.ask(action="subscribe", **ROOM) == REFUSED


async def test_what_on_connect_pushes_is_received_after_the_answer_to_subscribe() -> None:
    async def greet(self: ChatChannel, params: Any) -> None:
        if self.user.username == "new":
            await self.push(self.DjangoMessage(text="welcome"), room="a")
            assert await first.receive() == said("welcome")  # by now the new one has it, too

    chat(on_connect=greet)
    async with Tab(user=person("old")) as first, Tab(user=person("new")) as second:
        await first.ask(action="subscribe", **ROOM)
        assert await second.ask(action="subscribe", **ROOM) == SUBSCRIBED
        assert await second.receive() == said("welcome")


async def test_who_could_not_connect_is_not_subscribed(caplog: pytest.LogCaptureFixture) -> None:
    ended: list[str] = []
    channel = chat(
        on_connect=raising(RuntimeError("the text")), on_disconnect=lambda self, params: ended.append("bye")
    )
    async with Tab(user=person()) as tab:
        with caplog.at_level(logging.ERROR):
            assert await tab.ask(action="subscribe", **ROOM) == BROKEN
        await channel.push(channel.DjangoMessage(text="for others"), room="a")
        assert (await tab.ask(action="unsubscribe", **ROOM))["error"] == "Not subscribed"
    assert ended == []
    assert "RuntimeError: the text" in caplog.text


@pytest.mark.parametrize("hook", ["authorize", "group", "on_connect", "receive", "on_disconnect"])
async def test_what_a_hook_raises_is_logged_and_not_sent(
    caplog: pytest.LogCaptureFixture, sync_or_async: SyncOrAsync, hook: str
) -> None:
    chat(**{hook: sync_or_async(raising(RuntimeError("the text")))})
    answers = []
    with caplog.at_level(logging.ERROR):
        async with Tab(user=person()) as tab:
            answers.append(await tab.ask(action="subscribe", **ROOM))
            if answers == [SUBSCRIBED]:
                answers.append(await tab.ask(action="message", **ROOM, data={"text": "hi"}))
                answers.append(await tab.ask(action="unsubscribe", **ROOM))
    assert answers.count(BROKEN) == 1
    assert "RuntimeError: the text" in caplog.text


@pytest.mark.parametrize("answer", ["text", {"text": "hi"}, ChatChannel.ReactMessage(text="hi")])
async def test_an_answer_that_is_no_message_is_logged(caplog: pytest.LogCaptureFixture, answer: Any) -> None:
    chat(receive=lambda self, params, msg: answer)
    async with Tab(user=person()) as tab:
        await tab.ask(action="subscribe", **ROOM)
        with caplog.at_level(logging.ERROR):
            assert await tab.ask(action="message", **ROOM, data={"text": "hi"}) == BROKEN
    assert f"ChatChannel can't send {answer!r}." in caplog.text
