"""A PostgreSQL of the tests' own, and a wire to it that can be cut at a COMMIT."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.apps.watched.models import Guest, Item, Room
from tools import postgres as program

PATIENCE = 60.0
OWNER = "mizan"
# It refuses to run as root. Debian's package brings the first of these; everybody has the second.
USERS = ("postgres", "nobody")


class PostgresServer:
    """One cluster on a free port; it is gone, with all it has, when it is stopped."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._folder = Path(tempfile.mkdtemp(prefix="mizan-postgres-"))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        path = program.server(os.environ.get(program.VARIABLE, ""))
        cluster = self._folder / "cluster"
        options: dict[str, Any] = {"stdout": subprocess.DEVNULL, "cwd": self._folder}
        if os.geteuid() == 0:
            user = _user()
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        initdb = str(Path(path).with_name("initdb"))
        subprocess.run(
            [initdb, "-D", cluster, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True,
            **options,
        )
        settings = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        given = [f"--{name}={value}" for name, value in {**settings, "fsync": "off"}.items()]
        self._process = subprocess.Popen([path, "-D", cluster, *given], stderr=subprocess.DEVNULL, **options)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, f"{path} ended at once."
            assert time.monotonic() < deadline, f"{path} does not answer."
            time.sleep(0.01)

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.address(), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    def address(self) -> str:
        """Write where it is as libpq wants it."""
        return f"host=127.0.0.1 port={self.port} user={OWNER} dbname=postgres"

    def settings(self, *, port: int | None = None) -> dict[str, Any]:
        """Write an entry of ``DATABASES``."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "postgres",
            "USER": OWNER,
            "HOST": "127.0.0.1",
            "PORT": port or self.port,
        }

    def stop(self) -> None:
        """End it, and forget what it has."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # waits for no client
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE)
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def _user() -> pwd.struct_passwd:
    for name in USERS:
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise AssertionError("There is nobody to run PostgreSQL as.")


class Wire:
    """Carries bytes between clients and a server. Where it is armed, the answer to a COMMIT gets lost."""

    def __init__(self, port: int) -> None:
        self._server = port
        self._door = socket.create_server(("127.0.0.1", 0))
        self._cut: set[socket.socket] = set()
        self.port: int = self._door.getsockname()[1]
        self.is_armed = False
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                server = socket.create_connection(("127.0.0.1", self._server))
                Thread(target=self._ask, args=(client, server), daemon=True).start()
                Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with client, server, suppress(OSError):
            while message := client.recv(65536):
                if self.is_armed and b"COMMIT" in message:
                    self._cut.add(server)
                server.sendall(message)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while (message := server.recv(65536)) and server not in self._cut:
                client.sendall(message)
        # Also where the server has reset the connection: the client waits for an answer.
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Take no more clients."""
        self._door.close()


# What a room and what stands in it take.
_TABLES = (Guest, Room, Item)


@contextmanager
def watched_tables(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Have the tables of the watched models in a database."""
    with connection.schema_editor() as editor:
        for model in _TABLES:
            editor.create_model(model)
    try:
        yield
    finally:
        connection.close()
        with connection.schema_editor() as editor:
            for model in reversed(_TABLES):
                editor.delete_model(model)
