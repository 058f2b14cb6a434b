"""The context processor that puts the context ``global`` into every template."""

from functools import partial
from typing import Any

from django.http import HttpRequest

from mizan_htmx.blocks.scope.reader_results import resolve
from mizan_htmx.caching.anonymous import AnonymousRequest
from mizan_htmx.declarations.functions import Function, GlobalContext
from mizan_htmx.errors import DENIED
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.request_state import state_of
from mizan_htmx.setup.registry import registry

__all__ = ["global_context"]


def global_context(request: HttpRequest) -> dict[str, Any]:
    """Return the readers of the context ``global`` by name; each runs when a template first uses it."""
    group = registry.graph.groups.get(GlobalContext.name)
    readers = group.readers if group else ()
    # Templates call callables; a lazy object would not be a number or None to their filters and tests.
    return {reader.name: partial(_read, reader, request) for reader in readers}


def _read(reader: Function, request: HttpRequest) -> Any:
    if isinstance(request, AnonymousRequest):
        request.show([Invalidation(GlobalContext.name)])
    if reader.for_templates:
        state_of(request).page.handed_on = reader.name
    try:
        return resolve(reader, request, {})
    except DENIED:
        return ""  # like an empty block: the visitor may not see it
