"""The test project on a server with sockets, which a test can stop and start again."""

import socket
from collections.abc import Awaitable, Callable, MutableMapping
from threading import Thread
from typing import Any

import uvicorn

Application = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[Any]
]


class Site:
    """A server in a thread of this process, so that tests reach what it uses: the database, the gates."""

    def __init__(self, application: Application) -> None:
        self.refuses_sockets = False
        self._application = application
        self._port = 0
        self._server: uvicorn.Server | None = None
        self._thread: Thread | None = None

    @property
    def address(self) -> str:
        """Where it is, while it runs and when it runs again."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Serve; at the same address as before."""
        config = uvicorn.Config(
            self._serve_or_refuse,
            interface="asgi3",  # which uvicorn can't tell of a bound method
            lifespan="off",
            ws="websockets-sansio",
            log_level="warning",
            timeout_graceful_shutdown=1,
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

    async def _serve_or_refuse(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket" and self.refuses_sockets:
            await receive()
            await send({"type": "websocket.close"})
        else:
            await self._application(scope, receive, send)

    @staticmethod
    def _serve(server: uvicorn.Server, listening: socket.socket) -> None:
        with listening:
            server.run(sockets=[listening])
