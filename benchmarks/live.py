"""The time until the last page is notified, beside a bare loop: all servers at once, changes in turn."""

import asyncio
import random
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field

from benchmarks import fanout
from benchmarks.figures import Cell
from benchmarks.serving import allow_many_sockets
from benchmarks.sockets import Crowd, Trigger
from benchmarks.timing import Effort, settled_memory

TITLE = "one mutation to the last key received"
#: The bare loop once more: its difference to the first one is the noise.
TWIN = "loop2"
_SERVERS = {**fanout.CONTESTANTS, TWIN: fanout.CONTESTANTS["loop"]}
_CLIENTS, _ROUNDS = 1000, 30
_FEW_CLIENTS, _FEW_ROUNDS = 5, 2


@dataclass(frozen=True, slots=True)
class Side:
    """A server with its watching clients, and the figures: milliseconds, and seconds of CPU time."""

    server: fanout.Server
    trigger: Trigger
    crowd: Crowd
    down: float
    packed: float
    last: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    async def change(self) -> None:
        """Change one thing, and record when the last client was notified."""
        before = self.server.cpu()
        times = await fanout.change(self.crowd, self.trigger)
        await asyncio.sleep(fanout.GAP / len(_SERVERS))
        assert len(times) == self.crowd.size, f"{self.crowd.size - len(times)} were not notified"
        self.last.append(max(times))
        self.cpu.append(self.server.cpu() - before)


def run(effort: Effort, *, peers: bool) -> Iterator[Cell]:
    """Measure every server; without ``peers`` the loop and our hub in memory, with a few clients."""
    allow_many_sockets()
    names = list(_SERVERS) if peers else ["loop", "mizan", TWIN]
    clients, rounds = (_CLIENTS, _ROUNDS) if peers else (_FEW_CLIENTS, _FEW_ROUNDS)
    with ExitStack() as stack:
        servers = {name: stack.enter_context(fanout.started(_SERVERS[name])) for name in names}
        sides = asyncio.run(_measured(servers, clients, rounds, random.Random(effort.seed)))
    for name, side in sides.items():
        ratio = [mine / its for mine, its in zip(side.last, sides["loop"].last, strict=True)]
        more = {"p99": fanout.percentile(side.last, 99), "cpu": sum(side.cpu) / len(side.cpu) * 1000}
        rounds_of = {"ms": side.last, "ratio": ratio}
        yield Cell.of("live", TITLE, name, rounds_of, **more, down=side.down, packed=side.packed)


async def _measured(
    servers: Mapping[str, fanout.Server], clients: int, rounds: int, shuffled: random.Random
) -> dict[str, Side]:
    async with AsyncExitStack() as stack:
        sides = {name: await _side(stack, server, clients) for name, server in servers.items()}
        names = list(sides)
        with settled_memory():  # the collector of this process must not be measured
            for _ in range(fanout.WARM_UP + rounds):
                shuffled.shuffle(names)
                for name in names:
                    await sides[name].change()
    for side in sides.values():
        del side.last[: fanout.WARM_UP], side.cpu[: fanout.WARM_UP]
    return sides


async def _side(stack: AsyncExitStack, server: fanout.Server, size: int) -> Side:
    trigger = await stack.enter_async_context(Trigger(server.port))
    down, packed = [await fanout.one_change(server, trigger, offered) for offered in ("", fanout.DEFLATE)]
    crowd = await stack.enter_async_context(fanout.watching(server, size))
    return Side(server, trigger, crowd, down, packed)
