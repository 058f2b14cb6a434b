"""How those hear of it who have to know what is stale: signals, which nothing can make fail or cut off."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from functools import partial
from threading import Thread
from typing import Any

from django.dispatch import Signal
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.invalidation import Invalidation
from mizan_htmx.setup.registry import registry

#: Sent after commit with ``invalidations`` (a tuple), and ``request`` and ``response``, or ``None`` for each.
invalidated = Signal()

#: The same for this package's own sockets and edges, before; only of what they may have to hear. Its
#: receivers block nobody for long, and an event loop not at all.
told = Signal()

_Stale = tuple[Invalidation, ...]


def signals_for(invalidations: _Stale) -> list[Signal]:
    """List the signals by which anybody hears of these."""
    if not invalidations:
        return []
    signals = [told] if registry.graph.is_told(invalidations) else []
    return [*signals, invalidated] if invalidated.receivers else signals


def announce_now(
    request: HttpRequest | None, invalidations: _Stale, response: HttpResponseBase | None = None
) -> None:
    """Tell it; nobody who is told can make this fail."""
    _send(signals_for(invalidations), request, invalidations, response)


async def aannounce(
    request: HttpRequest | None, invalidations: _Stale, response: HttpResponseBase | None = None
) -> None:
    """Do as ``announce_now`` in a coroutine. Where that is cancelled, it is told all the same."""
    signals = signals_for(invalidations)
    if signals:
        await asyncio.shield(_in_background(_asend(signals, request, invalidations, response)))


def announce_anywhere(
    request: HttpRequest | None, invalidations: _Stale, response: HttpResponseBase | None = None
) -> None:
    """Tell it from any code, which in an event loop waits for nobody: receivers of a site's own hear soon."""
    signals = signals_for(invalidations)
    if not _is_in_loop():
        _send(signals, request, invalidations, response)
        return
    _send([each for each in signals if each is told], request, invalidations, response)
    left = [each for each in signals if each is not told]
    if left:
        _in_background(_asend(left, request, invalidations, response))


def _send(
    signals: list[Signal],
    request: HttpRequest | None,
    invalidations: _Stale,
    response: HttpResponseBase | None,
) -> None:
    for number, signal in enumerate(signals):
        try:
            signal.send_robust(sender=None, invalidations=invalidations, request=request, response=response)
        except BaseException:  # SystemExit: the process ends, because its time is over, for example
            _in_thread(partial(_send, signals[number:], request, invalidations, response))
            raise


async def _asend(
    signals: list[Signal],
    request: HttpRequest | None,
    invalidations: _Stale,
    response: HttpResponseBase | None,
) -> None:
    left = list(signals)
    try:
        while left:
            await left[0].asend_robust(
                sender=None, invalidations=invalidations, request=request, response=response
            )
            del left[0]
    except asyncio.CancelledError:  # the loop ends
        _in_thread(partial(_send, left, request, invalidations, response))
        raise


# A loop itself holds on to its tasks only weakly.
_running: set[asyncio.Task[None]] = set()


def _in_background(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    task = asyncio.get_running_loop().create_task(work)
    _running.add(task)
    task.add_done_callback(_running.discard)
    return task


def _in_thread(work: Callable[[], None]) -> None:
    """Do it in a thread that the process waits for; here, where no thread can be started any more."""
    try:
        Thread(target=work, name="mizan_htmx.announcing").start()
    except RuntimeError:
        work()


def _is_in_loop() -> bool:
    """Return whether this thread runs an event loop that is the server's, and not Playwright's or so."""
    return asyncio._get_running_loop() is not None and not os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
