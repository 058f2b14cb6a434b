"""The benchmarks run: a few clients and rounds, whatever they take."""

import subprocess
import sys
from pathlib import Path

from benchmarks.fanout import CONTESTANTS, HEADINGS, percentile

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
