"""VersionStore: one counter for all, what became stale since, and what happens when a store comes back."""

import gc
import logging
import threading
from collections.abc import Callable, Iterator
from time import monotonic

import pytest
from pytest_django import Settings

from mizan_htmx.channels.layer import redis_versions
from mizan_htmx.channels.layer.memory_versions import MemoryVersions
from mizan_htmx.channels.layer.redis_versions import RedisVersions
from mizan_htmx.channels.layer.version_store import versions
from mizan_htmx.channels.layer.versions import Changes, StoreDown, Version, VersionStore
from mizan_htmx.protocol.keys import EVERYTHING
from tests.helpers.hub import keys
from tests.helpers.redis import RedisServer

pytestmark = pytest.mark.usefixtures("quiet")


Make = Callable[[int], VersionStore]


@pytest.fixture(params=["memory", "redis"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Give a function that makes a new store which keeps so many keys."""
    if request.param == "memory":
        yield lambda kept: MemoryVersions(max_keys=kept)
        return
    server: RedisServer = request.getfixturevalue("redis_server")
    config = server.layers("core")["default"]["CONFIG"]
    made: list[RedisVersions] = []

    def make(kept: int) -> RedisVersions:
        made.append(RedisVersions(config, max_keys=kept))
        return made[-1]

    yield make
    for store in made:
        store.close()


def stale_since(store: VersionStore, version: Version) -> list[tuple[str, int]]:
    """List what became stale, as written keys and seqs."""
    changes = store.since(version.seq, version.epoch)
    assert changes.now == store.current()
    return [(str(key), at.seq) for key, at in changes.stale]


class TestVersion:
    """The text of a version."""

    def test_what_is_written_can_be_read(self) -> None:
        assert Version.parse(str(Version("0123abcd", 17))) == Version("0123abcd", 17)

    @pytest.mark.parametrize(
        "text", ["", "1", "0123abcd", "0123abcd.", "0123abcd.-1", "0123ABCD.1", "0123abcd.1 ", f"{'a' * 8}.٣"]
    )
    def test_rubbish_is_no_version(self, text: str) -> None:
        assert Version.parse(text) is None

    def test_one_is_before_another_if_it_is_lower_or_of_another_life(self) -> None:
        assert Version("a", 1).is_before(Version("a", 2))
        assert Version("a", 3).is_before(Version("b", 2))
        assert not Version("a", 2).is_before(Version("a", 2))
        assert not Version("a", 3).is_before(Version("a", 2))


class TestStores:
    """Both stores do the same."""

    def test_each_publication_is_one_step_whatever_it_is_about(self, make: Make) -> None:
        store = make(10)
        start = store.current()
        assert start.seq == 0
        assert store.advance(keys("a", "b")) == Version(start.epoch, 1)
        assert store.advance(keys("c")) == Version(start.epoch, 2)
        assert store.current() == Version(start.epoch, 2)

    def test_what_became_stale_since_is_listed_once_with_its_last_version(self, make: Make) -> None:
        store = make(10)
        start = store.advance(keys("old"))
        store.advance(keys("board;board_id=3", "user;name=%C3%A9%3B"))
        store.advance(keys("user;name=%C3%A9%3B"))
        assert stale_since(store, start) == [("board;board_id=3", 2), ("user;name=%C3%A9%3B", 3)]
        assert stale_since(store, Version(start.epoch, 2)) == [("user;name=%C3%A9%3B", 3)]
        assert stale_since(store, Version(start.epoch, 3)) == []

    def test_everything_is_stale_since_another_life(self, make: Make) -> None:
        store = make(10)
        now = store.advance(keys("a"))
        assert store.since(now.seq, "ffffffff") == Changes(now, ((EVERYTHING, now),))

    def test_everything_is_stale_since_a_version_that_was_never_given(self, make: Make) -> None:
        store = make(10)
        now = store.advance(keys("a"))
        assert store.since(now.seq + 1, now.epoch) == Changes(now, ((EVERYTHING, now),))

    def test_everything_is_stale_since_a_version_older_than_what_is_kept(self, make: Make) -> None:
        store = make(3)
        start = store.current()
        for name in ("a", "b", "c"):
            store.advance(keys(name))
        assert stale_since(store, start) == [("a", 1), ("b", 2), ("c", 3)]
        store.advance(keys("d"))
        assert stale_since(store, start) == [("*", 4)]
        assert stale_since(store, Version(start.epoch, 1)) == [("b", 2), ("c", 3), ("d", 4)]

    def test_a_key_that_goes_stale_again_is_not_the_oldest_any_more(self, make: Make) -> None:
        store = make(2)
        start = store.current()
        for name in ("a", "b", "a", "c"):
            store.advance(keys(name))
        assert stale_since(store, Version(start.epoch, 2)) == [("a", 3), ("c", 4)]
        assert stale_since(store, Version(start.epoch, 1)) == [("*", 4)]

    def test_everything_as_a_key_is_listed_as_such(self, make: Make) -> None:
        store = make(10)
        start = store.current()
        store.advance(keys("*"))
        assert stale_since(store, start) == [("*", 1)]

    def test_threads_never_get_the_same_version(self, make: Make) -> None:
        store, given = make(100), []

        def publish() -> None:
            for _ in range(50):
                given.append(store.advance(keys("a")).seq)

        threads = [threading.Thread(target=publish) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(given) == list(range(1, 201))


class TestRedis:
    """What only a shared store has to stand."""

    @pytest.fixture
    def store(self, redis_server: RedisServer) -> Iterator[RedisVersions]:
        """Give a store."""
        store = RedisVersions(redis_server.layers("core")["default"]["CONFIG"])
        yield store
        store.close()

    def test_two_processes_share_it_and_other_prefixes_do_not(self, redis_server: RedisServer) -> None:
        config = redis_server.layers("core")["default"]["CONFIG"]
        other_config = redis_server.layers("core")["default"]["CONFIG"]
        one, same, other = RedisVersions(config), RedisVersions(config), RedisVersions(other_config)
        assert one.advance(keys("a")) == same.current()
        assert other.current().seq == 0
        for store in (one, same, other):
            store.close()

    def test_a_redis_that_comes_back_empty_is_another_life(
        self, store: RedisVersions, redis_server: RedisServer
    ) -> None:
        before = store.advance(keys("a"))
        redis_server.stop()
        redis_server.start()
        after = store.advance(keys("b"))
        assert (after.seq, after.epoch != before.epoch) == (1, True)
        assert stale_since(store, before) == [("*", 1)]

    def test_a_redis_that_comes_back_with_an_old_snapshot_is_another_life(
        self, store: RedisVersions, redis_server: RedisServer
    ) -> None:
        before = store.advance(keys("a"))
        client = redis_server.client()
        saved = {key: client.dump(key) for key in client.keys("*mizan*")}
        client.close()
        redis_server.stop()
        redis_server.start()
        with redis_server.client() as client:
            for key, content in saved.items():
                client.restore(key, 0, content)
        assert store.current().epoch != before.epoch

    def test_a_store_that_lost_its_keys_is_another_life(
        self, store: RedisVersions, redis_server: RedisServer
    ) -> None:
        before = store.advance(keys("a"))
        with redis_server.client() as client:
            client.delete(store._keys[1])
        assert store.current().epoch != before.epoch

    def test_it_is_forgotten_a_month_after_its_last_use(
        self, store: RedisVersions, redis_server: RedisServer
    ) -> None:
        store.advance(keys("a"))
        with redis_server.client() as client:
            assert [client.ttl(key) for key in store._keys] == [30 * 24 * 60 * 60] * 2

    def test_while_it_is_away_it_says_so_at_once_and_logs_it_once(
        self, store: RedisVersions, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        redis_server.stop()
        for call in (store.current, lambda: store.advance(keys("a")), lambda: store.since(1, "a" * 8)):
            for _ in range(20):
                with pytest.raises(StoreDown):
                    call()
        assert [(record.levelno, record.name) for record in caplog.records] == [
            (logging.ERROR, "mizan_htmx.channels")
        ]
        assert (
            caplog.records[0]
            .getMessage()
            .startswith("The channel layer does not answer: ConnectionError: Error 111")
        )

    def test_a_redis_that_hangs_holds_up_one_caller_for_a_second_and_comes_back_as_it_was(
        self, store: RedisVersions, redis_server: RedisServer
    ) -> None:
        before = store.advance(keys("a"))
        redis_server.freeze()
        with pytest.raises(StoreDown, match="Timeout"):
            store.current()
        began, waited = monotonic(), 0
        for _ in range(1000):
            with pytest.raises(StoreDown) as caught:
                store.current()
            waited += str(caught.value) != "Redis did not answer less than a second ago."
        assert waited <= (monotonic() - began) / redis_versions.TIMEOUT
        redis_server.thaw()
        assert current_again(store) == before


def current_again(store: VersionStore) -> Version:
    """Ask until the store answers."""
    while True:
        try:
            return store.current()
        except StoreDown:
            threading.Event().wait(0.01)


class TestChoice:
    """The store that fits the channel layer."""

    def test_without_a_layer_it_is_in_memory(self, settings: Settings) -> None:
        settings.CHANNEL_LAYERS = {}
        assert isinstance(versions(), MemoryVersions)
        assert versions() is versions()

    def test_a_layer_in_memory_has_one_of_its_own(self, settings: Settings) -> None:
        layers = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
        settings.CHANNEL_LAYERS = layers
        first = versions()
        assert first is versions()
        settings.CHANNEL_LAYERS = layers.copy()
        assert isinstance(versions(), MemoryVersions)
        assert versions().current().epoch != first.current().epoch

    @pytest.mark.parametrize("backend", ["core", "pubsub"])
    @pytest.mark.parametrize("written", ["url", "pair", "dict", "address"])
    def test_a_layer_on_redis_has_one_there(
        self, settings: Settings, redis_server: RedisServer, backend: str, written: str
    ) -> None:
        layers = redis_server.layers(backend)
        host = {
            "url": redis_server.url,
            "pair": ("127.0.0.1", redis_server.port),
            "dict": {"host": "127.0.0.1", "port": redis_server.port},
            "address": {"address": redis_server.url, "socket_timeout": 77},
        }[written]
        layers["default"]["CONFIG"]["hosts"] = [host]
        settings.CHANNEL_LAYERS = layers
        store = versions()
        assert isinstance(store, RedisVersions)
        assert store is versions()
        assert store.advance(keys("a")).seq == 1
        del store
        settings.CHANNEL_LAYERS = {}
        gc.collect()  # a connection left open would warn here
