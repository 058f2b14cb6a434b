"""The HTTP request of a socket, as ``auth``, functions and contexts get it."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest

from mizan_htmx.channels.internals import store_of
from mizan_htmx.channels.socket.session_user import Visitor

_SCHEMES = {"ws": "http", "wss": "https"}


def request_of(scope: Mapping[str, Any], method: str = "GET") -> HttpRequest:
    """Return the HTTP request by which the socket of this scope was opened, without its query string."""
    scheme = scope.get("scheme", "ws")
    changed = {"type": "http", "method": method, "scheme": _SCHEMES.get(scheme, scheme), "query_string": b""}
    return ASGIRequest({**scope, **changed}, BytesIO())


async def request_for(visitor: Visitor, scope: Mapping[str, Any], method: str = "GET") -> HttpRequest:
    """Return a request with the visitor's current user, who may have changed since the socket was opened."""
    request: Any = request_of(scope, method)
    user = await visitor.user()

    async def auser() -> Any:
        return user

    request.user, request.auser = user, auser
    session = scope.get("session")
    if session is not None:
        store = store_of(session)
        request.session = type(store)(store.session_key)
    return request  # type: ignore[no-any-return]
