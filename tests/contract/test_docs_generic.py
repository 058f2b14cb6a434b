"""The page about class-based views: its examples work as it says."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.views.generic import DetailView, ListView
from pytest_django import Settings

from mizan_htmx import register
from mizan_htmx.testing import isolated_registry
from tests.helpers.blocks import Site, blocks_of, template_settings
from tests.helpers.visitor import serve
from tests.site.models import Board

pytestmark = pytest.mark.django_db

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "generic-views.md").read_text(encoding="utf-8")


def examples(language: str) -> list[str]:
    """List the examples in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


class MovieList(ListView):  # type: ignore[type-arg]
    """Boards, by the name of the page's movies."""

    model = Board
    ordering = ("pk",)
    paginate_by = 2
    template_name = "page.html"


class MovieDetail(DetailView):  # type: ignore[type-arg]
    """One of them."""

    model = Board
    template_name = "page.html"
    slug_field = "title"


class MoviesOf(MovieList):
    """Those of a genre."""


@pytest.fixture
def movies(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Return a site with an app of movies."""
    views: Any = ModuleType("movies.views")
    views.MovieList, views.MovieDetail, views.MoviesOf = MovieList, MovieDetail, MoviesOf
    monkeypatch.setitem(sys.modules, "movies", ModuleType("movies"))
    monkeypatch.setitem(sys.modules, "movies.views", views)
    Board.objects.bulk_create([Board(title=title) for title in ("Alien", "Brazil", "Cube")])
    settings.TEMPLATES = template_settings(tmp_path)
    serve(settings, {"movies/": MovieList.as_view()})
    with isolated_registry():
        yield Site(tmp_path)


def run(*sources: str) -> dict[str, Any]:
    """Run examples one after the other, and register what they have made."""
    namespace: dict[str, Any] = {"__name__": "movies.mizan_clients"}
    exec("from movies.views import MoviesOf", namespace)
    for each in sources:
        exec(each, namespace)
    for each in [value for value in namespace.values() if hasattr(value, "mizan")]:
        register(each)
    return namespace


def test_the_first_example_shows_a_page_of_the_list(movies: Site) -> None:
    run(examples("python")[0])
    movies.write("page.html", examples("html")[0])
    html = movies.get("/movies/").text
    assert re.findall(r"<p>(.*?)</p>", html) == ["Alien", "Brazil", "3 movies"]
    assert movies.get(blocks_of(html)[0]["hx-get"]).text in html


def test_the_second_has_parameters(movies: Site) -> None:
    found = run(*examples("python")[:2])
    assert list(found["movie_detail"].mizan.parameters) == ["slug"]
    assert list(found["movies_of"].mizan.parameters) == ["genre", "year"]


def test_the_third_is_bound_to_the_address(movies: Site) -> None:
    run(*examples("python")[::2])
    content = "{% for each in movie_list.object_list %}<p>{{ each }}</p>{% endfor %}"
    movies.write("page.html", examples("html")[1].replace("…", content))
    html = movies.get("/movies/?page=2&q=x").text
    assert re.findall(r"<p>(.*?)</p>", html) == ["Cube"]
    [block] = blocks_of(html)
    assert block["data-mizan"] == "movies;page=2;q=x"
    assert movies.get(block["hx-get"]).text in html
