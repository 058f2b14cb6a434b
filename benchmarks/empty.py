"""A call without middleware, beside a hand-written view without CSRF check: the cost of everything."""

from collections.abc import Iterator
from functools import partial

from benchmarks import site, work
from benchmarks.figures import Cell
from benchmarks.peers import Contestant, contestants
from benchmarks.timing import Effort, Run, compared, measure
from benchmarks.wire import ask, asking, sizes

WORKS = ("echo", "mutate")
TITLE = "{}, no middleware"
#: The hand-written view ``plain`` with Django's decorator ``csrf_protect``.
PROTECTED = "csrf_protect"


def run(effort: Effort, *, peers: bool) -> Iterator[Cell]:
    """Measure the work; ``peers`` make no difference."""
    by_name = {each.name: each for each in contestants(peers=False)}
    plain, twin, mizan = by_name["plain"], by_name["plain2"], by_name["mizan"]
    sides = {
        "plain": (plain, site.BARE),
        "plain2": (twin, site.BARE),
        PROTECTED: (plain, site.CSRF),
        "mizan": (mizan, site.CSRF),
    }
    from mizan_htmx.testing import isolated_registry

    with isolated_registry():
        urlconfs = {
            name: site.mount(name, contestant.urlpatterns(guarded))
            for name, (contestant, guarded) in sides.items()
        }
        for name in WORKS:
            runs, more = {}, {}
            for side, (contestant, _) in sides.items():
                runs[side], more[side] = _prepared(contestant, name, urlconfs[side])
            for side, found in compared(measure(runs, effort), "plain").items():
                yield Cell.of("empty", TITLE.format(name), side, found, **more[side])


def _prepared(contestant: Contestant, name: str, urlconf: str) -> tuple[Run, dict[str, float]]:
    """Return a run to time; raise AssertionError unless it does its work."""
    handler, cookie = site.handler(site.CSRF), site.cookie(site.CSRF)
    use = site.using(urlconf)
    use()
    asked = partial(ask, handler, cookie=cookie)
    request = contestant.request(name)
    asked(request)  # the first one imports, compiles and caches
    with site.counted() as queries:
        answer = asked(request)
    contestant.check(name, answer)
    more = {"queries": float(len(queries)), **sizes(request, answer, cookie)}
    return Run(asking(handler, request, cookie), use), more


def title_of(name: str) -> str:
    """Return the title of a goal."""
    return f"{work.TITLES[name]}, no middleware, over a view without CSRF"
