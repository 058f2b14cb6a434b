"""The goals for the figures: a table shows which are met; nothing fails if one is not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from benchmarks import asgi, behind, empty, felt, live, pages, scale, start, weight, work
from benchmarks.figures import NOTHING, Cell, spread
from benchmarks.site import BARE, CSRF
from tools import htmx


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit for a figure of a contestant.

    ``twin`` does once more, ``of`` the same or another work, what the figure is beside: its own figure would
    be 1, or 0 more, if nothing else happened on the machine. It is empty where nothing is alternated.
    """

    title: str
    limit: float
    unit: str
    section: str
    work: str
    contestant: str
    figure: str = "ratio"
    twin: str = ""
    of: str = ""


def _rpc(name: str, limit: float = 1.0) -> Goal:
    return Goal(work.TITLES[name], limit, "times", "rpc", f"{name}, {BARE}", "mizan", twin="plain2")


def _csrf(name: str) -> Goal:
    title = f"{work.TITLES[name]}, with CSRF, over csrf_protect"
    return Goal(title, 5, "µs more", "rpc", f"{name}, {CSRF}", "mizan", "more", twin="plain2")


def _empty(name: str, limit: float) -> Goal:
    work_title = empty.TITLE.format(name)
    return Goal(empty.title_of(name), limit, "times", "empty", work_title, "mizan", twin="plain2")


def _page(rows: int) -> Goal:
    title = pages.FIRST.format(rows)
    return Goal(title, 1.25, "times", "pages", title, "mizan", twin="plain2")


def _flow(title: str, limit: float, way: str) -> Goal:
    return Goal(title, limit, "times", "pages", pages.FLOWS, way, twin="separate2")


def _flat(title: str, functions: int) -> Goal:
    many, few = title.format(functions), title.format(scale.FEW)
    against = f"{many}, against {scale.FEW}"
    return Goal(against, 1.03, "times", "scale", many, "mizan", "grown", twin="mizan2", of=few)


def _start(title: str, figure: str, limit: float, unit: str) -> Goal:
    return Goal(title, limit, unit, "start", title, "mizan", figure)


def _weight(title: str, script: str, kib: float) -> Goal:
    return Goal(
        f"{title}, minified and compressed", kib * 1024, "bytes", "weight", script, "minified", "packed"
    )


def _felt(version: str) -> Iterator[Goal]:
    few, many, near = (
        felt.TITLE.format(count, latency, version)
        for count, latency in ((felt.FEW, felt.LATENCY), (felt.MANY, felt.LATENCY), (felt.MANY, 0))
    )
    for way, limit in ((felt.FLIGHT, 15), (felt.BATCH, 15 + felt.LATENCY)):
        title = f"{few}: {way}, over the whole page"
        yield Goal(title, limit, "ms more", "felt", few, way, "more", twin=felt.TWIN)
    for way, limit in ((felt.FLIGHT, 130), (felt.BATCH, 200)):
        yield Goal(f"{many}: {way}", limit, "ms", "felt", many, way, "ms")
        yield Goal(f"{many}: {way}, longest task", 50, "ms", "felt", many, way, "longest")
    yield Goal(
        f"{near}: the first request of a batch, after the response",
        15,
        "ms",
        "felt",
        near,
        felt.BATCH,
        "first",
    )


def _hops(circumstances: str, ours: str, plain: str) -> Goal:
    title = f"ASGI, {circumstances}: {ours}, over {plain}"
    return Goal(title, 0, "more hops", "asgi", f"{asgi.TITLE}, {circumstances}", ours, "more hops")


def _live(contestant: str) -> Goal:
    title = f"{live.TITLE}: {contestant}, against a bare loop"
    return Goal(title, 1.5, "times", "live", live.TITLE, contestant, twin=live.TWIN)


def _behind(store: str) -> Iterator[Goal]:
    against = f"{behind.TITLE}: {store}, against nothing missed"
    yield Goal(against, 1.25, "times", "behind", behind.TITLE, store, twin=behind.TWIN.format(store))
    longest = f"{behind.TITLE}: {store}, longest step of the loop"
    yield Goal(longest, 20, "ms", "behind", behind.TITLE, store, "step")


def _goals() -> Iterator[Goal]:
    yield from (_rpc(name) for name in work.CALLS)
    yield from (_csrf(name) for name in work.CALLS)
    yield _empty("echo", 1.5)
    yield _empty("mutate", 1.6)
    yield from (_rpc(name) for name in ("read1", "read5"))
    yield _rpc("table", 1.05)
    yield from (_page(rows) for rows in pages.ROWS)
    yield _flow("5 stale blocks, batched, against 6 requests by hand", 0.66, "blocks batched")
    yield _flow("5 stale blocks, single flight, against the same", 0.59, "single flight")
    yield from (_flat(title, n) for title in (scale.ECHO, scale.MUTATION) for n in scale.STEPS)
    most = start.SIZES[-1]
    yield _start(start.TITLE.format(most), "seconds", 1.5, "s")
    yield _start(start.TITLE.format(most), "MiB", 60, "MiB")
    yield _start(start.MANIFEST.format(most), "seconds", 0.1, "s")
    yield _start(start.RESOLVE.format(most), "us", 20, "µs")
    yield from (_hops(*each) for each in _SYNC_AND_ASYNC)
    yield from (_live(contestant) for contestant in ("mizan", "mizan-redis", "mizan-pubsub"))
    yield from (each for store in ("memory", "redis") for each in _behind(store))
    yield _weight("The script of a plain page", weight.PLAIN, 17)
    yield _weight("The script for forms", weight.FORMS, 7)
    yield _weight("The script for live pages", weight.LIVE, 6)
    yield from (each for version in htmx.VERSIONS for each in _felt(version))


_SYNC_AND_ASYNC = tuple(
    (circumstances, ours, plain) for circumstances in (BARE, CSRF) for ours, plain in asgi.BESIDE.items()
)
GOALS = tuple(_goals())


def rows(cells: Iterable[Cell]) -> Iterator[list[str]]:
    """Write the table of all goals of the sections that were measured."""
    yield ["work", "measured", "noise", "goal", "met"]
    found = {(cell.section, cell.work, cell.contestant): cell for cell in cells}
    sections = {section for section, _, _ in found}
    for goal in GOALS:
        if goal.section in sections:
            mine = found.get((goal.section, goal.work, goal.contestant))
            twin = found.get((goal.section, goal.of or goal.work, goal.twin))
            yield [goal.title, *_row(goal, mine, twin)]


def _row(goal: Goal, mine: Cell | None, twin: Cell | None) -> tuple[str, ...]:
    limit = f"≤ {goal.limit:g}"
    if mine is None or goal.figure not in mine:
        return "not measured", NOTHING, limit, NOTHING
    noise = spread(twin, goal.figure) if twin is not None and goal.figure in twin else NOTHING
    # Goals have two digits behind the point, and so have figures.
    met = "yes" if round(mine.figure(goal.figure), 2) <= goal.limit else "**no**"
    return f"{spread(mine, goal.figure)} {goal.unit}", noise, limit, met
