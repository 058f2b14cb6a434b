"""How long until the last page knows, as multiples of a bare loop: ``benchmarks.fanout``, in short."""

import argparse
import asyncio
import statistics
from collections.abc import Iterator

from benchmarks import fanout
from benchmarks.figures import Cell
from benchmarks.serving import allow_many_sockets
from benchmarks.timing import Effort

TITLE = "one mutation to the last key received"
_CLIENTS, _ROUNDS = 1000, 60
_FEW_CLIENTS, _FEW_ROUNDS = 5, 2


def run(effort: Effort, *, peers: bool) -> Iterator[Cell]:
    """Measure every server; without ``peers`` the loop and our hub in memory, with a few clients."""
    allow_many_sockets()
    names = list(fanout.CONTESTANTS) if peers else ["loop", "mizan"]
    options = argparse.Namespace(
        clients=_CLIENTS if peers else _FEW_CLIENTS,
        rounds=_ROUNDS if peers else _FEW_ROUNDS,
        idle=0,
        deflate=False,
    )
    floor = 0.0
    for name in names:
        contestant = fanout.CONTESTANTS[name]
        with fanout.redis_server() as redis, fanout.serving(contestant, redis) as server:
            result = asyncio.run(fanout.measure(server, options))
        assert not result.undelivered, (name, result.undelivered)
        last = statistics.median(result.last)
        floor = floor or last
        figures = {"ms": last, "ratio": last / floor, "p99": fanout.percentile(result.last, 99)}
        yield Cell("live", TITLE, name, {**figures, "cpu": result.change_cpu})
