"""The test project on a server with sockets, which a test can stop and start again: uvicorn, or daphne."""

import asyncio
import atexit
import socket
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from threading import Thread
from typing import Any

import pytest
import uvicorn
from daphne.server import Server as DaphneServer
from twisted.internet import defer, threads
from twisted.internet import reactor as _reactor

Application = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[Any]
]

reactor: Any = _reactor

# Runs a test on daphne, too.
on_both_servers = pytest.mark.parametrize("server", ["uvicorn", "daphne"], indirect=True)


class Site(ABC):
    """A server in a thread of this process, so that tests reach what it uses: the database, the gates.

    ``options`` are the server's own.
    """

    def __init__(self, application: Application, **options: Any) -> None:
        self.refuses_sockets = False
        self._application = application
        self._options = options
        self._port = 0

    @property
    def address(self) -> str:
        """Where it is, while it runs and when it runs again."""
        return f"http://127.0.0.1:{self._port}"

    @abstractmethod
    def start(self) -> None:
        """Serve; at the same address as before."""

    @abstractmethod
    def stop(self) -> None:
        """Close all sockets, and serve no more."""

    async def _serve_or_refuse(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket" and self.refuses_sockets:
            await receive()
            await send({"type": "websocket.close"})
        else:
            await self._application(scope, receive, send)


class Uvicorn(Site):
    """The site on uvicorn."""

    def __init__(self, application: Application, **options: Any) -> None:
        super().__init__(application, **options)
        self._server: uvicorn.Server | None = None
        self._thread: Thread | None = None

    def start(self) -> None:
        """Serve; at the same address as before."""
        config = uvicorn.Config(
            self._serve_or_refuse,
            interface="asgi3",  # which uvicorn can't tell of a bound method
            lifespan="off",
            ws="websockets-sansio",
            log_level="warning",
            timeout_graceful_shutdown=1,
            **self._options,
        )
        self._server = uvicorn.Server(config)
        # Bound here, so that a tab that is early waits in the queue.
        listening = socket.create_server(("127.0.0.1", self._port))
        self._port = listening.getsockname()[1]
        self._thread = Thread(target=self._serve, args=(self._server, listening))
        self._thread.start()

    def stop(self) -> None:
        """Close all sockets, and serve no more."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join()
        self._server = None

    @staticmethod
    def _serve(server: uvicorn.Server, listening: socket.socket) -> None:
        with listening:
            server.run(sockets=[listening])


class _Server(DaphneServer):  # type: ignore[misc]
    """Keeps the port, which daphne itself has no more use for."""

    def listen_success(self, port: Any) -> None:
        """Take note that it listens."""
        super().listen_success(port)
        self.port = port


class Daphne(Site):
    """The site on daphne. All of a process share one reactor, which can be started once and not again."""

    def __init__(self, application: Application, **options: Any) -> None:
        super().__init__(application, **options)
        self._server: Any = None

    def start(self) -> None:
        """Serve; at the same address as before."""
        _start_reactor()
        self._in_reactor(self._start)
        self._port = self._server.port.getHost().port

    def stop(self) -> None:
        """Close all sockets, and serve no more."""
        if self._server is not None:
            self._in_reactor(self._stop)
            self._server = None

    @staticmethod
    def _in_reactor(call: Callable[[], Any]) -> None:
        threads.blockingCallFromThread(reactor, call)

    def _start(self) -> None:
        endpoints = [f"tcp:port={self._port}:interface=127.0.0.1"]
        self._server = _Server(
            self._serve_or_refuse, endpoints=endpoints, signal_handlers=False, **self._options
        )
        self._server.abort_start = True  # all but running the reactor, which runs already
        self._server.run()

    @defer.inlineCallbacks
    def _stop(self) -> Any:
        """Do as its own shutdown: cancel every application, wait for them, and drop the connections."""
        yield self._server.port.stopListening()
        connections = dict(self._server.connections)
        tasks = [
            each["application_instance"] for each in connections.values() if "application_instance" in each
        ]
        for task in tasks:
            task.cancel()
        if tasks:
            yield defer.Deferred.fromFuture(asyncio.gather(*tasks, return_exceptions=True))
        for protocol in connections:
            if protocol.transport is not None:
                protocol.transport.abortConnection()


@cache
def _start_reactor() -> None:
    thread = Thread(target=reactor.run, kwargs={"installSignalHandlers": False}, daemon=True)
    thread.start()

    def end() -> None:
        reactor.callFromThread(reactor.stop)
        thread.join()

    atexit.register(end)


SERVERS: dict[str, type[Site]] = {"uvicorn": Uvicorn, "daphne": Daphne}
