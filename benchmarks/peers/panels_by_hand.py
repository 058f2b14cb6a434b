"""Pages of panels in plain Django and htmx, and four ways to show the changes of a mutation."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import include, path
from pydantic import BaseModel

from benchmarks import work
from benchmarks.peers.plain import unkept
from benchmarks.wire import HTMX, Request

BODY = work.written({"board_id": 7, "title": "A new title"})


class Rename(BaseModel):
    """What the mutation takes."""

    board_id: int
    title: str


def _panels(count: int, rows: int) -> list[dict[str, Any]]:
    return [{"number": number, "rows": work.rows_of(number)[:rows]} for number in range(count)]


def _page(request: HttpRequest, count: int, rows: int) -> HttpResponse:
    template = "bench/static_page.html" if count == 20 else "bench/hand_page.html"
    shown = {"panels": _panels(count, rows), "links": work.LINKS, "board_id": 7}
    return unkept(render(request, template, shown))


def _one(request: HttpRequest, board_id: int, number: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    shown = {"panel": {"number": number, "rows": work.rows_of(number)}, "board_id": board_id}
    return unkept(render(request, "bench/hand_panel.html", shown))


def _some(request: HttpRequest, board_id: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    panels = [
        {"number": number, "rows": work.rows_of(number)}
        for number in map(int, request.GET["panels"].split(","))
    ]
    return unkept(render(request, "bench/hand_panels.html", _out_of_band(panels, board_id)))


def _out_of_band(panels: list[dict[str, Any]], board_id: int) -> dict[str, Any]:
    return {"panels": panels, "board_id": board_id, "oob": True}


def _rename(request: HttpRequest, then: str) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    given = Rename.model_validate_json(request.body)
    if then == "page":
        return HttpResponseRedirect("/page/5/20/")
    if then == "answer":
        panels = _panels(work.PARTS, 20)
        return unkept(render(request, "bench/hand_panels.html", _out_of_band(panels, given.board_id)))
    return HttpResponse(status=204, headers={"HX-Trigger": "panels-changed"})


def urlpatterns() -> list[Any]:
    """Mount all of it."""
    app = [
        path("panel/<int:board_id>/<int:number>/", _one, name="panel"),
        path("panels/<int:board_id>/", _some),
        path("rename/<str:then>/", _rename),
    ]
    return [path("app/", include(app)), path("page/<int:count>/<int:rows>/", _page, name="page")]


def _post(then: str) -> Request:
    return Request("POST", f"/app/rename/{then}/", BODY, headers=HTMX)


def flows() -> dict[str, list[Request]]:
    """List the ways by name, with their requests."""
    numbers = ",".join(map(str, range(work.PARTS)))
    each = [Request("GET", f"/app/panel/7/{number}/", headers=HTMX) for number in range(work.PARTS)]
    return {
        "separate": [_post("nothing"), *each],
        "page": [_post("page"), Request("GET", "/page/5/20/", headers=HTMX)],
        "batched": [
            _post("nothing"),
            Request("GET", "/app/panels/7/", query={"panels": numbers}, headers=HTMX),
        ],
        "answer": [_post("answer")],
    }
