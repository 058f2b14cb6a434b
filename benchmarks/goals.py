"""What the figures are held to: nothing fails on it, a table says what is met."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks import asgi, live, pages, scale, start, weight, work
from benchmarks.figures import Cell
from benchmarks.site import BARE, CSRF


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure of a section that is not to be exceeded; ``measured`` raises KeyError where there is none."""

    section: str
    title: str
    limit: float
    unit: str
    measured: Callable[["Figures"], float]


class Figures:
    """All figures of a run."""

    def __init__(self, cells: list[Cell]) -> None:
        self._cells = {(cell.work, cell.contestant): cell.figures for cell in cells}

    def __call__(self, title: str, contestant: str, figure: str = "ratio") -> float:
        """Give one; raise KeyError if it was not measured."""
        return self._cells[title, contestant][figure]


def _ratio(section: str, title: str, limit: float, name: str, contestant: str = "mizan") -> Goal:
    return Goal(section, title, limit, "times", lambda figures: figures(name, contestant))


def _rpc(name: str, limit: float = 1.0) -> Goal:
    return _ratio("rpc", work.TITLES[name], limit, f"{name}, {BARE}")


def _csrf(name: str) -> Goal:
    def measured(figures: Figures) -> float:
        title = f"{name}, {CSRF}"
        return figures(title, "mizan", "us") - figures(title, "plain", "us")

    return Goal("rpc", f"{work.TITLES[name]}, with CSRF, over csrf_protect", 5, "µs more", measured)


def _flat(functions: int) -> Goal:
    def measured(figures: Figures) -> float:
        few, many = (figures(scale.TITLE.format(each), "mizan") for each in (scale.SIZES[0], functions))
        return many / few

    title = f"echo with {functions:,} functions, against {scale.SIZES[0]}"
    return Goal("scale", title, 1.03, "times", measured)


def _start(title: str, figure: str, limit: float, unit: str) -> Goal:
    return Goal("start", title, limit, unit, lambda figures: figures(title, "mizan", figure))


def _hops(circumstances: str, ours: str, plain: str) -> Goal:
    def measured(figures: Figures) -> float:
        title = f"{asgi.TITLE}, {circumstances}"
        return figures(title, ours, "hops") - figures(title, plain, "hops")

    return Goal("asgi", f"ASGI, {circumstances}: {ours}, over {plain}", 0, "more hops", measured)


def _goals() -> Iterator[Goal]:
    yield from (_rpc(name) for name in ("echo", "add", "list", "models", "mutate", "change"))
    yield from (_csrf(name) for name in ("echo", "add", "list", "models", "mutate", "change"))
    yield from (_rpc(name) for name in ("read1", "read5"))
    yield _rpc("table", 1.05)
    yield from (_ratio("pages", pages.FIRST.format(rows), 1.25, pages.FIRST.format(rows)) for rows in (3, 20))
    yield _ratio(
        "pages", "5 stale blocks, batched, against 6 requests by hand", 0.66, pages.FLOWS, "blocks batched"
    )
    yield _ratio("pages", "5 stale blocks, single flight", 0.59, pages.FLOWS, "single flight")
    yield from (_flat(functions) for functions in scale.SIZES[1:])
    most = start.SIZES[-1]
    yield _start(start.TITLE.format(most), "seconds", 1.5, "s")
    yield _start(start.TITLE.format(most), "MiB", 60, "MiB")
    yield _start(start.MANIFEST.format(most), "seconds", 0.1, "s")
    yield _start(start.RESOLVE.format(most), "us", 20, "µs")
    for circumstances in (BARE, CSRF):
        for colour, plain in (("sync", "sync"), ("async", "async"), ("async with async auth", "async")):
            yield _hops(circumstances, f"mizan, {colour}", f"plain, {plain}")
    for contestant in ("mizan", "mizan-redis", "mizan-pubsub"):
        yield _ratio("live", f"{live.TITLE}: {contestant}, against a bare loop", 1.5, live.TITLE, contestant)
    yield Goal(
        "weight",
        "mizan.js, minified and packed",
        4096,
        "bytes",
        lambda figures: figures("mizan.js", weight.MINIFIED, "packed"),
    )


GOALS = tuple(_goals())
