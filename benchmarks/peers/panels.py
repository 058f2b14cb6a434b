"""The same pages of blocks, and the ways in which the shim shows the changes of a mutation."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from benchmarks import work
from benchmarks.peers.mizan import refreshes
from benchmarks.wire import HTMX, Answer, Request
from mizan_htmx import client
from mizan_htmx.setup.registry import register

Ask = Callable[[Request], Answer]


@client(context="panel", auth=True)
def panel_rows(request: HttpRequest, board_id: int, panel: int) -> list[Any]:
    """Return the rows of a panel."""
    return work.rows_of(panel)


@client(context="card", auth=True)
def card_rows(request: HttpRequest, board_id: int, panel: int) -> list[Any]:
    """Return the rows of a small panel."""
    return work.rows_of(panel)[:3]


@client(affects="panel", auth=True, atomic=False)
def rename(request: HttpRequest, board_id: int, title: str) -> HttpResponse:
    """Invalidate every panel of a board."""
    return HttpResponse(status=204)


def _page(request: HttpRequest, count: int, rows: int) -> HttpResponse:
    shown = {"panels": range(count), "links": work.LINKS, "board_id": 7, "is_card": rows == 3}
    return render(request, "bench/mizan_page.html", shown)


def urlpatterns() -> list[Any]:
    """Declare and mount."""
    for each in (panel_rows, card_rows, rename):
        register(each)
    return [
        path("mizan/", include("mizan_htmx.urls")),
        path("page/<int:count>/<int:rows>/", _page, name="page"),
    ]


def _post(**headers: str) -> Request:
    body = {"fn": "rename", "args": {"board_id": 7, "title": "A new title"}}
    return Request("POST", "/mizan/call/", work.written(body), headers={**HTMX, **headers})


def flows(ask: Ask) -> dict[str, list[Request]]:
    """List the ways by name, with their requests, as a page of five blocks names them."""
    addresses = refreshes(ask(Request("GET", "/page/5/20/")))
    assert len(addresses) == work.PARTS, addresses
    asked = "&".join(address.partition("?")[2] for address in addresses)
    return {
        "blocks one by one": [_post(), *(Request("GET", each, headers=HTMX) for each in addresses)],
        "blocks batched": [_post(), Request("GET", f"/mizan/partials/?{asked}", headers=HTMX)],
    }


def single_flight(ask: Ask) -> dict[str, list[Request]]:
    """Return the single request of a page whose blocks come with the mutation's response."""
    asked = "&".join(each.partition("?")[2] for each in refreshes(ask(Request("GET", "/page/5/20/"))))
    return {"single flight": [_post(**{"X-Mizan-Blocks": asked})]}
