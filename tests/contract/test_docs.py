"""The pages in ``docs/`` name what the code has, options and checks and errors; their links and code hold."""

import ast
import doctest
import importlib
import inspect
import json
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from mizan_htmx import errors
from mizan_htmx.blocks.binding import ATTRIBUTES
from mizan_htmx.client import Context, client
from mizan_htmx.conf import DEFAULTS
from mizan_htmx.edge import resolve_purge
from mizan_htmx.management.commands.export_edge_manifest import Command

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = sorted((ROOT / "mizan_htmx").rglob("*.py"))
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


def page(name: str) -> str:
    """Give the text of a page in ``docs/``."""
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def examples(language: str) -> Iterator[tuple[str, str]]:
    """Yield page and text of every example in this language."""
    for each in PAGES:
        found = re.findall(rf"^```{language}\n(.*?)^```$", each.read_text("utf-8"), re.DOTALL | re.MULTILINE)
        yield from ((each.name, text) for text in found)


def each_page() -> pytest.MarkDecorator:
    """Run a test once for each page."""
    return pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)


@each_page()
def test_links_lead_to_files(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (path.parent / target).exists()] == []


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, made as on GitHub."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page()
def test_links_lead_to_headings(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:]*\.md)?#([^)]+)\)", path.read_text(encoding="utf-8"))
    assert [
        (page, anchor)
        for page, anchor in links
        if anchor not in anchors(path.parent / page if page else path)
    ] == []


@each_page()
def test_lines_are_readable_in_an_editor(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("|")]
    assert [line for line in lines if len(line) > 125] == []


def test_examples_in_python_parse() -> None:
    found = list(examples("python"))
    assert found
    for name, text in found:
        ast.parse(text, filename=name)


def test_examples_in_json_parse() -> None:
    whole = [text for _, text in examples("json") if "…" not in text]
    assert whole
    for text in whole:
        json.loads(text)


def test_every_page_is_linked_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [
        path.name for path in PAGES if path.parent.name == "docs" and f"docs/{path.name}" not in readme
    ] == []


def test_functions_lists_the_options_of_client_and_context() -> None:
    options = [*inspect.signature(client).parameters, *(each.name for each in fields(Context))]
    options = [name for name in options if name not in ("func", "name")]
    assert [name for name in options if f"`{name}=" not in page("functions")] == []


def test_blocks_lists_the_attributes_of_the_tag() -> None:
    assert [name for name in ATTRIBUTES if f"| `{name}" not in page("blocks")] == []


def test_errors_lists_the_classes_with_their_status_and_code() -> None:
    classes = [each for each in vars(errors).values() if isinstance(each, type)]
    raised = [
        each for each in classes if issubclass(each, errors.MizanError) and each is not errors.MizanError
    ]
    rows = [f"| `{each.__name__}` | {each.status} | `{each.code}` |" for each in raised]
    assert [row for row in rows if row not in page("errors-and-checks")] == []


def test_errors_lists_the_system_checks() -> None:
    pattern = r"mizan_htmx\.[EW]\d{3}"
    in_code = {check for path in PACKAGE for check in re.findall(pattern, path.read_text(encoding="utf-8"))}
    assert set(re.findall(pattern, page("errors-and-checks"))) == in_code


def test_settings_lists_every_setting_that_is_read() -> None:
    nodes = (node for path in PACKAGE for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    read = {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "settings"
    }
    assert sorted(name for name in read if f"`{name}`" not in page("settings")) == []


def test_settings_lists_the_settings_of_this_package() -> None:
    assert sorted(re.findall(r"^\| `(MIZAN_\w+)`", page("settings"), re.MULTILINE)) == sorted(DEFAULTS)


def test_edge_manifest_lists_the_options_of_the_command() -> None:
    parser = ArgumentParser()
    Command().add_arguments(parser)
    options = re.findall(r"--[a-z-]+", parser.format_help())
    assert [name for name in options if name != "--help" and f"| `{name} " not in page("edge-manifest")] == []


def test_edge_manifest_resolves_its_example_as_it_says() -> None:
    manifest = json.loads(next(text for name, text in examples("json") if name == "edge-manifest.md"))
    calls = re.findall(r'^resolve_purge\(manifest, "(.*)"\)\n# (.*)$', page("edge-manifest"), re.MULTILINE)
    assert [(header, resolve_purge(manifest, header)) for header, _ in calls] == [
        (header, ast.literal_eval(urls)) for header, urls in calls
    ]
    assert len(calls) == 2


@pytest.mark.parametrize("module", ["mizan_htmx.protocol.keys", "mizan_htmx.edge.manifest"])
def test_examples_in_docstrings_are_right(module: str) -> None:
    result = doctest.testmod(importlib.import_module(module))
    assert (result.failed, result.attempted > 0) == (0, True)
