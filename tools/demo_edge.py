"""Serve the demo behind Varnish, on this machine: ``python -m tools.demo_edge``.

Varnish listens on the port of the demo (``PORT``, or 8000), and the demo on any free one.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from tools import varnish

HOST = "127.0.0.1"
DEMO = [sys.executable, "-m", "demo"]
SECONDS = 10


class NoDemo(Exception):
    """The demo or Varnish did not start; the message gives the reason."""


def main() -> int:
    """Serve until interrupted."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mizan-demo-")))
            return serve(folder, int(os.environ.get("PORT") or 8000), stack)
    except (NoDemo, varnish.NoVarnish, ValueError) as problem:
        print(f"The demo can't start behind Varnish: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
        return 0


def serve(folder: Path, port: int, stack: ExitStack) -> int:
    """Start both, print the URL, and wait until one of them ends."""
    program, door = varnish.require(), free_port()
    origin = demo(f"http://{HOST}:{door}", stack)
    vcl = folder / "edge.vcl"
    export = [*DEMO, "export_edge_manifest", "--format", "vcl", "--origin", origin, "--output", str(vcl)]
    subprocess.run(export, check=True, stderr=subprocess.DEVNULL)
    listeners = ["-a", f"{HOST}:{port}", "-a", f"purge={HOST}:{door}"]
    place = ["-j", "none", "-n", str(folder / "varnish"), "-T", "none"]
    command = [program, "-F", *place, "-f", str(vcl), *listeners, "-s", "malloc,64m"]
    edge = stack.enter_context(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
    stack.callback(edge.terminate)
    assert edge.stderr is not None
    said = []
    for line in edge.stderr:
        said.append(line)
        if "said Child starts" in line:
            print(f"The demo is up behind Varnish: http://{HOST}:{port}/  (Ctrl+C stops it)", flush=True)
    raise NoDemo(f"Varnish has ended.\n{''.join(said[-5:])}")


def demo(door: str, stack: ExitStack) -> str:
    """Start the demo on a free port, and return its host and port."""
    command = [*DEMO, "serve", "--port", "0"]
    environment = os.environ | {"EDGE_DOOR": door}
    process = stack.enter_context(
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    )
    stack.callback(process.terminate)
    assert process.stdout is not None
    found = re.search(r"http://([^/]+)/", process.stdout.readline())
    if found is None:
        raise NoDemo("the demo itself does not. (See above: what it says.)")
    return found[1]


def free_port() -> int:
    """Return a free port."""
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
