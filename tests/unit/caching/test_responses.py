"""Responses of public contexts: their headers, ETag and 304, and what is kept by nobody."""

from typing import Any

import pytest
from django.http import HttpRequest
from django.test import override_settings
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.client import Context
from tests.helpers.blocks import MIDDLEWARE
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
from tests.helpers.visitor import Visitor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("url", [CTX, PAGE, "/late/sport/"])
def test_a_read_of_a_public_context_may_be_shared(public: PublicSite, visitor: Visitor, url: str) -> None:
    assert caching(visitor.get(url)) == OF_SPORT


def test_a_block_of_one_public_context_may_be_shared(public: PublicSite, visitor: Visitor) -> None:
    for page in (PAGE, "/inbox/"):
        response = visitor.get(partial_of(public, visitor, page=page))
        assert (caching(response), response.headers["X-Mizan-Refresh"]) == (OF_SPORT, "1")


@pytest.mark.parametrize("url", [CTX, PAGE])
def test_head_has_the_headers_of_get(public: PublicSite, visitor: Visitor, url: str) -> None:
    got, head = visitor.get(url), visitor.send("HEAD", url)
    assert (dict(head.headers), head.content) == (dict(got.headers), b"")


@pytest.mark.parametrize("url", [CTX, PAGE])
@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*"])
def test_what_is_known_is_304_with_the_same_headers(
    public: PublicSite, visitor: Visitor, url: str, known: str
) -> None:
    first = visitor.get(url)
    etag = first.headers["ETag"]
    assert len(etag) == 34
    response = visitor.get(url, If_None_Match=known.format(etag))
    assert (response.status_code, response.content, caching(response)) == (304, b"", OF_SPORT)
    expected = {name: text for name, text in first.headers.items() if name != "Content-Type"}
    assert dict(response.headers) == expected


def test_another_answer_has_another_etag(public: PublicSite, visitor: Visitor) -> None:
    first = visitor.get(CTX).headers["ETag"]
    other = visitor.get("/api/mizan/ctx/news/?topic=art", If_None_Match=first)
    assert (other.status_code, other.headers["ETag"] != first) == (200, True)
    assert visitor.get(CTX, If_None_Match="nonsense").status_code == 200


def test_gzip_and_conditional_get_leave_it_as_it_is(
    public: PublicSite, visitor: Visitor, settings: Settings
) -> None:
    settings.MIDDLEWARE = [
        "django.middleware.http.ConditionalGetMiddleware",
        "django.middleware.gzip.GZipMiddleware",
        *MIDDLEWARE,
    ]
    public.write("x" * 5000)
    response = visitor.get(PAGE, Accept_Encoding="gzip")
    assert response.headers["Content-Encoding"] == "gzip"
    assert caching(response) == {**OF_SPORT, "Vary": "Accept-Encoding"}
    assert response.headers["ETag"].startswith('W/"')
    again = visitor.get(PAGE, Accept_Encoding="gzip", If_None_Match=response.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert {**caching(again), "Vary": ""} == {**OF_SPORT, "Vary": ""}


def test_a_context_without_max_age_is_asked_for_each_time(public: PublicSite, visitor: Visitor) -> None:
    @client(context=Context("clock", public=True))
    def time(request: HttpRequest) -> int:
        return 12

    register(time)
    response = visitor.get("/api/mizan/ctx/clock/")
    assert caching(response) == {
        "Cache-Control": "public, max-age=0, must-revalidate",
        "CDN-Cache-Control": "max-age=0",
        "Surrogate-Control": "max-age=0",
        "Cache-Groups": '"clock"',
    }


def test_a_parameter_that_is_not_given_is_tagged_as_missing(public: PublicSite, visitor: Visitor) -> None:
    @client(context=NEWS)
    def more(request: HttpRequest, topic: str, page: int = 1) -> int:
        return page

    register(more)
    assert caching(visitor.get(CTX))["Cache-Groups"] == (
        '"news", "news;page", "news;topic=sport", "news;page;topic=sport"'
    )
    assert caching(visitor.get(f"{CTX}&page=02&utm_source=x"))["Cache-Groups"] == (
        '"news", "news;page=2", "news;topic=sport", "news;page=2;topic=sport"'
    )


def test_a_page_carries_the_tags_of_all_that_it_shows_and_the_shortest_time(
    public: PublicSite, visitor: Visitor
) -> None:
    @client(context=Context("weather", public=True, max_age=60))
    def sky(request: HttpRequest, city: str) -> str:
        return "blue"

    @client(context=Context("global", public=True, max_age=90))
    def title(request: HttpRequest) -> str:
        return "Site"

    register(sky)
    register(title)
    public.write("{{ title }}{% mizan_context 'weather' city='Ulm' %}{{ sky }}{% endmizan_context %}")
    found = caching(visitor.get(PAGE))
    assert found["CDN-Cache-Control"] == "max-age=60"
    groups = '"global", "weather", "weather;city=Ulm", "news", "news;topic=sport"'
    assert found["Cache-Groups"] == groups


@pytest.mark.parametrize("url", ["/api/mizan/ctx/inbox/", "/inbox/"])
def test_what_is_private_is_kept_by_nobody(public: PublicSite, visitor: Visitor, url: str) -> None:
    assert caching(visitor.get(url)) == {**PRIVATE, "Vary": "Cookie"}


def test_an_unknown_context_is_kept_by_nobody(public: PublicSite, visitor: Visitor) -> None:
    assert caching(visitor.get("/api/mizan/ctx/usr/")) == PRIVATE


def test_a_block_of_a_private_context_or_of_several_is_kept_by_nobody(
    public: PublicSite, visitor: Visitor
) -> None:
    for bound in ("'inbox'", "'inbox' 'news' topic=topic"):
        source = f"{{% mizan_context {bound} %}}x{{% endmizan_context %}}"
        assert caching(visitor.get(partial_of(public, visitor, source))) == PRIVATE


def test_a_missing_or_wrong_parameter_is_kept_by_nobody(public: PublicSite, visitor: Visitor) -> None:
    response = visitor.get("/api/mizan/ctx/news/")
    assert (response.status_code, caching(response)) == (422, PRIVATE)


def test_the_configured_edges_get_the_headers_they_need(
    public: PublicSite, visitor: Visitor, settings: Settings
) -> None:
    settings.MIZAN_EDGE = {"default": {"BACKEND": "tests.unit.caching.test_responses.PlainEdge"}}
    response = visitor.get(CTX)
    assert response.headers["Plain-Tag"] == "news news;topic=sport"
    assert response.headers["Cache-Control"] == "public, max-age=0, s-maxage=600, must-revalidate"
    refused = visitor.get("/api/mizan/ctx/news/?topic=refused")
    assert (caching(refused), "Plain-Tag" in refused.headers) == (PRIVATE, False)


class PlainEdge:
    """An edge with a header of its own, which goes by Cache-Control and can't write 'refused'."""

    header = "Plain-Tag"
    lifetime = "Cache-Control"
    by = "tags"
    vary = None
    repeat_after = None

    def tag_header(self, tags: Any) -> tuple[str, str]:
        """Write the tags."""
        if any("refused" in tag for tag in tags):
            raise ValueError("too much")
        return self.header, " ".join(tags)

    def purge(self, tags: Any, invalidations: Any) -> None:
        """Forget nothing."""


@override_settings(DEBUG=True)
def test_debug_changes_nothing(public: PublicSite, visitor: Visitor) -> None:
    for url in (CTX, PAGE):
        assert caching(visitor.get(url)) == OF_SPORT
