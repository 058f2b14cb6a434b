"""One hub for each process: it notifies the sockets that watch what became stale, and no others."""

import asyncio
from typing import Any

import pytest

from mizan_htmx.channels.hub import delivery, hub
from mizan_htmx.channels.hub.hub import Hub
from mizan_htmx.channels.layer import bus
from mizan_htmx.channels.layer.publish import publish
from tests.helpers.hub import Page, chat, in_thread, joined, keys, room

pytestmark = pytest.mark.usefixtures("quiet")


class TestInvalidations:
    """Invalidations reach exactly the sockets that watch their keys."""

    async def test_who_watches_it_receives_it_with_its_version_and_nobody_else(self, any_layer: str) -> None:
        async with joined("board;board_id=3") as one, joined("board;board_id=4", "user") as other:
            version = await in_thread(publish, keys("board;board_id=3", "unseen"))
            await one.receives("board;board_id=3")
            await in_thread(publish, keys("user"))
            await other.receives("user")
            assert one.texts == [
                f'{{"invalidate": "board;board_id=3", "versions": {{"board;board_id=3": "{version}"}}}}'
            ]
            assert other.invalidated == ["user"]

    async def test_a_socket_learns_only_the_parameters_that_it_watches_by(self) -> None:
        async with joined("board;board_id=3") as narrow, joined("board") as bare, joined("user;x=1") as user:
            await in_thread(publish, keys("board;board_id=3;secret=7"))
            await narrow.receives("board;board_id=3")
            await bare.receives("board")
            assert (narrow.invalidated, bare.invalidated, user.invalidated) == (
                ["board;board_id=3"],
                ["board"],
                [],
            )

    async def test_everything_reaches_everyone_who_watches_as_everything(self) -> None:
        async with joined("board;board_id=3", "user") as page, joined() as idle:
            version = await in_thread(publish, keys("*"))
            await page.receives("*")
            assert page.frames == [{"invalidate": "*", "versions": {"*": str(version)}}]
            assert idle.frames == []

    async def test_a_frame_goes_to_a_socket_once_though_it_watches_twice_what_is_stale(self) -> None:
        async with joined("board;board_id=3;tab=a", "board;board_id=3;tab=b") as page:
            await in_thread(publish, keys("board;board_id=3", "end"))
            async with joined("end") as last:
                await in_thread(publish, keys("end"))
                await last.receives("end")
            assert page.invalidated == ["board;board_id=3"]

    async def test_many_who_watch_the_same_are_asked_to_spread_and_get_the_same_text(self) -> None:
        hub, pages = Hub.here(), [Page() for _ in range(20)]
        for page in pages:
            await hub.join(page)
            hub.watch(page, frozenset(keys("board")))
        version = await in_thread(publish, keys("board"))
        await pages[-1].receives("board")
        text = f'{{"invalidate": "board", "versions": {{"board": "{version}"}}, "spread": 300}}'
        assert [page.texts for page in pages] == [[text]] * 20
        assert len({id(page.texts[0]) for page in pages}) == 1
        for page in pages:
            await hub.leave(page)

    async def test_watching_replaces_what_was_watched_and_unwatching_takes_from_it(self) -> None:
        async with joined("a", "b") as page:
            hub = Hub.here()
            hub.watch(page, frozenset(keys("b", "c", "d")))
            hub.unwatch(page, keys("d", "unknown"))
            assert hub.watched(page) == set(keys("b", "c"))
            await in_thread(publish, keys("a", "b", "c", "d"))
            await page.receives("b", "c")
            assert sorted(page.invalidated) == ["b", "c"]

    async def test_a_storm_is_sent_at_once_then_slowly_and_once_after_the_last(self) -> None:
        async with joined("board") as page:
            began = asyncio.get_running_loop().time()
            for _ in range(50):
                last = await in_thread(publish, keys("board"))
            await page.until(lambda: page.frames[-1]["versions"] == {"board": str(last)})
            took = asyncio.get_running_loop().time() - began
            assert len(page.invalidated) <= took / 0.1 + 1

    async def test_one_socket_that_fails_does_not_keep_it_from_the_others(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Broken(Page):
            def send_text(self, frame: str) -> None:
                raise RuntimeError("gone")

        async with joined("board", page=Broken()), joined("board") as page:
            await in_thread(publish, keys("board"))
            await page.receives("board")
        assert [record.getMessage() for record in caplog.records] == ["A frame could not be queued."]

    async def test_a_socket_that_leaves_while_it_is_notified_receives_nothing_more(self) -> None:
        class Leaving(Page):
            def send_text(self, frame: str) -> None:
                super().send_text(frame)
                Hub.here().watch(self, frozenset())

        async with joined("a", "b", page=Leaving()) as page, joined("b") as other:
            await in_thread(publish, keys("a"))
            await page.receives("a")
            await in_thread(publish, keys("b"))
            await other.receives("b")
            assert page.invalidated == ["a"]


class TestPushes:
    """Messages reach the subscribers of their group, in order."""

    async def test_subscribers_of_the_group_receive_it_in_order_with_their_own_parameters(
        self, any_layer: str
    ) -> None:
        async with joined() as page, joined() as other:
            hub = Hub.here()
            hub.subscribe(page, room("a"))
            hub.subscribe(other, room("b"))
            for number in range(20):
                await bus.asend(chat("a", str(number)))
            await bus.asend(chat("b", "end"))
            await page.until(lambda: len(page.pushed) == 20)
            await other.until(lambda: other.pushed)
            assert page.frames[0] == {
                "channel": "chat",
                "params": {"room": "a"},
                "type": "DjangoMessage",
                "data": {"text": "0"},
            }
            assert page.pushed == [{"text": str(number)} for number in range(20)]
            assert other.pushed == [{"text": "end"}]

    async def test_a_thread_pushes_in_order_too(self, any_layer: str) -> None:
        async with joined() as page:
            Hub.here().subscribe(page, room("a"))
            for number in range(20):
                await in_thread(bus.send, chat("a", str(number)))
            await page.until(lambda: len(page.pushed) == 20)
            assert page.pushed == [{"text": str(number)} for number in range(20)]

    async def test_who_has_unsubscribed_receives_nothing_more(self) -> None:
        async with joined() as page:
            hub = Hub.here()
            hub.subscribe(page, room("a"))
            hub.subscribe(page, room("b"))
            hub.unsubscribe(page, room("a"))
            hub.unsubscribe(page, room("a"))
            await bus.asend(chat("a", "1"))
            await bus.asend(chat("b", "2"))
            await page.until(lambda: page.pushed)
            assert page.pushed == [{"text": "2"}]

    async def test_a_slow_template_holds_up_only_its_group(self, monkeypatch: pytest.MonkeyPatch) -> None:
        gate = asyncio.Event()
        build = delivery.message_frame

        async def slow(event: Any, *wanted: Any) -> str:
            if event["payload"]["text"] == "slow":
                await gate.wait()
            return await build(event, *wanted)

        monkeypatch.setattr(hub, "message_frame", slow)
        async with joined("board") as page:
            Hub.here().subscribe(page, room("a"))
            Hub.here().subscribe(page, room("b"))
            await bus.asend(chat("a", "slow"))
            await bus.asend(chat("a", "after"))
            await bus.asend(chat("b", "quick"))
            await in_thread(publish, keys("board"))
            await page.receives("board")
            await page.until(lambda: page.pushed)
            assert page.pushed == [{"text": "quick"}]
            gate.set()
            await page.until(lambda: len(page.pushed) == 3)
            assert page.pushed[1:] == [{"text": "slow"}, {"text": "after"}]

    async def test_a_partial_that_fails_is_logged_and_the_others_get_theirs(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with joined() as page:
            Hub.here().subscribe(page, room("a", partial="forged"))
            Hub.here().subscribe(page, room("a"))
            await bus.asend(chat("a", "1"))
            await page.until(lambda: page.pushed)
            assert page.pushed == [{"text": "1"}]
        assert [record.getMessage() for record in caplog.records] == [
            "A message of channel 'chat' could not be rendered."
        ]
