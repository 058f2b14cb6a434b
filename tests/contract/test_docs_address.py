"""The list page of docs/blocks.md works: its blocks are of the page's address, at first and refreshed."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx.setup.registry import Registry, register
from tests.contract.test_docs import page
from tests.helpers.blocks import MIDDLEWARE, Site, blocks_of, template_settings
from tests.site.models import Board, Card

pytestmark = pytest.mark.django_db


def example(language: str) -> str:
    """Give the example of the section in this language."""
    section = page("blocks").partition("## From the page's address\n")[2]
    found = re.search(rf"^```{language}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


@pytest.fixture
def site(registry: Registry, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Serve the example; its tickets are cards of the test project."""
    models = ModuleType("tickets.models")
    vars(models)["Ticket"] = Card
    monkeypatch.setitem(sys.modules, "tickets", ModuleType("tickets"))
    monkeypatch.setitem(sys.modules, "tickets.models", models)
    module = ModuleType("tickets.mizan_clients")
    exec(compile(example("python"), "blocks.md", "exec"), vars(module))
    register(vars(module)["found"])
    site = Site(tmp_path)
    site.write("page.html", example("html"))
    settings.MIDDLEWARE = MIDDLEWARE
    settings.TEMPLATES = template_settings(tmp_path)
    settings.ROOT_URLCONF = (
        path("page/", site.page_view),
        path("api/mizan/", include("mizan_htmx.urls")),
    )
    board = Board.objects.create(title="All")
    Card.objects.bulk_create(Card(board=board, title=f"Ticket {number}") for number in range(1, 42))
    return site


def test_the_list_page_of_the_docs_works(site: Site) -> None:
    html = site.get("/page/?page=3&q=ticket&view=wide").text

    badge, listed, export = blocks_of(html)
    assert badge["data-mizan"] == export["data-mizan"] == "tickets;q=ticket"
    assert listed["data-mizan"] == "tickets;page=3;q=ticket"
    assert "41 found" in html
    assert "<li>Ticket 41</li>" in html
    assert 'hx-get="?page=2&amp;q=ticket&amp;view=wide"' in html
    assert 'href="/export/?q=ticket&amp;view=wide"' in html
    for block in (badge, listed, export):
        current = {
            "HX-Request": "true",
            "HX-Current-URL": "http://testserver/page/?page=3&q=ticket&view=wide",
        }
        assert site.get(block["hx-get"], **current).text in html
