"""The README's examples are what they say: short, correctly typed, and they work when they are run."""

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client
from django.urls import include, path
from pytest_django import DjangoAssertNumQueries, Settings

from mizan_htmx.testing import isolated_registry
from tests.apps import movies
from tests.apps.movies import models
from tests.apps.movies.models import Movie
from tests.helpers.blocks import blocks_of
from tests.helpers.single_flight import named

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Give the two examples in this language, of which the second goes on from the first."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert len(found) >= 2, f"The README has no examples in {language}."
    return found[:2]


def add_movie(request: HttpRequest) -> HttpResponse:
    """Add a movie, as the README says."""
    Movie.objects.create(title=request.POST["title"])
    return HttpResponse(status=204)


def page(request: HttpRequest) -> HttpResponse:
    """Show the README's template."""
    return render(request, "readme.html")


urlpatterns = [
    path("", page),
    path("movies/add/", add_movie, name="add_movie"),
    path("api/mizan/", include("mizan_htmx.urls")),
]


@pytest.fixture
def site(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run the examples, and show their templates on one page."""
    (tmp_path / "readme.html").write_text("".join(blocks("html")), encoding="utf-8")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    monkeypatch.setitem(sys.modules, "movies", movies)
    monkeypatch.setitem(sys.modules, "movies.models", models)
    example = ModuleType("readme_example")
    with isolated_registry() as registry:
        for text in blocks("python"):
            exec(compile(text, "README.md", "exec"), example.__dict__)
        registry.adopt(example)
        yield


def attribute(name: str, text: str) -> str:
    """Give the value that an attribute has in the first element that carries it."""
    found = re.search(rf"""\b{name}=(["'])(.*?)\1""", text)
    assert found, f"No {name} in {text}"
    return html.unescape(found[2])


def test_the_example_has_at_most_15_lines() -> None:
    lines = [line for language in ("python", "html") for line in blocks(language)[0].splitlines()]
    assert len([line for line in lines if line.strip()]) <= 15


def test_the_examples_are_correctly_typed(tmp_path: Path) -> None:
    text = "".join(blocks("python")).replace("movies.models", models.__name__)
    (tmp_path / "readme_example.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", str(tmp_path / "readme_example.py")]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.stdout + answer.stderr == "Success: no issues found in 1 source file\n"


@pytest.mark.urls(__name__)
@pytest.mark.usefixtures("site")
@pytest.mark.django_db(transaction=True)
def test_a_saved_movie_is_in_both_blocks(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(User.objects.create_user("ada"))
    Movie.objects.create(title="Alien")
    shown = client.get("/").text
    assert "<p>Alien</p>" in shown
    assert ">1 movies</span>" in shown

    added = client.post(attribute("hx-post", shown), {"title": "Brazil"}, headers={"HX-Request": "true"})
    assert (added.status_code, added.headers["X-Mizan-Invalidate"]) == (204, "movies")

    stale = [block for block in blocks_of(shown) if block["data-mizan"] == "movies"]
    with django_assert_num_queries(1):
        brought = client.get(f"/api/mizan/partials/?{named(*stale)}").json()["blocks"]
    assert "<p>Alien</p><p>Brazil</p>" in brought[0]["html"]
    assert "2 movies" in brought[1]["html"]
    assert client.get("/api/mizan/ctx/movies/").status_code == 404


@pytest.mark.urls(__name__)
@pytest.mark.usefixtures("site")
@pytest.mark.django_db
def test_who_renames_themselves_is_shown_with_the_new_name(client: Client) -> None:
    ada = User.objects.create_user("ada", first_name="Ada")
    bob = User.objects.create_user("bob", first_name="Bob")
    client.force_login(ada)
    shown = client.get("/").text
    assert "Hello Ada" in shown
    block = blocks_of(shown)[-1]
    assert block["data-mizan"] == f"user;user_id={ada.pk}"

    form = {**json.loads(attribute("hx-vals", shown)), "name": "Grace"}
    answer = client.post("/api/mizan/call/", form, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["X-Mizan-Invalidate"] == f"user;user_id={ada.pk}"
    assert "Hello Grace" in client.get(block["hx-get"]).text

    client.force_login(bob)
    refused = client.post("/api/mizan/call/", form, headers={"HX-Request": "true"})
    assert (refused.status_code, "X-Mizan-Invalidate" in refused.headers) == (403, False)
