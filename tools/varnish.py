"""Find the Varnish that the tests of the edge and ``make demo-edge`` run, or install it.

``python -m tools.varnish`` prints the path of ``varnishd``. Besides it, ``varnishadm`` and ``varnishtest``
are needed, the modules of the package ``varnish-modules``, and a C compiler, which makes a program of each
VCL. Where this runs as root, Debian's packages are installed; progress is printed on standard error.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools.browser import apt_get, may_install

VARIABLE = "MIZAN_VARNISH"
PACKAGES = ("varnish", "varnish-modules")
PROGRAMS = ("varnishd", "varnishadm", "varnishtest", "gcc")
MODULES = ("blob", "directors", "std", "str", "var", "vsthrottle", "xkey")


class NoVarnish(Exception):
    """A part of Varnish is missing and could not be installed; the message names it."""


def main() -> int:
    """Print the path of a complete Varnish; report on standard error what is missing."""
    try:
        print(require())
    except NoVarnish as problem:
        print(f"The edge needs Varnish. {problem}", file=sys.stderr)
        return 1
    return 0


def require() -> str:
    """Return the path of ``varnishd`` with all its parts, installed if necessary; raise ``NoVarnish``."""
    missing = lacking()
    if missing and from_debian():
        missing = lacking()
    if missing:
        raise NoVarnish(
            f"There is no {missing}. On Debian and Ubuntu, as root: apt-get install {' '.join(PACKAGES)}. "
            f"{VARIABLE} names a varnishd that is not on PATH."
        )
    return varnishd()


def varnishd() -> str:
    """Return the path of ``varnishd``: what ``MIZAN_VARNISH`` names, or else one on PATH, or ``""``."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return chosen if shutil.which(chosen) else ""
    return beside("varnishd")


def beside(program: str) -> str:
    """Return the path of one of its programs: next to the chosen ``varnishd``, or on PATH, or ``""``.

    Debian has ``varnishd`` in ``/usr/sbin``, which is not on everyone's PATH.
    """
    chosen = os.environ.get(VARIABLE)
    places = (*([str(Path(chosen).parent)] if chosen else []), os.environ.get("PATH", ""), "/usr/sbin")
    return shutil.which(program, path=os.pathsep.join(places)) or ""


def lacking() -> str:
    """Return the name of the first part that is missing, or ``""``."""
    if not varnishd():
        return "varnishd"
    for program in PROGRAMS:
        if not beside(program):
            return program
    if compiles(MODULES):
        return ""
    return next(
        (f"module {name!r} for {varnishd()}" for name in MODULES if not compiles((name,))), varnishd()
    )


def compiles(modules: Sequence[str]) -> bool:
    """Return whether ``varnishd`` has these modules."""
    imports = "".join(f"import {module};\n" for module in modules)
    with tempfile.TemporaryDirectory(prefix="mizan-varnish-") as place:
        path = Path(place, "try.vcl")
        path.write_text(f"vcl 4.1;\n{imports}backend default none;\n", encoding="utf-8")
        command = [varnishd(), "-j", "none", "-n", place, "-C", "-f", str(path)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def from_debian() -> bool:
    """Install Debian's packages and return whether that worked: only as root, with apt-get."""
    if os.environ.get(VARIABLE) or not may_install():
        return False
    print("Installing Varnish with apt-get …", file=sys.stderr)
    return apt_get(*PACKAGES)


if __name__ == "__main__":
    sys.exit(main())
