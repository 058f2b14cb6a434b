"""What a class-based view reads from the page's address, and what it may know in a public context."""

import json
from typing import Any

import pytest
from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test.utils import CaptureQueriesContext
from django.views.generic import TemplateView
from pytest_django import Settings

from mizan_htmx import Context, client, has_claimed_address, register
from mizan_htmx.generic import read_view
from tests.helpers.batch import all_of, batch_results, batch_url
from tests.helpers.blocks import Site, blocks_of
from tests.helpers.class_views import LIST_BLOCK, BoardList, declare, fetch, show, shown
from tests.helpers.visitor import serve

pytestmark = pytest.mark.django_db

#: Two pages of boards, and what the template itself finds in the address.
PAGED = LIST_BLOCK.replace("{% endmizan", "{{ request.GET.urlencode }}{% endmizan")
BOUND = PAGED.replace('"boards"', '"boards" from_query="page"')
PUBLIC = Context("boards", public=True, max_age=60)


def on_page(site: Site, html: str, address: str) -> HttpResponse:
    """Refresh the first block of a page that is at this address by now."""
    url = f"http://testserver{address}"
    return site.refresh(html, **{"HX-Request": "true", "HX-Current-URL": url})


def test_a_page_of_a_list_is_that_of_the_address(boards: Site, settings: Settings) -> None:
    declare(BoardList, paginate_by=2)
    show(boards, settings, BoardList.as_view(paginate_by=2), PAGED)
    html = boards.get("/page/?page=2").text
    assert "C,page=2" in html
    assert on_page(boards, html, "/page/?page=2").text in html
    assert shown(on_page(boards, html, "/page/")) == "A,B,"
    assert shown(boards.refresh(html)) == "A,B,"


def test_a_page_that_does_not_exist_empties_the_block(boards: Site) -> None:
    declare(BoardList, paginate_by=2)
    html = boards.page(PAGED)
    assert shown(on_page(boards, html, "/page/?page=9")) == ""
    assert shown(on_page(boards, html, "/page/?page=abc")) == ""


def test_a_block_that_is_bound_to_the_address_shares_the_pages_queryset(
    boards: Site, settings: Settings
) -> None:
    declare(BoardList, query="page", paginate_by=2)
    show(boards, settings, BoardList.as_view(paginate_by=2), BOUND)
    response, queries = fetch(boards, "/page/?page=2")
    assert (shown(response), len(queries)) == ("C,page=2", 2)  # it counts, too
    [block] = blocks_of(response.text)
    assert block["data-mizan"] == "boards;page=2"
    assert on_page(boards, response.text, "/page/?page=2").text in response.text


def test_its_parameters_go_before_the_address(boards: Site) -> None:
    declare(BoardList, query="page", paginate_by=2)
    html = boards.page(PAGED.replace('"boards"', '"boards" page="2"'))
    assert "C," in html
    assert shown(on_page(boards, html, "/page/?page=1&q=x")) == "C,page=1&amp;q=x"


def test_blocks_of_one_batch_have_their_own(boards: Site) -> None:
    declare(BoardList, query={"page": int}, paginate_by=2)
    source = PAGED.replace('"boards"', '"boards" page=1') + PAGED.replace('"boards"', '"boards" page=2')
    html = boards.page(source)
    results = batch_results(boards, all_of(html))
    assert [each["html"] in html for each in results] == [True, True]
    assert ["A,B," in results[0]["html"], "C," in results[1]["html"]] == [True, True]


def test_blocks_that_are_bound_differently_share_one_queryset(boards: Site) -> None:
    declare(BoardList, query="page q", paginate_by=2)
    html = boards.page(BOUND + PAGED + BOUND.replace('"page"', '"q"'))
    list_url, plain_url, badge_url = [each["hx-get"] for each in blocks_of(html)]
    url = batch_url(f"{list_url}&page=2", plain_url, f"{badge_url}&q=x")
    with CaptureQueriesContext(connection) as queries:
        response = boards.get(url, **{"HX-Current-URL": "http://testserver/page/?page=2&q=x"})
    results = json.loads(response.content)["blocks"]
    assert ["C,page=2&amp;q=x" in each["html"] for each in results] == [True, True, True]
    assert sum("SELECT" in each["sql"] for each in queries) == 2  # it counts, too


def test_a_key_of_the_address_can_have_another_name(boards: Site, settings: Settings) -> None:
    view = BoardList.as_view(paginate_by=2, page_kwarg="boards_page")
    declare(view, query="page:boards_page")
    source = BOUND.replace("page", "page:boards_page", 1)
    show(boards, settings, view, source)
    response, queries = fetch(boards, "/page/?boards_page=2")
    assert (shown(response), len(queries)) == ("C,boards_page=2", 2)
    assert shown(boards.refresh(response.text)) == "C,"


def test_an_unsafe_request_of_htmx_is_on_the_page_that_has_sent_it(boards: Site, settings: Settings) -> None:
    declare(BoardList, paginate_by=2)
    boards.write("page.html", PAGED)
    serve(settings, {"page/": BoardList.as_view(paginate_by=2), "save/": boards.page_view})
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/page/?page=2"}
    assert shown(boards.request("POST", "/save/", **headers)) == "C,page=2"


def test_a_view_can_tell_that_the_address_is_the_visitors_word(boards: Site) -> None:
    class Telling(TemplateView):
        template_name = "page.html"

        def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
            return {"told": f"{self.request.path} {has_claimed_address(self.request)}"}

    declare(Telling)
    html = boards.page('{% mizan_context "boards" %}{{ telling.told }}{% endmizan_context %}')
    assert "/page/ False" in html
    assert shown(on_page(boards, html, "/page/?a=b")) == "/page/ True"


def declare_public(view: Any, **options: Any) -> None:
    """Register a reader of a context that is the same for everybody."""
    register(client(context=PUBLIC, auth=False)(read_view(view, **options)))


@pytest.mark.parametrize("debug", [False, True])
def test_a_public_block_is_of_nobodys_address(boards: Site, settings: Settings, debug: bool) -> None:
    settings.DEBUG = debug
    declare_public(BoardList, query={"page": int}, paginate_by=2)
    source = LIST_BLOCK.replace('"boards"', '"boards" page=2') + LIST_BLOCK
    show(boards, settings, BoardList.as_view(paginate_by=2), source)
    html = boards.get("/page/?page=1").text
    assert ["C," in html, "A,B," in html] == [True, True]
    second, first = [boards.get(each["hx-get"]) for each in blocks_of(html)]
    assert (shown(second), shown(first)) == ("C,", "A,B,")
    assert "max-age=60" in second.headers["CDN-Cache-Control"]


def test_a_public_view_sees_nobody(boards: Site, settings: Settings) -> None:
    class Seeing(TemplateView):
        template_name = "page.html"

        def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
            request = self.request
            return {"seen": [request.user.is_anonymous, dict(request.session), request.COOKIES]}

    declare_public(Seeing)
    boards.browser.cookies["a"] = "b"
    source = '{% mizan_context "boards" %}{{ seeing.seen }}{% endmizan_context %}'
    show(boards, settings, Seeing.as_view(), source)
    html = boards.get("/page/").text
    assert "[True, {}, {}]" in html
    assert boards.refresh(html).text in html


def test_a_message_in_a_public_view_is_an_error(boards: Site) -> None:
    class Greeting(BoardList):
        def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            messages.info(request, "Welcome")
            return super().dispatch(request, *args, **kwargs)

    declare_public(Greeting, name="board_list")
    boards.write("page.html", LIST_BLOCK)
    assert boards.get("/page/").status_code == 500
