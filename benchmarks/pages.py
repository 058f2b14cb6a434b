"""Pages of blocks, and the total cost of a mutation that makes five of them stale; logged in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import setting_changed

from benchmarks import site, work
from benchmarks.figures import Cell
from benchmarks.timing import Effort, Run, compared, measure
from benchmarks.wire import Answer, Request, ask, asking, sizes

FIRST = "first rendering of a page with 20 blocks of {} rows"
ROWS = (3, 20)
FLOWS = "one mutation makes 5 blocks stale, all requests together"


@dataclass(frozen=True, slots=True)
class Server:
    """A URLconf with its handler, for a logged-in visitor."""

    urlconf: str
    handler: WSGIHandler
    cookie: str
    single_flight: bool = False

    def use(self) -> None:
        """Make this the URLconf that Django uses."""
        settings.ROOT_URLCONF = self.urlconf
        settings.MIZAN_SINGLE_FLIGHT = self.single_flight
        setting_changed.send(None, setting="MIZAN_SINGLE_FLIGHT", value=self.single_flight, enter=True)

    def ask(self, request: Request) -> Answer:
        """Send a request."""
        self.use()
        return ask(self.handler, request, self.cookie)

    def run(self, requests: list[Request]) -> Run:
        """Return a run to time, of some requests one after the other."""
        calls = [asking(self.handler, each, self.cookie) for each in requests]

        def once() -> None:
            for call in calls:
                call()

        return Run(once, self.use)


def run(effort: Effort, *, peers: bool) -> Iterator[Cell]:
    """Measure both; the hand-written peers are always included."""
    site.configure()
    from benchmarks.peers import panels, panels_by_hand

    cookie = site.cookie(site.LOGGED_IN)
    serve = partial(_serve, cookie=cookie)
    by_hand = serve("by_hand", panels_by_hand.urlpatterns)
    blocks = serve("blocks", panels.urlpatterns, "mizan_htmx.middleware.MizanMiddleware")
    for rows in ROWS:
        yield from _page(by_hand, blocks, rows, effort)
    ways = {name: (by_hand, requests) for name, requests in panels_by_hand.flows().items()}
    ways["separate2"] = ways["separate"]  # its difference to the first one is the noise
    for name, requests in panels.flows(blocks.ask).items():
        ways[name] = (blocks, requests)
    in_the_answer = replace(blocks, single_flight=True)
    for name, requests in panels.single_flight(in_the_answer.ask).items():
        ways[name] = (in_the_answer, requests)
    yield from _flows(ways, effort)


def _serve(name: str, patterns: Callable[[], list[object]], *middleware: str, cookie: str) -> Server:
    urlconf = site.mount(name, patterns())
    return Server(urlconf, site.handler(site.LOGGED_IN, middleware), cookie)


def _page(by_hand: Server, blocks: Server, rows: int, effort: Effort) -> Iterator[Cell]:
    request = Request("GET", f"/page/20/{rows}/")
    servers = {"plain": by_hand, "plain2": by_hand, "mizan": blocks}
    more = {name: _looked_at(server, [request], 20, rows) for name, server in servers.items()}
    runs = {name: server.run([request]) for name, server in servers.items()}
    for name, found in compared(measure(runs, effort), "plain").items():
        yield Cell.of("pages", FIRST.format(rows), name, found, **more[name])


def _flows(ways: dict[str, tuple[Server, list[Request]]], effort: Effort) -> Iterator[Cell]:
    more = {name: _looked_at(server, requests, work.PARTS, 20) for name, (server, requests) in ways.items()}
    runs = {name: server.run(requests) for name, (server, requests) in ways.items()}
    for name, found in compared(measure(runs, effort), "separate").items():
        yield Cell.of("pages", FLOWS, name, found, **more[name])


def _looked_at(server: Server, requests: list[Request], tables: int, rows: int) -> dict[str, float]:
    """Count requests, queries and bytes; raise AssertionError unless all tables came."""
    for request in requests:
        server.ask(request)
    with site.counted() as queries:
        answers = [server.ask(request) for request in requests]
    came = "".join(answer.body.decode().replace("\\u003C", "<").replace("\\u003c", "<") for answer in answers)
    assert all(answer.status in (200, 204, 302) for answer in answers), answers
    assert came.count("<tr") == tables * rows, (came.count("<tr"), came[:3000])
    totals = {"requests": float(len(requests)), "queries": float(len(queries))}
    for request, answer in zip(requests, answers, strict=True):
        for name, size in sizes(request, answer, server.cookie).items():
            totals[name] = totals.get(name, 0) + size
    return totals
