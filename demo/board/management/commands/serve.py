"""``serve``: the demo, ready to use, on this machine."""

import errno
import os
import socket

import uvicorn
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, connection
from redis import Redis
from redis.exceptions import RedisError

from demo.board import presence

HOST = "127.0.0.1"
#: The seconds after which a Redis that does not respond is reported.
REDIS_SECONDS = 2.0


class Command(BaseCommand):
    """Prepare the database and serve the demo over ASGI, until interrupted."""

    help = "Migrate, seed and serve the demo on http://127.0.0.1:8000; PORT or --port changes the port."

    # `migrate` runs them.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the port."""
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="0 takes any free one")

    def handle(self, *args: object, port: str, **options: object) -> None:
        """Serve; raise CommandError if something prevents it."""
        listener = _listen(_number(port))
        with listener:
            _prepare()
            address = f"http://{HOST}:{listener.getsockname()[1]}/"
            _Server(address, self).run(sockets=[listener])


def _prepare() -> None:
    """Check Redis, which the seeding publishes to, and prepare the database."""
    if settings.REDIS_URL:
        _try_redis(settings.REDIS_URL)
    try:
        call_command("migrate", verbosity=0)
        call_command("seed")
        if not settings.REDIS_URL:
            presence.clear()  # with Redis there may be other servers with open pages
    except OperationalError as error:
        raise CommandError(f"The database{_file()} can't be used: {error}".strip()) from error
    except OSError as error:  # attachments are files
        raise CommandError(
            f"{error.filename} can't be written: {error.strerror}. MEDIA_ROOT names another folder."
        ) from error


def _file() -> str:
    """Return the file of the database, which SQLite's messages leave out."""
    name = settings.DATABASES["default"]["NAME"]
    return f" {name}" if connection.vendor == "sqlite" else ""


def _try_redis(url: str) -> None:
    try:
        with Redis.from_url(url, socket_connect_timeout=REDIS_SECONDS, socket_timeout=REDIS_SECONDS) as redis:
            redis.ping()
    except (RedisError, ValueError) as error:
        raise CommandError(f"Redis can't be used: {error}") from error


class _Server(uvicorn.Server):
    """Prints the URL once the server accepts connections."""

    def __init__(self, address: str, command: BaseCommand) -> None:
        super().__init__(
            uvicorn.Config(
                "demo.asgi:application",
                log_level="warning",
                timeout_graceful_shutdown=3,
                ws_max_size=64 * 1024,  # as in docs/channels.md
            )
        )
        self.address = address
        self.command = command

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.command.stdout.write(f"The demo is up: {self.address}  (Ctrl+C stops it)")
            self.command.stdout.flush()

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets)
        except KeyboardInterrupt:  # uvicorn has shut down, and raises the signal again
            self.command.stdout.write("\nStopped.")


def _number(port: str) -> int:
    if not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise CommandError(f"PORT={port!r} is not a port. Choose a number from 1024 to 65535.")
    return int(port)


def _listen(port: int) -> socket.socket:
    """Bind the port first, so that a taken one is reported before the migrations run."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        reasons = {errno.EADDRINUSE: "is taken by another program", errno.EACCES: "needs an administrator"}
        reason = reasons.get(error.errno or 0, f"can't be used ({error.strerror})")
        raise CommandError(f"Port {port} {reason}. Choose another one: make demo PORT=8001") from error
    return listener
