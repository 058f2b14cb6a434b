"""The middleware that writes into responses what was invalidated, and adds the blocks of a single flight."""

from collections.abc import Awaitable, Callable
from typing import Any, cast
from weakref import ref

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse

from mizan_htmx.blocks.refresh.freshness_check import check_freshness, unverified_blocks
from mizan_htmx.blocks.refresh.single_flight import bring, must_bring
from mizan_htmx.caching.responses import keep_private
from mizan_htmx.http.concurrency import in_thread
from mizan_htmx.http.lifecycle import afinish, finish
from mizan_htmx.invalidation.read_version import must_read_early, version_of
from mizan_htmx.invalidation.recorder import abandon, open_recorder
from mizan_htmx.localization import current_locale, store_base_locale
from mizan_htmx.request_state import state_of

__all__ = ["MizanMiddleware"]

GetResponse = Callable[[HttpRequest], HttpResponseBase] | Callable[[HttpRequest], Awaitable[HttpResponseBase]]


class MizanMiddleware:
    """Open a recorder for each request, and write what it collects into the response. Sync and async."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Return the response, or a coroutine that returns it if the site is async."""
        if self.is_async:
            return self._acall(request)
        store_base_locale(request, current_locale())
        if must_read_early():
            version_of(request)
        recorder, owned = open_recorder(request)
        try:
            response = cast("HttpResponseBase", self.get_response(request))
            _mark_private(request, response)
            if owned:
                check_freshness(request, unverified_blocks(request, response, recorder))
            finish(request, response, recorder, owned=owned)
            # After publishing; earlier, the blocks' versions could be older than the version in the response.
            if owned and must_bring(request, response, recorder):
                bring(request, response, recorder)
        except BaseException:
            abandon(recorder, owned=owned)
            raise
        return response

    @property
    def process_template_response(self) -> Callable[[HttpRequest, SimpleTemplateResponse], Any]:
        """What Django calls before it renders a template response; in a thread, if it were sync."""
        return self._anote if self.is_async else self._note

    def _note(self, request: HttpRequest, response: SimpleTemplateResponse) -> SimpleTemplateResponse:
        """Note what the page is rendered as: its blocks may show its own view."""
        # A reference, because the response refers to the request.
        state_of(request).page.response = ref(response), current_locale()
        return response

    async def _anote(self, request: HttpRequest, response: SimpleTemplateResponse) -> SimpleTemplateResponse:
        return self._note(request, response)

    async def _acall(self, request: HttpRequest) -> HttpResponseBase:
        store_base_locale(request, current_locale())
        if must_read_early():
            await in_thread(version_of, request)
        recorder, owned = open_recorder(request)
        try:
            response = await cast("Awaitable[HttpResponseBase]", self.get_response(request))
            _mark_private(request, response)
            unverified = unverified_blocks(request, response, recorder) if owned else []
            if unverified:
                await in_thread(check_freshness, request, unverified)
            await afinish(request, response, recorder, owned=owned)
            if owned and must_bring(request, response, recorder):
                await in_thread(bring, request, response, recorder)
        except BaseException:
            abandon(recorder, owned=owned)
            raise
        return response


def _mark_private(request: HttpRequest, response: HttpResponseBase) -> None:
    """Keep caches from storing a function's response, or Django's response to its exception (a 404)."""
    if state_of(request).function is not None:
        keep_private(response)
