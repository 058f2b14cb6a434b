"""The cookie that carries what is stale to where scripts can't see the header."""

from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from mizan_htmx.recorder import COOKIE, COOKIE_MAX_BYTES
from tests.support_visitor import (
    CALL,
    HEADER,
    Coloured,
    Visitor,
    both_colours,
    both_transports,
    empty_registry,
    serve,
)

pytestmark = pytest.mark.django_db
visitor = both_transports()
coloured = both_colours()
registry = empty_registry()

NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}


@pytest.fixture(autouse=True)
def user(registry: Any) -> None:
    """Declare a context to invalidate."""

    def user_name(request: HttpRequest, user_id: int, tab: str = "") -> str:
        return "Ada"

    register(client(context="user")(user_name))


def redirecting(request: HttpRequest, user_id: int) -> HttpResponse:
    """Change somebody, and send the browser on."""
    return HttpResponseRedirect("/")


@pytest.mark.parametrize(
    ("status", "headers", "carried"),
    [
        (302, {"HX-Request": "true"}, True),
        (303, {"Sec-Fetch-Mode": "cors"}, True),
        (200, NAVIGATION, True),
        (200, {"Accept": "text/html,*/*"}, True),
        (204, {"HX-Request": "true", "Accept": "text/html"}, False),
        (200, {"HX-Request": "true", "Sec-Fetch-Mode": "navigate"}, False),
        (200, {"Sec-Fetch-Mode": "cors", "Accept": "text/html"}, False),
        (200, {"Sec-Fetch-Mode": "same-origin"}, False),
        (200, {"Accept": "application/json"}, False),
        (200, {}, False),
    ],
)
def test_the_cookie_is_set_on_redirects_and_full_page_posts(
    visitor: Visitor,
    coloured: Coloured,
    settings: Settings,
    status: int,
    headers: dict[str, str],
    carried: bool,
) -> None:
    def change(request: HttpRequest, user_id: int) -> HttpResponse:
        invalidate(request, "user", tab="é;, ")
        return HttpResponse(status=status, headers={"Location": "/"})

    declared = client(affects=["user", "people"])(coloured(change))
    serve(settings, {"change/<int:user_id>/": declared})
    response = visitor.send("POST", "/change/5/", "", headers=headers, content_type="")
    assert response.headers[HEADER] == "user;user_id=5, people, user;tab=%C3%A9%3B%2C%20"
    assert list(response.cookies) == ([COOKIE] if carried else [])
    if carried:
        cookie = response.cookies[COOKIE]
        assert unquote(cookie.value) == response.headers[HEADER]
        assert cookie.OutputString() == (
            f"{COOKIE}={quote(response.headers[HEADER], safe='')};"
            f" expires={cookie['expires']}; Max-Age=60; Path=/; SameSite=Lax"
        )


def test_the_cookie_keeps_what_has_not_been_read_yet(visitor: Visitor, settings: Settings) -> None:
    serve(settings, {"change/<int:user_id>/": client(affects="user")(redirecting)})
    visitor.form("/change/5/", "")
    response = visitor.form("/change/6/", "")
    assert unquote(response.cookies[COOKIE].value) == "user;user_id=5, user;user_id=6"
    assert response.headers[HEADER] == "user;user_id=6"
    assert unquote(visitor.form("/change/5/", "").cookies[COOKIE].value) == ("user;user_id=5, user;user_id=6")


@pytest.mark.parametrize("value", ["%ff", "%0d%0aSet-Cookie%3A%20a%3Db", "<script>", "a%3Bb", "%", '"'])
def test_what_somebody_wrote_into_it_is_dropped(visitor: Visitor, settings: Settings, value: str) -> None:
    serve(settings, {"change/<int:user_id>/": client(affects="user")(redirecting)})
    headers = {"Cookie": f"{COOKIE}={value}"}
    response = visitor.send("POST", "/change/5/", "", headers=headers)
    assert unquote(response.cookies[COOKIE].value) == "user;user_id=5"


def test_the_cookie_stays_small_enough_for_a_browser(visitor: Visitor, settings: Settings) -> None:
    def change(request: HttpRequest) -> HttpResponse:
        for user_id in range(200):
            invalidate(request, "user", user_id=user_id)
        invalidate(request, "people")
        return HttpResponseRedirect("/")

    def people(request: HttpRequest) -> int:
        return 1

    register(client(context="people")(people))
    serve(settings, {"change/": client(change)})
    response = visitor.form("/change/", "")
    assert response.headers[HEADER].count("user;user_id=") == 200
    assert unquote(response.cookies[COOKIE].value) == "user, people"
    assert len(quote("," * COOKIE_MAX_BYTES, safe="")) < 4096


def test_the_cookie_is_secure_where_the_page_is(visitor: Visitor, settings: Settings) -> None:
    serve(settings, {"change/<int:user_id>/": client(affects="user")(redirecting)})
    response = visitor.send("POST", "/change/5/", "", secure=True)
    assert response.cookies[COOKIE]["secure"] is True


def test_a_call_from_a_full_page_form_carries_it_too(visitor: Visitor) -> None:
    def change(request: HttpRequest) -> HttpResponse:
        return JsonResponse({})

    register(client(affects="people")(change))
    response = visitor.form(CALL, "fn=change", Sec_Fetch_Mode="navigate")
    assert unquote(response.cookies[COOKIE].value) == "people"
