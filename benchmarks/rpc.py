"""Calls, context reads and the refresh of one block, of all contestants in one process."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from benchmarks import site, work
from benchmarks.figures import Cell
from benchmarks.peers import Contestant, contestants
from benchmarks.timing import Effort, Run, measure, ratios
from benchmarks.wire import ask, asking, sizes

# What does not change anything has no token to check.
_READS = ("read1", "read5", "table")


def run(effort: Effort, *, peers: bool) -> Iterator[Cell]:
    """Measure each piece of work under all circumstances."""
    taking_part = contestants(peers=peers)
    for circumstances in site.CIRCUMSTANCES:
        yield from _under(circumstances, taking_part, effort)


def _under(circumstances: str, taking_part: list[Contestant], effort: Effort) -> Iterator[Cell]:
    cookie = site.cookie(circumstances)
    mine = [each for each in taking_part if circumstances in each.circumstances]
    urlconfs, handlers = {}, {}
    for each in mine:
        urlconfs[each.name] = site.mount(each.name, each.urlpatterns(circumstances))
        handlers[each.name] = site.handler(circumstances, each.middleware)
        site.using(urlconfs[each.name])()
        each.prepare(partial(ask, handlers[each.name], cookie=cookie))
    for name in work.TITLES:
        if circumstances == site.CSRF and name in _READS:
            continue
        runs, more = {}, {}
        for each in mine:
            if name not in each.works:
                continue
            use, handler, request = site.using(urlconfs[each.name]), handlers[each.name], each.request(name)
            use()
            ask(handler, request, cookie)  # the first one imports, compiles and caches
            with site.counted() as queries:
                answer = ask(handler, request, cookie)
            each.check(name, answer)
            if circumstances == site.CSRF:
                forged = replace(request, headers={**request.headers, "X-CSRFToken": "no such token"})
                assert ask(handler, forged, cookie).status == 403, (each.name, name)
            more[each.name] = {"queries": float(len(queries)), **sizes(request, answer, cookie)}
            runs[each.name] = Run(asking(handler, request, cookie), use)
        yield from _cells(f"{name}, {circumstances}", runs, more, effort)


def _cells(
    title: str, runs: dict[str, Run], more: dict[str, dict[str, float]], effort: Effort
) -> Iterator[Cell]:
    measured = measure(runs, effort)
    for name, ratio in ratios(measured, "plain").items():
        yield Cell.of("rpc", title, name, measured[name], ratio=ratio, **more[name])
