"""The public API: what docs, README and demo import, each name with a docstring, and former paths."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.contract.test_architecture import MODULES, name_of
from tests.contract.test_docs import PAGES

PACKAGE = "mizan_htmx"
ROOT = Path(__file__).resolve().parents[2]

#: What a site imports from; the names are those of each module's ``__all__``.
PUBLIC = (
    "mizan_htmx",
    "mizan_htmx.channels",
    "mizan_htmx.client",
    "mizan_htmx.context_processors",
    "mizan_htmx.edge",
    "mizan_htmx.edge.backends.akamai",
    "mizan_htmx.edge.backends.base",
    "mizan_htmx.edge.backends.bunny",
    "mizan_htmx.edge.backends.cloudflare",
    "mizan_htmx.edge.backends.cloudfront",
    "mizan_htmx.edge.backends.fastly",
    "mizan_htmx.edge.backends.recording",
    "mizan_htmx.edge.backends.urls",
    "mizan_htmx.edge.backends.varnish",
    "mizan_htmx.errors",
    "mizan_htmx.forms",
    "mizan_htmx.generic",
    "mizan_htmx.middleware",
    "mizan_htmx.setup.registry",
    "mizan_htmx.signals",
    "mizan_htmx.testing",
    "mizan_htmx.urls",
)

#: Former paths, with the public module that has the same names now.
FORMER = {
    "mizan_htmx.edge.purging": "mizan_htmx.edge",
    "mizan_htmx.recorder": "mizan_htmx.signals",
    "mizan_htmx.setup.conf": "mizan_htmx.edge",
    "mizan_htmx.tags": "mizan_htmx.edge",
    "mizan_htmx.watch": "mizan_htmx",
}

#: Dotted names in the docs that are no import paths.
LOGGERS = {"mizan_htmx.blocks", "mizan_htmx.caching"}
SALTS = {"mizan_htmx.block", "mizan_htmx.localization"}

SUBMODULES = {f"{PACKAGE}.{name_of(path)}".removesuffix(".__init__") for path in MODULES}


def module(name: str) -> ModuleType:
    """Import a module."""
    return importlib.import_module(name)


def each_public_module() -> pytest.MarkDecorator:
    """Run a test once for each public module."""
    return pytest.mark.parametrize("name", PUBLIC)


def sources() -> Iterator[tuple[str, str]]:
    """Yield place and text of the demo's modules and of every Python example in the pages."""
    for path in sorted((ROOT / "demo").rglob("*.py")):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        for found in re.finditer(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
            yield f"{path.name}:{text[: found.start()].count(chr(10)) + 1}", found[1]


def imported(text: str) -> Iterator[tuple[str, str]]:
    """Yield module and name of what a source imports from this package; no name for a plain import."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((each.name, "") for each in node.names if is_own(each.name))
        elif isinstance(node, ast.ImportFrom) and node.module and is_own(node.module):
            yield from ((node.module, each.name) for each in node.names)


def is_own(name: str) -> bool:
    """Return whether a dotted name begins with this package."""
    return name.partition(".")[0] == PACKAGE


def is_public(dotted: str) -> bool:
    """Return whether a dotted name is a public module, a package of one, or a public name of one."""
    owner, _, name = dotted.rpartition(".")
    return (
        dotted in PUBLIC
        or any(each.startswith(f"{dotted}.") for each in PUBLIC)
        or (owner in PUBLIC and name in module(owner).__all__)
    )


def test_docs_readme_and_demo_import_public_names_only() -> None:
    found = [(place, *each) for place, text in sources() for each in imported(text)]
    assert len(found) > 40
    assert [each for each in found if not is_public(f"{each[1]}.{each[2]}".rstrip("."))] == []


def test_docs_and_readme_name_public_paths_only() -> None:
    pattern = re.compile(r"\bmizan_htmx(?:\.[A-Za-z_][A-Za-z0-9_]*)+(?!/)")
    pages = [path for path in PAGES if path.name not in ("CHANGELOG.md", "CONTRIBUTING.md")]
    found = {(path.name, name) for path in pages for name in pattern.findall(path.read_text("utf-8"))}
    named = {each for each in found if not re.fullmatch(r"mizan_htmx\.[EW]\d{3}", each[1])}
    assert len(named) > 15
    assert [each for each in sorted(named) if each[1] not in LOGGERS | SALTS and not is_public(each[1])] == []


@each_public_module()
def test_a_public_module_lists_names_that_are_there_and_has_a_docstring(name: str) -> None:
    listed = module(name).__all__
    assert listed
    assert sorted(set(listed)) == sorted(listed)
    assert [each for each in listed if not hasattr(module(name), each)] == []
    assert module(name).__doc__


@pytest.mark.parametrize("name", sorted(SUBMODULES))
def test_every_list_of_public_names_is_true(name: str) -> None:
    listed = getattr(module(name), "__all__", ())
    assert [each for each in listed if not hasattr(module(name), each)] == []


@each_public_module()
def test_every_public_name_has_a_docstring(name: str) -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
    for each in module(name).__all__:
        value = getattr(module(name), each)
        if inspect.isclass(value) or inspect.isroutine(value):
            assert value.__doc__, f"{name}.{each} has no docstring."
        else:  # a constant has its own in the comment before it
            assert re.search(rf"^#: .*\n{each}\b", source, re.MULTILINE), f"{name}.{each} has no '#:'."


@pytest.mark.parametrize("name", FORMER)
def test_a_former_path_has_the_same_names_as_the_public_one(name: str) -> None:
    former, home = module(name), module(FORMER[name])
    assert former.__all__
    assert [each for each in former.__all__ if getattr(former, each) is not getattr(home, each)] == []
    assert {*former.__all__} <= {*home.__all__}
    assert former.__doc__ and FORMER[name] in former.__doc__  # noqa: PT018
    names = {each for each in vars(former) if not each.startswith("_")}
    assert names == {*former.__all__}


def test_the_former_paths_have_what_the_docs_named() -> None:
    named = {
        "mizan_htmx.edge.purging": {"drain"},
        "mizan_htmx.recorder": {"invalidated"},
        "mizan_htmx.setup.conf": {"edges"},
        "mizan_htmx.tags": {"purge_tags", "tags_of"},
        "mizan_htmx.watch": {"WatchedQuerySet", "watch_model"},
    }
    assert named.keys() == FORMER.keys()
    assert [name for name, names in named.items() if not names <= {*module(name).__all__}] == []


def run(script: str) -> str:
    """Run a script in a process of its own; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_root_can_be_imported_before_any_app_is_there() -> None:
    """``models.py`` imports ``watch_model``, and ``settings.py`` or a build may import the version."""
    script = (
        "import mizan_htmx\n"
        "from django.apps import apps\n"
        "from django.conf import settings\n"
        "assert all(getattr(mizan_htmx, name) for name in mizan_htmx.__all__)\n"
        "print(apps.ready, settings.configured)"
    )
    assert run(script) == "False False\n"


def test_wrap_asgi_can_be_imported_without_channels_and_its_call_says_what_to_install() -> None:
    script = (
        "import sys\n"
        "sys.modules['channels'] = None\n"
        "from mizan_htmx import wrap_asgi\n"
        "try:\n"
        "    wrap_asgi(None)\n"
        "except ImportError as error:\n"
        "    print(error)"
    )
    assert "pip install 'mizan_htmx[channels]'" in run(script)
