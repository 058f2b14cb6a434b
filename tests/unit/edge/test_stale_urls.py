"""Edges that purge by URL: which URLs, and in which spelling."""

from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx.client import Context, client
from mizan_htmx.edge.backends.base import PurgeFailed, PurgeRefused
from mizan_htmx.edge.backends.cloudfront import CloudFrontEdge, wildcards
from mizan_htmx.edge.backends.urls import UrlEdge
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.setup.registry import register
from mizan_htmx.testing import isolated_registry
from tests.helpers.cdns import CloudFront, UrlCache
from tests.helpers.edges import Reply, serving

USER = Context("user", public=True, max_age=600)
STALE = Invalidation.of("user", user_id=5)


@client(context=USER)
def user_name(request: HttpRequest, user_id: int) -> str:
    """Read a name."""
    return "Ada"


@client(context=USER)
def profile_page(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show a person."""
    return HttpResponse()


@pytest.fixture(autouse=True)
def site(settings: Settings) -> Iterator[None]:
    """Have a page, an endpoint and parts."""
    settings.ROOT_URLCONF = (
        path("mizan/", include("mizan_htmx.urls")),
        path("profile/<int:user_id>/", profile_page),
    )
    with isolated_registry():
        register(user_name)
        register(profile_page)
        yield


@pytest.fixture
def cache() -> Iterator[UrlCache]:
    """Start a cache that keeps the URLs of two people."""
    with serving(UrlCache()) as cdn:
        for url in (
            "/profile/5/",
            "/profile/6/",
            "/mizan/ctx/user/?user_id=5",
            "/mizan/ctx/user/?user_id=6",
            "/mizan/partial/user/?block=x&user_id=5",
            "/other/",
        ):
            cdn.copies[url] = frozenset()
        yield cdn


def asked(cdn: UrlCache) -> list[str]:
    """Return the paths that the cache was asked to purge."""
    return [call.path for call in cdn.calls]


def test_pages_endpoint_and_parts_of_the_context_are_forgotten(cache: UrlCache) -> None:
    UrlEdge(**cache.backend_options()).purge((), (STALE,))
    assert asked(cache) == ["/mizan/ctx/user/?user_id=5", "/profile/5/", "/mizan/partial/user/*"]
    assert sorted(cache.copies) == ["/mizan/ctx/user/?user_id=6", "/other/", "/profile/6/"]


def test_a_whole_context_is_purged_by_the_prefix_of_its_urls(cache: UrlCache) -> None:
    UrlEdge(**cache.backend_options()).purge((), (Invalidation("user"), STALE))
    assert asked(cache)[:3] == ["/mizan/ctx/user/*", "/profile/*", "/mizan/partial/user/*"]
    assert sorted(cache.copies) == ["/other/"]


def test_a_cache_without_wildcards_is_not_asked_for_them(cache: UrlCache) -> None:
    UrlEdge(**cache.backend_options(), wildcards="none").purge((), (STALE, Invalidation("user")))
    assert asked(cache) == ["/mizan/ctx/user/?user_id=5", "/profile/5/"]


def test_another_method_and_several_caches_the_second_also_when_the_first_fails(cache: UrlCache) -> None:
    with serving(UrlCache()) as broken:
        broken.troubles.append(Reply(500))
        options = {**cache.backend_options(), "caches": [broken.url, cache.url]}
        with pytest.raises(PurgeFailed):
            UrlEdge(**options).purge((), (STALE,))
        assert len(broken.calls) == 1
    assert "/profile/5/" not in cache.copies
    with pytest.raises(PurgeRefused):
        UrlEdge(**cache.backend_options(), method="BAN").purge((), (STALE,))


def test_cloudfront_by_url_has_a_star_for_queries_and_no_header() -> None:
    with serving(CloudFront()) as cdn:
        edge = CloudFrontEdge(**cdn.backend_options(), by="addresses")
        edge.purge((), (STALE,))
        assert cdn.items == [["/mizan/ctx/user/?user_id=5*", "/profile/5/*", "/mizan/partial/user/*"]]
        assert edge.tag_header(("user",)) is None


def test_cloudfront_is_asked_for_everything_before_it_is_asked_for_too_many() -> None:
    with serving(CloudFront()) as cdn:
        edge = CloudFrontEdge(**cdn.backend_options(), by="addresses")
        edge.purge((), [Invalidation.of("user", user_id=each) for each in range(100)])
        assert cdn.items == [["/*"]]


def test_cloudfront_with_too_many_purges_in_progress_is_asked_again() -> None:
    with serving(CloudFront()) as cdn:
        cdn.in_progress = 15
        edge = CloudFrontEdge(**cdn.backend_options(), by="addresses")
        with pytest.raises(PurgeFailed, match="TooManyInvalidationsInProgress") as caught:
            edge.purge((), (STALE,))
        assert type(caught.value) is PurgeFailed


def test_a_url_that_is_too_long_for_cloudfront_is_cut_and_so_covers_more() -> None:
    assert wildcards(["/" + "a" * 5000]) == ["/" + "a" * 3998 + "*"]
