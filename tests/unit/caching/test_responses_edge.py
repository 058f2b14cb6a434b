"""Responses for the edges of the settings: their tags, their time to live, and who is handed a variant."""

from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx.client import Context, client
from mizan_htmx.setup.registry import register
from mizan_htmx.testing import isolated_registry

USER = Context("user", public=True, max_age=600)
BACKENDS = "mizan_htmx.edge.backends"
FASTLY = {"BACKEND": f"{BACKENDS}.fastly.FastlyEdge", "OPTIONS": {"service": "s", "token": "t"}}
BUNNY = {"BACKEND": f"{BACKENDS}.bunny.BunnyEdge", "OPTIONS": {"zone": "1", "token": "t"}}


@client(context=USER)
def user_name(request: HttpRequest, user_id: str) -> str:
    """Read a name."""
    return "Ada"


@client(context=USER)
def page(request: HttpRequest, user_id: str) -> HttpResponse:
    """Show a part or the whole."""
    return HttpResponse("part" if request.headers.get("HX-Request") else "whole")


@client(context=Context("crowd", public=True, max_age=600))
def crowd(
    request: HttpRequest,
    a: str,
    b: str,
    c: str,
    d: str,
    e: str,
    f: str,
    g: str,
    h: str,
    i: str,
    j: str,
    k: str,
    l: str,  # noqa: E741
    m: str,
    n: str,
    o: str,
    p: str,
) -> str:
    """Read what has many parameters."""
    return "many"


@pytest.fixture(autouse=True)
def site(settings: Settings) -> Iterator[None]:
    """Have an endpoint and a page."""
    settings.ROOT_URLCONF = (path("mizan/", include("mizan_htmx.urls")), path("user/<user_id>/", page))
    with isolated_registry():
        for each in (user_name, page, crowd):
            register(each)
        yield


def shared_by(url: str) -> dict[str, str]:
    """Read a page; return the headers that caches read."""
    response = Client().get(url)
    assert response.status_code == 200
    names = ("Cache-Control", "CDN-Cache-Control", "Surrogate-Key", "CDN-Tag")
    return {name: response.headers[name] for name in names if name in response.headers}


@pytest.mark.django_db
def test_an_edge_s_header_is_there(settings: Settings) -> None:
    settings.MIZAN_EDGE = {"a": FASTLY}
    assert shared_by("/mizan/ctx/user/?user_id=5") == {
        "Cache-Control": "public, max-age=0, must-revalidate",
        "CDN-Cache-Control": "max-age=600",
        "Surrogate-Key": "user user;user_id=5",
    }


@pytest.mark.django_db
def test_an_edge_that_knows_only_cache_control_reads_it_there(settings: Settings) -> None:
    settings.MIZAN_EDGE = {"a": FASTLY, "b": BUNNY}
    assert shared_by("/mizan/ctx/user/?user_id=5") == {
        "Cache-Control": "public, max-age=0, s-maxage=600, must-revalidate",
        "CDN-Cache-Control": "max-age=600",
        "Surrogate-Key": "user user;user_id=5",
        "CDN-Tag": "user,user;user_id=5",
    }


@pytest.mark.django_db
def test_what_varies_is_not_shared_where_an_edge_would_mix_it_up(settings: Settings) -> None:
    settings.MIZAN_EDGE = {"a": FASTLY}
    assert shared_by("/user/5/")["Surrogate-Key"] == "user user;user_id=5"
    settings.MIZAN_EDGE = {"a": FASTLY, "b": BUNNY}
    assert shared_by("/user/5/") == {"Cache-Control": "no-store"}


@pytest.mark.django_db
def test_tags_that_do_not_fit_keep_a_response_out_of_every_cache(settings: Settings) -> None:
    settings.MIZAN_EDGE = {"a": FASTLY, "b": BUNNY}
    short, long = ("&".join(f"{name}={'x' * size}" for name in "abcdefghijklmnop") for size in (1, 55))
    assert "CDN-Tag" in shared_by(f"/mizan/ctx/crowd/?{short}")
    assert shared_by(f"/mizan/ctx/crowd/?{long}") == {"Cache-Control": "no-store"}
    settings.MIZAN_EDGE = {"a": FASTLY}
    assert "Surrogate-Key" in shared_by(f"/mizan/ctx/crowd/?{long}")
