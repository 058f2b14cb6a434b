"""The size of the scripts that a page loads: minified by terser, if npm can install it, and compressed.

The sum over all scripts of a page counts, each compressed separately, as servers send them.
"""

import gzip
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Cell
from benchmarks.timing import Effort
from mizan_htmx.blocks.scripts import ALWAYS

STATIC = Path(__file__).resolve().parent.parent / "static" / "mizan_htmx"
#: Pinned, so that only this package's changes count.
TERSER = "terser@5.44.1"
MINIFIED, AS_IT_IS = "minified", "as it is"
TOGETHER = "what every page loads"


def run(effort: Effort, *, peers: bool) -> Iterator[Cell]:
    """Measure each script; without ``peers`` nothing is fetched, so it is not minified."""
    npm = shutil.which("npm") if peers else None
    if peers and not npm:
        print(
            "There is no npm on PATH, so terser is missing: scripts are weighed as they are.", file=sys.stderr
        )
    scripts = sorted(STATIC.glob("*.js"))
    texts = {AS_IT_IS: {script.name: script.read_bytes() for script in scripts}}
    if npm:
        texts[MINIFIED] = {script.name: _minified(npm, script) for script in scripts}
    for script in scripts:
        for state, each in texts.items():
            yield _weighed(script.name, state, [each[script.name]])
    for state, each in texts.items():
        yield _weighed(TOGETHER, state, [each[Path(path).name] for path in ALWAYS])


def _weighed(work: str, state: str, texts: list[bytes]) -> Cell:
    packed = sum(len(gzip.compress(text, 9)) for text in texts)
    return Cell.of("weight", work, state, {}, bytes=sum(map(len, texts)), packed=packed)


def _minified(npm: str, script: Path) -> bytes:
    command = [npm, "exec", "--yes", f"--package={TERSER}", "--", "terser", str(script)]
    with tempfile.TemporaryDirectory() as place:  # ignores a package.json in a parent folder
        done = subprocess.run(
            [*command, "--compress", "--mangle"], capture_output=True, cwd=place, timeout=300, check=True
        )
    return done.stdout
