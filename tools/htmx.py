"""Fetch the newest builds of htmx, for browser tests beyond the builds that django-htmx ships.

``python -m tools.htmx`` prints the folder that has them, as ``<version>/htmx.min.js`` and, for pages that
bundle htmx, as ``<version>/htmx.esm.js``; Idiomorph, with which htmx 2 can morph; and Alpine, Stimulus,
Hyperscript and Bootstrap, which pages load beside them. Existing files are not fetched again. They are
downloaded by the ``npm`` on PATH, or else by one from a package on PyPI.
"""

import os
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
STIMULUS = "stimulus-3.2.2/stimulus.umd.js"
HYPERSCRIPT = "hyperscript-0.9.93/_hyperscript.min.js"
BOOTSTRAP = "bootstrap-5.3.9/bootstrap.bundle.min.js"
BOOTSTRAP_CSS = "bootstrap-5.3.9/bootstrap.min.css"
VARIABLE = "MIZAN_HTMX"


@dataclass(frozen=True, slots=True)
class Release:
    """One file of a package on npm, its folder in the package, and its place in the store."""

    package: str
    version: str
    path: str
    folder: str = "dist"

    @property
    def file(self) -> str:
        """Return the name of the file."""
        return Path(self.path).name


RELEASES = (
    *(Release("htmx.org", version, f"{version}/{file}") for version in VERSIONS for file in (FILE, MODULE)),
    Release("idiomorph", "0.8.0", IDIOMORPH),
    Release("alpinejs", "3.17.5", ALPINE),
    Release("@hotwired/stimulus", "3.2.2", STIMULUS),
    Release("hyperscript.org", "0.9.93", HYPERSCRIPT),
    Release("bootstrap", "5.3.9", BOOTSTRAP, "dist/js"),
    Release("bootstrap", "5.3.9", BOOTSTRAP_CSS, "dist/css"),
)


class NoHtmx(Exception):
    """A build of htmx could not be fetched; the message names what is missing and why."""


def main() -> int:
    """Print the folder with the builds; report on standard error what is missing."""
    try:
        print(fetch(store()))
    except NoHtmx as problem:
        needed = f"htmx {' and '.join(VERSIONS)}, Idiomorph, Alpine, Stimulus, Hyperscript and Bootstrap"
        print(f"The browser tests need {needed}. {problem}", file=sys.stderr)
        return 1
    return 0


def store() -> Path:
    """Return the folder of the builds: the one that ``MIZAN_HTMX`` names, or one in the environment."""
    return Path(os.environ.get(VARIABLE) or Path(sys.prefix, "var", "htmx")).absolute()


def fetch(folder: Path) -> Path:
    """Fetch the builds that are missing in ``folder`` and return it; raise ``NoHtmx`` if that fails."""
    missing = [release for release in RELEASES if not Path(folder, release.path).is_file()]
    if missing:
        try:
            command = node.npm()
        except node.NoNode as problem:
            raise NoHtmx(str(problem)) from problem
        for release in missing:
            fetch_one(release, Path(folder, release.path).parent, command)
    return folder


def fetch_one(release: Release, folder: Path, npm: Sequence[str]) -> None:
    """Download a release by ``npm``, and put its file into ``folder`` atomically, for runs in parallel."""
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
    """Return the content of one file of a package; nothing else of it is written to disk."""
    with tarfile.open(archive) as package:
        member = package.extractfile(name)
        if member is None:
            raise KeyError(f"{name} is no file")
        return member.read()


if __name__ == "__main__":
    sys.exit(main())
