"""Read and change a site behind Varnish at the same time, and count the stale reads: there must be none.

``python -m benchmarks.edge`` compares the origin alone, Varnish that only purges, and Varnish as exported.
A read is stale if it began after a mutation's client had its response, and shows an older number.
"""

import argparse
import asyncio
import json
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from tests.varnish.server import ask, running
from tools import varnish

SECONDS = 20
ROWS = ("origin", "purging", "edge")
TITLES = {
    "origin": "origin alone",
    "purging": "Varnish, purging alone",
    "edge": "Varnish, as exported",
}
COLUMNS = ("reads/s", "p50 ms", "p99 ms", "hits %", "mutations/s", "stale reads", "stale at rest")


@dataclass(slots=True)
class Tally:
    """The results of a run. ``known`` is each user's number in the last response to its writer."""

    port: int
    users: int
    end: float
    token: str
    known: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    times: list[float] = field(default_factory=list)
    hits: int = 0
    mutations: int = 0
    stale: int = 0
    resting: int = 0


class Connection:
    """A persistent connection, opened again when the other side has closed it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> tuple[bytes, bytes]:
        """Send a request; return head and body of the response."""
        while True:
            if self.reader is None or self.writer is None:
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
            self.writer.write(request)
            try:
                head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
                return head, await self.body(self.reader, head)
            except (asyncio.IncompleteReadError, ConnectionError):
                self.close()

    async def body(self, reader: asyncio.StreamReader, head: bytes) -> bytes:
        """Read a body, whole or in chunks."""
        at = head.find(b"content-length:")
        if at >= 0:
            return await reader.readexactly(int(head[at + 15 : head.index(b"\r", at)]))
        parts = []
        while size := int(await reader.readline(), 16):
            parts.append((await reader.readexactly(size + 2))[:-2])
        await reader.readline()
        return b"".join(parts)

    def close(self) -> None:
        """Hang up."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


def url(user: int) -> str:
    """Choose one of the two URLs that show a user."""
    return random.choice((f"/profile/{user}/", f"/api/mizan/ctx/user/?user_id={user}"))


async def read(tally: Tally) -> None:
    """Read until the end."""
    connection = Connection(tally.port)
    while time.perf_counter() < tally.end:
        user = random.randrange(tally.users)
        known, begin = tally.known[user], time.perf_counter()
        request = f"GET {url(user)} HTTP/1.1\r\nHost: site.test\r\n\r\n".encode()
        head, body = await connection.ask(request)
        tally.times.append(time.perf_counter() - begin)
        tally.hits += b"x-cache: hit" in head
        tally.stale += int(json.loads(body)["number"]) < known
    connection.close()


async def write(tally: Tally, users: range, each: float) -> None:
    """Change one of these users every ``each`` seconds, until the end."""
    connection = Connection(tally.port)
    due = time.perf_counter() + random.uniform(0, each)
    while due < tally.end:
        await asyncio.sleep(due - time.perf_counter())
        due += each
        user = random.choice(users)
        text = json.dumps({"fn": "count", "args": {"user_id": user}})
        lines = (
            "POST /api/mizan/call/ HTTP/1.1",
            "Host: site.test",
            f"Cookie: csrftoken={tally.token}",
            f"X-CSRFToken: {tally.token}",
            f"Content-Length: {len(text)}",
        )
        _, body = await connection.ask("\r\n".join((*lines, "", text)).encode())
        tally.known[user] = json.loads(body)["result"]
        tally.mutations += 1
    connection.close()


async def rest(tally: Tally) -> None:
    """Count the URLs that still show an old number when all writers have stopped."""
    connection = Connection(tally.port)
    for user in range(tally.users):
        for path in (f"/profile/{user}/", f"/api/mizan/ctx/user/?user_id={user}"):
            _, body = await connection.ask(f"GET {path} HTTP/1.1\r\nHost: site.test\r\n\r\n".encode())
            tally.resting += int(json.loads(body)["number"]) < tally.known[user]
    connection.close()


async def load(port: int, options: argparse.Namespace) -> Tally:
    """Run readers and writers concurrently."""
    token = json.loads(ask(port, "/api/mizan/session/").text)["csrfToken"]
    tally = Tally(port, options.users, time.perf_counter() + options.seconds, token)
    each = options.writers / options.mutations
    share = options.users // options.writers
    writers = [write(tally, range(at * share, (at + 1) * share), each) for at in range(options.writers)]
    await asyncio.gather(*(read(tally) for _ in range(options.readers)), *writers)
    await rest(tally)
    return tally


@contextmanager
def site(folder: Path, jitter: float) -> Iterator[int]:
    """Run the site in a process of its own, and yield its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    arguments = [str(port), str(folder / "edge.vcl"), str(jitter)]
    command = [sys.executable, "-m", "benchmarks.edge_site", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + SECONDS
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(SECONDS)


def run(row: str, options: argparse.Namespace) -> Tally:
    """Measure one row of the table."""
    with tempfile.TemporaryDirectory() as place, site(Path(place), options.jitter) as port:
        vcl = Path(place, "edge.vcl").read_text(encoding="utf-8")
        if row == "purging":
            vcl = vcl.replace("hash_data(req.http.X-Mizan-Generations);", "")
        with nullcontext() if row == "origin" else running(vcl) as edge:
            return asyncio.run(load(port if edge is None else edge.port, options))


def figures(tally: Tally, seconds: float) -> tuple[str, ...]:
    """Write a row's figures in the order of ``COLUMNS``."""
    times = sorted(tally.times)
    return (
        f"{len(times) / seconds:,.0f}",
        f"{times[len(times) // 2] * 1000:.2f}",
        f"{times[len(times) * 99 // 100] * 1000:.1f}",
        f"{100 * tally.hits / len(times):.1f}",
        f"{tally.mutations / seconds:.0f}",
        f"{tally.stale:,} of {len(times):,}",
        f"{tally.resting} of {2 * tally.users}",
    )


def main() -> int:
    """Print the table; exit 1 if the edge has served anything stale."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", help=f"of {', '.join(ROWS)}; all if not said")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--readers", type=int, default=32)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--users", type=int, default=48, help="each with two addresses")
    parser.add_argument("--mutations", type=float, default=180, help="a second")
    parser.add_argument("--jitter", type=float, default=20, help="milliseconds between reading and answering")
    options = parser.parse_args()
    if unknown := set(options.rows) - set(ROWS):
        parser.error(f"{', '.join(sorted(unknown))}: no such row")
    varnish.require()
    print(f"| | {' | '.join(COLUMNS)} |\n|---|{'---|' * len(COLUMNS)}")
    stale = 0
    for row in options.rows or ROWS:
        tally = run(row, options)
        print(f"| {TITLES[row]} | {' | '.join(figures(tally, options.seconds))} |", flush=True)
        stale += tally.stale + tally.resting if row == "edge" else 0
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
