"""Whether what a page shows is newer than the change that was made while it was rendered."""

import logging
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlsplit

from django.contrib.messages import get_messages
from django.core.exceptions import TooManyFieldsSent
from django.db import connections, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.blocks.batch import MAX_BLOCKS, NOT_FOUND, Asked, content_asked, unheard
from mizan_htmx.blocks.freshness import Shown, own_note
from mizan_htmx.blocks.request_copy import reading_copy
from mizan_htmx.invalidation.cookie import hides_headers
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.rendering.page_localization import as_at_endpoints

logger = logging.getLogger("mizan_htmx.proving")

# What differs at each rendering, and says nothing of what is shown.
_OF_RENDERING = re.compile(
    r' data-mizan-(?:hash|notes|version)="[^"]*"|(?<= name="csrfmiddlewaretoken") value="[^"]*"'
)


def doubtful_blocks(request: HttpRequest, response: HttpResponseBase, recorder: Recorder) -> list[Shown]:
    """Return the blocks of a page that may show what its own request has changed, or may not.

    By what was written when, nobody could tell: a reader runs once for a page, and may have run before.
    """
    own = own_note(request)
    if own is None or 300 <= response.status_code < 400 or not hides_headers(request, response):
        return []
    doubtful = own.doubtful(recorder.invalidations())
    return doubtful if len(doubtful) <= MAX_BLOCKS else []


def prove(request: HttpRequest, doubtful: list[Shown]) -> None:
    """Find out which of these blocks show what a refresh would show."""
    if not doubtful:
        return
    try:
        clean = reading_copy(request)
        with _leaving_no_trace(request), as_at_endpoints(request, clean), unheard(clean):
            for shown in doubtful:
                shown.is_newer = _is_newer(clean, shown)
    except Exception:  # the change is made: whatever fails here, its answer stands
        logger.exception("Nothing is known of how new the blocks of %s are.", request.path)


@contextmanager
def _leaving_no_trace(request: HttpRequest) -> Iterator[None]:
    """Undo what readers write, such as that somebody has looked, and keep messages that nobody has seen."""
    messages = get_messages(request)
    with ExitStack() as held:
        if hasattr(messages, "used"):
            held.callback(setattr, messages, "used", messages.used)
        for connection in connections.all(initialized_only=True):
            if connection.connection is not None:
                held.enter_context(transaction.atomic(using=connection.alias))
                held.callback(connection.set_rollback, True)
        yield


def _is_newer(clean: HttpRequest, shown: Shown) -> bool:
    with suppress(*NOT_FOUND, TooManyFieldsSent):
        inner = content_asked(clean, Asked.read(clean, urlsplit(shown.block.url).query))
        return inner is not None and _comparable(inner) == _comparable(shown.inner)
    return False


def _comparable(inner: str) -> str:
    return _OF_RENDERING.sub("", inner)
