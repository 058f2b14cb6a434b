"""What keeps an answer of a public context out of shared caches: the page itself, or its readers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from mizan_htmx.client import Context
from tests.helpers.public import (
    CTX,
    NEWS,
    OF_SPORT,
    PAGE,
    PRIVATE,
    PublicSite,
    caching,
    partial_of,
)
from tests.helpers.visitor import HEADER, Visitor, serve

pytestmark = pytest.mark.django_db


def page_site(settings: Settings, view: Callable[..., Any], context: Context = NEWS) -> None:
    """Make a site of one page."""
    page = client(context=context, methods=["GET", "POST"])(view)
    register(page)
    serve(settings, {"page/<str:topic>/": page})


def not_found(request: HttpRequest, topic: str) -> HttpResponse:
    """Find nothing."""
    raise Http404


def denied(request: HttpRequest, topic: str) -> HttpResponse:
    """Let nobody in."""
    raise PermissionDenied


def failed(request: HttpRequest, topic: str) -> HttpResponse:
    """Break."""
    raise RuntimeError("broken")


def redirect(request: HttpRequest, topic: str) -> HttpResponse:
    """Lead elsewhere."""
    return HttpResponse(status=302, headers={"Location": "/"})


def stream(request: HttpRequest, topic: str) -> StreamingHttpResponse:
    """Answer bit by bit."""
    return StreamingHttpResponse(iter([b"a", b"b"]))


def with_cookie(request: HttpRequest, topic: str) -> HttpResponse:
    """Set a cookie."""
    response = HttpResponse("x")
    response.set_cookie("a", "b")
    return response


def varying(request: HttpRequest, topic: str) -> HttpResponse:
    """Say that cookies matter."""
    return HttpResponse("x", headers={"Vary": "Accept, cookie"})


def starred(request: HttpRequest, topic: str) -> HttpResponse:
    """Say that everything matters."""
    return HttpResponse("x", headers={"Vary": "*"})


def invalidating(request: HttpRequest, topic: str) -> HttpResponse:
    """Make something stale while it is read."""
    invalidate(request, "news", topic=topic)
    return HttpResponse("x")


REFUSED: list[tuple[Callable[..., Any], int, dict[str, str]]] = [
    (not_found, 404, {}),
    (denied, 403, {}),
    (failed, 500, {}),
    (redirect, 302, {}),
    (stream, 200, {}),
    (varying, 200, {"Vary": "Accept, cookie"}),
    (starred, 200, {"Vary": "*"}),
]


@pytest.mark.parametrize(("view", "status", "more"), REFUSED, ids=lambda each: getattr(each, "__name__", ""))
def test_a_page_that_can_not_be_shared_is_kept_by_nobody(
    public: PublicSite, visitor: Visitor, settings: Settings, view: Any, status: int, more: dict[str, str]
) -> None:
    page_site(settings, view)
    response = visitor.get("/page/sport/")
    assert (response.status_code, caching(response)) == (status, {**PRIVATE, **more})


def test_a_page_that_sets_a_cookie_is_kept_by_nobody(
    public: PublicSite, visitor: Visitor, settings: Settings
) -> None:
    page_site(settings, with_cookie)
    found = caching(visitor.get("/page/sport/"))
    assert found == {**PRIVATE, "Set-Cookie": "Set-Cookie: a=b; Path=/"}


def test_a_page_that_invalidates_is_kept_by_nobody(
    public: PublicSite, visitor: Visitor, settings: Settings
) -> None:
    page_site(settings, invalidating)
    response = visitor.get("/page/sport/", HX_Request="true")
    assert (caching(response), response.headers[HEADER]) == (PRIVATE, "news;topic=sport")


def test_a_page_with_a_cache_control_of_its_own_keeps_it(
    public: PublicSite, visitor: Visitor, settings: Settings
) -> None:
    def page(request: HttpRequest, topic: str) -> HttpResponse:
        return HttpResponse("x", headers={"Cache-Control": "max-age=5"})

    for number, context in enumerate((NEWS, Context("inbox"))):
        page.__name__ = f"page_{number}"
        page_site(settings, page, context)
        assert caching(visitor.get("/page/sport/")) == {"Cache-Control": "max-age=5"}


def test_never_cache_around_a_page_takes_everything_back(
    public: PublicSite, visitor: Visitor, settings: Settings
) -> None:
    page = client(context=NEWS)(plain_page)
    register(page)
    serve(settings, {"page/<str:topic>/": never_cache(page)})
    found = caching(visitor.get("/page/sport/"))
    assert found == {"Cache-Control": "max-age=0, must-revalidate, no-cache, no-store, private"}


def plain_page(request: HttpRequest, topic: str) -> HttpResponse:
    """Show nothing much."""
    return HttpResponse("x")


def test_the_answer_to_post_is_not_shared_and_knows_who_asks(
    public: PublicSite, visitor: Visitor, settings: Settings, ada: User
) -> None:
    def page(request: HttpRequest, topic: str) -> HttpResponse:
        return HttpResponse(f"{request.user} {request.POST.get('a')}")

    page_site(settings, page)
    visitor.login(ada)
    response = visitor.form("/page/sport/", "a=1")
    assert (response.text, caching(response)) == ("ada 1", {**PRIVATE, "Vary": "Cookie"})
    assert visitor.get("/page/sport/").text == "AnonymousUser None"


def test_a_reader_that_refuses_its_data_is_not_shared(public: PublicSite, visitor: Visitor) -> None:
    @client(context=NEWS)
    def kept(request: HttpRequest, topic: str) -> str:
        raise PermissionDenied

    register(kept)
    url = partial_of(
        public, visitor, "{% mizan_context 'news' topic=topic %}{{ kept }}{% endmizan_context %}"
    )
    for address, status in ((url, 200), (PAGE, 200), (CTX, 403)):
        response = visitor.get(address)
        assert (response.status_code, caching(response)) == (status, PRIVATE)


def test_a_reader_that_invalidates_is_not_shared(public: PublicSite, visitor: Visitor) -> None:
    @client(context=NEWS)
    def counted(request: HttpRequest, topic: str) -> int:
        invalidate(request, "inbox")
        return 1

    register(counted)
    source = "{% mizan_context 'news' topic=topic %}{{ counted }}{% endmizan_context %}"
    url = partial_of(public, visitor, source)
    for address in (url, PAGE, CTX):
        assert caching(visitor.get(address)) == PRIVATE


def test_tags_that_no_header_holds_keep_it_out_of_caches(public: PublicSite, visitor: Visitor) -> None:
    assert caching(visitor.get(f"{CTX}{'x' * 3000}"))["CDN-Cache-Control"] == "max-age=600"
    assert caching(visitor.get(f"{CTX}{'x' * 4100}")) == PRIVATE


def test_a_private_global_context_on_a_public_page_keeps_it_out_of_caches(
    public: PublicSite, visitor: Visitor
) -> None:
    @client(context="global")
    def title(request: HttpRequest) -> str:
        return str(request.user)

    register(title)
    assert caching(visitor.get(PAGE)) == OF_SPORT  # it is read only if a template uses it
    public.write("{{ title }}")
    assert caching(visitor.get(PAGE))["Cache-Control"] == "no-store"
