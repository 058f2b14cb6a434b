"""An answer for everyone that depends on what a proxy says varies by that, or is not shared."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.client import Context
from mizan_htmx.testing import isolated_registry
from tests.helpers.blocks import MIDDLEWARE, blocks_of, template_settings
from tests.helpers.visitor import SyncOrAsync, Visitor

pytestmark = pytest.mark.django_db

SHOP = Context("shop", public=True, max_age=60)
CTX = "/api/mizan/ctx/shop/?item=a"
PAGE = "/shop/a/"
BLOCK = "{% mizan_context 'shop' item=item %}{{ said }}{% endmizan_context %}"
SAYS = {
    "USE_X_FORWARDED_HOST": True,
    "USE_X_FORWARDED_PORT": True,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
}
ALL = "X-Forwarded-Host, X-Forwarded-Port, X-Forwarded-Proto"

Read = Callable[[HttpRequest], object]


class Shop:
    """A site whose one public reader says what ``read`` finds in its request."""

    read: Read

    def __init__(self, read: Read) -> None:
        self.read = read


@pytest.fixture
def shop(sync_or_async: SyncOrAsync, tmp_path: Path, settings: Settings) -> Iterator[Shop]:
    """Declare the reader, and a page that shows a block of it."""
    settings.MIDDLEWARE = MIDDLEWARE
    settings.TEMPLATES = template_settings(tmp_path)
    settings.ALLOWED_HOSTS = ["testserver", "other.test"]
    (tmp_path / "page.html").write_text(BLOCK, encoding="utf-8")
    shop = Shop(lambda request: "")

    def said(request: HttpRequest, item: str) -> str:
        return str(shop.read(request))

    def page(request: HttpRequest, item: str) -> HttpResponse:
        return render(request, "page.html", {"item": item})

    with isolated_registry():
        shown = client(context=SHOP)(sync_or_async(page))
        register(client(context=SHOP)(sync_or_async(said)))
        register(shown)
        settings.ROOT_URLCONF = (
            path("shop/<str:item>/", shown),
            path("api/mizan/", include("mizan_htmx.urls")),
        )
        yield shop


def vary_of(response: HttpResponse) -> str | None:
    """Give ``Vary`` of an answer that everyone may be handed."""
    assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    return response.headers.get("Vary")


READINGS: dict[str, tuple[Read, str]] = {
    "get_host": (lambda request: request.get_host(), "X-Forwarded-Host"),
    "get_port": (lambda request: request.get_port(), "X-Forwarded-Port"),
    "is_secure": (lambda request: request.is_secure(), "X-Forwarded-Proto"),
    "scheme": (lambda request: request.scheme, "X-Forwarded-Proto"),
    "build_absolute_uri": (
        lambda request: request.build_absolute_uri("/"),
        "X-Forwarded-Host, X-Forwarded-Proto",
    ),
    "META[]": (lambda request: request.META.get("HTTP_X_FORWARDED_HOST"), "X-Forwarded-Host"),
    "META in": (lambda request: "HTTP_X_FORWARDED_PROTO" in request.META, "X-Forwarded-Proto"),
    "META.pop": (lambda request: request.META.pop("HTTP_X_FORWARDED_PORT", ""), "X-Forwarded-Port"),
    "META.setdefault": (
        lambda request: request.META.setdefault("HTTP_X_FORWARDED_PORT", ""),
        "X-Forwarded-Port",
    ),
    "META as a dictionary": (lambda request: len(dict(request.META)), ALL),
    "META unpacked": (lambda request: len({**request.META}), ALL),
    "META.copy": (lambda request: len(request.META.copy()), ALL),
    "META.items": (lambda request: len(request.META.items()), ALL),
    "META.values": (lambda request: len(request.META.values()), ALL),
    "META listed": (lambda request: len(list(request.META)), ALL),
    "headers[]": (lambda request: request.headers.get("x-forwarded-host"), "X-Forwarded-Host"),
    "headers_": (lambda request: request.headers.get("X_Forwarded_Proto"), "X-Forwarded-Proto"),
    "headers.items": (lambda request: len(list(request.headers.items())), "HX-Request, " + ALL),
}


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("headers", [{}, {"X-Forwarded-Host": "other.test", "X-Forwarded-Proto": "https"}])
def test_what_is_read_of_a_proxy_stands_in_vary(
    shop: Shop, visitor: Visitor, settings: Settings, reading: str, headers: dict[str, str]
) -> None:
    for name, value in SAYS.items():
        setattr(settings, name, value)
    shop.read, expected = READINGS[reading]
    if isinstance(visitor.client, Client):  # which sends no Host, as no browser does
        headers = {"Host": "testserver", **headers}
    assert vary_of(visitor.send("GET", CTX, headers=headers)) == expected


@pytest.mark.parametrize("reading", READINGS)
def test_without_the_settings_nothing_is_known_of_a_proxy(shop: Shop, visitor: Visitor, reading: str) -> None:
    shop.read, _ = READINGS[reading]
    headers = {"X-Forwarded-Host": "other.test", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "7"}
    plain, other = visitor.get(CTX), visitor.send("GET", CTX, headers=headers)
    assert (other.content, vary_of(other)) == (plain.content, vary_of(plain))
    assert "X-Forwarded" not in (vary_of(other) or "")


def test_what_is_not_read_makes_no_difference(shop: Shop, visitor: Visitor, settings: Settings) -> None:
    for name, value in SAYS.items():
        setattr(settings, name, value)
    headers = {"X-Forwarded-Host": "other.test", "X-Forwarded-Proto": "https"}
    assert vary_of(visitor.send("GET", CTX, headers=headers)) is None


@pytest.mark.parametrize(
    ("name", "vary"),
    [
        ("HTTP_X_SCHEME", "X-Scheme"),
        ("HTTP_CLOUDFRONT_FORWARDED_PROTO", "Cloudfront-Forwarded-Proto"),
        ("wsgi.url_scheme", None),  # of the server itself
    ],
)
def test_the_scheme_may_be_in_any_header(
    shop: Shop, visitor: Visitor, settings: Settings, name: str, vary: str | None
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = (name, "https")
    shop.read = lambda request: request.scheme
    headers = {vary: "https"} if vary else {}
    response = visitor.send("GET", CTX, headers=headers)
    assert (json.loads(response.content)["said"], vary_of(response)) == ("https" if vary else "http", vary)
    assert vary_of(visitor.get(CTX)) == vary


def test_a_page_and_its_block_vary_alike(shop: Shop, visitor: Visitor, settings: Settings) -> None:
    settings.USE_X_FORWARDED_HOST = True
    shop.read = lambda request: request.get_host()
    page = visitor.send("GET", PAGE, headers={"X-Forwarded-Host": "other.test"})
    block = visitor.get(blocks_of(page.text)[0]["hx-get"])
    assert ("other.test" in page.text, "testserver" in block.text) == (True, True)
    assert (vary_of(page), vary_of(block)) == ("X-Forwarded-Host", "X-Forwarded-Host")


class NarrowEdge:
    """An edge that keeps copies apart by the scheme alone."""

    header = "Narrow-Tag"
    lifetime = "CDN-Cache-Control"
    by = "tags"
    vary = frozenset({"x-forwarded-proto"})
    repeat_after = None

    def tag_header(self, tags: Any) -> tuple[str, str]:
        """Write the tags."""
        return self.header, " ".join(tags)

    def purge(self, tags: Any, invalidations: Any) -> None:
        """Forget nothing."""


@pytest.mark.parametrize(
    ("reading", "cached"),
    [("is_secure", "public, max-age=0, must-revalidate"), ("get_host", "no-store")],
)
def test_an_edge_that_would_mix_them_up_is_given_none(
    shop: Shop, visitor: Visitor, settings: Settings, reading: str, cached: str
) -> None:
    for name, value in SAYS.items():
        setattr(settings, name, value)
    settings.MIZAN_EDGE = {"default": {"BACKEND": "tests.unit.caching.test_forwarded.NarrowEdge"}}
    shop.read, _ = READINGS[reading]
    response = visitor.get(CTX)
    assert (response.headers["Cache-Control"], "Narrow-Tag" in response.headers) == (
        cached,
        cached != "no-store",
    )
