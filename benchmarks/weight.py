"""How much script a page loads: minified by terser, where npm can bring it, and packed."""

import gzip
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Cell
from benchmarks.timing import Effort

STATIC = Path(__file__).resolve().parent.parent / "static" / "mizan_htmx"
#: Pinned, so that a byte more is ours.
TERSER = "terser@5.44.1"
MINIFIED, AS_IT_IS = "minified", "as it is"


def run(effort: Effort, *, peers: bool) -> Iterator[Cell]:
    """Weigh each script; without ``peers`` nothing is fetched, so as it is."""
    npm = shutil.which("npm") if peers else None
    if peers and not npm:
        print(
            "There is no npm on PATH, so terser is missing: scripts are weighed as they are.", file=sys.stderr
        )
    for script in sorted(STATIC.glob("*.js")):
        text = script.read_bytes()
        yield _weighed(script, AS_IT_IS, text)
        if npm:
            yield _weighed(script, MINIFIED, _minified(npm, script))


def _weighed(script: Path, state: str, text: bytes) -> Cell:
    packed = len(gzip.compress(text, 9))
    return Cell.of("weight", script.name, state, {}, bytes=len(text), packed=packed)


def _minified(npm: str, script: Path) -> bytes:
    command = [npm, "exec", "--yes", f"--package={TERSER}", "--", "terser", str(script)]
    with tempfile.TemporaryDirectory() as place:  # no package.json around shall matter
        done = subprocess.run(
            [*command, "--compress", "--mangle"], capture_output=True, cwd=place, timeout=300, check=True
        )
    return done.stdout
