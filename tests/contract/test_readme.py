"""The README's example is what it says: short, correctly typed, and it works when it is run."""

import html
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx.testing import isolated_registry

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def first_block(language: str) -> str:
    """Give the first example in this language."""
    found = re.search(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert found, f"The README has no example in {language}."
    return found[1]


def page(request: HttpRequest) -> HttpResponse:
    """Show the README's template."""
    return render(request, "readme.html")


urlpatterns = [path("", page), path("api/mizan/", include("mizan_htmx.urls"))]


def attribute(name: str, text: str) -> str:
    """Give the value that an attribute has in the first element that carries it."""
    found = re.search(rf"""\b{name}=(["'])(.*?)\1""", text)
    assert found, f"No {name} in {text}"
    return html.unescape(found[2])


def test_the_example_has_at_most_15_lines() -> None:
    lines = [line for language in ("python", "html") for line in first_block(language).splitlines()]
    assert len([line for line in lines if line.strip()]) <= 15


def test_the_example_is_correctly_typed(tmp_path: Path) -> None:
    (tmp_path / "readme_example.py").write_text(first_block("python"), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", str(tmp_path / "readme_example.py")]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.stdout + answer.stderr == "Success: no issues found in 1 source file\n"


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_the_example_works(tmp_path: Path, settings: Settings, client: Client) -> None:
    (tmp_path / "readme.html").write_text(first_block("html"), encoding="utf-8")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    ada = User.objects.create_user("ada", first_name="Ada")
    bob = User.objects.create_user("bob", first_name="Bob")
    example = ModuleType("readme_example")
    with isolated_registry() as registry:
        exec(compile(first_block("python"), "README.md", "exec"), example.__dict__)
        registry.adopt(example)

        client.force_login(ada)
        shown = client.get("/").content.decode()
        assert "Hello Ada" in shown
        assert attribute("data-mizan", shown) == f"user;user_id={ada.pk}"

        form = {**json.loads(attribute("hx-vals", shown)), "name": "Grace"}
        answer = client.post(attribute("hx-post", shown), form, headers={"HX-Request": "true"})
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["X-Mizan-Invalidate"] == f"user;user_id={ada.pk}"

        assert "Hello Grace" in client.get(attribute("hx-get", shown)).content.decode()

        client.force_login(bob)
        refused = client.post(attribute("hx-post", shown), form, headers={"HX-Request": "true"})
        assert (refused.status_code, "X-Mizan-Invalidate" in refused.headers) == (403, False)
