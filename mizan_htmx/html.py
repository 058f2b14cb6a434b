"""What is written into HTML: attributes, ids that are unique on a page, and the values of lazy objects."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from copy import copy
from html import escape
from itertools import count
from typing import Any

from django.http import HttpRequest
from django.utils.functional import LazyObject, Promise

from mizan_htmx.request_state import STATE, RequestState, state_of


def attributes_of(pairs: Iterable[tuple[str, str]]) -> str:
    """Write attributes, each with a space before it; their text is escaped, however safe it claims to be."""
    # html.escape is what Django's escape() calls, without its detour for lazy texts.
    return "".join([f' {name}="{escape(text)}"' for name, text in pairs])


def content_name(content: list[object], *, parent: str) -> str:
    """Name a block by its (JSON-able) content and the block around it."""
    text = json.dumps([parent, *content])
    digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:8]
    return f"mizan-{digest}"


def named_id(request: HttpRequest, name: str, params: Mapping[str, object], *, parent: str) -> str:
    """Make an id for something named that may stand there with several parameters, and more than once."""
    values = [re.sub(r"[^A-Za-z0-9_-]", "", str(value)) for value in params.values() if value is not None]
    return free_id(request, "-".join((name, *values, *([parent] if parent else []))))


def free_id(request: HttpRequest, base: str) -> str:
    """Make an id of a name, counted where it is taken.

    Equal blocks are counted inside the block around them, so that a refresh of that one alone gives its
    children the ids they have on the page.
    """
    state: RequestState = getattr(request, STATE, None) or state_of(request)
    taken = state.block.ids
    if base not in taken:
        taken[base] = 1
        return base
    first = taken[base] + 1  # not from the beginning again for each of many
    free = next(each for each in (f"{base}-{number}" for number in count(first)) if each not in taken)
    taken[base] += 1
    taken[free] = 1
    return free


def plain(value: Any) -> Any:
    """Give what a lazy value stands for: a translation, the user of a request."""
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, LazyObject):
        return copy(value)
    return value
