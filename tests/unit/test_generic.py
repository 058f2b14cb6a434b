"""``read_view`` makes readers of class-based views: names, parameters, and what it can't read."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.decorators import login_not_required, login_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.test import RequestFactory
from django.utils.decorators import method_decorator
from django.views.generic import DetailView, TemplateView, View

from mizan_htmx import client, register
from mizan_htmx.declarations.functions import Function
from mizan_htmx.declarations.scalars import members_of
from mizan_htmx.errors import DeclarationError
from mizan_htmx.generic import read_view
from tests.apps.watched.models import Ticket
from tests.helpers.class_views import BoardDetail, BoardList

pytestmark = pytest.mark.usefixtures("registry")


class Late(View):
    """A view of this kind: async."""

    async def get(self, request: HttpRequest) -> HttpResponse:
        """Return the page."""
        return TemplateResponse(request, "page.html", {"late": True})


class TicketDetailView(DetailView):  # type: ignore[type-arg]
    """A ticket, by its UUID."""

    model = Ticket


class Dashboard(TemplateView):
    """A page with parameters."""

    template_name = "page.html"


def function_of(view: Any, /, **options: Any) -> Function:
    """Return the declaration of a view's reader."""
    return client(context="boards")(read_view(view, **options)).mizan


def types_of(function: Function) -> dict[str, Any]:
    """Return the types of a reader's parameters."""
    return {name: each.annotation for name, each in function.parameters.items()}


def test_a_reader_of_a_view_is_for_templates_only() -> None:
    function = function_of(BoardList)
    assert (function.for_templates, function.is_callable, function.is_async) == (True, False, False)
    assert function_of(Late).is_async


def test_it_has_the_name_of_the_class_and_the_place_of_the_call() -> None:
    reader = client(context="boards")(read_view(BoardList))
    assert reader.__name__ == "board_list"
    assert reader.__doc__ == "All boards."
    assert reader.mizan.place == f"{__name__}.board_list ({__file__}:{line_of('reader = client')})"


def line_of(start: str) -> int:
    """Return the number of the first line of this file that begins like that."""
    with open(__file__, encoding="utf-8") as file:
        return next(number for number, line in enumerate(file, 1) if line.strip().startswith(start))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MovieList", "movie_list"),
        ("MovieListView", "movie_list"),
        ("HTMLPage", "html_page"),
        ("Top10Movies", "top10_movies"),
        ("View", "view"),
        ("_Private", "private"),
        ("movies", "movies"),
    ],
)
def test_names_are_in_small_letters(name: str, expected: str) -> None:
    assert function_of(type(name, (BoardList,), {})).name == expected


def test_a_name_can_be_given() -> None:
    assert function_of(BoardList, name="boards").name == "boards"


def test_a_second_reader_of_that_name_is_an_error() -> None:
    register(client(context="boards")(read_view(BoardList)))
    with pytest.raises(DeclarationError, match=r"^Two functions are called 'board_list': .*test_generic.py:"):
        register(client(context="others")(read_view(BoardList)))
    register(client(context="others")(read_view(BoardList, name="others")))


@pytest.mark.parametrize(
    ("view", "options", "expected"),
    [
        (BoardList, {}, {}),
        (BoardDetail, {}, {"pk": int}),
        (TicketDetailView, {}, {"pk": UUID}),
        (BoardDetail, {"params": {"slug": str}}, {"slug": str}),
        (BoardDetail, {"params": {}}, {}),
        (BoardDetail, {"pk_url_kwarg": "board_id"}, {"board_id": int}),
        (BoardDetail.as_view(pk_url_kwarg="board_id"), {}, {"board_id": int}),
        (BoardList, {"query": "page q"}, {"page": str | None, "q": str | None}),
        (BoardList, {"query": {"page": int}}, {"page": int | None}),
        (BoardList, {"query": "page:boards_page"}, {"page": str | None}),
        (BoardDetail, {"query": "tab"}, {"pk": int, "tab": str | None}),
    ],
)
def test_parameters(view: Any, options: dict[str, Any], expected: dict[str, Any]) -> None:
    function = function_of(view, **options)
    assert types_of(function) == expected
    assert [each.required for each in function.parameters.values()] == [
        type(None) not in members_of(each) for each in expected.values()
    ]


def test_a_parameter_that_may_be_missing_is_left_out() -> None:
    reader = read_view(Dashboard, params={"year": int, "tag": str | None})
    request = RequestFactory().get("/")
    assert reader(request, year=2026, tag=None)["view"].kwargs == {"year": 2026}
    assert reader(request, year=2026, tag="x")["view"].kwargs == {"year": 2026, "tag": "x"}


@pytest.mark.parametrize(
    ("query", "address", "values", "seen"),
    [
        ("page", "/?page=2&q=x", {"page": "2"}, "page=2&q=x"),
        ("page", "/?q=x", {"page": "2"}, "q=x&page=2"),
        ("page", "/?page=3&q=x", {"page": "2"}, "page=2&q=x"),
        ("page", "/?page=1&page=2", {"page": "2"}, "page=1&page=2"),
        ("page", "/?page=3", {"page": None}, "page=3"),
        ("page", "/?page=3", {}, "page=3"),
        ({"page": int}, "/", {"page": 2}, "page=2"),
        ("page:boards_page", "/?boards_page=1&page=9", {"page": "2"}, "boards_page=2&page=9"),
    ],
)
def test_parameters_of_the_query_stand_in_get(query: Any, address: str, values: Any, seen: str) -> None:
    class Seeing(Dashboard):
        def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
            return {"seen": self.request.GET.urlencode(), "kwargs": kwargs}

    request = RequestFactory().get(address)
    before = request.GET
    assert read_view(Seeing, query=query)(request, **values) == {"seen": seen, "kwargs": {}}
    assert request.GET is before


def test_what_as_view_returns_is_understood() -> None:
    reader = read_view(Dashboard.as_view(extra_context={"a": 1}))
    assert reader.__name__ == "dashboard"
    assert reader(RequestFactory().get("/"))["a"] == 1


def test_a_decorator_around_as_view_is_known() -> None:
    @method_decorator(login_required, name="dispatch")
    class Guarded(BoardList):
        pass

    views: list[Any] = [
        BoardList,
        BoardList.as_view(),
        Guarded,
        Guarded.as_view(),
        login_required(Guarded.as_view()),
    ]
    readers: list[Any] = [read_view(each) for each in views]
    assert [each.class_view.is_decorated for each in readers] == [False, False, False, False, True]


def test_a_view_that_needs_no_login_is_read_without_one() -> None:
    @method_decorator(login_not_required, name="dispatch")
    class Open(BoardList):
        pass

    assert function_of(Open).is_open
    assert function_of(login_not_required(BoardList.as_view())).is_open
    assert not function_of(BoardList).is_open


class WithoutGet(View):
    """A view that only changes something."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change it."""
        return HttpResponse()


class PostOnly(BoardList):
    """A list that nobody may get."""

    http_method_names = ("post",)


def movies(request: HttpRequest) -> HttpResponse:
    """Return a page, as a function view does."""
    return HttpResponse()


HERE = __name__
EXAMPLE = (
    "Pass the class, as in read_view(MovieList), or what its as_view() returns. For any other, write a"
    " function that returns what its block shows, and declare that with @client(context=…)."
)

ERRORS: dict[str, tuple[Callable[[], object], str]] = {
    "function": (
        lambda: read_view(movies),
        f"read_view() reads class-based views, and {HERE}.movies ({__file__}:"
        f"{movies.__code__.co_firstlineno}) is none. {EXAMPLE}",
    ),
    "decorated function": (
        lambda: read_view(login_required(movies)),
        f"read_view() reads class-based views, and {HERE}.movies ({__file__}:"
        f"{movies.__code__.co_firstlineno}) is none. {EXAMPLE}",
    ),
    "other class": (
        lambda: read_view(dict),
        f"read_view() reads class-based views, and <class 'dict'> is none. {EXAMPLE}",
    ),
    "text": (
        lambda: read_view("movies"),  # type: ignore[arg-type]
        f"read_view() reads class-based views, and 'movies' is none. {EXAMPLE}",
    ),
    "no get": (
        lambda: read_view(WithoutGet),
        f"{HERE}.WithoutGet has no get(), so that a block has nothing to read from it.",
    ),
    "no method GET": (
        lambda: read_view(PostOnly),
        f"{HERE}.PostOnly has no get(), so that a block has nothing to read from it.",
    ),
    "unknown argument": (
        lambda: read_view(BoardList, pagination=5),
        "tests.helpers.class_views.BoardList: BoardList() received an invalid keyword 'pagination'. as_view"
        " only accepts arguments that are already attributes of the class.",
    ),
    "two places": (
        lambda: read_view(BoardList.as_view(), paginate_by=5),
        "read_view(BoardList.as_view(…), paginate_by=…) has arguments of as_view() in two places. Write all"
        " of them into as_view().",
    ),
    "names without types": (
        lambda: read_view(BoardDetail, params=["pk"]),  # type: ignore[arg-type]
        "read_view(BoardDetail, params=['pk']): write names with their types, params={'pk': int}.",
    ),
    "a list of names": (
        lambda: read_view(BoardList, query=["page"]),  # type: ignore[arg-type]
        "read_view(BoardList, query=['page']): write names, query='page q', or names with their types,"
        " query={'page': int}.",
    ),
    "the same twice": (
        lambda: read_view(BoardDetail, query="pk"),
        "tests.helpers.class_views.BoardDetail: params and query name the same parameter. Rename one.",
    ),
    "a name that is none": (
        lambda: read_view(BoardList, name="board list"),
        "tests.helpers.class_views.BoardList: name='board list' can't be a variable of a template.",
    ),
    "a parameter that is no name": (
        lambda: read_view(BoardList, query="board-page"),
        "tests.helpers.class_views.BoardList: 'board-page' is not a valid parameter name.",
    ),
    "request": (
        lambda: read_view(BoardList, query="request"),
        "tests.helpers.class_views.BoardList: duplicate parameter name: 'request'.",
    ),
}


@pytest.mark.parametrize(("make", "message"), ERRORS.values(), ids=ERRORS)
def test_errors_say_what_to_write(make: Callable[[], object], message: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        make()
    assert str(caught.value) == message


def test_it_is_no_mutation() -> None:
    with pytest.raises(DeclarationError, match="its result is for templates, but a mutation"):
        client(affects="boards")(read_view(BoardList))


def test_a_parameter_of_a_context_is_a_scalar() -> None:
    with pytest.raises(DeclarationError, match="Parameters of a context are scalars"):
        function_of(BoardList, params={"ids": list[int]})
