"""``MIZAN_REPLICA_LAG``: blocks that are read from a replica look as old as they may be."""

import math
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import Error, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import RequestFactory
from pytest_django import Settings

from mizan_htmx import Context, client, register
from mizan_htmx.channels.layer import past_versions
from mizan_htmx.channels.layer.memory_versions import MemoryVersions
from mizan_htmx.channels.layer.past_versions import PastVersions
from mizan_htmx.channels.layer.publish import publish
from mizan_htmx.channels.layer.redis_versions import RedisVersions
from mizan_htmx.channels.layer.version_store import versions
from mizan_htmx.channels.layer.versions import StoreDown, Version, VersionStore
from mizan_htmx.conf import conf
from mizan_htmx.invalidation.read_version import may_be_old, version_of
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.setup.registry import registry as registered
from tests.helpers.blocks import template_settings
from tests.helpers.hub import keys
from tests.helpers.redis import RedisServer
from tests.helpers.visitor import Visitor, serve

pytestmark = pytest.mark.usefixtures("registry", "quiet")


LIMIT = 30.0


class TestPastVersions:
    """Which version was current when, in one process."""

    @pytest.fixture
    def time_of(self) -> list[float]:
        return [1000.0]

    @pytest.fixture
    def known(self, time_of: list[float]) -> PastVersions[int]:
        return PastVersions(lambda: time_of[0])

    def test_before_the_first_time_nobody_knows(self, known: PastVersions[int], time_of: list[float]) -> None:
        assert known.find(5, 0.5) is None
        time_of[0] += 0.4
        assert known.find(5, 0.5) is None
        time_of[0] += 0.1
        assert known.find(5, 0.5) == 5

    def test_what_was_current_then(self, known: PastVersions[int], time_of: list[float]) -> None:
        known.find(5, 0)
        time_of[0] += 10
        assert (known.find(6, 1), known.find(6, 0)) == (5, 6)
        time_of[0] += 0.9
        assert (known.find(7, 1), known.find(7, 0.5), known.find(7, 0)) == (5, 6, 7)
        time_of[0] += 0.1
        assert known.find(7, 1) == 6
        time_of[0] += 0.9
        assert known.find(7, 1) == 7
        assert known.find(7, math.inf) is None

    def test_what_follows_too_closely_is_noted_later(
        self, known: PastVersions[int], time_of: list[float]
    ) -> None:
        known.find(5, 0)
        time_of[0] += 0.05
        assert known.find(6, 0) == 5
        time_of[0] += 0.1
        assert known.find(6, 0) == 6

    def test_only_so_many_are_kept(
        self, known: PastVersions[int], time_of: list[float], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(past_versions, "MAX_KEPT", 4)
        for version in range(1, 7):
            known.find(version, 0)
            time_of[0] += 1
        assert [known.find(6, seconds) for seconds in (0, 1, 2, 3, 4, 5)] == [6, 6, 5, 4, 3, None]


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest) -> Iterator[VersionStore]:
    """Give a new store."""
    if request.param == "memory":
        yield MemoryVersions()
        return
    server: RedisServer = request.getfixturevalue("redis_server")
    made = RedisVersions(server.layers("core")["default"]["CONFIG"])
    yield made
    made.close()


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that time brings."""
    deadline = time.monotonic() + LIMIT
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class TestStores:
    """Both stores know it; the one in Redis for all processes."""

    def test_the_version_of_then_becomes_that_of_now(self, store: VersionStore) -> None:
        first = store.before(0)
        assert first == store.current()
        assert store.before(3600) == Version(first.epoch, 0)
        now = store.advance(keys("board"))
        until(lambda: store.before(0) == now)
        until(lambda: store.before(0.3) == now)
        assert store.before(3600) == store.before(math.inf) == Version(first.epoch, 0)

    def test_it_is_never_too_new(self, store: VersionStore) -> None:
        store.before(0)
        for _ in range(5):
            asked = time.monotonic()
            now = store.advance(keys("board"))
            while store.before(0.25) != now:
                assert time.monotonic() < asked + LIMIT
            assert time.monotonic() >= asked + 0.25

    def test_a_life_that_is_over_is_not_named(self, redis_server: RedisServer) -> None:
        """VersionStore of two lives can't be compared, and a page would not know that it is behind."""
        config = redis_server.layers("core")["default"]["CONFIG"]
        store = RedisVersions(config)
        former = store.advance(keys("board"))
        until(lambda: store.before(0) == former)
        with redis_server.client() as redis:
            redis.delete(f"{config['prefix']}:{{mizan}}:clock")
        now = store.current()
        assert now.epoch != former.epoch
        assert store.before(0.5) == Version(now.epoch, 0)
        store.close()

    def test_another_process_has_asked(self, redis_server: RedisServer) -> None:
        config = redis_server.layers("core")["default"]["CONFIG"]
        one, other = RedisVersions(config), RedisVersions(config)
        now = one.advance(keys("board"))
        until(lambda: one.before(0.2) == now)
        assert other.before(0.2) == now
        one.close()
        other.close()

    def test_only_so_many_are_kept_there(
        self, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(past_versions, "MAX_KEPT", 2)
        monkeypatch.setattr(past_versions, "INTERVAL_MS", 0)
        config = redis_server.layers("core")["default"]["CONFIG"]
        store = RedisVersions(config)
        for _ in range(5):
            store.advance(keys("board"))
            store.before(0)
        with redis_server.client() as redis:
            kept = f"{config['prefix']}:{{mizan}}:moments"
            assert redis.zcard(kept) == 2
            assert redis.ttl(kept) > 0
        store.close()

    @pytest.mark.usefixtures("quiet")
    def test_a_store_that_is_down_says_so(self, redis_server: RedisServer) -> None:
        store = RedisVersions(redis_server.layers("core")["default"]["CONFIG"])
        redis_server.stop()
        with pytest.raises(StoreDown):
            store.before(1)
        store.close()


BOARD = Context("board", live=True)


def board_name(request: HttpRequest) -> str:
    """Read something live."""
    return "Plans"


class TestBlocks:
    """A block has the version from which on the replica may lack something."""

    @pytest.fixture(autouse=True)
    def clock(self, registry: Any) -> Iterator[list[float]]:
        asked: list[float] = []

        def before(seconds: float) -> str:
            asked.append(seconds)
            return "0a1b2c3d.5"

        former = registered.clock, registered.clock_before
        registered.clock, registered.clock_before = lambda: "0a1b2c3d.9", before
        yield asked
        registered.clock, registered.clock_before = former

    def test_without_the_setting_it_is_the_version_of_now(self, clock: list[float]) -> None:
        request = RequestFactory().get("/")
        assert (version_of(request), may_be_old("0a1b2c3d.5"), clock) == ("0a1b2c3d.9", False, [])

    @pytest.mark.parametrize("lag", [0.5, lambda: 0.5, "tests.unit.invalidation.test_replicas.half_a_second"])
    def test_with_it_that_of_so_long_ago(self, clock: list[float], settings: Settings, lag: Any) -> None:
        settings.MIZAN_REPLICA_LAG = lag
        request = RequestFactory().get("/")
        assert [version_of(request), version_of(request)] == ["0a1b2c3d.5"] * 2
        assert (clock, may_be_old("0a1b2c3d.5"), may_be_old("0a1b2c3d.9")) == ([0.5], True, False)

    def test_a_replica_that_has_everything_now(self, clock: list[float], settings: Settings) -> None:
        settings.MIZAN_REPLICA_LAG = lambda: 0
        assert (version_of(RequestFactory().get("/")), clock) == ("0a1b2c3d.9", [])

    def test_one_whose_lag_nobody_knows(self, clock: list[float], settings: Settings) -> None:
        settings.MIZAN_REPLICA_LAG = lambda: None
        version_of(RequestFactory().get("/"))
        assert clock == [math.inf]

    @pytest.mark.parametrize(
        ("before", "version"),
        [("0a1b2c3d.5", "0a1b2c3d.4"), ("0a1b2c3d.0", "0a1b2c3d.-1"), ("", ""), (None, None)],
    )
    def test_what_comes_with_a_change_does_not_look_like_its_result(
        self, settings: Settings, before: str | None, version: str | None
    ) -> None:
        settings.MIZAN_REPLICA_LAG = 0.5
        registered.clock_before = lambda seconds: before
        assert version_of(RequestFactory().post("/")) == version

    @pytest.mark.parametrize(("lag", "is_shared"), [(0, True), (0.5, False)])
    def test_caches_keep_none_that_may_be_old(
        self, visitor: Visitor, settings: Settings, tmp_path: Path, lag: float, is_shared: bool
    ) -> None:
        settings.MIZAN_REPLICA_LAG = lag
        register(client(context=Context("board", live=True, public=True, max_age=60))(board_name))
        settings.TEMPLATES = template_settings(tmp_path)
        source = '{% load mizan %}{% mizan_context "board" id="b" %}{{ board_name }}{% endmizan_context %}'
        (tmp_path / "page.html").write_text(source, encoding="utf-8")

        def page(request: HttpRequest) -> HttpResponse:
            return render(request, "page.html")

        serve(settings, {"page/": client(context="board")(page)})
        response = visitor.get("/page/")
        assert 'data-mizan-version="0a1b2c3d.' in response.content.decode()
        assert ("public" in response.headers["Cache-Control"]) is is_shared


def half_a_second() -> float:
    """Give what a site may have measured."""
    return 0.5


def test_a_page_that_read_too_early_is_refreshed(settings: Settings) -> None:
    """By the real clock: the change of before is newer than what the replica has for sure."""
    settings.CHANNEL_LAYERS = {}
    register(client(context=BOARD)(board_name))
    publish((Invalidation("board"),))

    def stale() -> list[Invalidation]:
        version = Version.parse(version_of(RequestFactory().get("/")) or "")
        assert version is not None
        return [key for key, _ in versions().since(version.seq, version.epoch).stale]

    assert stale() == []
    settings.MIZAN_REPLICA_LAG = 0.3
    assert Invalidation("board") in stale()
    until(lambda: stale() == [])


class TestSetting:
    """What the setting may be."""

    @pytest.mark.parametrize("value", [0, 0.5, 30, math.inf])
    def test_seconds(self, settings: Settings, value: float) -> None:
        settings.MIZAN_REPLICA_LAG = value
        assert (conf.measured_lag(), problems()) == (value, [])

    @pytest.mark.parametrize("value", [-1, math.nan, True, None, b"1", [1]])
    def test_what_is_no_number_of_seconds(self, settings: Settings, value: Any) -> None:
        settings.MIZAN_REPLICA_LAG = value
        text = (
            f"MIZAN_REPLICA_LAG is {value!r}. It must be a number of seconds, at least 0, or the dotted"
            " path of a function that returns one."
        )
        with pytest.raises(ImproperlyConfigured) as raised:
            conf.measured_lag()
        assert str(raised.value) == text
        assert problems() == [
            Error(
                text,
                hint="docs/live.md has a function that measures the lag of a replica.",
                id="mizan_htmx.E010",
            )
        ]

    def test_a_function_that_is_not_there(self, settings: Settings) -> None:
        settings.MIZAN_REPLICA_LAG = "tests.unit.invalidation.test_replicas.nothing"
        with pytest.raises(
            ImproperlyConfigured, match=r"names 'tests\.unit\.invalidation\.test_replicas\.nothing', which"
        ):
            conf.measured_lag()
        assert len(problems()) == 1

    @pytest.mark.parametrize(("measured", "lag"), [(Decimal("0.25"), 0.25), (-0.5, 0.0), (None, math.inf)])
    def test_what_was_measured(self, settings: Settings, measured: Any, lag: float) -> None:
        settings.MIZAN_REPLICA_LAG = lambda: measured
        assert conf.measured_lag() == lag

    def test_a_function_that_gives_something_else(self, settings: Settings) -> None:
        settings.MIZAN_REPLICA_LAG = lambda: "1"
        with pytest.raises(ImproperlyConfigured, match=r"MIZAN_REPLICA_LAG\(\) is '1'"):
            conf.measured_lag()
        assert problems() == []  # nobody asks a replica at start


def problems() -> list[Any]:
    """Run the checks, and give what they say of the setting."""
    return [each for each in run_checks(tags=["mizan_htmx"]) if each.id == "mizan_htmx.E010"]
