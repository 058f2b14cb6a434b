"""Install this checkout with an extra: ``python -m tools.install demo``, with the Python that runs this.

If that fails, it prints the reason in one line, with the file that has all of pip's output. Standard library
only, because it runs before anything is installed.
"""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PIP = ("-m", "pip", "--disable-pip-version-check", "install", "--constraint", "constraints.txt")

# pip logs each try, and finally that there is no such package, as if the index had responded.
_UNREACHED = re.compile(r"Retry\(total=0\b|Max retries exceeded")
_ERROR = re.compile(r"\[Errno (-?\d+)\] ([^:'\")\]]+)(?:: '([^']+)')?")
_FILES = {13, 28, 30}  # no permission, no space, a file system that can only be read


def main() -> int:
    """Install what the extra on the command line needs; report a failure on standard error."""
    extra = sys.argv[1]
    commands = (["hatchling"], ["--no-build-isolation", "--editable", f".[{extra}]"])
    problem = next(filter(None, (run(command) for command in commands)), "")
    if problem:
        print(problem, file=sys.stderr)
    return 1 if problem else 0


def run(arguments: Sequence[str], log: Path = Path(sys.prefix, "pip.log")) -> str:
    """Run pip; return "", or the reason of a failure with the file of its output."""
    pip = [sys.executable, *PIP, *arguments]
    done = subprocess.run(pip, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode == 0:
        return ""
    try:
        log.write_text(done.stdout, encoding="utf-8")
    except OSError:
        return f"{done.stdout}\n{reason_in(done.stdout)}"
    return f"{reason_in(done.stdout)} All that pip said: {log}"


def reason_in(output: str) -> str:
    """Return the reason of a failure in pip's output, as a sentence."""
    errors = [(int(number), text.strip(), path) for number, text, path in _ERROR.findall(output)]
    for number, text, path in errors:
        if number in _FILES:
            return f"{path or 'A file'} can't be written: {text}."
    if _UNREACHED.search(output):
        detail = f" ({errors[-1][1]})" if errors else ""
        return (
            f"No package index could be reached{detail}: is there a network?"
            " PIP_INDEX_URL names another one than PyPI."
        )
    last = [line.removeprefix("ERROR: ") for line in output.splitlines() if line.startswith("ERROR: ")]
    return last[-1] if last else "pip failed."


if __name__ == "__main__":
    sys.exit(main())
