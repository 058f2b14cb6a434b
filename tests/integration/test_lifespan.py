"""How a server with sockets ends: what it has not published is published, or named."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from channels.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application

from mizan_htmx.channels import wrap_asgi
from mizan_htmx.channels.layer import publish as publishing
from mizan_htmx.channels.layer.retry_queue import RetryQueue
from mizan_htmx.channels.layer.versions import StoreDown
from mizan_htmx.invalidation import shutdown as exits
from mizan_htmx.protocol.keys import Invalidation
from tests.helpers.hub import keys
from tests.helpers.sockets import PATIENCE

pytestmark = pytest.mark.usefixtures("registry")


LOST = "The process ends before this could be published: board;board_id=3. Open pages are not refreshed."
START, STARTED = {"type": "lifespan.startup"}, {"type": "lifespan.startup.complete"}
STOP, STOPPED = {"type": "lifespan.shutdown"}, {"type": "lifespan.shutdown.complete"}


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[RetryQueue]:
    """Have something that can't be published."""

    def fail(keys: tuple[Invalidation, ...]) -> None:
        raise StoreDown

    retries = RetryQueue(fail)
    monkeypatch.setattr(publishing, "_retry_queue", retries)
    monkeypatch.setattr(exits, "_works", {})  # not what other tests have left
    monkeypatch.setattr("mizan_htmx.channels.layer.retry_queue.SHUTDOWN_TIMEOUT", 0.01)
    retries.add(keys("board;board_id=3"))
    yield retries
    retries.stop()


def server_of(app: Any) -> ApplicationCommunicator:
    """Make a server that lives by the protocol."""
    return ApplicationCommunicator(wrap_asgi(app), {"type": "lifespan", "asgi": {"version": "3.0"}})


class Own:
    """An application with a life of its own, which keeps what was logged when it ended."""

    def __init__(self, caplog: pytest.LogCaptureFixture, answer: str = "complete") -> None:
        self.caplog = caplog
        self.answer = answer
        self.logged: list[str] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Begin and end."""
        assert await receive() == START
        await send({"type": f"lifespan.startup.{self.answer}"})
        if self.answer == "failed":
            raise RuntimeError(self.answer)
        assert await receive() == STOP
        self.logged = list(self.caplog.messages)
        await send(STOPPED)


async def deaf(scope: Any, receive: Any, send: Any) -> None:
    """Take the first message, and fail over it."""
    raise ValueError(await receive())


@pytest.mark.parametrize("app", [get_asgi_application(), deaf], ids=["Django", "deaf"])
async def test_an_application_that_knows_no_life_gets_one(
    app: Any, waiting: RetryQueue, caplog: pytest.LogCaptureFixture
) -> None:
    server = server_of(app)
    await server.send_input(START)
    assert await server.receive_output(PATIENCE) == STARTED
    assert caplog.messages == []
    await server.send_input(STOP)
    assert await server.receive_output(PATIENCE) == STOPPED
    assert caplog.messages == [LOST]
    await server.wait(PATIENCE)
    waiting.finish()  # as at Python's own exit
    assert caplog.messages == [LOST]


async def test_an_application_with_a_life_of_its_own_keeps_it(
    waiting: RetryQueue, caplog: pytest.LogCaptureFixture
) -> None:
    app = Own(caplog)
    server = server_of(app)
    await server.send_input(START)
    assert await server.receive_output(PATIENCE) == STARTED
    await server.send_input(STOP)
    assert await server.receive_output(PATIENCE) == STOPPED
    assert app.logged == [LOST]


async def test_one_that_fails_to_start_says_so(caplog: pytest.LogCaptureFixture) -> None:
    server = server_of(Own(caplog, "failed"))
    await server.send_input(START)
    assert await server.receive_output(PATIENCE) == {"type": "lifespan.startup.failed"}
    with pytest.raises(RuntimeError, match="failed"):
        await server.wait(PATIENCE)


async def test_what_is_added_later_is_named_as_well(
    waiting: RetryQueue, caplog: pytest.LogCaptureFixture
) -> None:
    waiting.finish()
    waiting.add(keys("news"))
    waiting.finish()
    assert caplog.messages == [LOST, LOST.replace("board;board_id=3", "board;board_id=3, news")]


@pytest.mark.parametrize(
    "command",
    [
        ["uvicorn", "--port=0", "--ws=websockets-sansio"],
        ["daphne", "--port=0", "--bind=127.0.0.1"],
    ],
    ids=lambda command: command[0],
)
def test_a_server_that_is_stopped_during_an_outage_names_what_it_has_not_published(
    command: list[str],
) -> None:
    """uvicorn ends itself by the signal that it was sent, so that nothing runs at the exit."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "tests.helpers.publish_server:application"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = re.compile(r"(?:running on|Listening on) .*127\.0\.0\.1:(\d+)")
    with process:
        assert process.stderr is not None
        try:
            port = next(filter(None, map(said.search, process.stderr)))[1]
            with pytest.raises(HTTPError):  # whatever it is: it serves
                urlopen(f"http://127.0.0.1:{port}/nothing/", timeout=PATIENCE)
            process.send_signal(signal.SIGTERM)
            assert process.stderr.read().count(LOST) == 1
        finally:
            process.kill()
