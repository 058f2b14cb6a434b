"""The package keeps its floors: imports go down, modules stay short, optional parts stay optional."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "mizan_htmx"
ROOT = Path(__file__).resolve().parents[2] / PACKAGE

# A room is a module, or a folder whose modules may import one another. It may import from the floors below.
FLOORS: dict[str, tuple[str, ...]] = {
    "words": ("errors", "internals", "invalidation", "tags"),
    "nouns": (
        "scalars",
        "wording",
        "signature",
        "callables",
        "results",
        "functions",
        "declaration",
        "defects",
        "graph",
        "manifest",
    ),
    "start-up": (
        "setup.middleware",
        "setup.registry",
        "setup.discovery",
        "setup.conf",
        "setup.checks",
        "setup.loaders",
        "setup.live_checks",
        "setup.edge_checks",
        "setup.edge_settings",
        "setup.replicas",
    ),
    "request": (
        "announcing",
        "addresses",
        "anonymous",
        "arguments",
        "caching",
        "cascades",
        "client",
        "clock",
        "colour",
        "commit",
        "cookie",
        "csrf",
        "dispatch",
        "elsewhere",
        "exits",
        "failures",
        "finishing",
        "forwarded",
        "localization",
        "newer",
        "partials",
        "problems",
        "readings",
        "recorder",
        "recording",
        "refusals",
        "serving",
        "session_word",
        "steps",
        "transactions",
        "surroundings",
        "views",
        "watch",
    ),
    "faces": (
        "afterwards",
        "binding",
        "blocks",
        "context_tag",
        "enclosing",
        "error_texts",
        "ids",
        "markup",
        "notice",
        "page",
        "proving",
        "refresh",
        "rendering",
        "single_flight",
        "together",
        "forms",
        "channels",
        "edge",
        "contrib",
    ),
    "wiring": (
        "apps",
        "context_processors",
        "management",
        "middleware",
        "templatetags",
        "testing",
        "urls",
        "__init__",
    ),
}

# On one floor, who may import whom.
ARROWS: dict[str, tuple[str, ...]] = {
    "tags": ("invalidation",),
    "signature": ("scalars", "wording"),
    "results": ("signature",),
    "functions": ("results", "signature"),
    "callables": ("scalars", "signature"),
    "declaration": ("callables", "functions", "results", "signature"),
    "defects": ("functions", "signature"),
    "graph": ("defects", "functions", "scalars", "signature"),
    "manifest": ("functions", "graph"),
    "setup.registry": ("setup.middleware",),
    "setup.discovery": ("setup.registry",),
    "setup.checks": ("setup.discovery", "setup.loaders", "setup.middleware", "setup.registry"),
    "setup.live_checks": ("setup.registry",),
    "setup.edge_checks": ("setup.registry",),
    "setup.edge_settings": ("setup.conf",),
    "anonymous": ("forwarded", "localization"),
    "surroundings": ("addresses", "anonymous", "localization"),
    "csrf": ("arguments",),
    "caching": ("anonymous", "recorder"),
    "colour": ("steps",),
    "announcing": ("exits",),
    "transactions": ("announcing",),
    "recording": ("announcing", "exits", "transactions"),
    "recorder": ("announcing", "cookie", "recording", "transactions"),
    "elsewhere": ("recorder", "transactions"),
    "dispatch": ("anonymous", "arguments", "elsewhere", "recorder", "refusals", "session_word", "steps"),
    "failures": ("problems",),
    "newer": ("anonymous", "cookie", "recorder"),
    "finishing": ("announcing", "csrf", "problems", "recorder", "session_word", "steps"),
    "readings": ("anonymous", "arguments", "colour", "dispatch", "localization", "recorder", "steps"),
    "views": (
        "arguments",
        "caching",
        "colour",
        "csrf",
        "dispatch",
        "failures",
        "finishing",
        "localization",
        "recorder",
        "session_word",
        "steps",
    ),
    "refusals": ("arguments",),
    "serving": (
        "anonymous",
        "arguments",
        "caching",
        "csrf",
        "dispatch",
        "failures",
        "finishing",
        "recorder",
        "steps",
    ),
    "client": ("serving", "steps"),
    "commit": ("announcing", "recorder", "transactions"),
    "watch": ("cascades", "commit", "recorder"),
    "blocks": ("binding", "ids"),
    "page": ("error_texts", "markup"),
    "rendering": ("binding", "blocks", "markup"),
    "context_tag": ("binding", "blocks", "enclosing", "rendering"),
    "together": ("blocks", "rendering"),
    "refresh": ("blocks", "rendering", "together"),
    "single_flight": ("afterwards", "together"),
    "proving": ("afterwards", "together"),
}

# The rooms that are one face together; arrows stay inside of it.
BLOCKS = {
    *("afterwards", "binding", "blocks", "context_tag", "enclosing", "error_texts", "ids", "markup", "page"),
    *("proving", "refresh", "rendering", "single_flight", "together"),
}

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

# What an optional room may import on top, and no other room may.
OPTIONAL = {
    "channels": {"channels", "channels_redis", "redis"},
    "contrib": {"allauth"},
    "edge": {"akamai", "boto3", "botocore", "requests"},
}

MODULES = sorted(ROOT.rglob("*.py"))


def name_of(path: Path) -> str:
    """Give a module's name inside of the package: ``setup.registry``, ``setup`` for its ``__init__``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


NAMES = {name_of(path) for path in MODULES}
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS.values()) for room in rooms}


def room_of(module: str) -> str | None:
    """Give the room a module stands in, or ``None`` for one that has none."""
    if module in FLOOR_OF:
        return module
    parent = module.rpartition(".")[0]
    return room_of(parent) if parent else None


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


def allowed(importer: str | None, imported: str | None) -> bool:
    """Tell whether the room ``importer`` may import from the room ``imported``."""
    if importer is None or imported is None:
        return False
    if importer == imported or FLOOR_OF[imported] < FLOOR_OF[importer]:
        return True
    return imported in ARROWS.get(importer, ()) and FLOOR_OF[imported] == FLOOR_OF[importer]


def each_module() -> pytest.MarkDecorator:
    """Run a test once for each module of the package."""
    return pytest.mark.parametrize("path", MODULES, ids=name_of)


@each_module()
def test_every_module_stands_on_a_floor(path: Path) -> None:
    empty_package = path.name == "__init__.py" and name_of(path) not in FLOOR_OF and not list(imports(path))
    assert empty_package or room_of(name_of(path)), f"Give {name_of(path)} a room in FLOORS."


@each_module()
def test_imports_go_down_or_along_an_arrow(path: Path) -> None:
    importer = room_of(name_of(path))
    wrong = [
        f"{path.name}:{line} imports {name}"
        for line, name in imported_modules(path)
        if not allowed(importer, room_of(name))
    ]
    assert wrong == []


def test_every_arrow_is_walked() -> None:
    walked = {
        (room_of(name_of(path)), room_of(imported))
        for path in MODULES
        for _, imported in imported_modules(path)
    }
    assert [
        (source, target) for source, to in ARROWS.items() for target in to if (source, target) not in walked
    ] == []


def test_faces_know_nothing_of_one_another() -> None:
    arrows = {(source, target) for source, targets in ARROWS.items() for target in targets}
    between_faces = {arrow for arrow in arrows if set(arrow) & set(FLOORS["faces"])}
    assert [arrow for arrow in between_faces if not set(arrow) <= BLOCKS] == []


@each_module()
def test_a_module_imports_only_what_is_installed_with_it(path: Path) -> None:
    known = (
        sys.stdlib_module_names | INSTALLED | {PACKAGE} | OPTIONAL.get(room_of(name_of(path)) or "", set())
    )
    foreign = [
        f"{path.name}:{line} imports {name}"
        for line, name in imports(path)
        if name.split(".")[0] not in known
    ]
    assert foreign == []


@each_module()
def test_a_module_has_fewer_than_350_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 350


@each_module()
def test_a_function_has_fewer_than_50_lines(path: Path) -> None:
    functions = (
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    lengths = {node.name: (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}
    assert {name: lines for name, lines in lengths.items() if lines >= 50} == {}
