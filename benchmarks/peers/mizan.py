"""mizan_htmx: the same functions with ``@client``, the table as a block."""

import html
import json
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from benchmarks import work
from benchmarks.peers import Contestant
from benchmarks.wire import HTMX, Answer, Request
from mizan_htmx import client
from mizan_htmx.setup.registry import register

_REFRESHED = re.compile(r'hx-get="([^"]+)"')


@client
def echo(request: HttpRequest, text: str) -> work.Echoed:
    """Give back what came."""
    return work.Echoed(message=text)


@client
def add(request: HttpRequest, a: int, b: int) -> work.Sum:
    """Add two numbers."""
    return work.Sum(sum=a + b)


@client
def listing(request: HttpRequest) -> list[dict[str, Any]]:
    """Give a hundred dictionaries."""
    return work.plain_items()


@client
def models(request: HttpRequest) -> list[work.Item]:
    """Give a hundred models."""
    return work.items()


@client(affects="read5")
def mutate(request: HttpRequest, task_id: int, title: str) -> work.Changed:
    """Change a task, in a transaction."""
    return work.Changed(ok=True, id=task_id)


@client(affects="read5", atomic=False)
def change(request: HttpRequest, task_id: int, title: str) -> work.Changed:
    """Change a task without one."""
    return work.Changed(ok=True, id=task_id)


@client(context="table")
def rows(request: HttpRequest) -> list[Any]:
    """Give the rows of the table."""
    return work.TABLE


def _reader(context: str, number: int) -> Any:
    def part(request: HttpRequest, task_id: int) -> work.Part:
        return work.part(task_id, number)

    return client(context=context)(part)


_READERS = {
    "part0": _reader("read1", 0),
    "part0_of_five": _reader("read5", 0),
    **{f"part{number}": _reader("read5", number) for number in range(1, work.PARTS)},
}


def _page(request: HttpRequest) -> HttpResponse:
    return render(request, "bench/mizan_table.html")


def refreshes(page: Answer) -> list[str]:
    """Find the addresses of the blocks of a page."""
    return [html.unescape(each) for each in _REFRESHED.findall(page.body.decode())]


class Mizan(Contestant):
    """All of it through ``call/``, ``ctx/`` and ``partial/``."""

    name = "mizan"
    title = "mizan_htmx"
    middleware = ("mizan_htmx.middleware.MizanMiddleware",)

    def urlpatterns(self, circumstances: str) -> list[Any]:
        """Declare and mount."""
        for each in (echo, add, models, mutate, change, rows):
            register(each)
        register(listing, "list")
        for name, reader in _READERS.items():
            register(reader, name)
        return [path("mizan/", include("mizan_htmx.urls")), path("page/", _page)]

    def prepare(self, ask: Callable[[Request], Answer]) -> None:
        """Find the block on its page."""
        (self._block,) = refreshes(ask(Request("GET", "/page/")))

    def request(self, name: str) -> Request:
        """Ask as the shim does."""
        if name == "table":
            return Request("GET", self._block, headers=HTMX)
        if name.startswith("read"):
            return Request("GET", f"/mizan/ctx/{name}/", query=work.ARGUMENTS[name])
        return Request("POST", "/mizan/call/", work.written({"fn": name, "args": work.ARGUMENTS[name]}))

    def result(self, name: str, answer: Answer) -> Any:
        """Unpack the envelope."""
        content = super().result(name, answer)
        if name == "read5":
            return {"part0": content.pop("part0_of_five"), **content}
        return content["result"] if name in work.UNCHANGING else content


def call(name: str, arguments: dict[str, Any]) -> Request:
    """Write a call as htmx sends it from a page."""
    return Request("POST", "/mizan/call/", json.dumps({"fn": name, "args": arguments}).encode(), headers=HTMX)
