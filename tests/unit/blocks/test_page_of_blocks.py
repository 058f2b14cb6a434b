"""In a block the request has the address of the page, at first and on each refresh."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import include, path, register_converter
from pytest_django import Settings

from mizan_htmx import client, has_claimed_address, invalidate, register
from tests.helpers.batch import all_of, batch_results
from tests.helpers.blocks import Site, blocks_of, template_settings
from tests.helpers.single_flight import names, send

pytestmark = pytest.mark.django_db

HERE = "/list/2/?page=2&q=%C3%BC+b&tag=a&tag=b"
URL = f"http://testserver{HERE}"
SEEN = (
    "{{ request.path }}|{{ request.path_info }}|{{ request.get_full_path }}|{{ request.build_absolute_uri }}|"
    "{{ request.META.QUERY_STRING }}|{{ request.META.PATH_INFO }}|{{ request.GET.urlencode }}|"
    "{{ request.GET.tag }}|{{ request.resolver_match.view_name }}|{{ request.resolver_match.kwargs }}|"
    "{% querystring page=3 %}|{{ here }}|{{ processed }}"
)
BLOCK = '{% mizan_context "place" %}' + SEEN + "{% endmizan_context %}"
PAGE = BLOCK + '{% mizan_context "place" with n=1 %}' + SEEN + BLOCK + "{% endmizan_context %}"


def address_of(request: HttpRequest) -> str:
    """Return what a reader or context processor sees of the address."""
    match = request.resolver_match
    return f"{request.get_full_path()} {request.GET.getlist('tag')} {match and match.view_name}"


def processor(request: HttpRequest) -> dict[str, str]:
    """Return it for templates."""
    return {"processed": address_of(request)}


@pytest.fixture(params=["wsgi", "asgi"])
def place(site: Site, settings: Settings, request: pytest.FixtureRequest) -> Site:
    """Return a site with a list whose URL has a name, a number and a namespace."""
    site.server, site.address = request.param, HERE
    settings.MIZAN_SINGLE_FLIGHT = True
    processors = f"{__name__}.processor"
    context = template_settings(site.folder)[0]["OPTIONS"]["context_processors"]
    settings.TEMPLATES = template_settings(site.folder, context_processors=[*context, processors])

    def list_view(request: HttpRequest, number: int) -> HttpResponse:
        return site.page_view(request)

    def change(request: HttpRequest) -> HttpResponse:
        invalidate(request, "place")
        return render(request, "page.html") if request.GET else HttpResponse()

    urls = ([path("<int:number>/", list_view, name="list")], "lists")
    settings.ROOT_URLCONF = (
        path("list/", include(urls, namespace="mine")),
        path("other/", include(urls, namespace="lists")),
        path("change/", change),
        path("api/mizan/", include("mizan_htmx.urls")),
    )
    register(client(context="place")(here))
    return site


def here(request: HttpRequest) -> str:
    """Return what a reader sees of the address."""
    return address_of(request)


def told(site: Site, html: str, **headers: str) -> list[dict[str, Any]]:
    """Return the results of a batch of all blocks of a page, which says its address."""
    response = site.get(all_of(html), **{"HX-Current-URL": URL, **headers})
    found: list[dict[str, Any]] = json.loads(response.content)["blocks"]
    return found


def test_it_is_the_same_at_first_and_on_a_refresh(place: Site) -> None:
    html = place.page(PAGE)

    assert f">{HERE.partition('?')[0]}|" in html
    assert "|mine:list|" in html
    assert "?page=3&amp;q=%C3%BC+b&amp;tag=a&amp;tag=b|" in html
    for block in blocks_of(html):
        assert place.get(block["hx-get"], **{"HX-Current-URL": f"{URL}#row-5"}).text in html


def test_it_is_the_same_in_a_batch(place: Site) -> None:
    html = place.page(PAGE)

    assert all(each["html"] in html for each in told(place, html))


def test_it_is_the_same_in_a_single_flight(place: Site) -> None:
    html = place.page(BLOCK)

    answer = send(place, "/change/", {**names(html), "HX-Current-URL": URL})

    assert answer.brought == {blocks_of(html)[0]["id"]: None}


def test_it_is_the_same_in_a_lazy_block_and_its_placeholder(place: Site) -> None:
    lazy = PAGE.replace('"place"', '"place" lazy')
    placeholder = "{% placeholder %}" + SEEN.replace("{{ here }}", "") + "{% endplaceholder %}"
    html = place.page(lazy.replace("%}{{", f"%}}{placeholder}{{{{", 1))
    at_once = place.page(PAGE)

    loaded = place.get(blocks_of(html)[0]["hx-get"], **{"HX-Current-URL": URL}).text

    assert f">{HERE.partition('?')[0]}|" in html
    assert loaded.partition(">")[2] in at_once


class Counting:
    """A converter that counts the paths it has read."""

    regex = "[0-9]+"
    read: ClassVar[list[str]] = []

    def to_python(self, value: str) -> int:
        self.read.append(value)
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(Counting, "counting")


def test_a_batch_resolves_it_once_and_runs_each_reader_once(place: Site, settings: Settings) -> None:
    runs: list[str] = []

    @client(context="counted")
    def counted(request: HttpRequest) -> str:
        runs.append(request.path)
        return "x"

    def counted_view(request: HttpRequest, n: int) -> HttpResponse:
        return place.page_view(request)

    register(counted)
    settings.ROOT_URLCONF = (*settings.ROOT_URLCONF, path("counted/<counting:n>/", counted_view))
    place.address = "/counted/1/"
    html = place.page(
        "{% mizan_context 'counted' %}{{ counted }}{{ request.path }}{% endmizan_context %}" * 5
    )
    del Counting.read[:], runs[:]

    found = told(place, html, **{"HX-Current-URL": "http://testserver/counted/1/"})

    assert [each["html"] in html for each in found] == [True] * 5
    assert Counting.read == ["1"]
    assert runs == ["/counted/1/"]


def test_links_are_made_for_the_application_of_the_page(place: Site) -> None:
    link = "{% mizan_context 'place' %}{% url 'lists:list' 7 %}{% endmizan_context %}"
    html = place.page(link)

    assert ">/list/7/<" in html
    assert place.refresh(html, **{"HX-Current-URL": URL}).text in html
    assert ">/other/7/<" in place.refresh(html).text


def test_a_change_by_htmx_shows_the_page_that_its_response_becomes_part_of(
    place: Site,
) -> None:
    html = place.page(PAGE)
    sent = {"HX-Request": "true", "HX-Current-URL": URL}

    changed = send(place, "/change/?page=9", sent).body

    assert changed == html
    assert "/change/?page=9" in send(place, "/change/?page=9", {**sent, "HX-Boosted": "true"}).body


def test_what_the_page_does_not_say_is_empty(place: Site) -> None:
    html = place.page(BLOCK)
    path = "/api/mizan/partial/place/"
    seen = f"{path} [] None"
    empty = f">{path}|{path}|{path}|http://testserver{path}||{path}|||||?page=3|{seen}|{seen}<"

    for url in ("https://testserver/list/2/", "http://testserver/nowhere/", ""):
        refresh = place.refresh(html, **{"HX-Current-URL": url}).text
        assert empty in refresh
        assert batch_results(place, all_of(html)) == [{"status": 200, "html": refresh}]


@contextmanager
def middleware(settings: Settings, seen: list[HttpRequest]) -> Iterator[None]:
    """Install a middleware that keeps the requests, and removes a field of their query."""

    class Middleware:
        sync_capable, async_capable = True, False

        def __init__(self, get_response: Any) -> None:
            self.get_response = get_response

        def __call__(self, request: HttpRequest) -> Any:
            query = request.GET.copy()
            query.pop("q", None)
            request.GET = query  # type: ignore[assignment]
            seen.append(request)
            return self.get_response(request)

    globals()["Middleware"] = Middleware
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.Middleware"]
    yield


def test_a_middleware_keeps_what_it_has_made_of_the_query(place: Site, settings: Settings) -> None:
    requests: list[HttpRequest] = []
    with middleware(settings, requests):
        html = place.page("{% mizan_context 'place' %}{{ request.GET.urlencode }}{% endmizan_context %}")
        given = place.refresh(html, **{"HX-Current-URL": URL}).text

    assert ">page=2&amp;tag=a&amp;tag=b<" in html
    assert ">page=2&amp;q=%C3%BC+b&amp;tag=a&amp;tag=b<" in given
    page, refresh = requests
    assert page.GET.urlencode() == "page=2&tag=a&tag=b"
    assert refresh.path == "/api/mizan/partial/place/"
    assert list(refresh.GET) == ["block"]
    assert refresh.resolver_match is not None
    assert refresh.resolver_match.view_name == "mizan:partial"
    assert refresh.META["QUERY_STRING"].startswith("block=")


@pytest.mark.parametrize("is_batch", [False, True])
def test_the_request_is_as_before_when_rendering_has_failed(
    place: Site, settings: Settings, is_batch: bool
) -> None:
    requests: list[HttpRequest] = []

    @client(context="broken")
    def broken(request: HttpRequest) -> str:
        assert request.GET["page"] == "2"
        raise RuntimeError

    register(broken)
    with middleware(settings, requests):
        html = place.page("{% mizan_context 'broken' lazy %}{{ broken }}{% endmizan_context %}")
        url = all_of(html) if is_batch else blocks_of(html)[0]["hx-get"]
        place.get(url, **{"HX-Current-URL": URL})

    request = requests[-1]
    assert request.path == request.path_info == request.META["PATH_INFO"] == url.partition("?")[0]
    assert request.META["QUERY_STRING"] == url.partition("?")[2]
    assert isinstance(request.GET, QueryDict)
    assert "block" in request.GET
    assert not has_claimed_address(request)


def test_the_query_is_immutable(place: Site) -> None:
    found: list[object] = []

    @client(context="query")
    def query(request: HttpRequest) -> str:
        found.append(request.GET)
        with pytest.raises(AttributeError):
            request.GET["page"] = "3"  # type: ignore[misc]
        return request.GET["page"]

    register(query)
    html = place.page("{% mizan_context 'query' %}{{ query }}{% endmizan_context %}")

    assert place.refresh(html, **{"HX-Current-URL": URL}).text in html
    assert [type(each) for each in found] == [QueryDict, QueryDict]
