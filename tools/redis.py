"""Find the redis-server that the tests start, or install it.

``python -m tools.redis`` prints its path. Where this runs as root and none is found, Debian's package is
installed. Progress is printed on standard error.
"""

import os
import shutil
import subprocess
import sys

from tools.browser import apt_get

NAME = "redis-server"
VARIABLE = "MIZAN_REDIS"


class NoRedis(Exception):
    """No redis-server could be found or installed; the message says what is missing."""


def main() -> int:
    """Print the path of a redis-server that starts; report on standard error what is missing."""
    try:
        print(server(os.environ.get(VARIABLE, "")))
    except NoRedis as problem:
        print(f"The tests need {NAME}. {problem}", file=sys.stderr)
        return 1
    return 0


def server(chosen: str = "") -> str:
    """Return the path of a redis-server that starts: only ``chosen`` if set, else an installed one."""
    if chosen:
        if starts(chosen):
            return chosen
        raise NoRedis(f"{VARIABLE} names {chosen!r}, which does not start.")
    return installed() or from_debian()


def installed() -> str:
    """Return the path of an installed one that starts, or ``""``."""
    path = shutil.which(NAME) or ""
    return path if path and starts(path) else ""


def starts(path: str) -> bool:
    """Return whether ``path`` is a redis-server that runs."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.startswith("Redis server")


def from_debian() -> str:
    """Install Debian's package and return its path; raise ``NoRedis`` if that fails."""
    if shutil.which("apt-get") is None:
        raise NoRedis(f"There is no apt-get to install it with. Install it, or name one in {VARIABLE}.")
    if os.geteuid() != 0:
        raise NoRedis(f"As root: apt-get install redis-server. Or name one in {VARIABLE}.")
    print("Installing Redis with apt-get …", file=sys.stderr)
    if not apt_get(NAME):
        raise NoRedis("apt-get could not install it. (See above: what was tried.)")
    path = installed()
    if not path:
        raise NoRedis("apt-get installed it, but it does not start.")
    return path


if __name__ == "__main__":
    sys.exit(main())
