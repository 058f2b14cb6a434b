"""Purging: what each edge is asked to purge and when, and that no request waits for it."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx.client import Context, client
from mizan_htmx.edge import drain, edges, purge_queue
from mizan_htmx.edge.backends.recording import Purge, RecordingEdge
from mizan_htmx.invalidation.invalidate import invalidate
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation
from mizan_htmx.setup.registry import register
from mizan_htmx.testing import isolated_registry
from tests.helpers.cdns import Fastly
from tests.helpers.edges import keys, serving, until

USER = Context("user", public=True, max_age=600)


@client(context=USER)
def user_name(request: HttpRequest, user_id: int, tab: str = "a") -> str:
    """Read a name."""
    return "Ada"


@client(context=Context("news", public=True))
def news(request: HttpRequest) -> str:
    """Read the news."""
    return "None"


@client(context="basket")
def basket(request: HttpRequest) -> str:
    """Read what is private."""
    return "Nothing"


@client(affects=["user", "basket"])
def rename(request: HttpRequest, user_id: int) -> HttpResponse:
    """Rename a person."""
    return HttpResponse(status=204)


@client(affects=["user", "basket"])
async def arename(request: HttpRequest, user_id: int) -> HttpResponse:
    """Rename a person, in a coroutine."""
    return HttpResponse(status=204)


@pytest.fixture
def site(settings: Settings) -> Iterator[Settings]:
    """Register the functions above, behind an edge that records its purges."""
    settings.ROOT_URLCONF = (path("api/mizan/", include("mizan_htmx.urls")),)
    settings.MIZAN_EDGE = {"default": {"BACKEND": "mizan_htmx.edge.backends.recording.RecordingEdge"}}
    with isolated_registry():
        for each in (user_name, news, basket, rename, arename):
            register(each)
        purge_queue.connect()
        yield settings
        assert drain(60)


def purged() -> list[Purge]:
    """Wait for the recording edge, and return its purges."""
    assert drain(60)
    edge = edges()[0]
    assert isinstance(edge, RecordingEdge)
    return edge.purges


STALE = Invalidation.of("user", user_id=5)
STALE_TAGS = ("user;user_id=5",)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["rename", "arename"])
def test_a_mutation_purges_what_is_public_of_it(site: Settings, name: str) -> None:
    response = Client().post("/api/mizan/call/", {"fn": name, "user_id": "5"})
    assert response.headers["X-Mizan-Invalidate"] == "user;user_id=5, basket"
    assert purged() == [Purge(STALE_TAGS, (STALE,))]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["rename", "arename"])
async def test_a_mutation_under_asgi_purges_what_is_public_of_it(site: Settings, name: str) -> None:
    await AsyncClient().post("/api/mizan/call/", {"fn": name, "user_id": "5"})
    assert purged() == [Purge(STALE_TAGS, (STALE,))]


@pytest.mark.django_db(transaction=True)
def test_what_one_transaction_invalidates_is_published_at_once_after_its_commit(site: Settings) -> None:
    with transaction.atomic():
        invalidate(None, "user", user_id=5)
        invalidate(None, "news")
        invalidate(None, "user", user_id=5)
        assert purged() == []
    assert purged() == [Purge((*STALE_TAGS, "news"), (STALE, Invalidation("news")))]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_purges_nothing(site: Settings) -> None:
    with transaction.atomic():
        invalidate(None, "news")
        transaction.set_rollback(True)
    assert purged() == []


def test_private_contexts_are_no_edge_s_business_and_everything_is_every_public_one(site: Settings) -> None:
    assert purge_queue.tags_to_purge([Invalidation("basket")]) == {}
    assert purge_queue.tags_to_purge([Invalidation("news"), EVERYTHING]) == {
        Invalidation("news"): ("news",),
        Invalidation("user"): ("user",),
    }


def test_an_optional_parameter_is_purged_where_it_lacks_too(site: Settings) -> None:
    stale = Invalidation.of("user", user_id=5, tab="b")
    assert purge_queue.tags_to_purge([stale]) == {stale: ("user;tab=b;user_id=5", "user;tab;user_id=5")}


def test_what_is_unknown_here_is_purged_as_a_whole() -> None:
    with isolated_registry():
        assert purge_queue.tags_to_purge([STALE]) == {STALE: ("user",)}


def test_settings_that_can_not_be_meant_are_logged_and_nothing_is_raised(
    site: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    site.MIZAN_EDGE = {"default": {}}
    purge_queue.enqueue(None, (STALE,))
    assert caplog.messages == [
        "user;user_id=5 was not purged anywhere: MIZAN_EDGE['default'] has no \"BACKEND\","
        " the dotted path of a class."
    ]
    site.MIZAN_EDGE = {}


@pytest.mark.django_db(transaction=True)
def test_a_request_does_not_wait_for_an_edge_that_hangs(site: Settings) -> None:
    with serving(Fastly()) as cdn:
        options = {**cdn.backend_options(), "timeout": 60.0}
        site.MIZAN_EDGE = {"a": {"BACKEND": "mizan_htmx.edge.backends.fastly.FastlyEdge", "OPTIONS": options}}
        cdn.troubles.append("hang")
        assert Client().post("/api/mizan/call/", {"fn": "rename", "user_id": "5"}).status_code == 204
        until(lambda: cdn.calls)
        assert Client().post("/api/mizan/call/", {"fn": "rename", "user_id": "6"}).status_code == 204
        assert drain(0.05) is False
        cdn.over.set()
        assert drain(60)
    assert keys(cdn)[0] == ["user;user_id=5"]
    assert {key for call in keys(cdn) for key in call} == {
        "user;user_id=5",
        "user;user_id=6",
    }
