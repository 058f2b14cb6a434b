"""Find the Chromium that the browser tests drive, or install one.

``python -m tools.browser`` prints its path, and ``python -m tools.browser shell`` that of its headless shell:
without a window and a back/forward cache, and twice as fast. Playwright's own download does not work
everywhere, so it is the last resort: an installed browser comes first, then Debian's package, where this runs
as root. Progress is printed on standard error.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

#: How a browser that is driven starts: without what a test machine lacks, and without traffic of its own.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VARIABLE = "MIZAN_CHROMIUM"
SHELL = "chromium-headless-shell"
SHELL_VARIABLE = "MIZAN_CHROMIUM_SHELL"


class NoBrowser(Exception):
    """No Chromium could be found or installed; the message names what was tried."""


def main() -> int:
    """Print the path of a Chromium that starts; report on standard error why there is none."""
    find, variable = (shell, SHELL_VARIABLE) if sys.argv[1:] == ["shell"] else (chromium, VARIABLE)
    try:
        print(find(os.environ.get(variable, "")))
    except NoBrowser as problem:
        print(f"The browser tests need Chromium. {problem}", file=sys.stderr)
        return 1
    return 0


def chromium(chosen: str = "") -> str:
    """Return the path of a Chromium that starts: only ``chosen`` if set, else an installed or a new one."""
    if chosen:
        if starts(chosen):
            return chosen
        raise NoBrowser(f"{VARIABLE} names {chosen!r}, which does not start.")
    return installed() or from_debian() or from_playwright()


def shell(chosen: str = "") -> str:
    """Return the path of Chromium's headless shell; if it is unavailable, that of a whole Chromium."""
    if chosen:
        return chromium(chosen)
    if not shutil.which(SHELL) and may_install():
        print("Installing Chromium's headless shell with apt-get …", file=sys.stderr)
        apt_get(SHELL)
    path = shutil.which(SHELL)
    return path if path and starts(path) else chromium(os.environ.get(VARIABLE, ""))


def installed() -> str:
    """Return the path of the first browser in ``NAMES`` that starts, or ``""``."""
    paths = (shutil.which(name) for name in NAMES)
    return next((path for path in paths if path and starts(path)), "")


def starts(path: str) -> bool:
    """Return whether ``path`` is a browser that runs; Ubuntu's ``chromium-browser`` may only name a snap."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and "Chrom" in answer.stdout


def from_debian() -> str:
    """Install Debian's package and return its path; ``""`` without apt-get or if this is not root."""
    if not may_install():
        return ""
    print("Installing Chromium with apt-get …", file=sys.stderr)
    return installed() if apt_get("chromium") else ""


def may_install() -> bool:
    """Return whether this is root on a Debian."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def from_playwright() -> str:
    """Download Playwright's own Chromium and return its path; raise ``NoBrowser`` if that fails."""
    from playwright.sync_api import sync_playwright

    print("Installing Chromium with Playwright …", file=sys.stderr)
    if not run([sys.executable, "-m", "playwright", "install", "chromium"]):
        raise NoBrowser(
            f"Install one of {', '.join(NAMES)}, or name one in {VARIABLE}. (See above: what was tried.)"
        )
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    if not starts(path):
        raise NoBrowser(
            f"Playwright installed {path!r}, which does not start: libraries of the system are missing. "
            f"As root: {sys.executable} -m playwright install-deps chromium"
        )
    return path


def apt_get(*packages: str) -> bool:
    """Install Debian packages and return whether that worked; print the output of a failure."""
    quiet = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    return run([*quiet, "update"]) and run([*quiet, "install", "-y", "--no-install-recommends", *packages])


def run(command: Sequence[str]) -> bool:
    """Run ``command`` and return whether it worked; print the output of a failure."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    answer = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if answer.returncode != 0:
        print(f"This failed: {' '.join(command)}\n{answer.stdout}", file=sys.stderr)
    return answer.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
