"""What starting costs: registering functions, and the edge manifest; no rounds, a fresh process each."""

import gzip
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import site
from benchmarks.crowd import bodies
from benchmarks.figures import Cell
from benchmarks.timing import Effort, sample, settled_memory

SIZES = (10, 10_000)
TITLE = "registering {:,} functions"
MANIFEST = "manifest of {:,} functions"
RESOLVE = "resolving a header, {:,} functions"
_CALLS = 2000


def run(effort: Effort, *, peers: bool, functions: int) -> Iterator[Cell]:
    """Measure CPU seconds and resident MiB of the registration, then of the manifest."""
    site.configure()
    warm_up = bodies(10)
    made = bodies(functions)
    seconds, memory = _cost(lambda: _register(warm_up, "w"), lambda: _register(made))
    yield Cell.of("start", TITLE.format(functions), "mizan", {}, seconds=seconds, MiB=memory)
    with settled_memory():
        yield from _manifest(functions)
    if peers:
        yield from _peer(functions)


def _cost(first: Callable[[], Any], work: Callable[[], Any]) -> tuple[float, float]:
    first()
    before, began = _resident(), time.process_time()
    work()
    return time.process_time() - began, _resident() - before


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return float(pages * os.sysconf("SC_PAGE_SIZE") / 2**20)


def _register(made: list[tuple[Callable[..., Any], dict[str, Any]]], prefix: str = "") -> None:
    """Declare and register, and make the graph, as the first request or the system checks would."""
    from mizan_htmx import client
    from mizan_htmx.setup.registry import register, registry

    for body, options in made:
        register(client(**options)(body), f"{prefix}{body.__name__}")
    assert registry.problems == (), registry.problems[:1]


def _peer(functions: int) -> Iterator[Cell]:
    from benchmarks.peers import ninja

    kept: list[Any] = []
    seconds, memory = _cost(lambda: ninja.many(10), lambda: kept.append(ninja.many(functions)))
    yield Cell.of("start", TITLE.format(functions), "ninja", {}, seconds=seconds, MiB=memory)


def _manifest(functions: int) -> Iterator[Cell]:
    from mizan_htmx.edge.manifest import build_manifest, resolve_purge
    from mizan_htmx.setup.registry import registry

    def build() -> Any:
        return build_manifest(registry.graph, base_url="/api/mizan/", views={})

    manifest = build()
    seconds = [sample(build, 1) / 1e6 for _ in range(3)]
    title, text = MANIFEST.format(functions), json.dumps(manifest, separators=(",", ":")).encode()
    packed = len(gzip.compress(text, 6))
    yield Cell.of("start", title, "mizan", {"seconds": seconds}, bytes=len(text), packed=packed)

    def resolve() -> Any:
        return resolve_purge(manifest, "c0.0;key0=5, c0.1;key0=5")

    assert resolve() == ["/api/mizan/ctx/c0.0/?key0=5", "/api/mizan/ctx/c0.1/?key0=5"], resolve()
    microseconds = [sample(resolve, _CALLS) for _ in range(5)]
    yield Cell.of("start", RESOLVE.format(functions), "mizan", {"us": microseconds})
