"""The tables of a run, in Markdown."""

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks import goals
from benchmarks.figures import NOTHING, Cell, spread, written
from benchmarks.machine import conditions

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.md"
#: The page that has the goals of the last whole run between two marks.
PAGE = HERE.parent / "docs" / "performance.md"
BEGIN, END = "<!-- measured: written by make bench -->", "<!-- end -->"

PACKAGES = (
    *("mizan_htmx", "Django", "asgiref", "pydantic", "pydantic_core", "django-ninja", "djangorestframework"),
    *("django-unicorn", "Jinja2", "channels", "channels_redis", "redis", "uvicorn", "websockets"),
)
_HEADINGS = {
    "rpc": "Calls, context reads, one block: CPU time as a multiple of plain Django's [quartiles] (µs)",
    "empty": "No middleware: CPU time as a multiple of a view without CSRF [quartiles] (µs)",
    "pages": "Pages of blocks, logged in",
    "scale": "With more functions: CPU time as a multiple of the plain view's [quartiles] (µs)",
    "start": "Start and manifest",
    "asgi": "ASGI: CPU time as a multiple of the plain sync view's [quartiles] (µs)",
    "live": "Live, 1,000 pages",
    "behind": "Live, 1,000 pages that come back",
    "weight": "Scripts, bytes",
    "felt": "Felt, in a browser, ms",
}
_BYTES = ("up", "down", "packed")
# A section in which each kind of work has its own columns.
_DETAILS = {
    "rpc": ("queries", *_BYTES),
    "empty": ("queries", *_BYTES),
    "pages": ("ratio", "us", "requests", "queries", *_BYTES),
    "scale": ("grown", "us", "queries", *_BYTES),
    "start": ("seconds", "MiB", "us", "bytes", "packed"),
    "asgi": ("hops", *_BYTES),
    "live": ("ratio", "ms", "p99", "cpu", "down", "packed"),
    "behind": ("ratio", "ms", "cold", "cpu", "step"),
    "weight": ("bytes", "packed"),
    "felt": ("ms", "more", "first", "longest", "requests"),
}
_SIDE_BY_SIDE = ("rpc", "empty", "scale", "asgi")


def report(cells: list[Cell]) -> str:
    """Write everything: first the goals, then the figures."""
    sections = list(dict.fromkeys(cell.section for cell in cells))
    parts = ["# Measured", *goals_met(cells)]
    for section in sections:
        mine = [cell for cell in cells if cell.section == section]
        parts += [f"## {_HEADINGS[section]}"]
        if section in _SIDE_BY_SIDE:
            parts += [_table(_side_by_side([cell for cell in mine if "ratio" in cell]))]
        parts += [_table(_details(mine, _DETAILS[section]))]
    return "\n\n".join(parts) + "\n"


def goals_met(cells: list[Cell]) -> tuple[str, str]:
    """Write where, when and how often this was measured, and the table of goals."""
    rounds = {cell.section: 0 for cell in cells}
    for cell in cells:
        rounds[cell.section] = max(rounds[cell.section], *(len(found) for found in cell.rounds.values()))
    often = ", ".join(f"{section} {most}" for section, most in rounds.items())
    text = f"{conditions(PACKAGES)}. Rounds, of all processes together: {often}."
    return textwrap.fill(text, 118, break_on_hyphens=False), _table(goals.rows(cells))


def keep(cells: list[Cell]) -> None:
    """Write the files that show the last whole run."""
    RESULTS.write_text(report(cells), encoding="utf-8")
    page = between(PAGE.read_text(encoding="utf-8"), "\n\n".join(goals_met(cells)))
    PAGE.write_text(page, encoding="utf-8")


def between(page: str, text: str) -> str:
    """Replace the text between the marks of a page."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"


def _side_by_side(cells: list[Cell]) -> Iterator[list[str]]:
    names = list(dict.fromkeys(cell.contestant for cell in cells))
    yield ["work", *names]
    for title in dict.fromkeys(cell.work for cell in cells):
        shown = {cell.contestant: _shown(cell) for cell in cells if cell.work == title}
        yield [title, *(shown.get(name, NOTHING) for name in names)]


def _shown(cell: Cell) -> str:
    return f"{spread(cell, 'ratio')} ({cell.figure('us'):,.0f})"


def _details(cells: list[Cell], columns: tuple[str, ...]) -> Iterator[list[str]]:
    yield ["work", "", *columns]
    for cell in cells:
        yield [cell.work, cell.contestant, *(_detail(cell, column) for column in columns)]


def _detail(cell: Cell, column: str) -> str:
    if column not in cell:
        return NOTHING
    return spread(cell, column) if column in ("ratio", "grown") else written(cell.figure(column))


def _table(rows: Iterable[list[str]]) -> str:
    heading, *rest = rows
    lines = [f"| {' | '.join(heading)} |", f"|{'---|' * len(heading)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rest)])
