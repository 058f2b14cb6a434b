"""How long until 1,000 connected pages know what they have missed, beside pages that have missed nothing."""

import asyncio
import json
import random
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass

from benchmarks import fanout
from benchmarks.figures import Cell
from benchmarks.serving import CHANGES, allow_many_sockets
from benchmarks.sockets import Client, Crowd, Trigger, gather_crowd
from benchmarks.timing import Effort, settled_memory

TITLE = f"1,000 pages that come back {CHANGES:,} changes behind, until the last one has caught up"
#: With nothing missed: what it is measured beside, and once more, which shows the noise.
BASE, TWIN = "{}, nothing missed", "{}, nothing missed 2"
_SERVERS = {
    "memory": fanout.Contestant("mizan_htmx, in memory", "mizan", options=("--steps",)),
    "redis": fanout.Contestant("mizan_htmx, Redis", "mizan", "redis", options=("--steps",)),
}
_CLIENTS, _ROUNDS, _WARM_UP = 1000, 20, 2
_FEW_CLIENTS, _FEW_ROUNDS = 5, 2
# A page may send 20 frames a second; more would be delayed.
_GAP = 0.3


Times = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Side:
    """Pages of one server, and the versions between which they have missed something."""

    server: fanout.Server
    pages: list["Page"]
    crowd: Crowd
    trigger: Trigger
    before: str
    now: str

    async def come_back(self, *, is_behind: bool) -> Times:
        """Let all pages watch; return milliseconds: to the last one notified, of CPU, of the longest step."""
        await self.trigger.call("steps")
        before = self.server.cpu()
        answered = self.crowd.expect()
        began = time.monotonic_ns()
        for page in self.pages:
            page.watch(self.before if is_behind else self.now)
        async with asyncio.timeout(fanout.UNDELIVERED_AFTER * 6):
            await answered
        lasted = (self.crowd.arrivals[-1] - began) / 1e6
        notified = [page.notified for page in self.pages]
        assert notified == [[page.own] if is_behind else [] for page in self.pages], "not exactly its own"
        cpu = (self.server.cpu() - before) * 1000
        longest = float(await self.trigger.call("steps"))
        await asyncio.sleep(_GAP)
        return lasted, cpu, longest


class Page(Client):
    """A page that shows two boards, one of which has changed."""

    def __init__(self, crowd: Crowd, port: int, *, deflate: str) -> None:
        super().__init__(crowd, port, deflate=deflate)
        self.own = ""
        self.notified: list[str] = []

    def watch(self, version: str) -> None:
        """Send a watch frame with this version of both boards."""
        self.notified = []
        keys = (self.own, f"{self.own}000000")
        shown = dict.fromkeys(keys, version)
        self.send({"action": "watch", "id": 2, "contexts": ", ".join(keys), "versions": shown})

    def receive(self, content: bytes) -> None:
        """Record an invalidation, or the answer to the watch frame, which comes after them."""
        frame = json.loads(content)
        if "invalidate" in frame:
            self.notified.append(frame["invalidate"])
        else:
            super().receive(content)


def run(effort: Effort, *, peers: bool) -> Iterator[Cell]:
    """Measure both stores; without ``peers`` with a few clients."""
    allow_many_sockets()
    clients, rounds = (_CLIENTS, _ROUNDS) if peers else (_FEW_CLIENTS, _FEW_ROUNDS)
    for name, contestant in _SERVERS.items():
        with ExitStack() as stack:
            server = stack.enter_context(fanout.started(contestant))
            found, cold = asyncio.run(_measured(server, clients, rounds, random.Random(effort.seed)))
        base = [lasted for lasted, *_ in found[BASE]]
        for title, measured in found.items():
            ratio = [mine / its for (mine, *_), its in zip(measured, base, strict=True)]
            lasted, cpu, steps = (list(each) for each in zip(*measured, strict=True))
            rounds_of = {"ms": lasted, "ratio": ratio, "cpu": cpu, "step": steps}
            more = {"cold": cold} if title == "{}" else {}
            yield Cell.of("behind", TITLE, title.format(name), rounds_of, **more)


async def _measured(
    server: fanout.Server, clients: int, rounds: int, shuffled: random.Random
) -> tuple[dict[str, list[Times]], float]:
    async with AsyncExitStack() as stack:
        trigger = await stack.enter_async_context(Trigger(server.port))
        # Before there are sockets: their process receives later changes as events.
        before, now = (await trigger.call("fall_behind")).split()
        crowd, pages = await gather_crowd(clients, server.port, deflate="", client=Page)
        for page in pages:
            stack.callback(page.abort)
        for number, page in enumerate(pages):
            page.own = f"board;board_id={number + 1}"
        side = Side(server, pages, crowd, trigger, before, now)
        found: dict[str, list[Times]] = {title: [] for title in ("{}", BASE, TWIN)}
        titles = list(found)
        with settled_memory():
            await side.come_back(is_behind=False)
            await trigger.call("settle")
            # The first query of this process for older changes.
            cold, *_ = await side.come_back(is_behind=True)
            for _ in range(_WARM_UP + rounds):
                shuffled.shuffle(titles)
                for title in titles:
                    found[title].append(await side.come_back(is_behind=title == "{}"))
        server.end()
    return {title: measured[_WARM_UP:] for title, measured in found.items()}, cold
