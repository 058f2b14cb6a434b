"""mizan_htmx beside its alternatives: ``make bench``, or ``make bench ONLY=rpc``.

Each section runs several times, in a process of its own; the rounds of all processes are combined.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from benchmarks.figures import Cell, read, together

HERE = Path(__file__).resolve().parent
#: The sections, and in how many successive processes each runs.
SECTIONS = {
    "rpc": 5,
    "empty": 5,
    "pages": 5,
    "scale": 3,
    "start": 3,
    "asgi": 3,
    "live": 2,
    "behind": 1,
    "weight": 1,
    "felt": 1,
}


def main(arguments: list[str] | None = None) -> int:
    """Measure the requested sections, print the tables, and save those of a whole run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}")
    parser.add_argument("--processes", type=int, help="for each section; as many as it needs without it")
    parser.add_argument("--rounds", type=int, default=15, help="in each process; fewer on a busy machine")
    parser.add_argument("--smoke", action="store_true", help="only Django and mizan_htmx, hardly measured")
    options = parser.parse_args(arguments)
    sections = options.sections or list(SECTIONS)
    unknown = [name for name in sections if name not in SECTIONS]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    cells = [cell for name in sections for cell in measured(name, options)]
    from benchmarks import report  # it reads every section, and those read Django

    print(report.report(cells))
    if not options.smoke and not options.sections:
        report.keep(cells)
    return 0


def measured(section: str, options: argparse.Namespace) -> list[Cell]:
    """Run a section in this many processes, and for each number of functions."""
    print(f"{section} …", file=sys.stderr)
    sizes = getattr(import_module(f"benchmarks.{section}"), "SIZES", ())
    if options.smoke:
        processes, sizes = 1, sizes[:1]
        effort = ["--rounds", "1", "--seconds", "0", "--without-peers"]
    else:
        processes = options.processes or SECTIONS[section]
        effort = ["--rounds", str(options.rounds)]
    more = [[*effort, "--functions", str(size)] for size in sizes] or [effort]
    return together(
        cell
        for number in range(processes)
        for each in more
        for cell in _worker(section, [*each, "--seed", str(number + 1)], seed=number + 1)
    )


def _worker(section: str, arguments: list[str], *, seed: int) -> Iterator[Cell]:
    command = [sys.executable, "-m", "benchmarks.worker", section, *arguments]
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    done = subprocess.run(
        command, cwd=HERE.parent, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    yield from read(done.stdout.splitlines())


if __name__ == "__main__":
    sys.exit(main())
