"""The benchmarks run: a few clients and rounds, whatever they take."""

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from benchmarks.bench import SECTIONS
from benchmarks.fanout import CONTESTANTS, HEADINGS, percentile
from benchmarks.figures import Cell, together
from benchmarks.timing import Effort, Run, measure, ratios

ROOT = Path(__file__).resolve().parent.parent


def test_every_server_delivers_everything_to_everybody() -> None:
    command = [sys.executable, "-m", "benchmarks.fanout", "--clients", "5", "--rounds", "2", "--idle", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    _, _, heading, _, *rows = done.stdout.splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in (heading, *rows)]
    assert cells[0] == [*HEADINGS]
    undelivered = HEADINGS.index("undelivered")
    assert [(row[0], row[undelivered]) for row in cells[1:]] == [
        (each.title, "0") for each in CONTESTANTS.values()
    ]


def test_an_unknown_server_is_named() -> None:
    command = [sys.executable, "-m", "benchmarks.fanout", "mizzan"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        *(2, "python -m benchmarks.fanout: error: unknown: mizzan"),
    )


def test_percentiles_are_values_that_were_measured() -> None:
    hundred = [float(each) for each in range(100, 0, -1)]
    assert [percentile(hundred, percent) for percent in (50, 99, 100)] == [50, 99, 100]
    assert (percentile([7.0], 99), percentile([1.0, 2.0], 99)) == (7, 2)


# What a part of the run shows: that everybody did the work stands in the worker, as assertions.
SMOKE = {
    "rpc": ("echo, bare", "table, logged in"),
    "pages": ("one mutation makes 5 blocks stale, all requests together",),
    "scale": ("echo with 10 functions registered",),
    "start": ("registering 10 functions", "manifest of 10 functions", "resolving a header, 10 functions"),
    "asgi": ("echo under ASGI, bare", "echo under ASGI, csrf"),
    "live": ("one mutation to the last key received",),
    "weight": ("mizan.js",),
}


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_of_the_comparison_does_its_work_and_prints_it(section: str) -> None:
    command = [sys.executable, "-m", "benchmarks.bench", "--smoke", section]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    titles = {line.split("|")[1].strip() for line in done.stdout.splitlines() if line.startswith("|")}
    assert [title for title in SMOKE[section] if title not in titles] == []


def test_the_costlier_one_has_the_higher_ratio() -> None:
    calls: list[str] = []
    runs = {
        name: Run(partial(sum, range(count)), partial(calls.append, name))
        for name, count in (("little", 1_000), ("much", 50_000))
    }
    found = ratios(measure(runs, Effort(rounds=3, seconds=0.01)), "little")
    assert found["little"] == 1
    assert found["much"] > 5
    assert sorted(calls) == ["little"] * 4 + ["much"] * 4  # once to calibrate, then in each round


def test_several_processes_are_put_together_as_medians() -> None:
    cells = [
        Cell("rpc", "echo", "mizan", {"us": us, "ratio": ratio}) for us, ratio in ((9, 3), (1, 1), (5, 8))
    ]
    assert together(cells) == [Cell("rpc", "echo", "mizan", {"us": 5, "ratio": 3})]
