"""A middleware that makes a shared answer somebody's own takes everything back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils.cache import patch_vary_headers
from pytest_django import Settings

from tests.helpers.blocks import MIDDLEWARE
from tests.helpers.public import (
    CTX,
    OF_SPORT,
    PAGE,
    PRIVATE,
    PublicSite,
    caching,
)
from tests.helpers.visitor import Visitor

pytestmark = pytest.mark.django_db


class Later:
    """A middleware that makes answers somebody's own after they were made."""

    how = ""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before: Any = request
        if Later.how == "asked":
            assert before.user.is_authenticated in (True, False)
        elif Later.how == "message":
            messages.info(request, "for Ada alone")
        elif Later.how == "tenant":
            before.tenant = "Ada's"
        response = self.get_response(request)
        if Later.how == "cookie":
            response.set_cookie("a", "b")
        elif Later.how == "vary":
            patch_vary_headers(response, ["Cookie"])
        elif Later.how == "status":
            response.status_code = 503
        elif Later.how == "control":
            response.headers["Cache-Control"] = "private, max-age=9"
        return response


@pytest.fixture
def later(settings: Settings) -> Iterator[type[Later]]:
    """Put the middleware after those of Django."""
    settings.MIDDLEWARE = [
        *MIDDLEWARE[:-2],
        "tests.unit.caching.test_responses_later.Later",
        *MIDDLEWARE[-2:],
    ]
    yield Later
    Later.how = ""


@pytest.mark.parametrize("url", [CTX, PAGE])
@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("", OF_SPORT),
        ("tenant", OF_SPORT),
        ("asked", {**PRIVATE, "Vary": "Cookie"}),
        ("cookie", {**PRIVATE, "Set-Cookie": "Set-Cookie: a=b; Path=/"}),
        ("vary", {**PRIVATE, "Vary": "Cookie"}),
        ("status", PRIVATE),
        ("control", {"Cache-Control": "private, max-age=9"}),
    ],
)
def test_a_middleware_that_makes_it_somebodys_own_takes_everything_back(
    public: PublicSite, visitor: Visitor, later: type[Later], ada: User, url: str, how: str, expected: Any
) -> None:
    later.how = how
    visitor.login(ada)
    for headers in ({}, {"If_None_Match": "*"}):
        assert caching(visitor.get(url, **headers)) == expected


def test_a_message_for_one_visitor_is_not_shared(
    public: PublicSite, visitor: Visitor, later: type[Later]
) -> None:
    public.write("{% for each in messages %}{{ each }}{% endfor %}!")
    later.how = "message"
    response = visitor.get(PAGE)
    found = caching(response)
    assert (response.text, found.pop("Set-Cookie").startswith("Set-Cookie: messages=")) == ("!", True)
    assert found == PRIVATE


def test_a_session_that_is_saved_at_every_request_is_not_shared(
    public: PublicSite, visitor: Visitor, settings: Settings, ada: User
) -> None:
    settings.SESSION_SAVE_EVERY_REQUEST = True
    assert caching(visitor.get(CTX)) == OF_SPORT
    visitor.login(ada)
    response = visitor.get(CTX)
    assert (list(response.cookies), response.headers["Cache-Control"]) == (["sessionid"], "no-store")
    assert [name for name in OF_SPORT if name in response.headers] == ["Cache-Control"]


def test_headers_that_were_taken_back_are_not_sent(public: PublicSite, later: type[Later]) -> None:
    """Servers read the headers by items(), which a test client does not."""
    later.how = "cookie"
    response = Client().get(CTX)
    later.how = ""
    sent = dict(response.items())
    assert (
        sent["Cache-Control"],
        [name for name in sent if name.startswith(("CDN", "Surr", "Cache-G"))],
    ) == (
        "no-store",
        [],
    )
