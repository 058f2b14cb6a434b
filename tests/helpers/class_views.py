"""Pages of class-based views, whose blocks read the same views."""

from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.views.generic import DetailView, ListView
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.generic import read_view
from tests.helpers.blocks import Site
from tests.helpers.visitor import serve
from tests.site.models import Board

#: What a page shows of its own, and its block.
LIST = "{% for each in object_list %}[{{ each }}]{% endfor %}"
LIST_BLOCK = (
    '{% mizan_context "boards" %}{% for each in board_list.object_list %}{{ each }},{% endfor %}'
    "{% endmizan_context %}"
)
DETAIL_BLOCK = '{% mizan_context "board" pk=object.pk %}{{ board_detail.object }}{% endmizan_context %}'


class BoardList(ListView):  # type: ignore[type-arg]
    """All boards."""

    model = Board
    ordering = ("pk",)
    template_name = "page.html"


class BoardDetail(DetailView):  # type: ignore[type-arg]
    """One board."""

    model = Board
    template_name = "page.html"


def declare(view: Any, context: str = "boards", /, **options: Any) -> None:
    """Register a reader of a view."""
    register(client(context=context)(read_view(view, **options)))


def show(site: Site, settings: Settings, view: Any, source: str, *, route: str = "page/") -> None:
    """Serve a view with this template."""
    site.write("page.html", source)
    serve(settings, {route: view})


def fetch(site: Site, url: str = "/page/", **headers: str) -> tuple[HttpResponse, list[str]]:
    """Fetch a page, and return the queries, too."""
    with CaptureQueriesContext(connection) as queries:
        response = site.get(url, **headers)
    return response, [each["sql"] for each in queries]


def shown(response: HttpResponse) -> str:
    """Return what stands in the one block of a response."""
    assert response.status_code == 200, response.text
    _, _, rest = response.text.partition("data-mizan=")
    return rest.partition(">")[2].rpartition("</div>")[0]
