"""The measurement of what a visitor waits for runs, once for each way."""

import subprocess
import sys
from pathlib import Path

from benchmarks import felt
from tools import htmx

ROOT = Path(__file__).resolve().parents[2]


def test_each_way_shows_what_has_changed_and_is_printed() -> None:
    command = [sys.executable, "-m", "benchmarks.bench", "--smoke", "felt"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    lines = [line.split("|") for line in done.stdout.splitlines() if line.startswith("|")]
    found = {(title.strip(), way.strip()) for _, title, way, *_ in lines}
    for version in htmx.VERSIONS:
        for way in (felt.PAGE, felt.BATCH, felt.FLIGHT, felt.GETS):
            assert (felt.TITLE.format(felt.FEW, felt.LATENCY, version), way) in found
