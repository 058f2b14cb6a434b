"""Blocks show the context of class-based views: the page's own, or of a view that only runs for them."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.test.utils import CaptureQueriesContext
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import etag
from django.views.generic import TemplateView, View
from pytest_django import Settings

from mizan_htmx import invalidate
from tests.helpers.batch import all_of, batch_results
from tests.helpers.blocks import Site, blocks_of
from tests.helpers.class_views import (
    DETAIL_BLOCK,
    LIST,
    LIST_BLOCK,
    BoardDetail,
    BoardList,
    declare,
    fetch,
    show,
    shown,
)
from tests.helpers.single_flight import names, send
from tests.helpers.visitor import serve
from tests.site.models import Board

pytestmark = pytest.mark.django_db


class TestThePagesOwnView:
    """Its context is used, so that a page with blocks queries no more than one without."""

    def test_a_list_and_its_blocks_share_one_queryset(self, boards: Site, settings: Settings) -> None:
        declare(BoardList)
        show(boards, settings, BoardList.as_view(), LIST)
        _, without = fetch(boards)
        show(boards, settings, BoardList.as_view(), LIST + LIST_BLOCK + LIST_BLOCK)
        response, queries = fetch(boards)
        assert shown(response).startswith("A,B,C,")
        assert (len(queries), queries) == (1, without)

    def test_so_do_the_pages_of_a_list(self, boards: Site, settings: Settings) -> None:
        view = BoardList.as_view(paginate_by=2)
        declare(BoardList, paginate_by=2)
        show(boards, settings, view, LIST)
        _, without = fetch(boards)
        source = LIST_BLOCK.replace(",", " of {{ board_list.page_obj.paginator.count }},")
        show(boards, settings, view, LIST + source)
        response, queries = fetch(boards, "/page/?page=2")
        assert (response.text[:3], shown(response)) == ("[C]", "C of 3,")
        assert len(queries) == len(without) == 2

    @pytest.mark.parametrize("route", ["<int:pk>/", "<pk>/"])
    def test_a_detail_and_its_block_share_one_object(
        self, boards: Site, settings: Settings, route: str
    ) -> None:
        declare(BoardDetail, "board")
        show(boards, settings, BoardDetail.as_view(), "{{ object }}" + DETAIL_BLOCK, route=route)
        response, queries = fetch(boards, "/2/")
        assert (shown(response), len(queries)) == ("B", 1)
        refreshed, queries = fetch(boards, blocks_of(response.text)[0]["hx-get"])
        assert (refreshed.text in response.text, len(queries)) == (True, 1)

    def test_it_is_what_the_view_has_made_of_it(self, boards: Site, settings: Settings) -> None:
        class Told(BoardList):
            def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
                return {**super().get_context_data(**kwargs), "told": ["it", "once"]}

        declare(Told, name="board_list")
        show(
            boards,
            settings,
            Told.as_view(),
            '{% mizan_context "boards" %}{{ board_list.told.1 }}{% endmizan_context %}',
        )
        response, _ = fetch(boards)
        assert shown(response) == "once"
        assert boards.refresh(response.text).text in response.text

    def test_a_decorated_dispatch_has_run_for_both(self, boards: Site, settings: Settings) -> None:
        @method_decorator(never_cache, name="dispatch")
        class Decorated(BoardList):
            pass

        declare(Decorated.as_view(), name="board_list")
        show(boards, settings, Decorated.as_view(), LIST + LIST_BLOCK)
        response, queries = fetch(boards)
        assert (shown(response), len(queries)) == ("A,B,C,", 1)

    def test_a_head_request_queries_no_more(self, boards: Site, settings: Settings) -> None:
        declare(BoardList)
        show(boards, settings, BoardList.as_view(), LIST + LIST_BLOCK)
        with CaptureQueriesContext(connection) as queries:
            assert boards.request("HEAD", "/page/").status_code == 200
        assert len(queries) == 1


class TestAnother:
    """What differs from the page's view is read by itself, at first as on a refresh."""

    @pytest.mark.parametrize(
        ("view", "options"),
        [
            (BoardList.as_view(paginate_by=1), {}),
            (BoardList.as_view(), {"extra_context": {"other": True}}),
            (BoardList.as_view(ordering="title"), {"ordering": "pk"}),
        ],
    )
    def test_other_arguments_of_as_view(
        self, boards: Site, settings: Settings, view: Any, options: Mapping[str, Any]
    ) -> None:
        declare(BoardList, **options)
        show(boards, settings, view, LIST + LIST_BLOCK)
        response, _ = fetch(boards)
        assert shown(response) == "A,B,C,"
        assert boards.refresh(response.text).text in response.text

    def test_another_language(self, boards: Site, settings: Settings) -> None:
        class Spoken(BoardList):
            def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
                return {**super().get_context_data(**kwargs), "spoken": get_language()}

        declare(Spoken)
        block = '{% mizan_context "boards" %}{{ spoken.spoken }}{% endmizan_context %}'
        source = f'{{% load i18n %}}{{{{ spoken }}}}{{% language "de" %}}{block}{{% endlanguage %}}'
        show(boards, settings, Spoken.as_view(), source)
        response, _ = fetch(boards)
        assert (response.text[:5], shown(response)) == ("en-us", "de")
        assert boards.refresh(response.text).text in response.text

    def test_another_object(self, boards: Site, settings: Settings) -> None:
        declare(BoardDetail, "board")
        source = DETAIL_BLOCK.replace("object.pk", "3")
        show(boards, settings, BoardDetail.as_view(), source, route="<int:pk>/")
        response, queries = fetch(boards, "/2/")
        assert (shown(response), len(queries)) == ("C", 2)

    def test_a_subclass(self, boards: Site, settings: Settings) -> None:
        class Reversed(BoardList):
            ordering = ("-pk",)

        declare(BoardList)
        show(boards, settings, Reversed.as_view(), LIST + LIST_BLOCK)
        response, _ = fetch(boards)
        assert (response.text[:9], shown(response)) == ("[C][B][A]", "A,B,C,")

    def test_the_page_of_a_function(self, boards: Site, settings: Settings) -> None:
        declare(BoardList)
        response = boards.visit(LIST_BLOCK * 2)
        assert shown(response).startswith("A,B,C,")
        _, queries = fetch(boards)
        assert len(queries) == 1

    def test_the_page_of_a_function_that_calls_the_view(self, boards: Site, settings: Settings) -> None:
        def page(request: HttpRequest) -> HttpResponseBase:
            return BoardList.as_view()(request)

        declare(BoardList)
        show(boards, settings, page, LIST + LIST_BLOCK)
        response, queries = fetch(boards)
        assert (shown(response), len(queries)) == ("A,B,C,", 2)

    def test_a_page_of_another_view_with_the_same_variable(self, boards: Site, settings: Settings) -> None:
        def other(request: HttpRequest) -> HttpResponse:
            return TemplateResponse(request, "page.html", {"view": BoardList(), "object_list": []})

        declare(BoardList)
        show(boards, settings, other, LIST_BLOCK)
        assert shown(fetch(boards)[0]) == "A,B,C,"

    def test_without_the_middleware_it_reads_once_more(self, boards: Site, settings: Settings) -> None:
        settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "mizan" not in each]
        declare(BoardList)
        show(boards, settings, BoardList.as_view(), LIST + LIST_BLOCK)
        response, queries = fetch(boards)
        assert (shown(response), len(queries)) == ("A,B,C,", 2)


class TestTheRequest:
    """What a view sees of it, and what stays of what the view does with it."""

    def test_a_page_that_answers_a_post_is_read_by_get(self, boards: Site, settings: Settings) -> None:
        class Posted(BoardList):
            def post(self, request: HttpRequest) -> HttpResponse:
                self.object_list = Board.objects.none()
                return self.render_to_response(self.get_context_data())

        declare(Posted, name="board_list")
        show(boards, settings, Posted.as_view(), LIST + LIST_BLOCK + "{{ request.method }}")
        response = boards.request("POST", "/page/")
        assert (shown(response), response.text[0], response.text[-4:]) == ("A,B,C,", "<", "POST")

    def test_what_the_browser_has_in_its_cache_does_not_matter(self, boards: Site) -> None:
        @method_decorator(etag(lambda request: "known"), name="dispatch")
        class Tagged(BoardList):
            pass

        declare(Tagged, name="board_list")
        boards.write("page.html", LIST_BLOCK)
        assert shown(boards.get("/page/", **{"If-None-Match": '"known"'})) == "A,B,C,"

    def test_it_is_set_up(self, boards: Site) -> None:
        seen: list[Any] = []

        class Watching(TemplateView):
            template_name = "page.html"

            def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
                super().setup(request, *args, **kwargs)
                seen.extend(
                    [self.request is request, self.args, self.kwargs, getattr(self, "head", None) == self.get]
                )

        declare(Watching, params={"year": int, "tag": str | None})
        boards.page("{% mizan_context 'boards' year=2026 %}{{ watching.year }}{% endmizan_context %}")
        assert seen == [True, (), {"year": 2026}, True]

    def test_sessions_and_messages_are_written(self, boards: Site) -> None:
        class Visits(TemplateView):
            template_name = "page.html"

            def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                request.session["visits"] = request.session.get("visits", 0) + 1
                messages.info(request, "Welcome")
                return super().dispatch(request, *args, **kwargs)

        declare(Visits)
        html = boards.page(
            "{% mizan_context 'boards' %}{{ visits.view.request.session.visits }}"
            "{% for each in messages %}{{ each }}{% endfor %}{% endmizan_context %}"
        )
        assert shown(boards.get("/page/")) == "2Welcome"
        assert shown(boards.refresh(html)) == "3Welcome"

    def test_a_single_flight_reads_after_the_mutation(self, boards: Site, settings: Settings) -> None:
        def add(request: HttpRequest) -> HttpResponse:
            Board.objects.create(title="D")
            invalidate("boards")
            return HttpResponse("")

        settings.MIZAN_SINGLE_FLIGHT = True
        declare(BoardList)
        boards.write("page.html", LIST_BLOCK)
        serve(settings, {"page/": BoardList.as_view(), "add/": add})
        answer = send(boards, "/add/", names(boards.get("/page/").text))
        assert "A,B,C,D," in str(answer.brought)

    def test_a_lazy_block_reads_later(self, boards: Site, settings: Settings) -> None:
        declare(BoardList)
        show(boards, settings, BoardList.as_view(), LIST_BLOCK.replace('"boards"', '"boards" lazy'))
        response, queries = fetch(boards)
        assert (shown(response), queries) == ("", [])
        assert shown(boards.refresh(response.text)) == "A,B,C,"

    def test_a_batch_reads_once(self, boards: Site, settings: Settings) -> None:
        declare(BoardList)
        html = boards.page(LIST_BLOCK * 2)
        with CaptureQueriesContext(connection) as queries:
            results = batch_results(boards, all_of(html))
        assert [each["html"] in html for each in results] == [True, True]
        assert sum("SELECT" in each["sql"] for each in queries) == 1  # and savepoints


class TestOthers:
    """Views that are not generic, and async ones."""

    def test_a_template_response_of_a_plain_view(self, boards: Site, settings: Settings) -> None:
        class Plain(View):
            def get(self, request: HttpRequest) -> HttpResponse:
                return TemplateResponse(request, "page.html", {"names": ["A", "B"]})

        declare(Plain)
        show(
            boards,
            settings,
            Plain.as_view(),
            '{% mizan_context "boards" %}{{ plain.names.1 }}{% endmizan_context %}',
        )
        response, _ = fetch(boards)
        assert shown(response) == "B"
        assert boards.refresh(response.text).text in response.text

    def test_an_async_view(self, boards: Site, settings: Settings) -> None:
        class Later(BoardList):
            async def get(  # type: ignore[override]
                self, request: HttpRequest, *args: Any, **kwargs: Any
            ) -> HttpResponse:
                self.object_list = self.get_queryset()
                return self.render_to_response(self.get_context_data())

        declare(Later, name="board_list")
        show(boards, settings, Later.as_view(), LIST + LIST_BLOCK)
        response, queries = fetch(boards)
        assert (shown(response), len(queries)) == ("A,B,C,", 1)
        assert boards.refresh(response.text).text in response.text
