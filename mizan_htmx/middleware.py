"""Carries what was invalidated into the responses, and fresh blocks where that is asked for."""

from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.blocks import single_flight
from mizan_htmx.blocks.freshness_check import prove
from mizan_htmx.caching.responses import keep_private
from mizan_htmx.http.finishing import finish
from mizan_htmx.http.steps import Steps, arun, run
from mizan_htmx.invalidation.read_version import must_ask_early, version_of
from mizan_htmx.invalidation.recorder import Recorder, abandon, open_recorder
from mizan_htmx.localization import remember_base, spoken_here

GetResponse = Callable[[HttpRequest], HttpResponseBase] | Callable[[HttpRequest], Awaitable[HttpResponseBase]]


class MizanMiddleware:
    """Open a recorder for each request; write what it collected into the response. Both colours."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Answer the request, or give the coroutine that does."""
        if self.is_async:
            return self._acall(request)
        remember_base(request, spoken_here())
        if must_ask_early():
            version_of(request)
        recorder, owned = open_recorder(request)
        try:
            response = cast("HttpResponseBase", self.get_response(request))
            return run(_finish(request, response, recorder, owned=owned))
        except BaseException:
            abandon(recorder, owned=owned)
            raise

    async def _acall(self, request: HttpRequest) -> HttpResponseBase:
        remember_base(request, spoken_here())
        if must_ask_early():
            await sync_to_async(version_of)(request)
        recorder, owned = open_recorder(request)
        try:
            response = await cast("Awaitable[HttpResponseBase]", self.get_response(request))
            return await arun(_finish(request, response, recorder, owned=owned))
        except BaseException:
            abandon(recorder, owned=owned)
            raise


def _finish(
    request: HttpRequest, response: HttpResponseBase, recorder: Recorder, *, owned: bool
) -> Steps[HttpResponseBase]:
    if (
        "_mizan_served" in request.__dict__
    ):  # here stands also what Django made of an exception, such as a 404
        keep_private(response)
    if owned:
        yield from prove(request, response, recorder)
    response = yield from finish(request, response, recorder, owned=owned)
    if owned and single_flight.is_asked_for(request):
        # After it was announced: only then the blocks' versions are not older than what it says.
        yield from single_flight.bring(request, response, recorder.announced())
    return response
