"""How those hear of it who have to know what is stale: signals, which nothing can make fail or cut off."""

import asyncio
import os
from collections.abc import Callable
from threading import Thread
from typing import Any

from django.db import connections
from django.dispatch import Signal
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.internals import has_receivers, running_loop
from mizan_htmx.invalidation.shutdown import at_exit
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.setup.registry import registry
from mizan_htmx.signals import invalidated

#: The same for this package's own sockets and edges, before; only of what they may have to hear. Its
#: receivers block nobody for long, and an event loop not at all.
told = Signal()

_Stale = tuple[Invalidation, ...]


def signals_for(invalidations: _Stale) -> list[Signal]:
    """List the signals by which anybody hears of these."""
    if not invalidations:
        return []
    signals = [told] if registry.graph.is_told(invalidations) else []
    return [*signals, invalidated] if has_receivers(invalidated) else signals


def announce_now(
    request: HttpRequest | None, invalidations: _Stale, response: HttpResponseBase | None = None
) -> None:
    """Tell it; nobody who is told can make this fail."""
    _Announcement(signals_for(invalidations), request, invalidations, response).send()


async def aannounce(
    request: HttpRequest | None, invalidations: _Stale, response: HttpResponseBase | None = None
) -> None:
    """Announce it in a coroutine; where that is cancelled, it is announced all the same."""
    signals = signals_for(invalidations)
    if signals:
        await asyncio.shield(_begin(_Announcement(signals, request, invalidations, response)))


def announce_anywhere(
    request: HttpRequest | None, invalidations: _Stale, response: HttpResponseBase | None = None
) -> None:
    """Tell it from any code, which in an event loop waits for nobody: receivers of a site's own hear soon."""
    announcement = _Announcement(signals_for(invalidations), request, invalidations, response)
    if not _is_in_loop():
        announcement.send()
        return
    announcement.send(told)
    if announcement.left:
        _begin(announcement)


class _Announcement:
    """What is being told; ``left`` are the signals that have still to be sent."""

    def __init__(
        self,
        signals: list[Signal],
        request: HttpRequest | None,
        invalidations: _Stale,
        response: HttpResponseBase | None,
    ) -> None:
        self.left = signals
        self._named: dict[str, Any] = {
            "sender": None,
            "invalidations": invalidations,
            "request": request,
            "response": response,
        }

    def send(self, *only: Signal) -> None:
        """Send what is left, or what of it is among these."""
        for signal in [each for each in self.left if not only or each in only]:
            try:
                signal.send_robust(**self._named)
            except BaseException:  # SystemExit: the process ends, because its time is over, for example
                _in_thread(self.send)
                raise
            self.left.remove(signal)

    async def asend(self) -> None:
        """Send what is left in a coroutine."""
        try:
            while self.left:
                await self.left[0].asend_robust(**self._named)
                del self.left[0]
        except asyncio.CancelledError:  # the loop ends
            _in_thread(self.send)
            raise
        except RuntimeError:  # asgiref's: the thread of the request that was left takes no calls any more
            _in_thread(self.send)


# A loop itself holds on to its tasks only weakly. What is left here when the process ends was on a loop that
# was stopped.
_begun: dict[asyncio.Task[None], _Announcement] = {}


def _begin(announcement: _Announcement) -> asyncio.Task[None]:
    at_exit(_send_what_is_left)
    task = asyncio.get_running_loop().create_task(announcement.asend())
    _begun[task] = announcement
    task.add_done_callback(_begun.pop)
    return task


def _send_what_is_left() -> None:
    for announcement in list(_begun.values()):
        announcement.send()


def _in_thread(work: Callable[[], None]) -> None:
    """Do it in a thread that the process waits for; here, where no thread can be started any more."""

    def in_thread() -> None:
        try:
            work()
        finally:
            connections.close_all()  # which receivers may have opened

    try:
        Thread(target=in_thread, name="mizan_htmx.invalidation.delivery").start()
    except RuntimeError:
        work()


def _is_in_loop() -> bool:
    """Return whether this thread runs an event loop that is the server's, and not Playwright's or so."""
    return running_loop() is not None and not os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
