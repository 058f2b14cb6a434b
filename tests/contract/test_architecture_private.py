"""What other packages keep to themselves is used only in the modules for it, which have a test for each."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from tests.contract.test_architecture import MODULES, PACKAGE, imported_modules, imports, name_of

PATHS = {name_of(path): path for path in MODULES}

# The one list, and its part for the packages that are optional.
LISTS = {"internals", "channels.internals"}

OUTSIDE_OF_THE_LISTS = [path for path in MODULES if name_of(path) not in LISTS]

# Django and Python document these, with their underscore.
DOCUMENTED = {"_base_manager", "_default_manager", "_fields", "_meta", "_state"}

# Texts with an underscore in front that name no attribute.
TEXTS = {
    "blocks.scope.passing": {"_id", "_pk"},  # how the name of a parameter ends
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


@cache
def read(path: Path) -> ast.AST:
    """Parse a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def made_by(path: Path) -> set[str]:
    """Return what a module calls something of its own."""
    return made_in(read(path))


@cache
def private_names(cls: type) -> set[str]:
    """Return the private names of one class, without what it inherits; none if it is written in C."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError):
        return set()
    return set(filter(is_private, made_in(tree)))


def foreign_names(cls: type) -> set[str]:
    """Return the private names of those that a class inherits from, and that are of another package."""
    foreign = [base for base in cls.__mro__ if base.__module__.partition(".")[0] != PACKAGE]
    return set[str]().union(*map(private_names, foreign))


def test_no_private_name_of_another_package_is_imported() -> None:
    foreign = [
        f"{name_of(path)}:{line} imports {name}"
        for path in MODULES
        for line, name in imports(path)
        if name.partition(".")[0] != PACKAGE and any(map(is_private, name.split(".")))
    ]
    assert foreign == []


def test_no_private_attribute_of_another_package_is_used_outside_of_the_list() -> None:
    used = []
    for path in OUTSIDE_OF_THE_LISTS:
        name = name_of(path)
        known = made_by(path) | DOCUMENTED | TEXTS.get(name, set())
        for _, module in imported_modules(path):  # an attribute of one of this package's own classes
            known |= made_by(PATHS[module])
        used += [f"{name}:{line} uses {each}" for line, each in used_in(read(path)) if each not in known]
    assert used == []


@pytest.mark.django_db
def test_no_class_takes_a_private_name_of_what_it_inherits_from() -> None:
    taken = []
    for path in OUTSIDE_OF_THE_LISTS:
        module = import_module(f"{PACKAGE}.{name_of(path)}".removesuffix(".__init__"))
        for node in ast.iter_child_nodes(read(path)):
            if isinstance(node, ast.ClassDef):
                attributes = (each for each in ast.walk(node) if isinstance(each, ast.Attribute))
                own = made_in(node) | {each.attr for each in attributes if is_own(each.value)}
                foreign = foreign_names(getattr(module, node.name))
                taken += [f"{name_of(path)}.{node.name}.{name}" for name in sorted(own & foreign)]
    assert taken == []


def test_each_allowance_is_needed() -> None:
    used = {name_of(path): {name for _, name in used_in(read(path))} for path in MODULES}
    assert set().union(*used.values()) >= DOCUMENTED
    assert [name for name, texts in TEXTS.items() if not texts <= used[name]] == []
