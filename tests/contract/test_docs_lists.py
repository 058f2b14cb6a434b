"""The page about lists: both of its list pages work, at first and refreshed."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import django_tables2
import pytest
from django.db import connection
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx.setup.registry import Registry, register
from tests.contract.test_docs import page
from tests.helpers.blocks import MIDDLEWARE, Site, blocks_of, template_settings
from tests.site.models import Album

pytestmark = pytest.mark.django_db

ADDRESS = "/page/?q=album&genre=rock&sort=-year&page=2"


def examples(language: str) -> list[str]:
    """List the examples in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page("lists"), re.DOTALL | re.MULTILINE)


@pytest.fixture
def site(registry: Registry, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Return a site with an app of albums, 41 of each genre."""
    for name in ("albums", "albums.models", "albums.views"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    vars(sys.modules["albums.models"])["Album"] = Album
    monkeypatch.setattr(
        "mizan_htmx.watch_model", lambda *declared: None
    )  # as the test project does by itself
    settings.MIDDLEWARE = MIDDLEWARE
    settings.TEMPLATES = template_settings(tmp_path)
    settings.TEMPLATES[0]["DIRS"].append(Path(django_tables2.__file__).parent / "templates")
    for genre in Album.Genre.values:
        Album.objects.bulk_create(
            Album(title=f"Album {number}", genre=genre, year=1900 + number) for number in range(1, 42)
        )
    return Site(tmp_path)


def run(source: str, name: str) -> ModuleType:
    """Run an example as a module of the site."""
    module = sys.modules.setdefault(name, ModuleType(name))
    exec(compile(source, "lists.md", "exec"), vars(module))
    return module


def serve(settings: Settings, view: Callable[..., HttpResponseBase]) -> None:
    """Serve a page."""
    settings.ROOT_URLCONF = (path("page/", view), path("api/mizan/", include("mizan_htmx.urls")))


def check(site: Site, *, cell: str, counts: int) -> str:
    """Expect three blocks of one address, which are the same when they are refreshed; return the page.

    Rows are queried once, and counted as often as ``counts`` says.
    """
    with CaptureQueriesContext(connection) as queries:
        html = site.get(ADDRESS).text
    assert ["COUNT" in each["sql"] for each in queries] == [*[True] * counts, False]
    badge, listed, export = blocks_of(html)
    assert badge["data-mizan"] == "albums;genre=rock;q=album"
    assert listed["data-mizan"] == "albums;genre=rock;page=2;q=album;sort=-year"
    assert export["data-mizan"] == "albums;genre=rock;q=album;sort=-year"
    assert "41 found" in html
    titles = re.findall(rf"<{cell} ?>(Album .*?)</{cell}>", html)
    assert titles == [f"Album {number}" for number in range(21, 1, -1)]
    assert '"/albums/export/?q=album&amp;genre=rock&amp;sort=-year"' in html
    for block in (badge, listed, export):
        refreshed: HttpResponse = site.get(
            block["hx-get"], **{"HX-Request": "true", "HX-Current-URL": f"http://testserver{ADDRESS}"}
        )
        assert re.sub(r"\s+", " ", refreshed.text.strip()) in re.sub(r"\s+", " ", html)
    for unfit in ("?page=abc", "?page=", "?page=99", "?sort=size&genre="):
        assert "82 found" in site.get(f"/page/{unfit}").text
    nothing = site.get("/page/?q=zzz").text
    assert ("0 found" in nothing, len(blocks_of(nothing))) == (True, 3)
    return html


def test_the_list_with_django_alone_works(site: Site, settings: Settings) -> None:
    module = run(examples("python")[0], "albums.mizan_clients")
    register(vars(module)["albums"])
    site.write("page.html", examples("html")[0])
    serve(settings, site.page_view)
    html = check(site, cell="li", counts=2)  # with a page and without one
    assert 'href="?q=album&amp;genre=rock&amp;sort=title"' in html
    assert 'href="?q=album&amp;genre=rock&amp;sort=-year&amp;page=3"' in html
    assert "No albums found." in site.get("/page/?q=zzz").text


def test_the_list_with_django_filter_and_django_tables2_works(site: Site, settings: Settings) -> None:
    views = run(examples("python")[1], "albums.views")
    module = run(examples("python")[2], "albums.mizan_clients")
    register(vars(module)["album_list"])
    site.write("list.html", examples("html")[1])
    view = vars(views)["AlbumList"]
    view.template_name = "list.html"
    serve(settings, view.as_view())
    html = check(site, cell="td", counts=1)
    assert "Select a valid choice" in site.get("/page/?genre=opera").text
    assert 'name="sort" form="search" value="-year"' in html
