"""Views that run async under ASGI and sync everywhere else, and the way from a coroutine into a thread."""

import os
from collections.abc import Awaitable, Callable
from functools import update_wrapper
from operator import itemgetter
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.declarations.signature import where
from mizan_htmx.internals import ASYNC_MARK, running_loop

P = ParamSpec("P")
R = TypeVar("R")
AsyncView = Callable[..., Awaitable[HttpResponseBase]]


async def in_thread(func: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a sync function from a coroutine, in the thread that asgiref keeps for this request.

    Re-raises StopIteration as RuntimeError, because a Future cannot hold it and its awaiter would hang.
    """
    return await sync_to_async(_without_stop_iteration)(func, *args, **kwargs)


def _without_stop_iteration(func: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    try:
        return func(*args, **kwargs)
    except StopIteration as error:
        raise RuntimeError(f"{where(func)} raised StopIteration.") from error


def loop_is_running() -> bool:
    """Return whether this thread runs an event loop, which must not be blocked."""
    return running_loop() is not None


class Endpoint:
    """A view that is async under ASGI and sync everywhere else.

    Django's handlers check whether a view is async before they call it. Under ASGI they do so in the event
    loop, where this view is async, so that an async function needs no thread; under WSGI it is sync. With
    ATOMIC_REQUESTS Django refuses async views, so this view is sync under both. It is also sync if
    DJANGO_ALLOW_ASYNC_UNSAFE is set, because the running loop is then not Django's (Playwright, a notebook).
    """

    __name__: str
    _async_view: AsyncView

    def __init__(self, view: Callable[..., HttpResponseBase]) -> None:
        self._view = view
        update_wrapper(self, view)
        # Exempt from the middleware, which would respond with HTML: the endpoints check CSRF themselves.
        self.csrf_exempt = True
        self.login_required = False

    def async_view(self, view: AsyncView) -> AsyncView:
        """Decorate the async twin of the view."""
        self._async_view = view
        return view

    def __call__(self, request: HttpRequest, /, **url_values: Any) -> Any:
        """Return the response, or a coroutine that returns it if the view is async."""
        if _is_async_here():
            return self._async_view(request, **url_values)
        return self._view(request, **url_values)


_atomic_requests = itemgetter("ATOMIC_REQUESTS")


def _is_async_here() -> bool:
    if running_loop() is None or os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE"):
        return False
    return not any(map(_atomic_requests, connections.settings.values()))


class _AsyncMark:
    """The attribute that marks an async view, which an endpoint has only where it is one.

    A descriptor, not ``__getattr__``: Django looks up many attributes that a view does not have.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, endpoint: object, owner: object = None) -> object:
        if endpoint is not None and _is_async_here():
            return ASYNC_MARK[self._name]
        raise AttributeError(self._name)


for _name in ASYNC_MARK:
    setattr(Endpoint, _name, _AsyncMark(_name))
