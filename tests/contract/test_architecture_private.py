"""What other packages keep to themselves is used only in the modules for it, which have a test for each."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.contract.test_architecture import MODULES, PACKAGE, each_module, imported_modules, imports, name_of

PATHS = {name_of(path): path for path in MODULES}

# The one list, and its part for the packages that are optional.
LISTS = {"internals", "channels.internals"}

# Django documents these, with their underscore.
DOCUMENTED = {"_base_manager", "_default_manager", "_meta", "_state"}

# Texts with an underscore in front that name no attribute.
TEXTS = {
    "forms.rendering": {"_validate"},  # how the name of a form's second URL ends
}

_PRIVATE = re.compile(r"_[A-Za-z]\w*")


def is_private(name: str) -> bool:
    """Return whether a name has an underscore in front, and is none of Python's own."""
    return _PRIVATE.fullmatch(name) is not None


def texts_of(node: ast.AST) -> Iterator[str]:
    """Yield the texts in an expression."""
    constants = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
    yield from (each for each in constants if isinstance(each, str))


def made_in(tree: ast.AST) -> set[str]:
    """Return what a module calls something of its own: what it defines, assigns, or has slots for."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_own(node.value):
            names.add(node.attr)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__slots__":
            names |= {*texts_of(node.value)}
    return names


def is_own(node: ast.AST) -> bool:
    """Return whether an expression is ``self`` or ``cls``."""
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def used_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and name of every private attribute, be it written out, as a text or as a keyword."""
    for node in ast.walk(tree):
        name = None
        if isinstance(node, ast.Attribute):
            name = node.attr
        elif isinstance(node, ast.keyword):
            name = node.arg
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = node.value
        if name is not None and is_private(name) and re.match("_mizan(_|$)", name) is None:
            yield node.lineno, name  # type: ignore[attr-defined]


def read(path: Path) -> ast.AST:
    """Parse a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def foreign_names(cls: type) -> set[str]:
    """Return the private names of those that a class inherits from, and that are of another package."""
    names: set[str] = set()
    for base in cls.__mro__:
        if base.__module__.partition(".")[0] != PACKAGE:
            try:
                tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
            except (OSError, TypeError):  # written in C
                continue
            names |= made_in(tree)
    return {name for name in names if is_private(name)}


@each_module()
def test_no_private_name_of_another_package_is_imported(path: Path) -> None:
    foreign = [
        f"{path.name}:{line} imports {name}"
        for line, name in imports(path)
        if name.partition(".")[0] != PACKAGE and any(map(is_private, name.split(".")))
    ]
    assert foreign == []


@pytest.mark.parametrize("path", [each for each in MODULES if name_of(each) not in LISTS], ids=name_of)
def test_no_private_attribute_of_another_package_is_used_outside_of_the_list(path: Path) -> None:
    tree = read(path)
    known = made_in(tree) | DOCUMENTED | TEXTS.get(name_of(path), set())
    for _, module in imported_modules(path):  # an attribute of one of this package's own classes
        known |= made_in(read(PATHS[module]))
    assert [f"{path.name}:{line} uses {name}" for line, name in used_in(tree) if name not in known] == []


@pytest.mark.parametrize("path", [each for each in MODULES if name_of(each) not in LISTS], ids=name_of)
@pytest.mark.django_db
def test_no_class_takes_a_private_name_of_what_it_inherits_from(path: Path) -> None:
    module = import_module(f"{PACKAGE}.{name_of(path)}".removesuffix(".__init__"))
    taken = []
    for node in ast.iter_child_nodes(read(path)):
        if isinstance(node, ast.ClassDef):
            own = made_in(node) | {
                each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute) and is_own(each.value)
            }
            foreign = foreign_names(getattr(module, node.name))
            taken += [f"{node.name}.{name}" for name in sorted(own & foreign)]
    assert taken == []


def test_each_allowance_is_needed() -> None:
    used = {name_of(path): {name for _, name in used_in(read(path))} for path in MODULES}
    assert set().union(*used.values()) >= DOCUMENTED
    assert [name for name, texts in TEXTS.items() if not texts <= used[name]] == []
