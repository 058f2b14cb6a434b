"""What the tests of a page's tags share: functions that can be called from it, and a reader of attributes."""

import json
from html.parser import HTMLParser
from typing import Any

from django.http import HttpRequest, HttpResponse


class _Attributes(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.attributes: dict[str, str | None] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes = dict(attrs)


def attributes_of(html: str) -> dict[str, Any]:
    """Read the attributes of the last start tag, ``hx-vals`` as what its JSON means."""
    found: dict[str, Any] = _Attributes(html).attributes
    if "hx-vals" in found:
        found["hx-vals"] = json.loads(found["hx-vals"], parse_constant=lambda text: f"no JSON: {text}")
    return found


def rename(request: HttpRequest, user_id: int, name: str = "", flag: bool = False) -> HttpResponse:
    """Stand for a mutation on the view path."""
    return HttpResponse(f"{user_id} {name} {flag}")


def count_up(request: HttpRequest, by: int = 1) -> int:
    """Stand for a mutation on the RPC path."""
    return by


def secret(request: HttpRequest) -> int:
    """Stand for a private one."""
    return 1
