"""Find the PostgreSQL that the tests start, or install it.

``python -m tools.postgres`` prints the path of its ``postgres``, beside which ``initdb`` stands. Where this
runs as root and none is found, Debian's package is installed. Progress is printed on standard
error.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.browser import apt_get

NAME = "postgresql"
VARIABLE = "MIZAN_POSTGRES"

# Debian has a folder for each version, and none on PATH.
DEBIAN = Path("/usr/lib/postgresql")


class NoPostgres(Exception):
    """No PostgreSQL could be found or installed; the message says what is missing."""


def main() -> int:
    """Print the path of a PostgreSQL that starts; report on standard error what is missing."""
    try:
        print(server(os.environ.get(VARIABLE, "")))
    except NoPostgres as problem:
        print(f"The tests need {NAME}. {problem}", file=sys.stderr)
        return 1
    return 0


def server(chosen: str = "") -> str:
    """Return the path of one that starts: only ``chosen`` if set, else an installed one."""
    if chosen:
        if starts(chosen):
            return chosen
        raise NoPostgres(f"{VARIABLE} names {chosen!r}, which does not start or has no initdb beside it.")
    return installed() or from_debian()


def installed() -> str:
    """Return the path of an installed one that starts, or ``""``."""
    return next(filter(starts, _candidates()), "")


def _candidates() -> Iterator[str]:
    on_path = shutil.which("postgres")
    if on_path:
        yield on_path
    if DEBIAN.is_dir():
        versions = sorted(DEBIAN.iterdir(), key=lambda each: float(each.name), reverse=True)
        yield from (str(each / "bin" / "postgres") for each in versions)


def starts(path: str) -> bool:
    """Return whether ``path`` is a PostgreSQL that runs, with an ``initdb`` beside it."""
    if not Path(path).with_name("initdb").exists():
        return False
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.startswith("postgres (PostgreSQL)")


def from_debian() -> str:
    """Install Debian's package and return its path; raise ``NoPostgres`` where that can't be."""
    if shutil.which("apt-get") is None:
        raise NoPostgres(f"There is no apt-get to install it with. Install it, or name one in {VARIABLE}.")
    if os.geteuid() != 0:
        raise NoPostgres(f"As root: apt-get install {NAME}. Or name one in {VARIABLE}.")
    print("Installing PostgreSQL with apt-get …", file=sys.stderr)
    if not apt_get(NAME):
        raise NoPostgres("apt-get could not install it. (See above: what was tried.)")
    path = installed()
    if not path:
        raise NoPostgres("apt-get installed it, but it does not start.")
    return path


if __name__ == "__main__":
    sys.exit(main())
