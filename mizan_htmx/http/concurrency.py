"""Views that have the colour of whoever calls them: async in an event loop, sync elsewhere."""

import os
from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.db import connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.http.steps import Steps, arun, run
from mizan_htmx.internals import ASYNC_MARK, running_loop


def loop_is_running() -> bool:
    """Tell whether this thread runs an event loop, which nothing may hold up."""
    return running_loop() is not None


class Endpoint:
    """A view in both colours, made of steps.

    Django's handlers ask a view for its colour before they call it. Under ASGI they do so in the event loop,
    and there this one is async, so that an async function costs no thread; under WSGI it is sync. Django
    refuses async views where ATOMIC_REQUESTS is on, so there it is sync under both; and so it is where
    DJANGO_ALLOW_ASYNC_UNSAFE says that a loop which runs here is none of Django's (Playwright, a notebook).
    """

    __name__: str
    _at_once: Callable[..., HttpResponseBase]

    def __init__(self, steps: Callable[..., Steps[HttpResponseBase]]) -> None:
        self._steps = steps
        self._at_once = self._in_steps
        update_wrapper(self, steps)
        # Exempt from the middleware, which would answer in HTML: the endpoints check by themselves.
        self.csrf_exempt = True
        self.login_required = False

    def __call__(self, request: HttpRequest, /, **url_values: Any) -> Any:
        """Answer the request, or give the coroutine that does."""
        if _is_async_here():
            return arun(self._steps(request, **url_values))
        return self._at_once(request, **url_values)

    def _in_steps(self, request: HttpRequest, /, **url_values: Any) -> HttpResponseBase:
        return run(self._steps(request, **url_values))

    def at_once(self, answer: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        """Let a function that makes no steps, which cost, answer where this view is sync."""
        self._at_once = answer
        return answer


def _is_async_here() -> bool:
    return loop_is_running() and not _atomic_requests() and not os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")


def _atomic_requests() -> bool:
    return any(each["ATOMIC_REQUESTS"] for each in connections.settings.values())


class _Mark:
    """The mark of an async view, which an endpoint has only where it is one.

    On the class, and not in ``__getattr__``: Django asks a view for much that it does not have.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, endpoint: object, owner: object = None) -> object:
        if endpoint is not None and _is_async_here():
            return ASYNC_MARK[self._name]
        raise AttributeError(self._name)


for _name in ASYNC_MARK:
    setattr(Endpoint, _name, _Mark(_name))
