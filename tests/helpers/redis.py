"""A redis-server of the tests' own, which can go away and come back in the middle of a test."""

import os
import signal
import socket
import subprocess
import time
from typing import Any
from uuid import uuid4

from redis import Redis

from tools import redis as program

LAYERS = {
    "core": "channels_redis.core.RedisChannelLayer",
    "pubsub": "channels_redis.pubsub.RedisPubSubChannelLayer",
}
PATIENCE = 60.0


class RedisServer:
    """One redis-server on a port that stays the same; it keeps nothing on disk."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address as a channel layer wants it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, empty, and wait until it answers; do nothing where it runs."""
        if self._process is not None:
            return
        path = program.server(os.environ.get(program.VARIABLE, ""))
        command = [path, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, f"{path} ended at once."
            assert time.monotonic() < deadline, f"{path} does not answer."
            time.sleep(0.01)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(5) == b"+PONG"
        except OSError:
            return False

    def stop(self) -> None:
        """Kill it, as a crash would; do nothing where it does not run."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let it keep what it has, and not answer."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on; do nothing where it does not run."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def client(self) -> "Redis":
        """Open a client; the caller closes it."""
        return Redis.from_url(self.url, decode_responses=True)

    def layers(self, backend: str) -> dict[str, Any]:
        """Write ``CHANNEL_LAYERS`` with a prefix that nobody has used; ``backend`` is a key of ``LAYERS``."""
        config = {"hosts": [self.url], "prefix": f"test-{uuid4().hex[:8]}"}
        return {"default": {"BACKEND": LAYERS[backend], "CONFIG": config}}
