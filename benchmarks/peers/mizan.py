"""mizan_htmx: the same functions with ``@client``, the table as a block."""

import html
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from benchmarks import work
from benchmarks.peers import Contestant
from benchmarks.site import LOGGED_IN
from benchmarks.wire import HTMX, Answer, Request
from mizan_htmx import client
from mizan_htmx.setup.registry import register

_REFRESHED = re.compile(r'hx-get="([^"]+)"')


def echo(request: HttpRequest, text: str) -> work.Echoed:
    """Return the input."""
    return work.Echoed(message=text)


def add(request: HttpRequest, a: int, b: int) -> work.Sum:
    """Add two numbers."""
    return work.Sum(sum=a + b)


def listing(request: HttpRequest) -> list[dict[str, Any]]:
    """Return a hundred dictionaries."""
    return work.plain_items()


def models(request: HttpRequest) -> list[work.Item]:
    """Return a hundred models."""
    return work.items()


def change(request: HttpRequest, task_id: int, title: str) -> work.Changed:
    """Change a task."""
    return work.Changed(ok=True, id=task_id)


def rows(request: HttpRequest) -> list[Any]:
    """Return the rows of the table."""
    return work.TABLE


def _reader(number: int) -> Callable[..., work.Part]:
    def part(request: HttpRequest, task_id: int) -> work.Part:
        return work.part(task_id, number)

    return part


# By name, with the options to declare each with.
_FUNCTIONS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "echo": (echo, {}),
    "add": (add, {}),
    "list": (listing, {}),
    "models": (models, {}),
    "mutate": (change, {"affects": "read5"}),
    "change": (change, {"affects": "read5", "atomic": False}),
    "rows": (rows, {"context": "table"}),
    "part0": (_reader(0), {"context": "read1"}),
    "part0_of_five": (_reader(0), {"context": "read5"}),
    **{f"part{number}": (_reader(number), {"context": "read5"}) for number in range(1, work.PARTS)},
}


def _page(request: HttpRequest) -> HttpResponse:
    return render(request, "bench/mizan_table.html")


def refreshes(page: Answer) -> list[str]:
    """Return the URLs of the blocks of a page."""
    return [html.unescape(each) for each in _REFRESHED.findall(page.body.decode())]


class Mizan(Contestant):
    """All work through ``call/``, ``ctx/`` and ``partial/``."""

    name = "mizan"
    title = "mizan_htmx"
    middleware = ("mizan_htmx.middleware.MizanMiddleware",)

    def urlpatterns(self, circumstances: str) -> list[Any]:
        """Declare and mount."""
        auth = True if circumstances == LOGGED_IN else None
        for name, (func, options) in _FUNCTIONS.items():
            register(client(**options, auth=auth)(func), name)
        return [path("mizan/", include("mizan_htmx.urls")), path("page/", _page)]

    def prepare(self, ask: Callable[[Request], Answer]) -> None:
        """Find the block on its page."""
        (self._block,) = refreshes(ask(Request("GET", "/page/")))

    def request(self, name: str) -> Request:
        """Return the request as the shim sends it."""
        if name == "table":
            return Request("GET", self._block, headers=HTMX)
        if name in work.READS:
            return Request("GET", f"/mizan/ctx/{name}/", query=work.ARGUMENTS[name])
        return Request("POST", "/mizan/call/", work.written({"fn": name, "args": work.ARGUMENTS[name]}))

    def result(self, name: str, answer: Answer) -> Any:
        """Unpack the envelope."""
        content = super().result(name, answer)
        if name == "read5":
            return {"part0": content.pop("part0_of_five"), **content}
        return content["result"] if name in work.UNCHANGING else content
