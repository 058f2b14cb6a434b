"""The life cycle of a hub: it starts with its first socket, and survives failures of others."""

import asyncio
import gc
import re

import pytest
from django.http import HttpRequest

from mizan_htmx.channels.hub.hub import Hub
from mizan_htmx.channels.layer import bus
from mizan_htmx.channels.layer.publish import publish
from mizan_htmx.invalidation.recorder import Recorder, current_recorder, open_recorder
from tests.helpers.hub import Page, chat, in_thread, joined, keys, room

pytestmark = pytest.mark.usefixtures("quiet")


class TestLifecycle:
    """A hub runs while it has sockets."""

    async def test_the_last_socket_that_leaves_ends_every_task(self, any_layer: str) -> None:
        before = asyncio.all_tasks()
        async with joined("board") as page:
            Hub.here().subscribe(page, room("a"))
            assert [hub for hub in bus.hubs() if hub is Hub.here()] == [Hub.here()]
        assert not Hub.here().is_running
        assert {task for task in asyncio.all_tasks() - before if "hub" in repr(task)} == set()
        assert page.frames == []

    async def test_it_starts_again_for_the_next_socket(self, any_layer: str) -> None:
        for _ in range(3):
            async with joined("board") as page:
                await in_thread(publish, keys("board"))
                await page.receives("board")

    async def test_sockets_may_come_and_go_at_the_same_time(self, any_layer: str) -> None:
        async def visit() -> None:
            async with joined("board") as page:
                await in_thread(publish, keys("board"))
                await page.receives("board")

        await asyncio.gather(*(visit() for _ in range(20)))
        assert not Hub.here().is_running

    async def test_a_socket_that_gives_up_while_it_joins_leaves_nothing_behind(self, any_layer: str) -> None:
        page = Page()
        task = asyncio.create_task(Hub.here().join(page))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await Hub.here().leave(page)
        assert not Hub.here().is_running

    async def test_who_has_left_can_not_watch_or_subscribe(self) -> None:
        async with joined() as page:
            pass
        hub = Hub.here()
        hub.watch(page, frozenset(keys("board")))
        hub.subscribe(page, room("a"))
        hub.unsubscribe(page, room("a"))
        assert hub.watched(page) == frozenset()
        await hub.leave(page)

    def test_the_hub_of_a_closed_loop_is_forgotten(self) -> None:
        async def visit() -> None:
            hub = Hub.here()
            await hub.join(Page())

        loop = asyncio.new_event_loop()
        loop.run_until_complete(visit())
        loop.close()
        bus.send(chat("a", "1"))
        assert [hub for hub in bus._hubs if hub is loop] == []
        gc.collect()

    async def test_an_event_of_another_release_is_logged_and_the_next_one_received(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with joined("board") as page:
            await bus.asend({"kind": "stale", "keys": 7})
            await bus.asend({"kind": "news of the future"})
            await in_thread(publish, keys("board"))
            await page.receives("board")
        assert [record.getMessage() for record in caplog.records] == [
            "Unknown event {'kind': 'stale', 'keys': 7}. Another release of mizan_htmx may have sent it."
        ]


class TestReauthorization:
    """Sockets are authorized again after changes of their visitor, and once a minute."""

    async def test_the_sockets_of_a_user_are_authorized_again(self, any_layer: str) -> None:
        async with joined(page=Page(user="5")) as ada, joined(page=Page(user="6")) as bob:
            await bus.asend({"kind": "check", "user": "5"})
            await ada.until(lambda: ada.reauthorized)
            assert (ada.reauthorized, bob.reauthorized, ada.visitor.ended) == (1, 0, False)

    async def test_the_sockets_of_a_session_that_ended_know_it_when_they_are_authorized(self) -> None:
        async with joined(page=Page(session="s")) as one, joined(page=Page(session="t")) as other:
            await bus.asend({"kind": "check", "session": "s"})
            await one.until(lambda: one.reauthorized)
            assert (one.visitor.ended, other.visitor.ended, other.reauthorized) == (True, False, 0)

    async def test_a_reauthorization_belongs_to_no_request(self) -> None:
        class Observed(Page):
            async def reauthorize(self) -> None:
                recorders.append(current_recorder())
                await super().reauthorize()

        recorders: list[Recorder | None] = []
        recorder, _ = open_recorder(HttpRequest())
        async with joined(page=Observed(user="5")) as page:
            await bus.asend({"kind": "check", "user": "5"})
            await page.until(lambda: page.reauthorized)
        assert (current_recorder(), recorders) == (recorder, [None])

    async def test_a_socket_that_is_being_authorized_is_authorized_once_more(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Slow(Page):
            async def reauthorize(self) -> None:
                await super().reauthorize()
                await gate.wait()
                raise RuntimeError("the database is away")

        gate = asyncio.Event()
        async with joined(page=Slow(user="5")) as page:
            await bus.asend({"kind": "check", "user": "5"})
            await page.until(lambda: page.reauthorized)
            for _ in range(3):
                await bus.asend({"kind": "check", "user": "5"})
            async with joined("board") as other:
                await in_thread(publish, keys("board"))
                await other.receives("board")
            gate.set()
            await page.until(lambda: page.reauthorized == 2)
        assert caplog.messages == [
            "A socket could not be authorized again: RuntimeError: the database is away."
            " It keeps its subscriptions, and is authorized again later."
        ]

    async def test_the_end_of_an_outage_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        class Failing(Page):
            is_failing = True

            async def reauthorize(self) -> None:
                await super().reauthorize()
                if self.is_failing:
                    raise RuntimeError("the store is away")

        async def reauthorize(page: Page) -> None:
            count = page.reauthorized
            await bus.asend({"kind": "check", "user": page.visitor.user_pk})
            await page.until(lambda: page.reauthorized > count)

        first, second, left = Failing(user="5"), Failing(user="6"), Failing(user="7")
        async with joined(page=first), joined(page=second):
            async with joined(page=left):
                for page in (first, second, left):
                    await reauthorize(page)
            Failing.is_failing = False
            for _ in range(2):  # when the second one has begun, the first one is over
                await reauthorize(first)
            assert len(caplog.messages) == 1
            for _ in range(2):
                await reauthorize(second)
        assert len(caplog.messages) == 2
        assert re.fullmatch(r"Sockets can be authorized again, after \d+\.\d s\.", caplog.messages[1])

    async def test_every_socket_is_authorized_again_at_intervals(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("mizan_htmx.channels.hub.reauthorization.FIRST_DELAY", 0.01)
        monkeypatch.setattr("mizan_htmx.channels.hub.reauthorization.INTERVAL", 0.01)
        async with joined() as page:
            await page.until(lambda: page.reauthorized > 2)

    async def test_a_reauthorization_may_end_the_last_socket(self) -> None:
        class Ending(Page):
            async def reauthorize(self) -> None:
                await Hub.here().leave(self)
                await super().reauthorize()

        async with joined(page=Ending(user="5")) as page:
            await bus.asend({"kind": "check", "user": "5"})
            await page.until(lambda: page.reauthorized)
            assert not Hub.here().is_running
