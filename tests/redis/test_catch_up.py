"""Nothing is missed: lost events, processes that overtake each other, a Redis that goes and comes back."""

import asyncio
import logging
from typing import Any

import pytest
from channels.layers import get_channel_layer
from pytest_django import Settings

from mizan_htmx.channels.hub.catch_up import CatchUp
from mizan_htmx.channels.hub.hub import Hub
from mizan_htmx.channels.layer import bus, transport
from mizan_htmx.channels.layer.events import invalidation_event
from mizan_htmx.channels.layer.publish import publish
from mizan_htmx.channels.layer.version_store import versions
from mizan_htmx.channels.layer.versions import Version
from tests.helpers.hub import PATIENCE, Page, chat, in_thread, joined, keys, room
from tests.helpers.redis import RedisServer

pytestmark = pytest.mark.usefixtures("quiet")


async def lose(written: str) -> Version:
    """Publish so that the event is lost: only the store knows of it."""
    return await in_thread(versions().advance, keys(written))  # type: ignore[no-any-return]


async def bring(written: str, version: Version) -> None:
    """Let the event of an earlier publication arrive."""
    await bus.asend(invalidation_event(keys(written), version))


class TestLostEvents:
    """The channel layer loses events; the store of versions does not."""

    async def test_a_gap_is_closed_with_what_the_store_knows(self, redis_layer: str) -> None:
        async with joined("a", "b", "c") as page:
            lost = await lose("a")
            await in_thread(publish, keys("b"))
            await page.receives("a", "b")
            assert page.invalidated == ["b", "a"]
            assert page.frames[1]["versions"] == {"a": str(lost)}

    async def test_the_last_event_is_not_missed_though_none_follows(
        self, redis_layer: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("mizan_htmx.channels.hub.catch_up.POLL_INTERVAL", 0.05)
        async with joined("a") as page:
            await lose("a")
            await page.receives("a")

    async def test_events_that_overtake_each_other_are_sent_once_each_without_asking(
        self, redis_layer: str
    ) -> None:
        async with joined("a", "b", "c") as page:
            first, second, third = [await lose(name) for name in ("a", "b", "c")]
            for name, version in (("c", third), ("a", first), ("b", second), ("a", first)):
                await bring(name, version)
            await in_thread(publish, keys("a"))
            await page.until(lambda: len(page.invalidated) == 4)
            assert page.invalidated == ["c", "a", "b", "a"]

    async def test_an_event_of_another_life_is_sent_and_the_store_asked(self, redis_layer: str) -> None:
        async with joined("a", "b") as page:
            await bring("a", Version("ffffffff", 5))
            await page.receives("a")
            await in_thread(publish, keys("b"))
            await page.receives("b")
            assert page.invalidated == ["a", "b"]

    async def test_what_the_layer_drops_over_capacity_is_made_up_for(self, redis_layer: str) -> None:
        async with joined(*(f"k{number}" for number in range(300))) as page:

            def storm() -> None:
                for number in range(300):
                    publish(keys(f"k{number}"))

            await asyncio.gather(*(in_thread(storm) for _ in range(2)))
            await page.receives(*(f"k{number}" for number in range(300)))

    async def test_many_lost_events_are_sent_little_by_little(
        self, redis_layer: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("mizan_htmx.channels.hub.catch_up.BATCH_SIZE", 2)
        names = [f"k{number}" for number in range(7)]
        steps: list[int] = []
        notify = Hub.notify

        def counted(self: Hub, stale: Any) -> None:
            stale = tuple(stale)
            steps.append(len(stale))
            notify(self, stale)

        monkeypatch.setattr(Hub, "notify", counted)
        async with joined(*names) as page:
            for name in names[:-1]:
                await lose(name)
            await in_thread(publish, keys(names[-1]))
            await page.receives(*names)
        assert max(steps) == 2


class TestRedisAway:
    """Redis goes, and comes back."""

    async def test_a_redis_that_comes_back_empty_invalidates_everything_and_is_used_again(
        self, redis_layer: str, redis_server: RedisServer
    ) -> None:
        async with joined("board;board_id=3") as page, joined() as idle:
            Hub.here().subscribe(idle, room("a"))
            before = await in_thread(publish, keys("board;board_id=3"))
            await page.receives("board;board_id=3")
            redis_server.stop()
            assert await in_thread(publish, keys("board;board_id=3")) is None
            redis_server.start()
            await page.receives("*")
            assert page.frames[-1]["versions"].keys() <= {"*", "board;board_id=3"}
            assert not str(page.frames[-1]["versions"].popitem()[1]).startswith(before.epoch)
            await self.sent_by(idle)

    async def sent_by(self, page: Page) -> None:
        """Push until the layer takes it: it may need a moment to come back."""
        async with asyncio.timeout(PATIENCE):
            while not page.pushed:
                await bus.asend(chat("a", "again"))
                await asyncio.sleep(0.05)

    async def test_a_redis_that_hung_is_asked_for_what_changed_meanwhile_and_nothing_else(
        self, redis_layer: str, redis_server: RedisServer
    ) -> None:
        async with joined("a", "b") as page:
            redis_server.freeze()
            assert await in_thread(publish, keys("b")) is None
            redis_server.thaw()
            await page.receives("b")
            assert set(page.invalidated) == {"b"}

    async def test_a_socket_may_join_while_redis_is_away_and_catches_up_when_it_is_back(
        self, redis_layer: str, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        redis_server.stop()
        began = asyncio.get_running_loop().time()
        async with joined("a") as page:
            assert asyncio.get_running_loop().time() - began < PATIENCE / 2, "and does not wait for Redis"
            redis_server.start()
            await page.receives("*")
            await in_thread(publish, keys("a"))
            await page.receives("a")
        own = [record for record in caplog.records if record.name.startswith("mizan_htmx.channels")]
        assert [record.levelno for record in own] == [logging.ERROR, logging.WARNING]
        assert own[1].getMessage().startswith("The channel layer answers again, after ")

    async def test_the_last_socket_may_leave_while_redis_is_away(
        self, redis_layer: str, redis_server: RedisServer
    ) -> None:
        async with joined("a"):
            redis_server.stop()
        assert not Hub.here().is_running

    async def test_a_membership_that_redis_forgot_is_renewed(
        self, redis_layer: str, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(transport, "RENEWAL_INTERVAL", 0.05)
        async with joined() as page:
            Hub.here().subscribe(page, room("a"))
            with redis_server.client() as client:
                client.delete(f"{versions()._keys[0].split(':')[0]}:group:{transport.GROUP}")  # type: ignore[attr-defined]
            await self.sent_by(page)

    async def test_a_hub_that_stops_leaves_no_member_in_the_group(
        self, redis_layer: str, redis_server: RedisServer, settings: Settings
    ) -> None:
        prefix = settings.CHANNEL_LAYERS["default"]["CONFIG"]["prefix"]
        async with joined():
            pass
        with redis_server.client() as client:
            assert client.keys(f"*{prefix}*group*") == []
            assert client.pubsub_channels(f"*{prefix}*") == []


class TestIdle:
    """A layer whose ``receive`` gives up now and then, as that of channels_redis does with redis-py 8."""

    async def test_a_receive_that_fails_once_in_a_while_is_no_outage(
        self, redis_layer: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        layer: Any = get_channel_layer()
        monkeypatch.setattr(layer, "brpop_timeout", 0.05, raising=False)
        async with joined("a") as page:
            for _ in range(3):
                await in_thread(publish, keys("a"))
            await page.receives("a")
        assert [record for record in caplog.records if record.name.startswith("mizan_htmx.channels")] == []


class TestCatchUp:
    """What it makes of versions, without a hub."""

    def make(self) -> tuple[CatchUp, list[Any]]:
        """Make one that saw version 1."""
        sent: list[Any] = []
        catch_up = CatchUp(versions(), sent.append, lambda: None)
        catch_up.seen = Version("aaaaaaaa", 1)
        return catch_up, sent

    async def test_it_knows_what_is_new_to_it(self) -> None:
        catch_up, _ = self.make()
        news = [catch_up.record(Version("aaaaaaaa", seq)) for seq in (1, 3, 3, 2, 2, 3, 4)]
        assert news == [False, True, False, True, False, False, True]
        assert catch_up.seen == Version("aaaaaaaa", 4)
        assert not catch_up._wake.is_set()

    async def test_a_gap_that_stays_makes_it_ask(self) -> None:
        catch_up, _ = self.make()
        assert catch_up.record(Version("aaaaaaaa", 3))
        async with asyncio.timeout(PATIENCE):
            await catch_up._wake.wait()
