"""What a watch is sent: exactly what ``covers()`` says of its keys. Its cost is not its sender's choice."""

import asyncio
import json
import random
from typing import Any

import pytest
from django.http import HttpRequest
from pytest_django import Settings

from mizan_htmx import Context, client, register
from mizan_htmx.channels import MizanConsumer
from mizan_htmx.channels.hub.hub import Hub
from mizan_htmx.channels.hub.missed_changes import MissedChanges
from mizan_htmx.channels.layer import bus
from mizan_htmx.channels.layer.version_store import versions
from mizan_htmx.channels.layer.versions import Version, VersionStore
from mizan_htmx.channels.protocol import Frame
from mizan_htmx.channels.socket import watches
from mizan_htmx.channels.socket.rate_limit import RateLimit
from mizan_htmx.channels.socket.watches import Watches
from mizan_htmx.protocol.keys import Invalidation, covers, merge, parse
from tests.helpers.hub import Page, in_thread
from tests.helpers.redis import RedisServer
from tests.helpers.sockets import Tab, person
from tests.helpers.watches import declare, watching_of

pytestmark = pytest.mark.usefixtures("registry", "quiet")


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest, settings: Settings) -> VersionStore:
    """Configure each kind of store, empty, and give it."""
    if request.param == "memory":
        settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    else:
        server: RedisServer = request.getfixturevalue("redis_server")
        settings.CHANNEL_LAYERS = server.layers("core")
    return versions()


def declare_all() -> None:
    """Register live contexts with one parameter, with more, and with none."""

    def many(request: HttpRequest, a: int = 0, b: str = "", c: bool = False) -> str:
        return "many"

    declare()
    register(client(context=Context("many", live=True))(many))


def some_key(chance: random.Random, *, of_page: bool) -> Invalidation:
    """Make up a key; a page's names what its context needs."""
    context = chance.choice(["board", "many", "news"])
    if context == "news":
        return Invalidation("news")
    if context == "board":
        optional = {"tab": chance.choice("xy")} if chance.random() < 0.5 else {}
        needed = {"board_id": chance.randrange(4)} if of_page or chance.random() < 0.8 else {}
        return Invalidation.of("board", **needed, **optional)
    given = {"a": chance.randrange(3), "b": chance.choice("xy"), "c": chance.random() < 0.5}
    # One that is bare would stand for all of its context in what is sent.
    named = {name for name in given if chance.random() < 0.6} | ({"a"} if of_page else set())
    return Invalidation.of("many", **{name: given[name] for name in named})


async def caught_up(tab: Tab, keys: dict[str, str]) -> dict[str, str]:
    """Have a page watch, and give all that it is sent until it is answered."""
    received: dict[str, str] = {}
    await tab.send(action="watch", id=1, contexts=", ".join(keys), versions=keys)
    while "ok" not in (frame := await tab.receive()):
        assert "invalidate" in frame, frame
        received |= {str(key): frame["versions"][str(key)] for key in parse(frame["invalidate"])}
    assert frame == watching_of(", ".join(keys))
    return received


@pytest.mark.parametrize("seed", range(6))
async def test_each_page_is_sent_exactly_its_own_stale_keys(store: VersionStore, seed: int) -> None:
    declare_all()
    chance = random.Random(seed)
    life = store.current().epoch
    log: list[tuple[Invalidation, ...]] = []

    def publish_some() -> None:
        for _ in range(chance.randrange(15)):
            log.append(tuple(merge(some_key(chance, of_page=False) for _ in range(chance.randint(1, 3)))))
            store.advance(log[-1])

    async def page(tab: Tab) -> None:
        keys = {some_key(chance, of_page=True): chance.randint(0, len(log)) for _ in range(12)}
        newest = {
            str(key): max(seq for seq, stale in enumerate(log, 1) if any(covers(each, key) for each in stale))
            for key, shown in keys.items()
            if any(covers(each, key) for stale in log[shown:] for each in stale)
        }
        sent = {str(key): str(Version(life, shown)) for key, shown in keys.items()}
        assert await caught_up(tab, sent) == {key: str(Version(life, seq)) for key, seq in newest.items()}

    async with Tab() as one, Tab() as two:
        for _ in range(4):
            await in_thread(publish_some)
            await asyncio.gather(page(one), page(two))


async def test_what_the_store_has_dropped_is_stale_and_nothing_else(store: VersionStore) -> None:
    store._max_keys = 5  # type: ignore[attr-defined]
    declare()
    life = store.current().epoch

    def fill() -> None:
        for number in range(10):
            store.advance([Invalidation.of("board", board_id=number)])

    await in_thread(fill)
    keys = {
        "board;board_id=1": str(Version(life, 4)),  # dropped: nobody knows
        "board;board_id=2": str(Version(life, 5)),
        "board;board_id=8": str(Version(life, 5)),
        "board;board_id=9": str(Version(life, 10)),
        "news": "00000000.9",
        "board;board_id=77": str(Version(life, 900)),  # made up
    }
    async with Tab() as tab:
        now = str(Version(life, 10))
        expected = {"board;board_id=1": now, "board;board_id=8": str(Version(life, 9)), "news": now}
        assert await caught_up(tab, keys) == expected


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be read before it is asked for."""

    async def prefetch(self: MissedChanges) -> None:
        return None

    monkeypatch.setattr(MissedChanges, "prefetch", prefetch)


@pytest.mark.usefixtures("unread")
async def test_a_watch_asks_the_store_once_whatever_it_names(
    store: VersionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare()
    since, calls = type(store).since, []

    def counted(self: VersionStore, seq: int, epoch: str) -> Any:
        calls.append(epoch)
        return since(self, seq, epoch)

    life = store.current().epoch
    await in_thread(store.advance, parse("news"))
    monkeypatch.setattr(type(store), "since", counted)
    async with Tab() as tab:
        keys = [f"board;board_id={number}" for number in range(300)]
        await caught_up(tab, dict.fromkeys(keys, f"{life}.0"))
        del calls[:]  # those of the first page
        assert len(await caught_up(tab, {key: f"{number:08x}.1" for number, key in enumerate(keys)})) == 1
        assert len(calls) == 1


@pytest.mark.usefixtures("unread")
async def test_pages_that_come_back_at_once_catch_up_by_a_few_calls(
    store: VersionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare()
    life = store.current().epoch

    def fill() -> None:
        for number in range(50):
            store.advance([Invalidation.of("board", board_id=number)])

    await in_thread(fill)
    since, listed = type(store).since, []

    def counted(self: VersionStore, seq: int, epoch: str) -> Any:
        changes = since(self, seq, epoch)
        listed.append(len(changes.stale))
        return changes

    pages = [Page() for _ in range(100)]
    hub = Hub.here()
    for each in pages:
        await hub.join(each)
    monkeypatch.setattr(type(store), "since", counted)
    try:
        frames = [
            Frame({"contexts": key, "versions": {key: f"{life}.0"}})
            for key in (f"board;board_id={number}" for number in range(100))
        ]
        await asyncio.gather(
            *(
                Watches(page, {}, lambda tokens: None).watch(frame)
                for page, frame in zip(pages, frames, strict=True)
            )
        )
        assert [page.invalidated for page in pages] == [
            [f"board;board_id={number}"] if number < 50 else [] for number in range(100)
        ]
        assert listed.count(50) == 1
        assert sum(listed) == 50
    finally:
        for each in pages:
            await hub.leave(each)


@pytest.mark.parametrize(
    "content",
    [
        {"contexts": "," * 1000},
        {"contexts": "news, " * 1000},
        {"contexts": "news", "versions": {f"k{number}": "x" for number in range(1001)}},
        {"contexts": "news", "versions": {"a," * 1000: "x"}},
    ],
)
async def test_a_list_is_counted_before_it_is_read(
    content: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(text: str) -> tuple[Invalidation, ...]:
        assert text == "news"
        return parse(text)

    declare()
    monkeypatch.setattr(watches, "parse", read)
    async with Tab() as tab:
        answer = await tab.ask(action="watch", **content)
        assert answer == {"error": "Too many contexts", "code": "BAD_REQUEST"}


async def test_the_loop_goes_on_between_the_keys_of_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    declare()
    steps: list[int] = [0]

    def resolve(sent: Invalidation) -> Invalidation:
        steps[-1] += 1
        asyncio.get_running_loop().call_soon(_begin, steps)
        return sent

    monkeypatch.setattr(watches, "_resolve", resolve)
    keys = ", ".join(f"board;board_id={number}" for number in range(1000))
    async with Tab() as tab:
        assert (await tab.ask(action="watch", id=1, contexts=keys))["ok"]
    assert max(steps) <= watches.BATCH_SIZE


def _begin(steps: list[int]) -> None:
    if steps[-1]:
        steps.append(0)


class TestPrices:
    """Keys are charged as frames are, and those that ``auth`` is asked for more."""

    def test_the_next_frame_waits_for_what_one_has_cost(self) -> None:
        rate_limit = RateLimit(burst=50, rate=20.0, patience=200, clock=lambda: 0.0)
        assert rate_limit.count_frame() == 0.0
        rate_limit.charge(69.0)
        assert rate_limit.count_frame() == pytest.approx(21 / 20)
        assert not rate_limit.is_exceeded

    async def watched(self, *frames: dict[str, Any]) -> list[float]:
        """Have one page watch so, and give what each of its frames has cost."""
        costs: list[float] = []
        page, hub = Page(), Hub.here()
        page.visitor.given = person()
        await hub.join(page)
        scope = {"type": "websocket", "path": "/ws/", "headers": []}
        watches = Watches(page, scope, lambda tokens: costs.__setitem__(-1, costs[-1] + tokens))
        try:
            for frame in frames:
                costs.append(0.0)
                await watches.watch(Frame(frame))
        finally:
            await hub.leave(page)
        return costs

    async def test_a_key_costs_a_hundredth_of_a_frame_and_so_does_its_version(self) -> None:
        declare()
        keys = [f"board;board_id={number}" for number in range(100)]
        plain, shown = await self.watched(
            {"contexts": ", ".join(keys)},
            {"contexts": ", ".join(keys), "versions": dict.fromkeys(keys, "x")},
        )
        assert [plain, shown] == [pytest.approx(1), pytest.approx(2)]

    @pytest.mark.django_db
    async def test_a_key_that_auth_is_asked_for_costs_a_tenth_more_when_it_is_new(self) -> None:
        asked: list[int] = []

        def guard(request: HttpRequest, board_id: int) -> bool:
            asked.append(board_id)
            return board_id < 100

        declare(guard)
        keys = [f"board;board_id={number}" for number in range(100)]
        more = ", ".join([*keys[:50], "board;board_id=777"])
        costs = await self.watched(
            {"contexts": ", ".join(keys)},
            {"contexts": ", ".join(keys)},
            {"contexts": more},
            {"contexts": more},
        )
        assert costs == [pytest.approx(each) for each in (1 + 10, 1, 0.51 + 0.1, 0.51 + 0.1)]
        assert asked == [*range(100), 777, 777]

    async def test_no_frame_is_so_dear_that_a_page_takes_its_socket_for_dead(self) -> None:
        """Mizan-live.js waits 10 seconds for an answer."""
        dearest = 1 + watches.MAX_KEYS * (2 * watches.KEY_COST + watches.AUTH_COST)
        assert dearest / MizanConsumer.rate < 10
        # A page of 300 guarded keys is followed without a wait, and so is what it sends next.
        assert MizanConsumer.burst > 1 + 300 * (2 * watches.KEY_COST + watches.AUTH_COST)


async def test_a_key_that_was_lost_is_asked_for_again() -> None:
    barred: set[int] = set()
    declare(lambda request, board_id: board_id not in barred)
    async with Tab(user=person()) as tab:
        key = "board;board_id=3"
        assert await tab.ask(action="watch", id=1, contexts=key) == watching_of(key)
        barred.add(3)
        await bus.asend({"kind": "check", "user": "1"})
        refused = {"error": "Not authorized", "code": "FORBIDDEN", "contexts": key}
        assert await tab.receive() == refused
        assert await tab.ask(action="watch", id=1, contexts=key) == {"id": 1, **refused}


async def test_a_thousand_reasons_to_refuse_are_sent_in_a_few_frames() -> None:
    declare()
    keys = [f"board;board_id=3;x{number}=1" for number in range(1000)]
    async with Tab() as tab:
        await tab.send(action="watch", id=1, contexts=", ".join(keys))
        refused: list[dict[str, Any]] = []
        while "ok" not in (frame := await tab.receive()):
            refused.append(frame)
        assert frame == watching_of("")
    assert [len(parse(each["contexts"])) for each in refused] == [1] * watches.MAX_REASONS + [
        1000 - watches.MAX_REASONS
    ]
    assert refused[0]["details"] == {"fields": {"x0": ["Unknown parameter."]}}
    assert refused[-1] == {
        "id": 1,
        "error": "Invalid params",
        "code": "VALIDATION_ERROR",
        "details": {"fields": {}},
        "contexts": ", ".join(keys[watches.MAX_REASONS :]),
    }


async def test_a_long_reason_is_not_sent_in_full() -> None:
    declare()
    key = "board;board_id=3;" + ";".join(f"x{number}=1" for number in range(5000))
    async with Tab() as tab:
        answer = await tab.ask(action="watch", contexts=f"news, {key}")
        assert answer["contexts"].startswith("board;board_id=3;x0=1;")
        assert (answer["code"], answer["details"]) == ("VALIDATION_ERROR", {"fields": {}})


async def test_keys_that_collapse_have_the_newest_version_of_them(store: VersionStore) -> None:
    declare()
    life = store.current().epoch
    stale: dict[Invalidation, Version | None] = {
        Invalidation.of("board", board_id=number): Version(life, number + 1) for number in range(400)
    }
    stale[Invalidation("news")] = Version(life, 3)
    frame = parse_frame(watches._stale_frame(stale))
    assert frame == {"invalidate": "board, news", "versions": {"board": f"{life}.400", "news": f"{life}.3"}}
    few: dict[Invalidation, Version | None] = dict(list(stale.items())[:2])
    assert parse_frame(watches._stale_frame(few)) == {
        "invalidate": "board;board_id=0, board;board_id=1",
        "versions": {"board;board_id=0": f"{life}.1", "board;board_id=1": f"{life}.2"},
    }
    assert parse_frame(watches._stale_frame(dict.fromkeys(few))) == {
        "invalidate": "board;board_id=0, board;board_id=1",
        "versions": {},
    }
    names: dict[Invalidation, Version | None] = {
        Invalidation(f"context{number}"): Version(life, number) for number in range(500)
    }
    assert parse_frame(watches._stale_frame(names)) == {"invalidate": "*", "versions": {"*": f"{life}.499"}}


def parse_frame(text: str) -> Any:
    """Read what was written."""

    return json.loads(text)


async def test_only_those_who_still_watch_receive_the_end_of_a_storm() -> None:
    declare()
    hub, page, other = Hub.here(), Page(), Page()
    await hub.join(page)
    await hub.join(other)
    try:
        hub.watch(page, frozenset(parse("board;board_id=3")))
        stale = Invalidation.of("board", board_id=3)
        hub._send_stale_late(stale, Version("a", 1), {page: None, other: None})
        assert (page.invalidated, other.invalidated) == (["board;board_id=3"], [])
    finally:
        await hub.leave(page)
        await hub.leave(other)
