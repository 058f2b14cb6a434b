"""CONTRIBUTING.md shows every package and module at the top, and names files and functions that exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "mizan_htmx"
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

#: The block that begins with the package's name, without that line.
TREE = re.search(r"^    mizan_htmx/\n((?:      .*\n)+)", TEXT, re.MULTILINE)


def file_of(path: str) -> Path:
    """Return the file of a path, which is below the package or below the root."""
    return PACKAGE / path if (PACKAGE / path).exists() else ROOT / path


def shown() -> Iterator[str]:
    """Yield what the tree shows: packages with a slash, modules at the top."""
    assert TREE is not None
    above: list[tuple[int, str]] = []
    for line in TREE[1].splitlines():
        names = re.match(r"( *)((?:\w+(?:/|\.py) *)+)", line)
        if names is None:  # a heading
            continue
        indent = len(names[1])
        above = [each for each in above if each[0] < indent]
        prefix = "".join(name for _, name in above)
        yield from (prefix + name for name in names[2].split())
        if names[2].strip().endswith("/"):
            above.append((indent, names[2].strip()))


def named() -> Iterator[tuple[str, list[str]]]:
    """Yield each path that a code span names, with the functions and classes after the colon."""
    for path, names in re.findall(r"`([\w./-]+/[\w.-]+\.\w+|\w+\.py)(?:: ([\w, ]+))?`", TEXT):
        yield path, names.split(", ") if names else []


def test_the_tree_shows_every_package_and_every_module_at_the_top() -> None:
    packages = [f"{each.parent.relative_to(PACKAGE).as_posix()}/" for each in PACKAGE.rglob("__init__.py")]
    modules = [each.name for each in PACKAGE.glob("*.py")]
    assert sorted(shown()) == sorted([*(each for each in packages if each != "./"), *modules])


def test_every_file_that_it_names_exists() -> None:
    paths = [path for path, _ in named()]
    assert len(paths) > 80
    assert [path for path in paths if not file_of(path).is_file()] == []


def test_every_function_and_class_that_it_names_is_defined_there() -> None:
    missing = []
    for path, names in named():
        if names:
            body = ast.parse(file_of(path).read_text(encoding="utf-8")).body
            defined = {getattr(node, "name", None) for node in body}
            for node in body:
                targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
                defined |= {target.id for target in targets if isinstance(target, ast.Name)}
            missing += [f"{path}: {name}" for name in names if name not in defined]
    assert missing == []
