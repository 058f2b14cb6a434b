"""The time until the last page is notified: ``python -m benchmarks.fanout`` (or ``make benchmark``).

Starts each server as a process of its own, connects real WebSocket clients to it, calls one mutation after
the other, and prints a table.
"""

import argparse
import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.serving import allow_many_sockets
from benchmarks.sockets import Client, Crowd, Trigger, gather_crowd
from benchmarks.timing import settled_memory
from tools import redis as redis_program

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("mizan_htmx", "Django", "channels", "channels_redis", "redis", "uvicorn", "websockets")
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
# Longer than a hub's window, so that each change is the first one in its window and is not delayed.
GAP = 0.3
WARM_UP = 3
UNDELIVERED_AFTER = 10.0
NOTHING = "-"
SETTLING = 5.0


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server to measure, and the layer it uses."""

    title: str
    application: str
    layer: str = "memory"
    options: tuple[str, ...] = ()


CONTESTANTS = {
    "loop": Contestant("bare ASGI loop", "loop"),
    "mizan": Contestant("mizan_htmx, in memory", "mizan"),
    "mizan-redis": Contestant("mizan_htmx, Redis", "mizan", "redis"),
    "mizan-pubsub": Contestant("mizan_htmx, Redis pub/sub", "mizan", "pubsub"),
    "consumer": Contestant("plain consumer, in memory", "consumer"),
    "consumer-redis": Contestant("plain consumer, Redis", "consumer", "redis"),
    "consumer-pubsub": Contestant("plain consumer, Redis pub/sub", "consumer", "pubsub"),
}
HEADINGS = (
    *("server", "last page, median", "p99", "each page, median", "undelivered"),
    *("CPU a change", "memory of 1,000 idle", "CPU a minute of 1,000 idle"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured: milliseconds after the mutation, and what a thousand idle sockets cost.

    ``last`` has an entry for each round in which all pages were notified, ``each`` one for each frame.
    ``change_cpu`` is in milliseconds, ``memory`` in MiB, ``idle_cpu`` in seconds a minute.
    """

    last: list[float]
    each: list[float]
    undelivered: int
    change_cpu: float
    memory: float
    idle_cpu: float | None

    def cells(self) -> Iterator[str]:
        """Write the row of a table."""
        yield f"{statistics.median(self.last):.1f} ms" if self.last else NOTHING
        yield f"{percentile(self.last, 99):.1f} ms" if self.last else NOTHING
        yield f"{statistics.median(self.each):.1f} ms" if self.each else NOTHING
        yield str(self.undelivered)
        yield f"{self.change_cpu:.1f} ms"
        yield f"{self.memory:.0f} MiB"
        yield NOTHING if self.idle_cpu is None else f"{self.idle_cpu:.2f} s"


def percentile(values: list[float], percent: float) -> float:
    """Return the smallest value that this many percent of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(percent) // 100) - 1)]


class Server:
    """A server in a process of its own; its cost is read from /proc, as of Linux."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.port = port
        self._process = process
        self._proc = Path(f"/proc/{process.pid}")

    def memory(self) -> float:
        """Return its resident memory in MiB."""
        pages = int((self._proc / "statm").read_text().split()[1])
        return float(pages * os.sysconf("SC_PAGE_SIZE") / 2**20)

    def cpu(self) -> float:
        """Return the seconds that it has computed."""
        fields = (self._proc / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        """Kill it at once, so that it does not close each connection first."""
        self._process.kill()
        self._process.wait()


@contextmanager
def running(command: list[str], **options: Any) -> Iterator["subprocess.Popen[str]"]:
    """Run a program meanwhile."""
    process: subprocess.Popen[str] = subprocess.Popen(command, text=True, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def redis_server() -> Iterator[str]:
    """Run a Redis without persistence, and yield its URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = redis_program.server(os.environ.get(redis_program.VARIABLE, ""))
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with running(command, stdout=subprocess.DEVNULL):
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.02)
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def started(contestant: Contestant) -> Iterator[Server]:
    """Run one of the servers, with a Redis of its own."""
    command = [sys.executable, "-m", "benchmarks.serving", contestant.application]
    with redis_server() as redis:
        command += ["--layer", contestant.layer, "--redis", redis, *contestant.options]
        with running(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
            assert process.stdout is not None
            port = process.stdout.readline()
            if not port:
                raise RuntimeError(f"The server did not start: {contestant.title}")
            yield Server(process, int(port))


@asynccontextmanager
async def watching(server: Server, size: int, deflate: str = "") -> AsyncIterator[Crowd]:
    """Connect this many watching clients inside the ``with`` block; end the server after it."""
    crowd, clients = await gather_crowd(size, server.port, deflate=deflate, client=Client)
    try:
        yield crowd
    finally:
        server.end()
        for client in clients:
            client.abort()


async def measure(server: Server, options: argparse.Namespace) -> Result:
    """Connect all clients, measure their cost while idle, then measure changes."""
    deflate = DEFLATE if options.deflate else ""
    async with Trigger(server.port) as trigger:
        await one_change(server, trigger, deflate)  # has everything imported before memory is measured
        empty = server.memory()
        async with watching(server, options.clients, deflate) as crowd:
            await asyncio.sleep(SETTLING if options.idle else 0)
            thousands = options.clients / 1000
            memory = (server.memory() - empty) / thousands
            idle = await _idle_cpu(server, options.idle, thousands) if options.idle else None
            for _ in range(WARM_UP):
                await _round(crowd, trigger)
            with settled_memory():  # the collector of this process must not be measured
                before = server.cpu()
                rounds = [await _round(crowd, trigger) for _ in range(options.rounds)]
                change_cpu = (server.cpu() - before) / options.rounds * 1000
    return Result(
        last=[max(times) for times in rounds if len(times) == options.clients],
        each=[each for times in rounds for each in times],
        undelivered=sum(options.clients - len(times) for times in rounds),
        change_cpu=change_cpu,
        memory=memory,
        idle_cpu=idle,
    )


async def one_change(server: Server, trigger: Trigger, deflate: str) -> float:
    """Let one page watch, and return the frame that notifies it of a change."""
    crowd, (client,) = await gather_crowd(1, server.port, deflate=deflate, client=Client)
    await _round(crowd, trigger)
    client.abort()
    await asyncio.sleep(GAP)
    return crowd.received


async def change(crowd: Crowd, trigger: Trigger) -> list[float]:
    """Change something; return the milliseconds until each notified client has its frame."""
    everybody = crowd.expect()
    ended = await trigger.pull()
    try:
        async with asyncio.timeout(UNDELIVERED_AFTER):
            await everybody
    except TimeoutError:
        pass  # missing frames are counted
    return [(arrival - ended) / 1e6 for arrival in crowd.arrivals]


async def _round(crowd: Crowd, trigger: Trigger) -> list[float]:
    times = await change(crowd, trigger)
    await asyncio.sleep(GAP)
    return times


async def _idle_cpu(server: Server, seconds: float, thousands: float) -> float:
    before = server.cpu()
    await asyncio.sleep(seconds)
    return (server.cpu() - before) / seconds * 60 / thousands


def conditions(options: argparse.Namespace) -> str:
    """Return where, when and with what this was measured."""
    return (
        f"{machine.conditions(PACKAGES)}; {options.clients:,} clients, {options.rounds} changes,"
        f" {'with' if options.deflate else 'without'} permessage-deflate."
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure the requested servers, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fanout", description=__doc__)
    parser.add_argument("contestants", nargs="*", metavar="CONTESTANT", help=f"of {', '.join(CONTESTANTS)}")
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument(
        "--idle", type=float, default=60, help="seconds to look at idle sockets; 0 for not at all"
    )
    parser.add_argument("--deflate", action="store_true", help="offer compression, as browsers do")
    options = parser.parse_args(arguments)
    names = options.contestants or list(CONTESTANTS)
    unknown = [name for name in names if name not in CONTESTANTS]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    allow_many_sockets()
    print(conditions(options))
    print(f"\n| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}", flush=True)
    for name in names:
        with started(CONTESTANTS[name]) as server:
            result = asyncio.run(measure(server, options))
        print(f"| {' | '.join([CONTESTANTS[name].title, *result.cells()])} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
