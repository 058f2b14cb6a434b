"""Build, check and test the scripts in ``js``, on Node.js.

``python -m tools.js build`` writes ``static/mizan_htmx``, ``build FOLDER`` another folder. ``lint`` looks at
the style and the types, ``format`` writes the style. ``test`` runs the tests in a browser, and takes the
arguments of web-test-runner. Each of them has npm install what it needs if ``js/package-lock.json`` has
changed; ``install`` does only that.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools import browser, htmx, node

JS = Path(__file__).resolve().parent.parent / "js"
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")

#: The programs that a command runs, one after the other, each with its arguments.
COMMANDS: Mapping[str, Sequence[Sequence[str]]] = {
    "build": (["build.mjs"],),
    "lint": (
        ["eslint", "."],
        ["prettier", "--check", "--log-level=warn", "."],
        ["tsc"],
        ["tsc", "--project", "test/types"],
    ),
    "format": (["eslint", "--fix", "."], ["prettier", "--write", "--log-level=warn", "."]),
    "test": (["web-test-runner"],),
    "install": (),
}


class NoModules(Exception):
    """npm could not install what the scripts need; the message has what it says."""


def main(arguments: Sequence[str]) -> int:
    """Run a command; return the exit status of the first program that fails, or 0."""
    name, *more = arguments or [""]
    if name not in COMMANDS:
        print(f"python -m tools.js {' | '.join(COMMANDS)}", file=sys.stderr)
        return 2
    try:
        command = node.command()
        install()
        environment = os.environ | (browsers() if name == "test" else {})
    except (node.NoNode, NoModules, browser.NoBrowser, htmx.NoHtmx) as problem:
        print(f"The scripts can't be handled: {problem}", file=sys.stderr)
        return 1
    for program, *given in COMMANDS[name]:
        file = program if program.endswith(".mjs") else f"node_modules/.bin/{program}"
        done = subprocess.run([*command, file, *given, *more], cwd=JS, env=environment, check=False)
        if done.returncode:
            return done.returncode
    return 0


def install(folder: Path = JS) -> None:
    """Install what the lock file names, if it has changed since; raise ``NoModules`` if that fails."""
    lock = hashlib.sha256(Path(folder, "package-lock.json").read_bytes()).hexdigest()
    modules = folder / "node_modules"
    stamp = modules / ".installed"
    # A link leads to what somebody else takes care of.
    if modules.is_symlink() or (stamp.is_file() and stamp.read_text(encoding="utf-8") == lock):
        return
    print("Installing what the scripts are built and tested with …", file=sys.stderr)
    problem, _ = node.run([*node.npm(), *INSTALL], str(folder))
    if problem:
        raise NoModules(f"npm could not install what js/package-lock.json names:\n{problem}")
    stamp.write_text(lock, encoding="utf-8")


def browsers() -> dict[str, str]:
    """Return the variables by which the tests find a browser and the builds of htmx."""
    package = importlib.util.find_spec("django_htmx")
    assert package is not None
    assert package.origin is not None
    return {
        browser.SHELL_VARIABLE: browser.shell(os.environ.get(browser.SHELL_VARIABLE, "")),
        htmx.VARIABLE: str(htmx.fetch(htmx.store())),
        "MIZAN_DJANGO_HTMX": str(Path(package.origin).parent / "static" / "django_htmx"),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
