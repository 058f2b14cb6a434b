"""Whether the blocks of a page are newer than the change that its own request has made."""

import logging
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.exceptions import TooManyFieldsSent
from django.db import connections, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.blocks.freshness import RenderedBlock, own_note
from mizan_htmx.blocks.page_address import keep_page_address
from mizan_htmx.blocks.placement import without_marks
from mizan_htmx.blocks.refresh.batch import (
    NOT_FOUND,
    BlockRequest,
    discarding_invalidations,
    render_content,
)
from mizan_htmx.blocks.refresh.request_copy import copy_as_get
from mizan_htmx.invalidation.cookie import hides_headers
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.rendering.page_localization import localized_as_endpoint

logger = logging.getLogger("mizan_htmx.freshness")

#: The most blocks of a page that are rendered once more.
_MAX_VERIFIED = 50

# What differs between two renderings of the same content.
_VOLATILE = re.compile(
    r' data-mizan-(?:hash|notes|version)="[^"]*"|(?<= name="csrfmiddlewaretoken") value="[^"]*"'
)


def unverified_blocks(
    request: HttpRequest, response: HttpResponseBase, recorder: Recorder
) -> list[RenderedBlock]:
    """Return the blocks of a page that may or may not show the change made by its own request.

    Only rendering them again shows which: a reader runs once for a page, and may have run before the change.
    """
    own = own_note(request)
    if own is None or 300 <= response.status_code < 400 or not hides_headers(request, response):
        return []
    unverified = own.unverified(recorder.invalidations())
    return unverified if len(unverified) <= _MAX_VERIFIED else []


def check_freshness(request: HttpRequest, unverified: list[RenderedBlock]) -> None:
    """Render these blocks again, and mark those as newer whose content is that of a refresh."""
    if not unverified:
        return
    try:
        clean = copy_as_get(request)
        keep_page_address(request, clean)
        with (
            _without_side_effects(request),
            localized_as_endpoint(request, clean),
            discarding_invalidations(clean),
        ):
            for rendered in unverified:
                rendered.is_newer = _is_newer(clean, rendered)
    except Exception:  # the change is committed, so the response must be sent whatever fails here
        logger.exception("The freshness of the blocks of %s is unknown.", request.path)


@contextmanager
def _without_side_effects(request: HttpRequest) -> Iterator[None]:
    """Roll back what readers write, such as a view count, and keep unread messages."""
    messages = get_messages(request)
    with ExitStack() as held:
        if hasattr(messages, "used"):
            held.callback(setattr, messages, "used", messages.used)
        for connection in connections.all(initialized_only=True):
            if connection.connection is not None:
                held.enter_context(transaction.atomic(using=connection.alias))
                held.callback(connection.set_rollback, True)
        yield


def _is_newer(clean: HttpRequest, rendered: RenderedBlock) -> bool:
    with suppress(*NOT_FOUND, TooManyFieldsSent):
        inner = render_content(clean, BlockRequest.parse(clean, urlsplit(rendered.block.url).query))
        return inner is not None and _comparable(inner) == _comparable(rendered.inner)
    return False


def _comparable(inner: str) -> str:
    return _VOLATILE.sub("", without_marks(inner) if settings.DEBUG else inner)
