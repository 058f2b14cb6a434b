"""The size of the scripts that a page loads, as they are served: minified, and compressed one by one.

Beside them the scripts of others, for scale: htmx 4 itself, and Turbo, which npm has as it is written.
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
from tools import htmx, node

STATIC = Path(__file__).resolve().parent.parent / "static" / "mizan_htmx"
#: Pinned, so that only this package's changes count.
TERSER = "terser@5.44.1"
TURBO = htmx.Release("@hotwired/turbo", "8.0.23", "turbo-8.0.23/turbo.es2017-umd.js")
HTMX = next(each for each in htmx.RELEASES if each.version.startswith("4."))
MINIFIED = "minified"
PLAIN, FORMS, LIVE, DEBUG = (f"mizan{name}.min.js" for name in ("", "-forms", "-live", "-debug"))


def run(effort: Effort, *, peers: bool) -> Iterator[Cell]:
    """Measure each script; without ``peers`` nothing is fetched."""
    for name in (PLAIN, FORMS, LIVE, DEBUG):
        yield _weighed(name, (STATIC / name).read_bytes())
    if not peers:
        return
    try:
        folder = htmx.fetch(htmx.store())
        if not (folder / TURBO.path).is_file():
            htmx.fetch_one(TURBO, (folder / TURBO.path).parent, node.npm())
        yield _weighed(f"htmx {HTMX.version}", (folder / HTMX.path).read_bytes())
        yield _weighed(f"Turbo {TURBO.version}", _minified(folder / TURBO.path))
    except (htmx.NoHtmx, node.NoNode, subprocess.CalledProcessError) as problem:
        print(f"The scripts of others are not weighed: {problem}", file=sys.stderr)


def _weighed(work: str, text: bytes) -> Cell:
    return Cell.of("weight", work, MINIFIED, {}, bytes=len(text), packed=len(gzip.compress(text, 9)))


def _minified(script: Path) -> bytes:
    npm = shutil.which("npm") or "npm"
    command = [npm, "exec", "--yes", f"--package={TERSER}", "--", "terser", str(script)]
    with tempfile.TemporaryDirectory() as place:  # ignores a package.json in a parent folder
        done = subprocess.run(
            [*command, "--compress", "--mangle"], capture_output=True, cwd=place, timeout=300, check=True
        )
    return done.stdout
