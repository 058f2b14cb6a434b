"""``export_edge_manifest``: what public contexts add to the manifest, ``--check`` and ``--format vcl``."""

import json
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core.management import CommandError, call_command
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx.client import Context, client
from mizan_htmx.edge import generate_edge_manifest
from mizan_htmx.edge.varnish.vcl import compile_vcl
from mizan_htmx.forms import mizanFormMeta, mizanFormMixin
from mizan_htmx.setup.registry import register
from mizan_htmx.testing import isolated_registry

ROOT = Path(__file__).resolve().parents[3]
NEWS = Context("news", public=True, max_age=600)


@client(context=NEWS)
def headlines(request: HttpRequest, topic: str, page: int = 1) -> list[str]:
    """Read what is new."""
    return []


@client(context=NEWS)
def front_page(request: HttpRequest) -> HttpResponse:
    """Show what is new."""
    return HttpResponse()


@client(context="inbox")
def letters(request: HttpRequest) -> list[str]:
    """Read what is for nobody else."""
    return []


@client(affects="news")
def publish(request: HttpRequest, topic: str) -> None:
    """Add something new."""


@client(affects=["inbox", "news"], route="/write/")
def write(request: HttpRequest, topic: str) -> HttpResponse:
    """Add something new, from a page."""
    return HttpResponse()


@client(affects="inbox")
def send(request: HttpRequest) -> None:
    """Write a letter."""


@pytest.fixture(autouse=True)
def site(settings: Settings) -> Iterator[None]:
    """Register the functions above, and show the pages."""
    with isolated_registry():
        for each in (headlines, front_page, letters, publish, write, send):
            register(each)
        settings.ROOT_URLCONF = (
            path("", front_page),
            path("news/<str:topic>/write/", write),
            path("rpc/", include("mizan_htmx.urls")),
        )
        yield


def export(*arguments: str) -> str:
    """Run the command; give what it wrote to standard output."""
    out = StringIO()
    call_command("export_edge_manifest", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_public_context_says_so_and_how_long_it_may_be_kept() -> None:
    manifest = generate_edge_manifest("/rpc")
    assert manifest["contexts"] == {
        "inbox": {
            "endpoints": ["/rpc/ctx/inbox/"],
            "functions": [{"name": "letters", "path": "rpc"}],
            "params": [],
            "views": [],
        },
        "news": {
            "endpoints": ["/rpc/ctx/news/"],
            "functions": [{"name": "headlines", "path": "rpc"}, {"name": "front_page", "path": "view"}],
            "max_age": 600,
            "optional": ["page", "topic"],
            "params": ["page", "topic"],
            "public": True,
            "views": ["/"],
        },
    }
    assert json.dumps(manifest) == json.dumps(manifest, sort_keys=True)


def test_a_mutation_of_what_is_public_says_where_it_answers() -> None:
    assert generate_edge_manifest("/rpc/")["mutations"] == {
        "publish": {"affects": ["news"], "endpoints": ["/rpc/call/"], "params": ["topic"]},
        "send": {"affects": ["inbox"], "params": []},
        "write": {
            "affects": ["inbox", "news"],
            "endpoints": ["/news/:topic/write/", "/rpc/call/", "/write/"],
            "params": ["topic"],
        },
    }


def test_a_form_answers_at_its_own_url_too() -> None:
    class NewsForm(mizanFormMixin, forms.Form):
        mizan = mizanFormMeta(name="add_news", affects="news", enable_formset=True)
        topic = forms.CharField()

    mutations: Any = generate_edge_manifest("/rpc")["mutations"]
    assert mutations["add_news.submit"]["endpoints"] == ["/rpc/call/", "/rpc/form/add_news/"]
    assert mutations["add_news.formset.submit"]["endpoints"] == ["/rpc/call/", "/rpc/formset/add_news/"]


@pytest.mark.parametrize("form", [[], ["--format", "vcl", "--origin", "127.0.0.1:8000"], ["--indent", "0"]])
def test_check_is_quiet_about_a_file_that_is_up_to_date(tmp_path: Path, form: list[str]) -> None:
    target = tmp_path / "edge"
    export("--output", str(target), *form)
    written = target.read_bytes()
    assert export("--output", str(target), "--check", *form) == ""
    assert target.read_bytes() == written


@pytest.mark.parametrize("written_as", [str, Path])
@pytest.mark.parametrize("option", [{}, {"format": "vcl", "origin": "127.0.0.1:8000"}])
def test_python_may_name_the_file_as_a_path_or_as_text_in_a_folder_that_is_new(
    written_as: type, option: dict[str, str], tmp_path: Path
) -> None:
    target = tmp_path / "folder" / "that is" / "new" / "m.json"
    stderr = StringIO()
    call_command("export_edge_manifest", output=written_as(target), stderr=stderr, **option)
    form = [text for name, value in option.items() for text in (f"--{name}", value)]
    assert target.read_text(encoding="utf-8").strip() == export(*form).strip()
    assert stderr.getvalue() == f"Wrote 2 contexts to {target}.\n"
    checked = StringIO()
    call_command("export_edge_manifest", output=written_as(target), check=True, stderr=checked, **option)
    assert checked.getvalue() == f"{target} is up to date.\n"


@pytest.mark.parametrize("option", ["--output", "-o"])
def test_the_command_line_makes_the_folder_too(option: str, tmp_path: Path) -> None:
    target = tmp_path / "new" / "edge.json"
    export(option, str(target))
    assert target.read_text(encoding="utf-8").strip() == export().strip()


def test_a_path_from_the_working_directory_needs_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    export("--output", "edge.json")
    assert (tmp_path / "edge.json").read_text(encoding="utf-8").strip() == export().strip()


def test_checking_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        export("--output", str(tmp_path / "new" / "edge.json"), "--check")
    assert list(tmp_path.iterdir()) == []


def test_check_refuses_a_file_that_is_out_of_date_and_leaves_it(tmp_path: Path) -> None:
    target = tmp_path / "edge.json"
    export("--output", str(target))
    written = target.read_bytes()
    register(client(context="new")(lambda_reader))
    with pytest.raises(CommandError) as caught:
        export("--output", str(target), "--check")
    assert str(caught.value) == (
        f"{str(target)!r} is out of date: the declarations have changed since it was written."
        " Run this without --check, and commit the file."
    )
    assert (caught.value.returncode, target.read_bytes()) == (1, written)


def lambda_reader(request: HttpRequest) -> int:
    """Read something that was not there before."""
    return 1


def test_check_says_what_it_can_not_read(tmp_path: Path) -> None:
    missing, binary = tmp_path / "missing.json", tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe")
    for target, reason in ((missing, "No such file or directory"), (binary, "it is not text")):
        with pytest.raises(CommandError) as caught:
            export("--output", str(target), "--check")
        assert str(caught.value) == f"{str(target)!r} can't be read: {reason}. Run this without --check."
    with pytest.raises(CommandError, match=r"^--check needs --output FILE, the file to compare with\.$"):
        export("--check")


def test_vcl_is_compiled_from_the_manifest() -> None:
    expected = compile_vcl(generate_edge_manifest("/rpc"), origin="127.0.0.1:8000")
    assert export("--format", "vcl", "--origin", "127.0.0.1:8000").strip() == expected.strip()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "vcl"], "--format vcl needs --origin HOST:PORT, the server behind Varnish."),
        (["--origin", "a:1"], "--origin is the server behind Varnish. Add --format vcl."),
    ],
)
def test_a_format_and_its_origin_belong_together(arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError) as caught:
        export(*arguments)
    assert str(caught.value) == message


def test_an_origin_that_is_none_is_an_error_in_one_line() -> None:
    with pytest.raises(CommandError, match="nowhere"):
        export("--format", "vcl", "--origin", "nowhere")


def test_check_ends_in_status_1(tmp_path: Path) -> None:
    target = tmp_path / "edge.json"
    target.write_text("{}\n", encoding="utf-8")
    command = [sys.executable, "-m", "django", "export_edge_manifest", "--output", str(target), "--check"]
    done = subprocess.run(
        [*command, "--settings", "tests.site.settings"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert f"CommandError: {str(target)!r} is out of date: " in done.stderr
