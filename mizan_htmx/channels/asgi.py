"""The ASGI application that serves the socket, to pages of this site only, beside that of the site."""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from channels.sessions import CookieMiddleware
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import connections

from mizan_htmx.channels import lifespan
from mizan_htmx.channels.consumer import MizanConsumer
from mizan_htmx.channels.internals import with_session
from mizan_htmx.channels.socket.request import request_of
from mizan_htmx.conf import conf
from mizan_htmx.http.csrf import is_own_origin
from mizan_htmx.setup.autodiscover import load_urlconf

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[Any]]

logger = logging.getLogger("mizan_htmx.channels")


def wrap_asgi(app: Any, path: str | None = None) -> Application:
    """Return an application with the socket at ``path``, by default MIZAN_SOCKET_PATH, beside ``app``.

    The visitor is the user of the session whose cookie the browser sends, or the one that middleware around
    this application has put into ``scope["user"]``. Only pages of this site and of CSRF_TRUSTED_ORIGINS may
    open the socket, since the browser sends the cookie for any page.

    A message of more than 64 KiB closes the socket, but only an option of the server prevents that it is
    received and inflated: start uvicorn with ``--ws-max-size 65536``, daphne with
    ``--websocket-max-message-size 65536``.

    The URLconf is imported, and its errors are raised: it may register functions and channels, and a process
    that serves only sockets gets no request that would import it. When the server stops, pending publications
    are sent within two seconds, or logged.
    """
    load_urlconf()
    _warn_about_persistent_connections()
    # Not channels' AuthMiddleware, which deletes sessions that were signed with one of SECRET_KEY_FALLBACKS.
    # The consumer loads the user of the session.
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
            logger.warning(
                "A page of %r was refused a socket. To allow it, add the origin to CSRF_TRUSTED_ORIGINS.",
                _origin_of(scope),
            )
        elif speaks_websocket:
            return await app(scope, receive, send)
        return await _refuse(receive, send)

    return application


def _warn_about_persistent_connections() -> None:
    """Log, once in each process, which databases have persistent connections.

    Under ASGI each request, and each frame that queries a database, has a thread of its own, whose connection
    stays open after it: a few hundred sockets reach the limit of the database.
    """
    for alias, database in connections.settings.items():
        if database["CONN_MAX_AGE"] != 0 and alias not in _warned:
            _warned.add(alias)
            logger.warning(
                "DATABASES[%r] has CONN_MAX_AGE = %r. A process that serves sockets then keeps a connection"
                " open for each thread, until the database accepts no more. Set it to 0 for this"
                " process, or use a pool.",
                *(alias, database["CONN_MAX_AGE"]),
            )


_warned: set[str] = set()


def _with_session(app: Application) -> Application:
    """Return an application that puts the session into the scope.

    channels' SessionMiddleware would also look for a cookie to set at each frame, and a socket can set none.
    """

    async def application(scope: Scope, receive: Receive, send: Send) -> Any:
        return await app(await with_session(scope, send), receive, send)

    return application


def _socket_path(path: str | None) -> str:
    return "/" + (conf.socket_path if path is None else path).removeprefix("/")


def _path_of(scope: Scope) -> str:
    path: str = scope["path"].removeprefix(get_script_prefix(scope).rstrip("/"))
    return "/" + path.removeprefix("/")


def _origin_of(scope: Scope) -> str:
    return b", ".join(value for name, value in scope["headers"] if name == b"origin").decode("latin-1")


async def _refuse(receive: Receive, send: Send) -> None:
    await receive()  # "websocket.connect": before it, a server accepts no response
    await send({"type": "websocket.close"})
