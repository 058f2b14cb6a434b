"""Attributes and ids in HTML, and the plain values behind lazy ones."""

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

from mizan_htmx.request_state import state_of


def attributes_of(pairs: Iterable[tuple[str, str]]) -> str:
    """Return attributes as HTML, each with a space before it. Values are escaped, even a SafeString."""
    # html.escape is what Django's escape() calls for a str; the lazy case costs it another call.
    return "".join([f' {name}="{escape(text)}"' for name, text in pairs])


def content_id(content: list[object], *, parent: str) -> str:
    """Return the id of a block that has none of its own: a hash of its JSON content and its parent's id."""
    text = json.dumps([parent, *content])
    digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:8]
    return f"mizan-{digest}"


def named_id(request: HttpRequest, name: str, params: Mapping[str, object], *, parent: str) -> str:
    """Return a unique id made of a name, the values of parameters and the parent's id."""
    values = [re.sub(r"[^A-Za-z0-9_-]", "", str(value)) for value in params.values() if value is not None]
    return unique_id(request, "-".join((name, *values, *([parent] if parent else []))))


def unique_id(request: HttpRequest, base: str) -> str:
    """Return ``base``, with a number appended if the page has it already.

    Equal blocks are numbered within their parent, whose id is part of theirs, so that a refresh of the parent
    alone gives its children the ids that they have on the page.
    """
    state = state_of(request)
    taken = state.block.ids
    if base not in taken:
        taken[base] = 1
        return base
    first = taken[base] + 1  # starting at 2 each time would take quadratic time
    free = next(each for each in (f"{base}-{number}" for number in count(first)) if each not in taken)
    taken[base] += 1
    taken[free] = 1
    return free


def plain(value: Any) -> Any:
    """Return the object behind a lazy value, such as a translation or ``request.user``."""
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, LazyObject):
        return copy(value)
    return value
