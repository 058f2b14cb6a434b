"""Ids of what stands on a page: unique there, and the same at each rendering."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from itertools import count

from django.http import HttpRequest


def block_id(request: HttpRequest, content: list[object], *, parent: str) -> str:
    """Make an id for a block of this (JSON-able) content.

    Equal blocks are counted inside the block around them, so that a refresh of that one alone gives its
    children the ids they have on the page.
    """
    text = json.dumps([parent, *content])
    digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:8]
    return _free(request, f"mizan-{digest}")


def named_id(request: HttpRequest, name: str, params: Mapping[str, object], *, parent: str) -> str:
    """Make an id for something named that may stand there with several parameters, and more than once."""
    values = [re.sub(r"[^A-Za-z0-9_-]", "", str(value)) for value in params.values() if value is not None]
    return _free(request, "-".join((name, *values, *([parent] if parent else []))))


def _free(request: HttpRequest, base: str) -> str:
    taken: Counter[str] = request.__dict__.setdefault("_mizan_ids", Counter())
    first = taken[base] + 1  # not from the beginning again for each of many
    numbered = (base if number == 1 else f"{base}-{number}" for number in count(first))
    free = next(each for each in numbered if each == base or each not in taken)
    taken[base] += 1
    if free != base:
        taken[free] += 1
    return free
