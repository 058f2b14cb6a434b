"""CPU time of functions, sampled alternately, so that a slow moment affects all alike."""

import gc
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """Something to time; ``enter`` runs before each sample, and is not timed."""

    once: Callable[[], object]
    enter: Callable[[], object] = lambda: None


@dataclass(frozen=True, slots=True)
class Effort:
    """How much to measure: rounds, and seconds of computing for each sample in them."""

    rounds: int
    seconds: float
    seed: int = 1


@contextmanager
def settled_memory() -> Iterator[None]:
    """Exclude existing objects from garbage collection inside the ``with`` block."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def sample(once: Callable[[], object], times: int) -> float:
    """Return the CPU microseconds of one of ``times`` calls, all threads of this process together."""
    began = time.process_time()
    for _ in range(times):
        once()
    return (time.process_time() - began) / times * 1e6


def measure(runs: Mapping[str, Run], effort: Effort) -> dict[str, list[float]]:
    """Sample each run once a round, in random order; return the microseconds by name and round."""
    shuffled = random.Random(effort.seed)
    names = list(runs)
    times = {name: _calls_in(runs[name], effort.seconds) for name in names}
    measured: dict[str, list[float]] = {name: [] for name in names}
    with settled_memory():
        for _ in range(effort.rounds):
            shuffled.shuffle(names)
            for name in names:
                runs[name].enter()
                runs[name].once()
                gc.collect()
                measured[name].append(sample(runs[name].once, times[name]))
    return measured


def _calls_in(run: Run, seconds: float) -> int:
    """Return how many calls fill a sample."""
    run.enter()
    for _ in range(3):
        run.once()
    calls, cost = 1, sample(run.once, 1)
    while cost * calls < seconds * 1e6 / 4:
        calls *= 3
        cost = sample(run.once, calls)
    return max(1, int(seconds * 1e6 / cost)) if cost else calls


def compared(measured: Mapping[str, list[float]], base: str) -> dict[str, dict[str, list[float]]]:
    """Return each cost beside the base's in the same round: ``us``, ``ratio`` to it, ``more`` than it."""
    return {name: {"us": costs, **beside(costs, measured[base])} for name, costs in measured.items()}


def beside(costs: list[float], base: list[float]) -> dict[str, list[float]]:
    """Return the costs beside those of a base, round by round: ``ratio`` and ``more``."""
    pairs = list(zip(costs, base, strict=True))
    return {"ratio": [mine / its for mine, its in pairs], "more": [mine - its for mine, its in pairs]}
