"""Make a root of Debian trixie, with Python 3.13 and three browsers, and run commands of this checkout in it.

``python -m tools.trixie make FOLDER`` makes the root anew. ``install FOLDER`` installs Django 6.1 in it, and
otherwise the versions of ``constraints.txt``. ``run FOLDER COMMAND …`` runs a command there, in this
checkout. All three need root, and the first two a network. The mirror is that of this machine's own package
sources.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tools.browser import apt_get

CHECKOUT = Path(__file__).resolve().parent.parent
SUITE = "trixie"
DJANGO = "django==6.1.*"
PACKAGES = (
    "ca-certificates",
    "chromium-driver",
    "firefox-esr",
    "fonts-dejavu-core",
    "gettext",
    "git",
    "postgresql",
    "python3-venv",
    "redis-server",
    "webkit2gtk-driver",
    "xauth",
    "xvfb",
)

# How pip and npm reach an index is configured on this machine.
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
NETWORK = ("etc/hosts", "etc/resolv.conf", "etc/pip.conf", CERTIFICATES)

# The paths of the checkout and the environment inside the root.
INSIDE = "/checkout"
PYTHON = "/venv/bin/python"

# The mounts belong to one process and its children: nothing stays mounted after it, however it ends, so
# removing the root never removes the checkout.
ENTER = f"""
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mount --bind "$2" "$1{INSIDE}"
root=$1
shift 2
exec chroot "$root" "$@"
"""

# Packages start no services: their ports may be in use on this machine.
NO_SERVICES = "#!/bin/sh\nexit 101\n"


class NoTrixie(Exception):
    """There is no root; the message names in one line what is missing or has failed."""


def main(arguments: Sequence[str]) -> int:
    """Run the command line; report on standard error in one line why that failed."""
    action, root, *command = arguments
    actions: dict[str, Callable[[], int]] = {
        "make": lambda: make(Path(root)),
        "install": lambda: install(Path(root)),
        "run": lambda: run(Path(root), command),
    }
    try:
        may_make()
        return actions[action]()
    except NoTrixie as problem:
        print(f"The tests on Debian {SUITE} can't run. {problem}", file=sys.stderr)
        return 1


def may_make() -> None:
    """Raise ``NoTrixie`` where this is not root on Linux, which only can mount and change the root."""
    if os.geteuid() != 0:
        raise NoTrixie("They need root, to make a root of their own and to mount in it.")
    missing = [name for name in ("mount", "unshare", "chroot") if shutil.which(name) is None]
    if missing:
        raise NoTrixie(f"They need {', '.join(missing)}.")


def make(root: Path) -> int:
    """Make the root again, whatever is left of an earlier try."""
    if shutil.which("debootstrap") is None:
        if shutil.which("apt-get") is None:
            raise NoTrixie("There is neither a debootstrap nor an apt-get to install it with.")
        if not apt_get("debootstrap"):
            raise NoTrixie("apt-get could not install debootstrap. (See above: what was tried.)")
    shutil.rmtree(root, ignore_errors=True)
    root.parent.mkdir(parents=True, exist_ok=True)
    log = root.with_suffix(".log")
    log.unlink(missing_ok=True)
    _do(["debootstrap", "--variant=minbase", SUITE, root, mirror()], log)
    _prepare(root)
    quiet = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0", "-o", "Dpkg::Options::=--force-unsafe-io"]
    _do([*quiet, "install", "-y", "--no-install-recommends", *PACKAGES], log, root)
    _do(["python3", "-m", "venv", "/venv"], log, root)
    return 0


def mirror() -> str:
    """Return the URL of Debian's packages in this machine's own package sources."""
    wanted = ("Origin: Debian", "Label: Debian", "Component: main", "Created-By: Packages")
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", *wanted]
    if shutil.which("apt-get") is not None:
        for update in ([], ["apt-get", "-qq", "update"]):
            subprocess.run(update, check=False) if update else None
            found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
            if found:
                return found[0]
    raise NoTrixie("The package sources of this machine name no mirror of Debian.")


def _prepare(root: Path) -> None:
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text(NO_SERVICES, encoding="utf-8")
    policy.chmod(0o755)
    clusters = root / "etc/postgresql-common/createcluster.conf"
    clusters.parent.mkdir()
    clusters.write_text("create_main_cluster = false\n", encoding="utf-8")
    Path(f"{root}{INSIDE}").mkdir()


def install(root: Path) -> int:
    """Install this checkout with its tests' extra and with Django 6.1 into the environment of the root."""
    for name in NETWORK:
        if Path("/", name).is_file():
            Path(root, name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path("/", name), root / name)
    pinned = (CHECKOUT / "constraints.txt").read_text(encoding="utf-8")
    newer = re.sub(r"^django==.*$", DJANGO, pinned, count=1, flags=re.MULTILINE)
    (root / "constraints.txt").write_text(newer, encoding="utf-8")
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--constraint", "/constraints.txt"]
    log = root.with_suffix(".log")
    _do([*pip, "hatchling"], log, root)
    _do([*pip, "--no-build-isolation", "--editable", ".[test]"], log, root)
    return 0


def run(root: Path, command: Sequence[str]) -> int:
    """Run a command in the root and in this checkout, and return its status."""
    # Python's bytecode stays in the root, so the checkout is unchanged.
    environment = _environment() | {"PYTHONPYCACHEPREFIX": "/var/cache/python"}
    return subprocess.run([*_enter(root), *command], env=environment, check=False).returncode


def _enter(root: Path) -> list[str]:
    own = [
        "unshare",
        "--mount",
        "--propagation",
        "private",
        "sh",
        "-ec",
        ENTER,
        "sh",
        str(root),
        str(CHECKOUT),
    ]
    return [*own, "sh", "-c", f'cd {INSIDE} && exec "$@"', "sh"]


def _environment() -> dict[str, str]:
    """Return this environment without the paths of this machine's programs, which are not in the root."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MIZAN_", "PYTHON"))}
    path = "/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    own = {"PATH": path, "HOME": "/root", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    return kept | own | {"NODE_EXTRA_CA_CERTS": f"/{CERTIFICATES}"}  # npm reads no file of the system


def _do(command: Sequence[str | Path], log: Path, root: Path | None = None) -> None:
    """Run a step, in the root if one is given; raise ``NoTrixie`` with its last error when it fails."""
    entered, environment = ([], None) if root is None else (_enter(root), _environment())
    with log.open("a", encoding="utf-8") as output:
        done = subprocess.run(
            [*entered, *command], stdout=output, stderr=subprocess.STDOUT, env=environment, check=False
        )
    if done.returncode != 0:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        said = [line for line in lines if re.match(r"(E|ERROR|W|error)\b", line)] or lines or ["nothing"]
        raise NoTrixie(f"{Path(command[0]).name} failed: {said[-1].strip()} (All that was said: {log})")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
