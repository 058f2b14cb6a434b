"""The package keeps its layers (see ``importlinter`` in pyproject.toml), and its functions stay short."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "mizan_htmx"
ROOT = Path(__file__).resolve().parents[2] / PACKAGE

# What the core may import besides the standard library; each comes with the package's own dependencies.
INSTALLED = {
    "asgiref",
    "django",
    "django_htmx",
    "pydantic",
    "pydantic_core",
    "template_partials",
    "typing_extensions",
}

# What optional parts import on top; pyproject.toml says which parts, and that no other does.
OPTIONAL = {"akamai", "boto3", "botocore", "channels", "channels_redis", "redis", "requests"}

MODULES = sorted(ROOT.rglob("*.py"))


def name_of(path: Path) -> str:
    """Give a module's name inside of the package: ``setup.registry``, ``setup`` for its ``__init__``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


NAMES = {name_of(path) for path in MODULES}


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and full name of everything a module imports, wherever in it and for whatever purpose."""
    package = [PACKAGE, *path.relative_to(ROOT).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = [node.module] if node.module else []
            if node.level:
                source = [*package[: len(package) - node.level + 1], *source]
            yield from ((node.lineno, ".".join([*source, alias.name])) for alias in node.names)


def imported_modules(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and name, inside of the package, of every module of the package that a module imports."""
    for line, name in imports(path):
        head, _, inside = name.partition(".")
        if head != PACKAGE:
            continue
        while inside and inside not in NAMES:
            inside = inside.rpartition(".")[0]
        yield line, inside or "__init__"


def each_module() -> pytest.MarkDecorator:
    """Run a test once for each module of the package."""
    return pytest.mark.parametrize("path", MODULES, ids=name_of)


def test_imports_go_down_and_in_no_circle() -> None:
    # In a process of its own: import-linter disables the loggers of the process it runs in.
    script = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_imports_the_root() -> None:
    found = {
        name_of(path): name for path in MODULES for _, name in imported_modules(path) if name == "__init__"
    }
    assert found == {}


@each_module()
def test_a_module_imports_only_what_is_installed_with_it(path: Path) -> None:
    known = sys.stdlib_module_names | INSTALLED | OPTIONAL | {PACKAGE}
    foreign = [
        f"{path.name}:{line} imports {name}"
        for line, name in imports(path)
        if name.split(".")[0] not in known
    ]
    assert foreign == []


@each_module()
def test_a_function_has_fewer_than_50_lines(path: Path) -> None:
    functions = (
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    lengths = {node.name: (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}
    assert {name: lines for name, lines in lengths.items() if lines >= 50} == {}
