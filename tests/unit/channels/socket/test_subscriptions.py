"""Subscribe, unsubscribe and message: who receives what, in which order, and what ends a subscription."""

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from pydantic import BaseModel

from mizan_htmx.channels import Channel, register
from mizan_htmx.channels.layer import bus
from mizan_htmx.channels.socket import subscriptions
from mizan_htmx.errors import NotFound
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

OTHER: dict[str, Any] = {"channel": "chat", "params": {"room": "b"}}


async def test_a_message_goes_to_the_whole_group_its_sender_included() -> None:
    chat()
    async with Tab(user=person("ada")) as ada, Tab(user=person("bob")) as bob, Tab(user=person()) as else_:
        assert await ada.ask(action="subscribe", **ROOM) == SUBSCRIBED
        assert await bob.ask(action="subscribe", **ROOM) == SUBSCRIBED
        assert await else_.ask(action="subscribe", **OTHER) == {"subscribed": True, **OTHER}
        await ada.send(action="message", **ROOM, data={"text": "hi"})
        assert [await ada.receive(), await bob.receive()] == [said("hi", author="ada")] * 2
        await else_.send(action="message", **OTHER, data={"text": "lonely"})
        assert await else_.receive() == said("lonely", author="ada", **OTHER)


@pytest.mark.parametrize(
    "authorize",
    [
        lambda self, params: False,
        lambda self, params: None,
        raising(PermissionDenied("the text")),
        raising(PermissionError("the text")),
        raising(Http404("the text")),
        raising(NotFound("the text")),
    ],
)
async def test_who_may_not_subscribe_is_refused_and_receives_nothing(authorize: Any) -> None:
    channel = chat(authorize=authorize)
    async with Tab(user=person()) as tab:
        assert await tab.ask(action="subscribe", **ROOM) == REFUSED
        await channel.push(channel.DjangoMessage(text="for others"), room="a")
        unknown = {"error": "Not subscribed", "code": "BAD_REQUEST", **ROOM}
        assert await tab.ask(action="message", **ROOM, data={"text": "hi"}) == unknown


async def test_nobody_is_anonymous() -> None:
    register(ChatChannel)
    async with Tab() as tab:
        assert await tab.ask(action="subscribe", **ROOM) == REFUSED


async def test_each_subscription_has_an_instance_of_its_own() -> None:
    seen: list[Any] = []
    chat(on_connect=lambda self, params: seen.append((self, self.user.username, self.scope["user"].username)))
    async with Tab(user=person()) as tab:
        await tab.ask(action="subscribe", **ROOM)
        await tab.ask(action="subscribe", **OTHER)
    assert [each[1:] for each in seen] == [("ada", "ada")] * 2
    assert seen[0][0] is not seen[1][0]


async def test_an_id_comes_back_with_every_answer() -> None:
    chat(receive=lambda self, params, msg: None)
    async with Tab(user=person()) as tab:
        assert await tab.ask(action="subscribe", id="1", **ROOM) == {"id": "1", **SUBSCRIBED}
        assert await tab.ask(action="subscribe", id=2, **ROOM) == {
            "id": 2,
            "error": "Already subscribed",
            "code": "BAD_REQUEST",
            **ROOM,
        }
        await tab.send(action="message", **ROOM, data={"text": "not acknowledged"})
        assert await tab.ask(action="message", id="3", **ROOM, data={"text": "hi"}) == {"id": "3", "ok": True}
        assert await tab.ask(action="unsubscribe", id="4", **ROOM) == {
            "id": "4",
            "unsubscribed": True,
            **ROOM,
        }


async def test_one_who_has_unsubscribed_receives_nothing_more() -> None:
    channel = chat()
    message = channel.DjangoMessage(text="hi")
    async with Tab(user=person()) as tab:
        await tab.ask(action="subscribe", **ROOM)
        assert await tab.ask(action="unsubscribe", **ROOM) == {"unsubscribed": True, **ROOM}
        await tab.ask(action="subscribe", **OTHER)
        await channel.push(message, room="a")
        await channel.push(message, room="b")
        assert await tab.receive() == said("hi", **OTHER)
        again = {"error": "Not subscribed", "code": "BAD_REQUEST", **ROOM}
        assert await tab.ask(action="unsubscribe", **ROOM) == again


async def test_frames_carry_the_params_as_their_subscriber_wrote_them() -> None:
    class Board(ChatChannel):
        class Params(BaseModel):
            pk: int
            b: int = 1

        def authorize(self, params: Any) -> bool:
            return True

        def group(self, params: Any) -> str:
            return f"board {params.pk}"

    register(Board)
    async with Tab() as text, Tab() as number:
        written: list[dict[str, Any]] = [{"pk": "05", "b": 1}, {"pk": 5}]
        for tab, params in ((text, written[0]), (number, written[1])):
            assert await tab.ask(action="subscribe", channel="board", params=params) == {
                "subscribed": True,
                "channel": "board",
                "params": params,
            }
        await Board.push(Board.DjangoMessage(text="hi"), pk=5)
        received = [await text.receive(), await number.receive()]
        assert received == [said("hi", channel="board", params=params) for params in written]
        answer = await text.ask(action="unsubscribe", channel="board", params={"b": 1, "pk": "05"})
        assert answer["unsubscribed"] is True


async def test_a_channel_that_only_speaks_takes_no_messages() -> None:
    chat(ReactMessage=None)
    async with Tab(user=person()) as tab:
        await tab.ask(action="subscribe", **ROOM)
        assert await tab.ask(action="message", **ROOM, data={"text": "hi"}) == {
            "error": "Channel 'chat' does not accept messages",
            "code": "BAD_REQUEST",
            **ROOM,
        }


async def test_the_end_of_the_socket_is_the_end_of_all_subscriptions(sync_or_async: SyncOrAsync) -> None:
    ended: list[str] = []

    def bye(self: Channel, params: Any) -> None:
        ended.append(params.room)
        if params.room == "a":
            raise RuntimeError("the others must end, too")

    chat(on_disconnect=sync_or_async(bye))
    async with Tab(user=person()) as tab:
        for room in ("a", "b", "c"):
            await tab.ask(action="subscribe", channel="chat", params={"room": room})
        await tab.ask(action="unsubscribe", **OTHER)
    assert ended == ["b", "a", "c"]


async def test_a_socket_has_so_many_subscriptions_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert subscriptions.MAX_SUBSCRIPTIONS == 200
    monkeypatch.setattr(subscriptions, "MAX_SUBSCRIPTIONS", 1)
    chat()
    async with Tab(user=person()) as tab:
        assert await tab.ask(action="subscribe", **ROOM) == SUBSCRIBED
        full = {"error": "Too many subscriptions", "code": "BAD_REQUEST", **OTHER}
        assert await tab.ask(action="subscribe", **OTHER) == full
        await tab.ask(action="unsubscribe", **ROOM)
        assert await tab.ask(action="subscribe", **OTHER) == {"subscribed": True, **OTHER}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (False, REFUSED),
        (PermissionDenied("the text"), REFUSED),
        (RuntimeError("the text"), BROKEN),
    ],
    ids=repr,
)
async def test_one_who_may_no_more_is_notified_and_unsubscribed(
    answer: Any, expected: dict[str, Any], sync_or_async: SyncOrAsync
) -> None:
    ended: list[str] = []
    barred: set[str] = set()

    def authorize(self: Channel, params: Any) -> bool:
        if params.room in barred and answer:
            raise answer
        return params.room not in barred

    channel = chat(
        authorize=sync_or_async(authorize),
        on_disconnect=lambda self, params: ended.append(params.room),
    )
    async with Tab(user=person()) as tab:
        await tab.ask(action="subscribe", **ROOM)
        await tab.ask(action="subscribe", **OTHER)
        barred.add("a")
        await bus.asend({"kind": "check", "user": "1"})
        assert await tab.receive() == expected
        for room in ("a", "b"):
            await channel.push(channel.DjangoMessage(text="hi"), room=room)
        assert await tab.receive() == said("hi", **OTHER)
        assert (await tab.ask(action="unsubscribe", **OTHER))["unsubscribed"] is True
    assert ended == ["a", "b"]


async def test_boxes_of_a_form_that_are_not_ticked_are_false_and_lists_empty() -> None:
    class Wish(BaseModel):
        text: str = "x"
        loud: bool = True
        days: list[int] = [1]
        name: str = "nobody"

    class WishChannel(ChatChannel):
        ReactMessage = Wish  # type: ignore[assignment]

        def receive(self, params: Any, msg: Any) -> Any:
            return self.DjangoMessage(text=msg.model_dump_json())

    register(WishChannel, "wish")
    about = {**ROOM, "channel": "wish"}
    async with Tab(user=person()) as tab:
        await tab.ask(action="subscribe", **about)
        for more, expected in (
            ({}, ("x", True, [1])),
            ({"unticked": None, "data": {}}, ("x", True, [1])),
            ({"unticked": ["loud", "days", "name", "nothing", "loud"]}, ("x", False, [])),
            ({"unticked": ["loud"], "data": {"loud": "on", "text": "y"}}, ("y", True, [1])),
        ):
            received = await tab.ask(action="message", **about, **more)
            said = json.loads(received["data"]["text"])
            assert (said["text"], said["loud"], said["days"], said["name"]) == (*expected, "nobody")
        for wrong in ("loud", [5], {"loud": True}):
            assert await tab.ask(action="message", **about, unticked=wrong) == {
                "error": "'unticked' must be a list of names of checkboxes.",
                "code": "BAD_REQUEST",
                **about,
            }
