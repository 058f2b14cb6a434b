"""The answer to a mutation brings along the blocks that it made stale."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from pytest_django import Settings

from mizan_htmx import invalidate
from tests.helpers.blocks import Site, blocks_of
from tests.helpers.single_flight import BROUGHT, PAGE, names, own, send, serve

pytestmark = pytest.mark.django_db


def test_a_view_brings_what_it_invalidated_as_its_refresh_gives_it(flying: Site) -> None:
    html = flying.page(PAGE)

    answer = send(flying, "/rename/5/", names(html))

    ada = blocks_of(html)[0]
    fresh = flying.get(ada["hx-get"]).text
    assert "Grace &amp; Ü" in fresh
    assert (answer.status, answer.body, answer.brought) == (200, "<p>é😀</p>", {ada["id"]: fresh})
    assert answer.headers == {
        "Content-Type": "text/html; charset=utf-8",
        "X-Mizan-Invalidate": "user;user_id=5",
        "Cache-Control": "no-store",
        BROUGHT: str(len(json.dumps({ada["id"]: fresh}, separators=(",", ":")))),
    }


def test_a_call_and_a_plain_view_do_so_too(flying: Site) -> None:
    html = flying.page(PAGE)
    ada = blocks_of(html)[0]

    called = send(
        flying, "/api/mizan/call/", names(html), body='{"fn": "rename_by_call", "args": {"user_id": 5}}'
    )
    viewed = send(flying, "/plain/", names(html))

    fresh = flying.get(ada["hx-get"]).text
    assert json.loads(called.body)["result"] == "done"
    assert (viewed.body, viewed.brought, called.brought) == ("plain", {ada["id"]: fresh}, {ada["id"]: fresh})


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_every_method_that_changes_something_brings(flight: Site, settings: Settings, method: str) -> None:
    html = flight.page(PAGE)

    assert send(flight, "/plain/", names(html), method=method).brought is not None


@pytest.mark.parametrize(
    "headers",
    [
        {"HX-Request": None},
        {"HX-Boosted": "true"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": None},
        {"Sec-Fetch-Site": None, "Origin": "http://evil.example"},
        {"Sec-Fetch-Site": None, "Origin": "https://testserver"},
        {"Sec-Fetch-Site": None, "Origin": "null"},
        {"X-Mizan-Blocks": None},
        {"X-Mizan-Blocks": ""},
        {"X-Mizan-Blocks": "user_id=5"},
    ],
)
def test_only_htmx_on_a_page_of_this_origin_is_brought_something(
    flight: Site, headers: dict[str, str | None]
) -> None:
    given = {**names(flight.page(PAGE)), **headers}

    answer = send(flight, "/plain/", {name: text for name, text in given.items() if text is not None})

    assert (answer.status, answer.body, answer.brought) == (200, "plain", None)
    assert answer.headers["X-Mizan-Invalidate"] == "user;user_id=5"


def test_where_browsers_do_not_say_whose_page_it_is_its_origin_does(flight: Site) -> None:
    headers = names(flight.page(PAGE))
    del headers["Sec-Fetch-Site"]

    assert send(flight, "/plain/", {**headers, "Origin": "http://testserver"}).brought is not None


def test_a_read_brings_nothing(flight: Site) -> None:
    html = flight.page(PAGE)

    answer = send(flight, "/plain/", names(html), method="GET")

    assert (answer.body, answer.brought) == ("plain", None)


def test_nothing_is_brought_where_it_is_not_asked_for(flight: Site, settings: Settings) -> None:
    html = flight.page(PAGE)
    assert all("data-mizan-hash" in block for block in blocks_of(html))

    settings.MIZAN_SINGLE_FLIGHT = False

    html = flight.page(PAGE)
    assert not any("data-mizan-hash" in block for block in blocks_of(html))
    assert send(flight, "/plain/", names(html)).brought is None


def test_no_content_becomes_content_that_is_not_swapped(flight: Site, settings: Settings) -> None:
    answer = own(flight, settings, HttpResponse(status=204))

    assert (answer.status, answer.body, answer.headers["HX-Reswap"]) == (200, "", "none")
    assert list(answer.brought or {}) == [blocks_of(flight.page(PAGE))[0]["id"]]


def test_the_length_is_that_of_all(flight: Site, settings: Settings) -> None:
    answer = own(flight, settings, HttpResponse("äb", headers={"Content-Length": "3"}))

    assert answer.headers["Content-Length"] == str(3 + int(answer.headers[BROUGHT]))
    assert answer.body == "äb"


@pytest.mark.parametrize(
    "response",
    [
        HttpResponseRedirect("/page/"),
        HttpResponse("x", status=400),
        HttpResponse("x", status=422),
        HttpResponse("x", status=205),
        HttpResponse("x", status=206),
        HttpResponse("x", headers={"HX-Redirect": "/page/"}),
        HttpResponse("x", headers={"HX-Location": "/page/"}),
        HttpResponse("x", headers={"HX-Refresh": "true"}),
        HttpResponse(b"x", headers={"Content-Encoding": "br"}),
        HttpResponse("x", headers={"Content-Disposition": "attachment"}),
        HttpResponse(b"x", content_type="image/png"),
        HttpResponse("x", content_type="text/html; charset=utf-16"),
        StreamingHttpResponse(iter([b"x"])),
    ],
    ids=lambda response: f"{response.status_code} {dict(response.headers)}",
)
def test_answers_that_can_carry_nothing_are_left_as_they_are(
    flight: Site, settings: Settings, response: HttpResponse
) -> None:
    before = b"" if response.streaming else response.content

    answer = own(flight, settings, response)

    assert (answer.status, answer.brought) == (response.status_code, None)
    assert response.streaming or response.content == before


def test_json_can_carry(flight: Site, settings: Settings) -> None:
    answer = own(flight, settings, JsonResponse({"a": 1}))

    assert (answer.body, len(answer.brought or {})) == ('{"a": 1}', 1)


def test_a_mutation_that_fails_brings_nothing(flight: Site, settings: Settings) -> None:
    def fail(request: HttpRequest) -> HttpResponse:
        invalidate(request, "user", user_id=5)
        raise PermissionDenied

    html = flight.page(PAGE)
    serve(settings, fail)
    answer = send(flight, "/own/", names(html))

    assert (answer.status, answer.brought) == (403, None)
