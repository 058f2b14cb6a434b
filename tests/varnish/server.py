"""A real Varnish on free ports of the loopback device, and one request to it."""

import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tools import varnish

SECONDS = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def cache(self) -> str:
        """Give what the edge says of it: HIT, MISS or PASS."""
        return self.headers.get("x-cache", "")


def ask(
    port: int,
    path: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
) -> Answer:
    """Send one request on a connection of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request(method, path, body=body, headers={"Host": "site.test", **(headers or {})})
        response = connection.getresponse()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named, response.read().decode())
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class Varnish:
    """A running Varnish: ``port`` is for everyone, ``door`` takes purges."""

    folder: Path
    process: subprocess.Popen[bytes]
    port: int
    door: int

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a path; an underscore in a header's name stands for a hyphen."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(self.port, path, headers=named)

    def post(self, path: str, body: str = "", **headers: str) -> Answer:
        """Post to a path."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(self.port, path, method="POST", headers=named, body=body)

    def purge(self, groups: str) -> Answer:
        """Knock at the door."""
        return ask(self.door, "/", method="PURGEKEYS", headers={"Cache-Group-Invalidation": groups})

    def reload(self, vcl: str, name: str) -> None:
        """Load another VCL, use it and forget the one before."""
        path = self.folder / f"{name}.vcl"
        path.write_text(vcl, encoding="utf-8")
        before = next(line.split()[-1] for line in self.admin("vcl.list").splitlines() if "active" in line)
        self.admin("vcl.load", name, str(path))
        self.admin("vcl.use", name)
        self.admin("vcl.discard", before)

    def admin(self, *words: str) -> str:
        """Say something to the manager process and give its answer; raise when it refuses."""
        return _admin(self.folder, *words)


@contextmanager
def running(vcl: str) -> Iterator[Varnish]:
    """Run Varnish with this VCL, and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="mizan-varnish-") as place:
        folder = Path(place, "instance")
        path = Path(place, "edge.vcl")
        path.write_text(vcl, encoding="utf-8")
        log = Path(place, "log")
        with log.open("wb") as output:
            process = subprocess.Popen(_command(folder, path), stdout=output, stderr=output)
        try:
            yield Varnish(folder, process, *_ports(folder, process, log))
        finally:
            process.terminate()
            process.wait(SECONDS)


def _command(folder: Path, vcl: Path) -> list[str]:
    listeners = ["-a", "127.0.0.1:0", "-a", "purge=127.0.0.1:0"]
    program = varnish.varnishd()
    return [program, "-F", "-j", "none", "-n", str(folder), "-f", str(vcl), *listeners, "-s", "malloc,32m"]


def _ports(folder: Path, process: subprocess.Popen[bytes], log: Path) -> tuple[int, int]:
    """Wait until its child process serves, and give the ports of the two listeners."""
    deadline = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if "running" in _admin(folder, "status"):
                lines = _admin(folder, "debug.listen_address").split("\n")
                named = dict(line.split()[::2] for line in lines if line)
                return int(named["a0"]), int(named["purge"])
        except subprocess.CalledProcessError:
            time.sleep(0.02)  # between two looks at what nothing tells of
    raise RuntimeError(f"varnishd does not start:\n{log.read_text(encoding='utf-8')}")


def _admin(folder: Path, *words: str) -> str:
    command = [varnish.beside("varnishadm"), "-n", str(folder), "-t", str(SECONDS), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
