"""Publish invalidations by signals: no receiver's exception, cancelled task or ending process stops it."""

import asyncio
import os
from collections.abc import Callable
from threading import Thread
from typing import Any, TypeAlias

from django.db import connections
from django.dispatch import Signal
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.internals import has_receivers, running_loop
from mizan_htmx.invalidation.shutdown import at_exit
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.setup.registry import registry
from mizan_htmx.signals import invalidated

#: Internal: like ``invalidated``, but sent first, and only for live or public contexts, to this package's
#: sockets and edges. Its receivers return at once, and never block an event loop.
published = Signal()

_Invalidations: TypeAlias = tuple[Invalidation, ...]


def signals_for(invalidations: _Invalidations) -> list[Signal]:
    """Return the signals to send for these invalidations."""
    if not invalidations:
        return []
    signals = [published] if registry.graph.is_published(invalidations) else []
    return [*signals, invalidated] if has_receivers(invalidated) else signals


def publish_invalidations(
    request: HttpRequest | None, invalidations: _Invalidations, response: HttpResponseBase | None = None
) -> None:
    """Send the signals now; exceptions of receivers are logged."""
    _Publication(signals_for(invalidations), request, invalidations, response).send()


async def apublish_invalidations(
    request: HttpRequest | None, invalidations: _Invalidations, response: HttpResponseBase | None = None
) -> None:
    """Send the signals in a coroutine; a cancellation does not stop them."""
    signals = signals_for(invalidations)
    if signals:
        await asyncio.shield(_begin(_Publication(signals, request, invalidations, response)))


def publish_anywhere(
    request: HttpRequest | None, invalidations: _Invalidations, response: HttpResponseBase | None = None
) -> None:
    """Send the signals from any code; in an event loop ``invalidated`` is sent by a task."""
    publication = _Publication(signals_for(invalidations), request, invalidations, response)
    if not _is_in_loop():
        publication.send()
        return
    publication.send(published)
    if publication.left:
        _begin(publication)


class _Publication:
    """One set of invalidations, and the signals that are ``left`` to be sent for it."""

    def __init__(
        self,
        signals: list[Signal],
        request: HttpRequest | None,
        invalidations: _Invalidations,
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
        """Send the signals that are left, or those of ``only``."""
        for signal in [each for each in self.left if not only or each in only]:
            try:
                signal.send_robust(**self._named)
            except BaseException:  # SystemExit: the process ends, such as after a time-out
                _in_thread(self.send)
                raise
            self.left.remove(signal)

    async def asend(self) -> None:
        """Send the signals that are left, in a coroutine."""
        try:
            while self.left:
                await self.left[0].asend_robust(**self._named)
                del self.left[0]
        except asyncio.CancelledError:  # the loop ends
            _in_thread(self.send)
            raise
        except RuntimeError:  # from asgiref: the thread of an abandoned request accepts no more calls
            _in_thread(self.send)


# A loop keeps only weak references to its tasks. Those that are left when the process ends were on a loop
# that was stopped.
_begun: dict[asyncio.Task[None], _Publication] = {}


def _begin(publication: _Publication) -> asyncio.Task[None]:
    at_exit(_send_what_is_left)
    task = asyncio.get_running_loop().create_task(publication.asend())
    _begun[task] = publication
    task.add_done_callback(_begun.pop)
    return task


def _send_what_is_left() -> None:
    for publication in list(_begun.values()):
        publication.send()


def _in_thread(work: Callable[[], None]) -> None:
    """Call ``work`` in a thread that the process waits for; here, if no thread can be started any more."""

    def in_thread() -> None:
        try:
            work()
        finally:
            connections.close_all()  # which receivers may have opened

    try:
        Thread(target=in_thread, name=__name__).start()
    except RuntimeError:
        work()


def _is_in_loop() -> bool:
    """Return whether this thread runs a server's event loop.

    With ``DJANGO_ALLOW_ASYNC_UNSAFE``, as for Playwright or notebooks, blocking the loop is intended.
    """
    return running_loop() is not None and not os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
