"""What a class-based view refuses empties the block that reads it; what has no context is an error."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin, UserPassesTestMixin
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.test import RequestFactory
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page
from django.views.generic import View
from django_htmx.http import HttpResponseClientRedirect
from pytest_django import Settings

from mizan_htmx.generic import read_view
from tests.helpers.blocks import Site
from tests.helpers.class_views import LIST, LIST_BLOCK, BoardDetail, BoardList, declare, fetch, show, shown
from tests.helpers.visitor import serve
from tests.site.models import Board

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["wsgi", "asgi"])
def board(site: Site, request: pytest.FixtureRequest) -> Site:
    """Return a site with one board, over both servers."""
    Board.objects.create(pk=1, title="A")
    site.server = request.param
    return site


def user(**options: Any) -> User:
    """Return a user."""
    return User.objects.create_user("ada", **options)


class OfMembers(LoginRequiredMixin, BoardList):
    """All boards, for those who are signed in."""


class OfEditors(PermissionRequiredMixin, BoardList):
    """All boards, for those who may add one."""

    permission_required = "site.add_board"


class OfStaff(UserPassesTestMixin, BoardList):
    """All boards, for staff."""

    def test_func(self) -> bool:
        """Return whether the visitor is staff."""
        return bool(getattr(self.request.user, "is_staff", False))


@method_decorator(login_required, name="dispatch")
class Decorated(BoardList):
    """All boards, for those who are signed in."""


class WithOwnBase(BoardList):
    """Boards with object permissions, as a site's own base class has them."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse anonymous visitors."""
        if not request.user.is_authenticated:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


GUARDED = [OfMembers, OfEditors, OfStaff, Decorated, WithOwnBase]


@pytest.mark.parametrize("view", GUARDED)
def test_a_view_that_refuses_empties_the_block(board: Site, view: Any) -> None:
    declare(view, name="board_list")
    html = board.page(LIST_BLOCK)
    assert shown(board.get("/page/")) == ""
    assert shown(board.refresh(html)) == ""


@pytest.mark.parametrize("view", GUARDED)
def test_it_is_filled_for_those_who_may_see_it(board: Site, view: Any) -> None:
    declare(view, name="board_list")
    html = board.page(LIST_BLOCK)
    visitor = user(is_staff=True)
    visitor.user_permissions.add(Permission.objects.get(codename="add_board"))
    board.browser.force_login(visitor)
    assert shown(board.get("/page/")) == "A,"
    assert shown(board.refresh(html)) == "A,"


def test_somebody_without_the_permission_is_refused(board: Site) -> None:
    declare(OfEditors, name="board_list")
    board.browser.force_login(user())
    assert shown(board.visit(LIST_BLOCK)) == ""


def test_object_permissions_of_the_queryset_hold(board: Site) -> None:
    class Own(BoardDetail):
        def get_queryset(self) -> "QuerySet[Board]":
            allowed = self.request.user.is_authenticated
            return super().get_queryset() if allowed else Board.objects.none()

    declare(Own, name="board_detail")
    source = '{% mizan_context "boards" pk=1 %}{{ board_detail.object }}{% endmizan_context %}'
    assert shown(board.visit(source)) == ""
    board.browser.force_login(user())
    assert shown(board.visit(source)) == "A"


def test_a_decorator_in_the_urlconf_does_not_hold(board: Site, settings: Settings) -> None:
    declare(BoardList)
    board.write("page.html", LIST_BLOCK)
    serve(settings, {"boards/": login_required(BoardList.as_view()), "page/": board.page_view})
    assert board.get("/boards/").status_code == 302
    assert shown(board.get("/page/")) == "A,"


def test_one_around_what_is_passed_holds(board: Site, settings: Settings) -> None:
    declare(login_required(BoardList.as_view()))
    show(board, settings, BoardList.as_view(), LIST_BLOCK)
    assert shown(fetch(board)[0]) == ""
    board.browser.force_login(user())
    assert shown(fetch(board)[0]) == "A,"


def test_one_around_both_shares_the_pages_context(board: Site, settings: Settings) -> None:
    guarded = login_required(BoardList.as_view())
    declare(guarded)
    show(board, settings, guarded, LIST + LIST_BLOCK)
    board.browser.force_login(user())
    response, queries = fetch(board)
    assert (shown(response), sum("site_board" in each for each in queries)) == ("A,", 1)


def raising(error: type[Exception]) -> Callable[[HttpRequest], HttpResponse]:
    """Return a method that raises."""

    def get(request: HttpRequest) -> HttpResponse:
        raise error

    return get


def answering(make: Callable[[HttpRequest], Any]) -> type[View]:
    """Return a view that answers this."""

    class Answering(View):
        def get(self, request: HttpRequest) -> Any:
            return make(request)

    return Answering


def name_of(view: type[View]) -> str:
    """Return the name of a view in messages."""
    return f"{view.__module__}.{view.__qualname__}"


REFUSALS = {
    "PermissionDenied": raising(PermissionDenied),
    "Http404": raising(Http404),
    "401": lambda request: HttpResponse(status=401),
    "403": lambda request: HttpResponse("no", status=403),
    "404": lambda request: HttpResponse(status=404),
    "410": lambda request: HttpResponse(status=410),
    "a 403 with a template": lambda request: TemplateResponse(request, "page.html", {"a": 1}, status=403),
    "redirect": lambda request: redirect("/login/?next=/"),
    "HX-Redirect": lambda request: HttpResponseClientRedirect("/login/"),
}


@pytest.mark.parametrize("make", REFUSALS.values(), ids=REFUSALS)
def test_each_refusal_empties_the_block(board: Site, make: Any) -> None:
    declare(answering(make))
    source = '{% mizan_context "boards" %}{{ answering.a }}x{% endmizan_context %}'
    assert shown(board.visit(source)) == ""


def test_a_refusal_is_one_of_djangos() -> None:
    request = RequestFactory().get("/")
    with pytest.raises(PermissionDenied, match=r"Answering redirected to /login/\?next=/\.$"):
        read_view(answering(REFUSALS["redirect"]))(request)
    with pytest.raises(PermissionDenied, match=r"Answering responded with 403\.$"):
        read_view(answering(REFUSALS["403"]))(request)
    with pytest.raises(Http404, match=r"Answering responded with 410\.$"):
        read_view(answering(REFUSALS["410"]))(request)


INSTEAD = (
    " whose context can't be read. Return a TemplateResponse with a context, as Django's generic views do"
    " (render() returns finished HTML), or write a reader that returns what the block shows."
)
UNFIT: dict[str, tuple[Callable[[HttpRequest], Any], str]] = {
    "HTML": (lambda request: HttpResponse("<p>"), f"responded with a HttpResponse of status 200,{INSTEAD}"),
    "JSON": (lambda request: JsonResponse({}), f"responded with a JsonResponse of status 200,{INSTEAD}"),
    "stream": (
        lambda request: StreamingHttpResponse(["a"]),
        f"responded with a StreamingHttpResponse of status 200,{INSTEAD}",
    ),
    "file": (
        lambda request: FileResponse(BytesIO(b"a")),
        f"responded with a FileResponse of status 200,{INSTEAD}",
    ),
    "no context": (
        lambda request: TemplateResponse(request, "page.html"),
        f"responded with a TemplateResponse of status 200,{INSTEAD}",
    ),
    "405": (
        lambda request: HttpResponseNotAllowed(["POST"]),
        f"responded with a HttpResponseNotAllowed of status 405,{INSTEAD}",
    ),
    "nothing": (lambda request: None, "returned a NoneType, and no response."),
}


@pytest.mark.parametrize(("make", "message"), UNFIT.values(), ids=UNFIT)
def test_a_response_without_a_context_is_an_error(make: Any, message: str) -> None:
    view = answering(make)
    with pytest.raises(TypeError) as caught:
        read_view(view)(RequestFactory().get("/"))
    assert str(caught.value) == f"{name_of(view)} {message}"


def test_a_view_that_renders_itself_is_an_error(board: Site, settings: Settings) -> None:
    view = answering(lambda request: render(request, "page.html"))
    declare(view)
    source = '{% mizan_context "boards" %}{{ answering.a }}{% endmizan_context %}'
    with pytest.raises(TypeError) as caught:
        board.raw(source)
    assert str(caught.value) == (
        f"{name_of(view)} renders its template itself, and a block of it reads the view. Return a"
        " TemplateResponse, as Django's generic views do; render() returns finished HTML."
    )
    show(board, settings, view.as_view(), source)
    assert board.get("/page/").status_code == 500


def test_a_response_from_a_cache_is_an_error(board: Site, settings: Settings) -> None:
    @method_decorator(cache_page(60), name="dispatch")
    class Cached(BoardList):
        pass

    declare(Cached, name="board_list")
    show(board, settings, Cached.as_view(), LIST_BLOCK)
    assert shown(board.get("/page/")) == "A,"
    with pytest.raises(TypeError) as caught:
        read_view(Cached)(RequestFactory().get("/page/"))
    assert str(caught.value) == (
        f"{name_of(Cached)} responded with a TemplateResponse that is rendered already, as from a cache, and"
        " has no context. Put cache_page() into the URLconf, around as_view(), instead of around dispatch()."
    )


def test_an_async_view_is_refused_by_djangos_mixins(board: Site) -> None:
    class Later(LoginRequiredMixin, View):
        async def get(self, request: HttpRequest) -> HttpResponse:
            return TemplateResponse(request, "page.html", {"a": "yes"})

    declare(Later)
    assert shown(board.visit('{% mizan_context "boards" %}{{ later.a }}{% endmizan_context %}')) == ""
