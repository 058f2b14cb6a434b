"""The same call with more and more functions registered, each number in a process of its own."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import path

from benchmarks import site, work
from benchmarks.crowd import declared, names
from benchmarks.figures import Cell
from benchmarks.timing import Effort, Run, measure, ratios
from benchmarks.wire import Request, ask, asking

#: How many functions; a section that has this is told which of them it is.
SIZES = (10, 100, 1_000, 10_000)
TITLE = "echo with {:,} functions registered"


def run(effort: Effort, *, peers: bool, functions: int) -> Iterator[Cell]:
    """Measure the call of the last function, and the read of the last context."""
    site.configure()
    from benchmarks.peers import plain

    cookie = site.cookie(site.BARE)
    single = plain.Plain()
    servers = {"plain": (site.mount("plain", single.urlpatterns(site.BARE)), single.request("echo"))}
    servers["mizan"] = (site.mount("many", _mizan(functions)), _call(names(functions)[-1]))
    body = work.written(work.ARGUMENTS["echo"])
    if peers:
        from benchmarks.peers import ninja

        last = Request("POST", f"/api/f{functions - 1}/", body)
        servers["ninja"] = (site.mount("ninja", ninja.many(functions)), last)
        servers["urls"] = (site.mount("urls", _urls(functions)), Request("POST", f"/f{functions - 1}/", body))
    handler = site.handler(site.BARE)
    runs = {}
    for name, (urlconf, request) in servers.items():
        use: Callable[[], None] = site.using(urlconf)
        use()
        answer = ask(handler, request, cookie)
        assert answer.status == 200, answer
        assert b"hello world" in answer.body, answer
        runs[name] = Run(asking(handler, request, cookie), use)
    measured = measure(runs, effort)
    for name, ratio in ratios(measured, "plain").items():
        yield Cell.of("scale", TITLE.format(functions), name, measured[name], ratio=ratio)


def _call(name: str) -> Request:
    return Request("POST", "/mizan/call/", work.written({"fn": name, "args": work.ARGUMENTS["echo"]}))


def _mizan(functions: int) -> list[Any]:
    from django.urls import include

    from mizan_htmx.setup.registry import register

    for each in declared(functions):
        register(each)
    return [path("mizan/", include("mizan_htmx.urls"))]


def _urls(functions: int) -> list[Any]:
    """Give a project with a URL for each function."""
    from benchmarks.peers import plain

    return [path(f"f{number}/", plain.echo_view) for number in range(functions)]
