"""Rights that were lost since a subscription began: who may not receive any more can't send, either."""

import asyncio
from typing import Any

import pytest

from mizan_htmx.channels import register
from mizan_htmx.channels.hub import reauthorization
from tests.helpers.sockets import ROOM, ChatChannel, Tab, person
from tests.helpers.visitor import SyncOrAsync

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("registry")]

REFUSED = {"error": "Not authorized", "code": "FORBIDDEN", **ROOM}


def chat(received: list[str], authorize: Any) -> None:
    """Register a chat that notes what it receives and how it ends."""

    class OwnChannel(ChatChannel):
        def receive(self, params: Any, msg: Any) -> Any:
            received.append(msg.text)

        def on_disconnect(self, params: Any) -> None:
            received.append("ended")

    OwnChannel.authorize = authorize  # type: ignore[method-assign]
    register(OwnChannel, "chat")


async def test_who_was_barred_says_nothing_more(sync_or_async: SyncOrAsync) -> None:
    barred: set[str] = set()
    received: list[str] = []
    chat(received, sync_or_async(lambda self, params: params.room not in barred))
    async with Tab(user=person()) as tab:
        await tab.ask(action="subscribe", **ROOM)
        assert await tab.ask(action="message", id="1", **ROOM, data={"text": "hi"}) == {"id": "1", "ok": True}
        barred.add("a")
        refused = await tab.ask(action="message", id="2", **ROOM, data={"text": "still here"})
        assert refused == {"id": "2", **REFUSED}
        assert received == ["hi", "ended"]
        assert (await tab.ask(action="message", **ROOM, data={"text": "x"}))["error"] == "Not subscribed"
    assert received == ["hi", "ended"]


async def test_who_may_not_send_does_not_learn_what_would_fit() -> None:
    allowed = [True, False]
    chat([], lambda self, params: allowed.pop(0))
    async with Tab(user=person()) as tab:
        await tab.ask(action="subscribe", **ROOM)
        assert await tab.ask(action="message", **ROOM, data={"text": 5, "x": []}) == REFUSED


async def test_a_hub_that_closes_authorizes_nobody_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []

    class Member:
        async def reauthorize(self) -> None:
            called.append("again")

    monkeypatch.setattr(reauthorization, "FIRST_DELAY", 0)
    reauthorizer = reauthorization.Reauthorizer()
    reauthorizer.add(Member())
    await reauthorizer.close()
    for _ in range(10):
        await asyncio.sleep(0)
    assert called == []
