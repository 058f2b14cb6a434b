"""Calls, context reads and the refresh of one block, of all contestants in one process."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from benchmarks import site, work
from benchmarks.figures import Cell
from benchmarks.peers import Contestant, contestants
from benchmarks.timing import Effort, Run, compared, measure
from benchmarks.wire import Answer, Request, ask, asking, sizes


def run(effort: Effort, *, peers: bool) -> Iterator[Cell]:
    """Measure each kind of work under all circumstances."""
    taking_part = contestants(peers=peers)
    from mizan_htmx.testing import isolated_registry

    for circumstances in site.CIRCUMSTANCES:
        with isolated_registry():
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
        if circumstances == site.CSRF and name not in work.CALLS:
            continue  # reading needs no token
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
            _check_refused(each, circumstances, request, partial(ask, handler), cookie)
            more[each.name] = {"queries": float(len(queries)), **sizes(request, answer, cookie)}
            runs[each.name] = Run(asking(handler, request, cookie), use)
        yield from _cells(f"{name}, {circumstances}", runs, more, effort)


def _check_refused(
    contestant: Contestant,
    circumstances: str,
    request: Request,
    asked: Callable[[Request, str], Answer],
    cookie: str,
) -> None:
    """Raise AssertionError unless a forged token is refused, and a visitor who is not logged in."""
    if circumstances != site.BARE and request.method == "POST":
        forged = replace(request, headers={**request.headers, "X-CSRFToken": "no such token"})
        assert asked(forged, cookie).status == 403, (contestant.name, request)
    if circumstances == site.LOGGED_IN:
        answer = asked(request, site.ANYBODY)
        refused = answer.status in (401, 403) or b"<tr" not in answer.body  # a block is empty instead
        assert refused, (contestant.name, request, answer)


def _cells(
    title: str, runs: dict[str, Run], more: dict[str, dict[str, float]], effort: Effort
) -> Iterator[Cell]:
    for name, found in compared(measure(runs, effort), "plain").items():
        yield Cell.of("rpc", title, name, found, **more[name])
