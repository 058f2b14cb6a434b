"""Publications leave every kind of process, carry a version, and wait where Redis does not answer."""

import asyncio
import json
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from mizan_htmx import Context, client, register
from mizan_htmx.channels.hub.hub import Hub
from mizan_htmx.channels.layer import bus
from mizan_htmx.channels.layer import publish as publishing
from mizan_htmx.channels.layer.publish import current_version, publish, publish_live
from mizan_htmx.channels.layer.version_store import versions
from mizan_htmx.channels.layer.versions import Version
from mizan_htmx.invalidation.publication import apublish_invalidations
from mizan_htmx.testing import isolated_registry
from tests.helpers.hub import PATIENCE, chat, in_thread, joined, keys, room
from tests.helpers.redis import RedisServer

pytestmark = pytest.mark.usefixtures("quiet")


def publish_elsewhere(layers: Any, concurrency: str, *written: str) -> str:
    """Publish in another process, and give what it printed; warnings are errors there, too."""
    done = run_elsewhere(layers, concurrency, *written)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def run_elsewhere(layers: Any, concurrency: str, *written: str) -> "subprocess.CompletedProcess[str]":
    """Run a process that publishes and ends."""
    command = [sys.executable, "-W", "error", "-m", "tests.helpers.publish_process"]
    return subprocess.run(
        [*command, json.dumps(layers), concurrency, *written], capture_output=True, text=True, check=False
    )


async def both_loops_receive_it() -> None:
    """Publish while a hub runs on this loop and one on that of another thread."""
    received, ready = [], threading.Event()

    def elsewhere() -> None:
        async def visit() -> None:
            async with joined("board") as page:
                ready.set()
                await page.receives("board")
                received.append(page.invalidated)

        asyncio.run(visit())

    other = threading.Thread(target=elsewhere)
    other.start()
    async with joined("board") as page:
        await in_thread(ready.wait)
        await in_thread(publish, keys("board"))
        await page.receives("board")
    await in_thread(other.join)
    assert received == [["board"]]


class TestPublish:
    """The receiver of the signal."""

    @pytest.fixture(autouse=True)
    def contexts(self) -> Iterator[None]:
        """Declare a live context and one that is not."""

        def board(request: HttpRequest, board_id: int = 0) -> int:
            return 1

        def user(request: HttpRequest) -> int:
            return 1

        with isolated_registry():
            register(client(context=Context("board", live=True))(board))
            register(client(context="user")(user))
            yield

    async def test_what_is_live_is_published_and_the_response_says_which_version_it_is(self) -> None:
        response = HttpResponse()
        async with joined("board", "user") as page:
            await in_thread(lambda: publish_live(None, keys("user", "board;board_id=3"), response=response))
            await page.receives("board")
            assert page.invalidated == ["board"]
        assert response.headers["X-Mizan-Version"] == current_version()

    @pytest.mark.parametrize("written", ["user", "nowhere", ""])
    async def test_what_is_not_live_is_not_published(self, written: str) -> None:
        before, response = current_version(), HttpResponse()
        publish_live(None, keys(written), response=response)
        assert current_version() == before
        assert "X-Mizan-Version" not in response.headers

    async def test_everything_is_published_if_anything_is_live(self) -> None:
        async with joined("board") as page:
            publish_live(None, keys("*"), request=HttpRequest())
            await page.receives("*")
        with isolated_registry():
            before = current_version()
            publish_live(None, keys("*"))
            assert current_version() == before

    async def test_it_receives_what_is_published_and_only_once(self) -> None:
        publishing.connect()
        publishing.connect()
        start = versions().current()
        await apublish_invalidations(None, keys("board"))
        assert versions().current().seq == start.seq + 1


class TestPlaces:
    """Where a publication may come from."""

    @pytest.mark.parametrize("concurrency", ["sync", "async"])
    async def test_another_process_without_a_loop_of_its_own_reaches_the_sockets_of_this_one(
        self, settings: Settings, redis_layer: str, concurrency: str
    ) -> None:
        async with joined("board;board_id=3", "user") as page:
            printed = await in_thread(
                publish_elsewhere, settings.CHANNEL_LAYERS, concurrency, "board", "unseen", "user"
            )
            await page.receives("board", "user") if concurrency == "sync" else await page.until(
                lambda: page.invalidated
            )
            if concurrency == "sync":
                assert [str(next(iter(frame["versions"].values()))) for frame in page.frames] == [
                    printed.splitlines()[0],
                    printed.splitlines()[2],
                ]

    def test_a_thread_in_a_process_without_a_hub_publishes_and_leaves_nothing_open(
        self, redis_layer: str
    ) -> None:
        first, second = publish(keys("a")), publish(keys("b"))
        assert first is not None
        assert second == Version(first.epoch, first.seq + 1)
        bus.send(chat("a", "1"))

    async def test_a_thread_in_a_process_with_a_hub_does_not_wait_for_the_layer(
        self, redis_layer: str
    ) -> None:
        async with joined("board") as page:
            version = await in_thread(publish, keys("board"))
            await page.receives("board")
            assert page.frames == [{"invalidate": "board", "versions": {"board": str(version)}}]

    async def test_code_on_the_loop_of_the_hub_does_not_wait_for_redis(self, redis_layer: str) -> None:
        async with joined("board") as page:
            assert publish(keys("board")) is None
            await page.receives("board")

    async def test_code_on_a_loop_without_a_hub_publishes_too(self, redis_layer: str) -> None:
        async with joined() as page:
            Hub.here().subscribe(page, room("a"))

            def elsewhere() -> None:
                async def push() -> None:
                    await bus.asend(chat("a", "1"))

                asyncio.run(push())

            await in_thread(elsewhere)
            await page.until(lambda: page.pushed)
            assert page.pushed == [{"text": "1"}]

    async def test_sync_code_that_runs_on_a_loop_without_a_hub_publishes_too(self, redis_layer: str) -> None:
        bus.send(chat("a", "nobody is there"))
        await asyncio.gather(*bus._sending)
        assert bus._sending == set()

    async def test_hubs_on_two_loops_of_one_process_both_receive_it(self, redis_layer: str) -> None:
        if redis_layer == "core":
            return  # that layer lets one loop a process receive
        await both_loops_receive_it()

    async def test_hubs_on_two_loops_receive_it_without_a_layer(self) -> None:
        await both_loops_receive_it()


class TestRedisAway:
    """A mutation succeeds without Redis, quickly, and pages learn of it later."""

    def test_publications_wait_merged_and_are_made_when_it_is_back(
        self, redis_layer: str, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        start = publish(keys("before"))
        assert start is not None
        redis_server.stop()
        start_of_outage = monotonic()
        for number in range(2000):
            assert publish(keys(f"board;board_id={number}")) is None
        assert publish(keys("user")) is None
        assert current_version() == ""
        assert monotonic() - start_of_outage < PATIENCE, "none of them waits a second for Redis"
        redis_server.start()
        wait_until_published()
        changes = versions().since(start.seq, start.epoch)
        assert [str(key) for key, _ in changes.stale] == ["*"]  # of a life that nobody remembers
        changes = versions().since(0, changes.now.epoch)
        assert [str(key) for key, _ in changes.stale] == ["board", "user"]
        began, ended = [record for record in caplog.records if record.name.startswith("mizan_htmx.channels")]
        assert began.levelno == logging.ERROR
        assert re.fullmatch(r"The channel layer answers again, after \d+\.\d s\.", ended.getMessage())

    def test_publications_made_while_it_hung_follow_those_before(
        self, redis_layer: str, redis_server: RedisServer
    ) -> None:
        start = publish(keys("before"))
        assert start is not None
        redis_server.freeze()
        began = monotonic()
        for _ in range(1000):
            assert publish(keys("board;board_id=1")) is None
        assert monotonic() - began < PATIENCE, "but for one, none of them waits a second for Redis"
        redis_server.thaw()
        wait_until_published()
        assert publish(keys("after")) is not None
        stale = versions().since(start.seq, start.epoch).stale
        assert [str(key) for key, _ in stale] == ["board;board_id=1", "after"]

    def test_what_is_published_is_lost_quietly(
        self, redis_layer: str, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        redis_server.stop()
        for _ in range(3):
            bus.send(chat("a", "1"))
        assert (
            len([record for record in caplog.records if record.name.startswith("mizan_htmx.channels")]) == 1
        )

    def test_a_process_that_ends_publishes_what_is_left(
        self, settings: Settings, redis_layer: str, redis_server: RedisServer
    ) -> None:
        start = versions().current()
        publish_elsewhere(settings.CHANNEL_LAYERS, "async", "a", "b")
        stale = versions().since(start.seq, start.epoch).stale
        assert sorted(str(key) for key, _ in stale) == ["a", "b"]

    @pytest.mark.parametrize("concurrency", ["sync", "async"])
    def test_a_process_that_ends_during_an_outage_names_what_it_has_not_published(
        self, settings: Settings, redis_layer: str, redis_server: RedisServer, concurrency: str
    ) -> None:
        redis_server.stop()
        done = run_elsewhere(settings.CHANNEL_LAYERS, concurrency, "a", "board;board_id=3")
        assert done.returncode == 0
        began, lost = done.stderr.splitlines()
        assert began.startswith("The channel layer does not answer: ConnectionError: ")
        assert lost == (
            "The process ends before this could be published: a, board;board_id=3."
            " Open pages are not refreshed."
        )


def wait_until_published() -> None:
    """Wait for the thread that publishes what waits."""
    while (thread := publishing._retry_queue._thread) is not None:
        thread.join(1)
