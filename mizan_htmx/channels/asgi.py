"""Serve the socket beside an ASGI application, to pages of this site only."""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from channels.sessions import CookieMiddleware
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import connections

from mizan_htmx.channels import lifespan
from mizan_htmx.channels.consumer import MizanConsumer
from mizan_htmx.channels.internals import with_session
from mizan_htmx.channels.rpc import request_of
from mizan_htmx.conf import conf
from mizan_htmx.http.csrf import is_own_origin
from mizan_htmx.setup.autodiscover import load_urlconf

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[Any]]

logger = logging.getLogger("mizan_htmx.channels")


def wrap_asgi(app: Any, path: str | None = None) -> Application:
    """Serve the socket at ``path``, by default ``MIZAN_SOCKET_PATH``; ``app`` serves all else.

    The visitor is the user of the session whose cookie comes along, or one whom middleware around this has
    put into ``scope["user"]``. Only pages of this site and of CSRF_TRUSTED_ORIGINS may open it: the browser
    sends the visitor's cookie whichever page asks. A message of more than 64 KiB closes the socket, but only
    the server's own option keeps it from being taken in and inflated: start uvicorn with ``--ws-max-size
    65536``, daphne with ``--websocket-max-message-size 65536``. Loads the URLconf: what is registered there
    has to be known here, too, and a process that only has sockets is sent no request. An error in it is
    raised. When the server ends, what waits to be published is, within two seconds, or it is logged.
    """
    load_urlconf()
    _warn_of_kept_connections()
    # Without channels' AuthMiddleware: it deletes sessions that were signed with one of SECRET_KEY_FALLBACKS.
    # The consumer finds the session's user by itself.
    socket = CookieMiddleware(_with_session(MizanConsumer.as_asgi()))
    speaks_websocket = not isinstance(getattr(app, "application", app), ASGIHandler)

    async def application(scope: Scope, receive: Receive, send: Send) -> Any:
        if scope["type"] == "lifespan":
            return await lifespan.serve(app, scope, receive, send)
        if scope["type"] != "websocket":
            return await app(scope, receive, send)
        if _path_of(scope) == _socket_path(path):
            if is_own_origin(request_of(scope)):
                return await socket(scope, receive, send)
            logger.warning("A socket was refused: a page of %r asked for it.", _origin_of(scope))
        elif speaks_websocket:
            return await app(scope, receive, send)
        return await _refuse(receive, send)

    return application


def _warn_of_kept_connections() -> None:
    """Log, once in a process, which databases keep their connections.

    Here each frame that asks a database and each request has a thread of its own, which ends before the
    connection does: the database's limit is reached with a few hundred sockets.
    """
    for alias, database in connections.settings.items():
        if database["CONN_MAX_AGE"] != 0 and alias not in _warned:
            _warned.add(alias)
            logger.warning(
                "DATABASES[%r] has CONN_MAX_AGE = %r. A process with sockets keeps a connection for each"
                " thread that way, until no more can be opened. Set it to 0 for this process, or use a pool.",
                *(alias, database["CONN_MAX_AGE"]),
            )


_warned: set[str] = set()


def _with_session(app: Application) -> Application:
    """Do as channels' SessionMiddleware, which looks at the session again whenever something is sent.

    It looks for a reason to set a cookie, and an open socket can set none.
    """

    async def application(scope: Scope, receive: Receive, send: Send) -> Any:
        return await app(await with_session(scope, send), receive, send)

    return application


def _socket_path(path: str | None) -> str:
    return "/" + (conf.socket_path if path is None else path).removeprefix("/")


def _path_of(scope: Scope) -> str:
    inside: str = scope["path"].removeprefix(get_script_prefix(scope).rstrip("/"))
    return "/" + inside.removeprefix("/")


def _origin_of(scope: Scope) -> str:
    return b", ".join(value for name, value in scope["headers"] if name == b"origin").decode("latin-1")


async def _refuse(receive: Receive, send: Send) -> None:
    await receive()  # "websocket.connect": before it, a server takes no answer
    await send({"type": "websocket.close"})
