"""One query of the store for all sockets, and only for new changes, whatever versions pages claim to show."""

import asyncio
from typing import Any

import pytest
from pytest_django import Settings

from mizan_htmx.channels.hub import missed_changes as module
from mizan_htmx.channels.hub.hub import Hub
from mizan_htmx.channels.hub.missed_changes import MissedChanges
from mizan_htmx.channels.layer import redis_versions
from mizan_htmx.channels.layer.change_log import ChangeLog
from mizan_htmx.channels.layer.version_store import versions
from mizan_htmx.channels.layer.versions import StoreDown, Version, VersionStore
from mizan_htmx.protocol.keys import Invalidation, parse
from tests.helpers.hub import PATIENCE, in_thread, joined, keys
from tests.helpers.redis import RedisServer

pytestmark = pytest.mark.usefixtures("quiet")


class Calls(list[tuple[int, str]]):
    """The calls of ``since`` of a store, and how many keys it has returned."""

    returned = 0


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest, settings: Settings) -> VersionStore:
    """Configure each kind of store, empty, and return it."""
    if request.param == "memory":
        settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    else:
        server: RedisServer = request.getfixturevalue("redis_server")
        settings.CHANNEL_LAYERS = server.layers("core")
    return versions()


@pytest.fixture
def calls(store: VersionStore, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Count the queries of the store."""
    made, since = Calls(), type(store).since

    def counted(self: VersionStore, seq: int, epoch: str) -> Any:
        made.append((seq, epoch))
        changes = since(self, seq, epoch)
        made.returned += len(changes.stale)
        return changes

    monkeypatch.setattr(type(store), "since", counted)
    return made


def fill(store: VersionStore, publications: int, each: int = 10) -> None:
    """Publish so often, with other keys each time."""
    for number in range(publications):
        store.advance([Invalidation.of("board", board_id=number * each + place) for place in range(each)])


def key(written: str) -> Invalidation:
    """Read one key."""
    return keys(written)[0]


async def test_a_page_gets_what_it_has_missed_and_the_next_query_is_only_for_new_changes(
    store: VersionStore, calls: Calls
) -> None:
    missed, life = MissedChanges(), store.current().epoch
    await in_thread(fill, store, 20)
    for _ in range(3):
        log = await missed.change_log({life: 0})
        assert log.missed(Invalidation.of("board", board_id=57), Version(life, 3)) == Version(life, 6)
        assert log.missed(Invalidation.of("board", board_id=57), Version(life, 6)) is None
        assert log.missed(Invalidation.of("board"), Version(life, 6)) == Version(life, 20)
    assert calls == [(0, life), (20, life), (20, life)]
    assert calls.returned == 200
    await in_thread(store.advance, keys("user"))
    assert (await missed.change_log({life: 3})).missed(key("user"), Version(life, 20)) == Version(life, 21)
    assert calls.returned == 201


async def test_concurrent_callers_share_one_query(store: VersionStore, calls: Calls) -> None:
    missed, life = MissedChanges(), store.current().epoch
    await in_thread(fill, store, 20)
    asked = (missed.change_log({life: number % 20}) for number in range(200))
    assert {log.start for log in await asyncio.gather(*asked)} == {0}
    assert len(calls) == 1
    await asyncio.gather(*(missed.change_log({life: number % 20}) for number in range(200)))
    assert len(calls) == 2
    assert calls.returned == 200


async def test_an_answer_is_never_older_than_the_question(
    store: VersionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    since, life = type(store).since, store.current().epoch
    asking: list[asyncio.Task[ChangeLog]] = []
    loop, missed = asyncio.get_running_loop(), MissedChanges()

    def slow(self: VersionStore, seq: int, epoch: str) -> Any:
        changes = since(self, seq, epoch)
        if not asking:
            # Somebody asks when the answer to the first is there already, and this is published before.
            store.advance(keys("news"))
            ask = missed.change_log({life: 0})
            asking.append(asyncio.run_coroutine_threadsafe(_task(ask), loop).result(20))
        return changes

    monkeypatch.setattr(type(store), "since", slow)
    await missed.change_log({life: 0})
    assert (await asking[0]).missed(key("news"), Version(life, 0)) == Version(life, 1)


async def _task(work: Any) -> "asyncio.Task[ChangeLog]":
    return asyncio.get_running_loop().create_task(work)


async def test_invented_epochs_and_versions_cost_one_query_that_returns_nothing(
    store: VersionStore, calls: Calls
) -> None:
    missed, life = MissedChanges(), store.current().epoch
    await in_thread(fill, store, 20)
    invented = {f"{number:08x}": number for number in range(1000)}
    log = await missed.change_log(invented)
    assert len(calls) == 1
    assert calls.returned == 1
    assert all(log.missed(key("x"), Version(*each)) == log.now for each in invented.items())
    await missed.change_log({**invented, life: 10**17, "": 0})
    assert len(calls) == 2
    assert calls.returned == 1


async def test_ever_older_versions_have_everything_read_once(store: VersionStore, calls: Calls) -> None:
    missed, life = MissedChanges(), store.current().epoch
    await in_thread(fill, store, 20)
    for seq in reversed(range(21)):
        log = await missed.change_log({life: seq})
        for each in keys("board;board_id=5", "board;board_id=195"):
            last = 1 if each.params[0][1] == "5" else 20
            assert log.missed(each, Version(life, seq)) == (Version(life, last) if last > seq else None)
    # From 20, then 19 and so all of it, and then nothing new any more.
    assert calls.returned == 200
    assert calls.count((0, life)) == 1


async def test_an_appended_publication_is_not_queried(store: VersionStore, calls: Calls) -> None:
    missed, life = MissedChanges(), store.current().epoch
    missed.append_next(keys("early"), Version(life, 1))  # nobody has asked yet
    await missed.change_log({life: 0})
    version = await in_thread(store.advance, keys("news"))
    missed.append_next(keys("news"), version)
    log = await missed.change_log({life: 0})
    assert calls[-1] == (1, life)
    assert calls.returned == 0
    assert log.missed(key("news"), Version(life, 0)) == version


async def test_a_publication_that_arrives_during_a_query_counts_once(
    store: VersionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    since, loop, missed = type(store).since, asyncio.get_running_loop(), MissedChanges()
    life = (await missed.change_log({})).now.epoch
    received: list[Version] = []

    def slow(self: VersionStore, seq: int, epoch: str) -> Any:
        for name in ("a", "b"):
            received.append(store.advance(keys(name)))
        changes = since(self, seq, epoch)
        received.append(store.advance(keys("a")))
        for name, version in zip(("a", "b", "a"), received[-3:], strict=True):
            loop.call_soon_threadsafe(missed.append_next, keys(name), version)
        return changes

    monkeypatch.setattr(type(store), "since", slow)
    log = await missed.change_log({life: 0})
    assert log.now == received[-1]
    assert [log.last(*keys(name)) for name in ("a", "b")] == [3, 2]


async def test_many_changes_are_appended_in_batches(
    store: VersionStore, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH_SIZE", 50)
    missed, life = MissedChanges(), store.current().epoch
    await missed.change_log({life: 0})
    await in_thread(fill, store, 20)
    steps: list[int] = []
    add = ChangeLog.add

    def counted(self: ChangeLog, stale: Any) -> None:
        steps.append(len(stale))
        # What is published in between is left to the next query.
        asyncio.get_running_loop().call_soon(missed.append_next, keys("x"), Version(life, 1))
        add(self, stale)

    monkeypatch.setattr(ChangeLog, "add", counted)
    log = await missed.change_log({life: 0})
    assert steps == [50] * 4
    assert log.now == Version(life, 20)
    assert log.last(key("x")) == 0


async def test_a_store_that_begins_a_new_epoch_is_read_anew(store: VersionStore, calls: Calls) -> None:
    missed, life = MissedChanges(), store.current().epoch
    await in_thread(fill, store, 3)
    await missed.change_log({life: 0})
    if isinstance(store, redis_versions.RedisVersions):
        await in_thread(store._client.flushall)
    else:
        store.__init__()  # type: ignore[misc]
    new = await in_thread(store.advance, keys("news"))
    log = await missed.change_log({life: 3, new.epoch: 0})
    assert log.missed(key("news"), Version(new.epoch, 0)) == new
    assert log.missed(key("user"), Version(new.epoch, 0)) is None
    assert log.missed(key("user"), Version(life, 3)) == new


async def test_a_log_drops_what_the_store_drops(settings: Settings, store: VersionStore) -> None:
    store._max_keys = 30  # type: ignore[attr-defined]
    missed, life = MissedChanges(), store.current().epoch
    for _ in range(5):
        await in_thread(fill, store, 2)
        await in_thread(store.advance, [Invalidation.of("other", number=number) for number in range(15)])
        log = await missed.change_log({life: 0})
        changes = await in_thread(store.since, log.floor, life)
        assert log.floor == changes.floor
        assert log.missed(key("x"), Version(life, changes.floor)) is None
        if changes.floor:
            assert log.missed(key("x"), Version(life, changes.floor - 1)) == log.now
    assert log.floor > 0
    shapes = [shape for each in log._shapes.values() for shape in each.values()]
    assert sum(len(shape.changes) for shape in shapes) <= 30


async def test_a_store_that_is_down_is_queried_once_for_all_and_again_later(
    store: VersionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed, life, asked = MissedChanges(), store.current().epoch, []

    def down(self: VersionStore, seq: int, epoch: str) -> None:
        asked.append(seq)
        raise StoreDown

    with monkeypatch.context() as patched:
        patched.setattr(type(store), "since", down)
        answers = await asyncio.gather(
            *(missed.change_log({life: 0}) for _ in range(50)), return_exceptions=True
        )
        assert {type(answer) for answer in answers} == {StoreDown}
        assert len(asked) == 1
    assert (await missed.change_log({life: 0})).now == Version(life, 0)


async def test_a_cancelled_caller_does_not_cancel_the_query_of_others(store: VersionStore) -> None:
    missed, life = MissedChanges(), store.current().epoch
    hasty = asyncio.ensure_future(missed.change_log({life: 0}))
    patient = asyncio.ensure_future(missed.change_log({life: 0}))
    await asyncio.sleep(0)
    hasty.cancel()
    assert (await patient).now == Version(life, 0)


async def test_another_layer_has_another_log(store: VersionStore, settings: Settings) -> None:
    missed, life = MissedChanges(), store.current().epoch
    await in_thread(fill, store, 1)
    await missed.change_log({life: 0})
    settings.CHANNEL_LAYERS = {}
    assert (await missed.change_log({life: 0})).now == versions().current()


async def test_each_key_is_parsed_once_for_all_pages(
    redis_server: RedisServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHANNEL_LAYERS = redis_server.layers("core")
    store, read = versions(), []

    def counted(text: str) -> tuple[Invalidation, ...]:
        read.append(text)
        return parse(text)

    missed, life = MissedChanges(), store.current().epoch
    await in_thread(fill, store, 10)
    monkeypatch.setattr(redis_versions, "parse", counted)
    for _ in range(5):
        await asyncio.gather(*(missed.change_log({life: number % 10}) for number in range(100)))
    assert len(read) == 100


async def test_all_changes_can_be_prefetched(store: VersionStore, calls: Calls) -> None:
    missed, life = MissedChanges(), store.current().epoch
    await in_thread(fill, store, 20)
    await missed.prefetch()
    read = len(calls), calls.returned
    log = await missed.change_log({life: 0})
    assert (log.start, log.missed(key("board;board_id=5"), Version(life, 0))) == (0, Version(life, 1))
    assert (len(calls), calls.returned) == (read[0] + 1, read[1])


async def test_a_hub_prefetches_a_shared_store(redis_server: RedisServer, settings: Settings) -> None:
    settings.CHANNEL_LAYERS = redis_server.layers("core")
    await in_thread(fill, versions(), 20)
    async with joined("news"):
        async with asyncio.timeout(PATIENCE):
            while (log := Hub.here().missed_changes._log) is None or log.start:
                await asyncio.sleep(0.01)
    assert log.last(key("board;board_id=5")) == 1


async def test_a_store_that_is_down_is_not_prefetched_but_read_later(
    store: VersionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(self: VersionStore, seq: int, epoch: str) -> None:
        raise StoreDown

    missed = MissedChanges()
    with monkeypatch.context() as patched:
        patched.setattr(type(store), "since", down)
        await missed.prefetch()
    assert (await missed.change_log({})).now == store.current()
