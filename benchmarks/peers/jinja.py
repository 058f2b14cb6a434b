"""The table by Jinja2, inside of a block of ours, and by hand."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import include, path

from benchmarks import work
from benchmarks.peers.mizan import Mizan
from benchmarks.peers.plain import Plain, guarded, unkept
from benchmarks.site import LOGGED_IN
from mizan_htmx import client
from mizan_htmx.setup.registry import register


def _table() -> str:
    return render_to_string("bench/table.html", {"rows": work.TABLE}, using="jinja2")


def _view(request: HttpRequest) -> HttpResponse:
    return unkept(render(request, "bench/hand_jinja_table.html", {"rows": _table()}))


class PlainJinja(Plain):
    """A view whose rows Jinja2 renders."""

    name = "plain-jinja"
    title = "plain Django with Jinja2"
    works = ("table",)

    def urlpatterns(self, circumstances: str) -> list[Any]:
        """Mount the view."""
        return [path("app/", include(([path("table/", guarded(_view, circumstances), name="table")], "app")))]


def jinja_rows(request: HttpRequest) -> str:
    """Return the rows of the table as HTML."""
    return _table()


def _page(request: HttpRequest) -> HttpResponse:
    return render(request, "bench/mizan_jinja_table.html")


class MizanJinja(Mizan):
    """A block whose reader renders its rows by Jinja2."""

    name = "mizan-jinja"
    title = "mizan_htmx with Jinja2"
    works = ("table",)

    def urlpatterns(self, circumstances: str) -> list[Any]:
        """Declare and mount."""
        auth = True if circumstances == LOGGED_IN else None
        register(client(context="jinja_table", auth=auth)(jinja_rows))
        return [path("mizan/", include("mizan_htmx.urls")), path("page/", _page)]
