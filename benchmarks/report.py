"""The tables of a run, in Markdown."""

import os
import platform
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.figures import Cell
from benchmarks.goals import GOALS, Figures

PACKAGES = (
    *("mizan_htmx", "Django", "asgiref", "pydantic", "pydantic_core", "django-ninja", "djangorestframework"),
    *("django-unicorn", "channels", "channels_redis", "redis", "uvicorn", "websockets"),
)
NOTHING = "-"
_HEADINGS = {
    "rpc": "Calls, context reads, one block: CPU time as a multiple of plain Django's (µs)",
    "pages": "Pages of blocks, logged in",
    "scale": "With more functions: CPU time as a multiple of the plain view's (µs)",
    "start": "Start and manifest",
    "asgi": "ASGI: CPU time as a multiple of the plain sync view's (µs)",
    "live": "Live, 1,000 pages",
    "weight": "Scripts, bytes",
}
# Of a section whose works have each its own columns.
_DETAILS = {
    "rpc": ("queries", "up", "down", "packed"),
    "pages": ("ratio", "us", "requests", "queries", "up", "down", "packed"),
    "start": ("seconds", "MiB", "us"),
    "asgi": ("hops",),
    "live": ("ratio", "ms", "p99", "cpu"),
    "weight": ("bytes", "packed"),
}
_SIDE_BY_SIDE = ("rpc", "scale", "asgi")


def report(cells: list[Cell]) -> str:
    """Write everything: the goals first, then what was measured."""
    sections = list(dict.fromkeys(cell.section for cell in cells))
    parts = ["# Measured", conditions(), "## Goals", *_table(_goals(cells))]
    for section in sections:
        mine = [cell for cell in cells if cell.section == section]
        parts += [f"## {_HEADINGS[section]}"]
        if section in _SIDE_BY_SIDE:
            parts += _table(_side_by_side(mine))
        if section in _DETAILS:
            parts += _table(_details(mine, _DETAILS[section]))
    return "\n\n".join(parts) + "\n"


def conditions() -> str:
    """Say where, when and with what this was measured."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "")
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {cpu or platform.machine()}, {os.cpu_count()} cores,"
        f" {platform.system()} {platform.release()}, Python {platform.python_version()},"
        f" {', '.join(_versions())}."
    )


def _versions() -> Iterator[str]:
    for name in PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"no {name}"


def _goals(cells: list[Cell]) -> Iterator[list[str]]:
    yield ["work", "measured", "goal", "met"]
    figures = Figures(cells)
    for goal in GOALS:
        if all(cell.section != goal.section for cell in cells):
            continue
        try:
            measured = goal.measured(figures)
        except KeyError:
            yield [goal.title, "not measured", f"≤ {goal.limit:g}", NOTHING]
            continue
        met = "yes" if measured <= goal.limit else "**no**"
        yield [goal.title, f"{_written(measured)} {goal.unit}", f"≤ {goal.limit:g}", met]


def _side_by_side(cells: list[Cell]) -> Iterator[list[str]]:
    names = list(dict.fromkeys(cell.contestant for cell in cells))
    yield ["work", *names]
    for title in dict.fromkeys(cell.work for cell in cells):
        shown = {cell.contestant: cell.figures for cell in cells if cell.work == title}
        yield [
            title,
            *(f"{shown[n]['ratio']:.2f} ({shown[n]['us']:.0f})" if n in shown else NOTHING for n in names),
        ]


def _details(cells: list[Cell], columns: tuple[str, ...]) -> Iterator[list[str]]:
    yield ["work", "", *columns]
    for cell in cells:
        figures = (cell.figures.get(column) for column in columns)
        yield [cell.work, cell.contestant, *(NOTHING if each is None else _written(each) for each in figures)]


def _written(figure: float) -> str:
    if figure == int(figure):
        return f"{int(figure):,}"
    return (
        f"{figure:.3f}" if abs(figure) < 0.1 else f"{figure:,.2f}" if abs(figure) < 100 else f"{figure:,.0f}"
    )


def _table(rows: Iterable[list[str]]) -> Iterator[str]:
    heading, *rest = rows
    lines = [f"| {' | '.join(heading)} |", f"|{'---|' * len(heading)}"]
    lines += [f"| {' | '.join(row)} |" for row in rest]
    yield "\n".join(lines)
