"""django-unicorn: a call of a component that renders the table again, its rows kept out of the page."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from benchmarks.peers import Contestant
from benchmarks.site import LOGGED_IN
from benchmarks.wire import Answer, Request

COMPONENT = "benchmarks.peers.unicorn_table.TaskTableView"


def _page(request: HttpRequest) -> HttpResponse:
    return render(request, "bench/unicorn_page.html", {"component": COMPONENT})


class Unicorn(Contestant):
    """Only the table, because it has no calls without a component."""

    name = "unicorn"
    title = "django-unicorn"
    works = ("table",)
    cache_control = ""  # it sends POST, whose response is not cacheable

    def urlpatterns(self, circumstances: str) -> list[Any]:
        """Mount its endpoint, and a page with the component."""
        self._action = "reload_for_members()" if circumstances == LOGGED_IN else "reload()"
        return [path("unicorn/", include("django_unicorn.urls")), path("page/", _page)]

    def prepare(self, ask: Callable[[Request], Answer]) -> None:
        """Read the component's state from the page."""
        page = ask(Request("GET", "/page/")).body.decode()
        found = {
            each: re.search(f"unicorn:{each}=(\"[^\"]*\"|'[^']*')", page) for each in ("id", "data", "meta")
        }
        state = {each: unescape(match[1][1:-1]) for each, match in found.items() if match}
        self._body = json.dumps(
            {
                "id": state["id"],
                "key": "",
                "data": json.loads(state["data"]),
                "meta": state["meta"] + "::1700000000000",
                "actionQueue": [{"type": "callMethod", "payload": {"name": self._action}}],
            }
        ).encode()

    def request(self, name: str) -> Request:
        """Call the component."""
        return Request("POST", f"/unicorn/message/{COMPONENT}", self._body)

    def result(self, name: str, answer: Answer) -> Any:
        """Return its HTML."""
        return json.loads(answer.body)["dom"]
