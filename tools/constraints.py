"""Renew ``constraints.txt``: the newest compatible versions, resolved by pip on the Python that runs this.

Run it with the oldest supported Python and name newer ones behind it: ``python3.11 -m tools.constraints
python3.12 python3.13``. They get the same versions; what only they need has a marker in the file. If one of
them can't install a version, the run ends with pip's own message, because a person has to decide then.
"""

import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import node

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "constraints.txt"
REQUIREMENTS = (f"{ROOT}[test,allauth]", node.PACKAGE)

HEADER = """\
# The versions that `make demo` and `make test` install, so that every machine gets the same ones. What the
# package itself asks for stands in pyproject.toml. Made by tools/constraints.py, not by hand; renew it with
#
#     make constraints PYTHON=python3.11 OTHERS="python3.12 python3.13"
#
# Resolved on Python {version}.
"""


def main(others: list[str]) -> int:
    """Write the file; ``others`` are newer Pythons, which get the versions of this one."""
    base = resolved(sys.executable)
    lines = {name: f"{name}=={version}" for name, version in base.items()}
    for python in others:
        marker = f"python_version == '{version_of(python)}'"
        for name, version in resolved(python, base).items():
            if name not in base:
                known = lines.get(name, "")
                lines[name] = (f"{known}\n" if known else "") + f"{name}=={version} ; {marker}"
    text = HEADER.format(version=platform.python_version())
    TARGET.write_text(text + "\n".join(lines[name] for name in sorted(lines)) + "\n", encoding="utf-8")
    return 0


def resolved(python: str, pins: dict[str, str] | None = None) -> dict[str, str]:
    """Resolve versions within ``pins`` by the pip of ``python``; return them by normalized name."""
    with tempfile.TemporaryDirectory() as folder:
        constraints, report = Path(folder, "constraints.txt"), Path(folder, "report.json")
        constraints.write_text("".join(f"{name}=={version}\n" for name, version in (pins or {}).items()))
        command = [python, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        command += ["--constraint", str(constraints), "--report", str(report), *REQUIREMENTS]
        subprocess.run(command, check=True)
        chosen = [each["metadata"] for each in json.loads(report.read_text(encoding="utf-8"))["install"]]
    return {normal(each["name"]): each["version"] for each in chosen if normal(each["name"]) != "mizan-htmx"}


def normal(name: str) -> str:
    """Return a project's name as indexes normalize it: lower case, with dashes."""
    return name.lower().replace("_", "-").replace(".", "-")


def version_of(python: str) -> str:
    """Return the version of an interpreter as markers compare it, such as ``3.12``."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
