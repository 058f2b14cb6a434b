"""A site whose mutations bring along the blocks that they made stale: fixtures, and how tests ask it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import AsyncClient
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from tests.helpers.blocks import Site, blocks_of

PAGE = (
    '{% for id in "56" %}{% mizan_context "user" user_id=id %}{{ user_profile.name }}{% endmizan_context %}'
    '{% endfor %}{% mizan_context "tag" tag="x" %}{{ tag_label }}{% endmizan_context %}'
)
HTMX = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
BROUGHT = "X-Mizan-Brought"


@dataclass(frozen=True)
class Answer:
    """An answer, cut in what it says by itself and what it brings along."""

    status: int
    body: str
    brought: dict[str, str | None] | None
    headers: dict[str, str]


def named(*blocks: dict[str, str]) -> str:
    """Write the header that names these blocks, with their hashes if they have some."""
    return "&".join(
        urlsplit(block["hx-get"]).query
        + (f"&mizan-hash={block['data-mizan-hash']}" if "data-mizan-hash" in block else "")
        for block in blocks
    )


def names(html: str) -> dict[str, str]:
    """Give the headers of a mutation that names every block of a page."""
    return {**HTMX, "X-Mizan-Blocks": named(*blocks_of(html))}


def send(site: Site, url: str, headers: dict[str, str], *, method: str = "POST", body: str = "") -> Answer:
    """Send a mutation as htmx does."""
    args = (method, url, body, "application/json" if body else "application/x-www-form-urlencoded")
    if site.server == "wsgi":
        response: Any = site.browser.generic(*args, headers=headers)
    else:
        browser = AsyncClient(raise_request_exception=False)
        browser.cookies = site.browser.cookies

        async def ask() -> Any:
            return await browser.generic(*args, headers=headers)

        response = async_to_sync(ask)()
    text = "" if response.streaming else response.content.decode(errors="replace")
    count = int(response.headers.get(BROUGHT, 0))
    start = len(text) - count
    brought = json.loads(text[start:]) if count else None
    return Answer(response.status_code, text[:start], brought, dict(response.headers))


def prepare(site: Site, settings: Settings, sync_or_async: Callable[..., Any]) -> None:
    """Declare mutations of each path, and a plain view."""

    def rename(request: HttpRequest, user_id: int) -> HttpResponse:
        site.names[user_id] = "Grace & Ü"
        return HttpResponse("<p>é😀</p>")

    def rename_by_call(request: HttpRequest, user_id: int) -> str:
        site.names[user_id] = "Grace & Ü"
        return "done"

    def plain(request: HttpRequest) -> HttpResponse:
        site.names[5] = "Grace & Ü"
        invalidate(request, "user", user_id=5)
        return HttpResponse("plain")

    # Not to be found by their annotations: a coroutine has those of what it wraps.
    view = client(affects="user")(sync_or_async(rename))
    register(client(affects="user")(sync_or_async(rename_by_call)))
    register(view)
    settings.ROOT_URLCONF = (
        path("page/", site.page_view),
        path("rename/<int:user_id>/", view),
        path("plain/", sync_or_async(plain)),
        path("api/mizan/", include("mizan_htmx.urls")),
    )


def serve(settings: Settings, view: Callable[..., Any]) -> None:
    """Add a view at ``/own/``."""
    settings.ROOT_URLCONF = (*settings.ROOT_URLCONF, path("own/", view))


def own(site: Site, settings: Settings, response: HttpResponse | StreamingHttpResponse) -> Answer:
    """Send a mutation to a view that changes something and answers this."""

    def view(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        invalidate(request, "user", user_id=5)
        return response

    html = site.page(PAGE)
    serve(settings, view)
    return send(site, "/own/", names(html))
