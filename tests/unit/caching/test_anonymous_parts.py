"""What of the visitor is left in the clean request: headers, language, session, token and nonce."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import RequestFactory
from django.utils import timezone, translation
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.caching.anonymous import anonymous, as_anyone, shared_or_own
from mizan_htmx.localization import Localization
from tests.helpers.blocks import MIDDLEWARE
from tests.helpers.public import (
    CTX,
    NEWS,
    OF_SPORT,
    PAGE,
    PRIVATE,
    PublicSite,
    caching,
    known_visitor,
)
from tests.helpers.visitor import Visitor, serve

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "vary"),
    [
        ("request.htmx and 1", "HX-Request"),
        ("request.htmx.boosted and 1", "HX-Boosted"),
        ("request.headers.get('hx_target')", "HX-Target"),
        ("request.headers['Accept-Language']", "Accept-Language"),
        ("len(dict(request.headers))", "Accept-Language, HX-Request"),
        ("request.headers.get('User-Agent')", None),
        ("request.META.get('HTTP_HX_REQUEST')", None),
    ],
)
def test_the_answer_varies_by_the_headers_that_were_read(
    public: PublicSite, visitor: Visitor, settings: Settings, asked: str, vary: str | None
) -> None:
    def page(request: HttpRequest, topic: str) -> HttpResponse:
        return HttpResponse(repr(eval(asked, {"request": request})))

    declared = client(context=NEWS)(page)
    register(declared)
    serve(settings, {"page/<str:topic>/": declared})
    settings.MIDDLEWARE = MIDDLEWARE
    response = visitor.get("/page/sport/", HX_Request="true", Accept_Language="de", User_Agent="ada-browser")
    assert caching(response) == {**OF_SPORT, **({"Vary": vary} if vary else {})}
    assert "ada" not in response.text


@pytest.fixture
def languages(public: PublicSite, settings: Settings) -> Iterator[None]:
    """Install LocaleMiddleware, which leaves the last visitor's language to its thread."""
    settings.MIDDLEWARE = [*MIDDLEWARE[:1], "django.middleware.locale.LocaleMiddleware", *MIDDLEWARE[1:]]
    yield
    translation.deactivate()


@pytest.mark.usefixtures("languages")
@pytest.mark.parametrize("url", [CTX, PAGE, "/late/sport/"])
def test_a_language_that_a_visitor_chose_is_not_that_of_others(
    public: PublicSite, visitor: Visitor, settings: Settings, url: str
) -> None:
    @client(context=NEWS)
    def language(request: HttpRequest, topic: str) -> str:
        return translation.gettext("Yes")

    register(language)
    public.write("{% load i18n %}{% translate 'Yes' %}")
    visitor.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    for asked, word in (("de", "Ja"), ("en", "Yes")):
        response = visitor.get(url, Accept_Language=asked)
        assert (word in response.text, "Oui" in response.text) == (True, False)
        assert response.headers["Content-Language"] == asked
        assert caching(response) == {**OF_SPORT, "Vary": "Accept-Language"}


class OwnLanguage:
    """A middleware that takes the language from a visitor's profile, and says nothing in ``Vary``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in French."""
        setattr(request, "LANGUAGE_CODE", "fr")  # noqa: B010 - as LocaleMiddleware does
        with translation.override("fr"):
            return self.get_response(request)


@pytest.mark.parametrize("asked", ["de", "en"])
def test_a_language_by_a_middleware_of_the_sites_own_is_in_vary(
    public: PublicSite, visitor: Visitor, settings: Settings, asked: str
) -> None:
    settings.MIDDLEWARE = [*MIDDLEWARE, f"{__name__}.OwnLanguage"]
    public.write("{% load i18n %}{% get_current_language as language %}{{ language }}")
    response = visitor.get(PAGE, Accept_Language=asked)
    assert (response.text, response.headers["Content-Language"]) == (asked, asked)
    assert caching(response) == {**OF_SPORT, "Vary": "Accept-Language"}


def test_without_its_middleware_the_language_is_the_sites(
    public: PublicSite, visitor: Visitor, settings: Settings
) -> None:
    request = RequestFactory().get("/", headers={"Accept-Language": "de"})
    with translation.override("fr"), timezone.override("Asia/Tokyo"):
        with as_anyone(anonymous(request)):
            assert (translation.get_language(), timezone.get_current_timezone_name()) == ("en-us", "UTC")
        assert (translation.get_language(), timezone.get_current_timezone_name()) == ("fr", "Asia/Tokyo")


@pytest.mark.parametrize(
    ("contexts", "is_shared"), [([NEWS.name], True), ([NEWS.name, "mine"], False), ([], False)]
)
def test_only_what_is_public_as_a_whole_is_read_without_the_visitor(
    public: PublicSite, contexts: list[str], is_shared: bool
) -> None:
    request = RequestFactory().get("/")
    with translation.override("fr"):
        with shared_or_own(request, contexts) as shown:
            assert (shown is anonymous(request), shown is request) == (is_shared, not is_shared)
            assert translation.get_language() == ("en-us" if is_shared else "fr")
        assert translation.get_language() == "fr"


def test_the_own_request_is_read_in_the_localization_of_its_block(public: PublicSite) -> None:
    entered = shared_or_own(RequestFactory().get("/"), [], Localization("de"))
    with translation.override("fr"):
        with entered:
            assert (translation.get_language(), entered.locale) == ("de", None)
        assert translation.get_language() == "fr"


def test_the_session_is_empty_and_is_not_saved(public: PublicSite, visitor: Visitor, ada: User) -> None:
    @client(context=NEWS)
    def noted(request: HttpRequest, topic: str) -> int:
        request.session["seen"] = 1
        return len(request.session.keys())

    register(noted)
    known_visitor(visitor, ada)
    response = visitor.get(CTX)
    assert (json.loads(response.content)["noted"], caching(response)) == (1, OF_SPORT)
    assert "seen" not in visitor.client.session


@pytest.mark.parametrize("how", ["save", "create", "cycle_key", "flush"])
def test_saving_the_session_says_why_not(how: str) -> None:
    session = anonymous(RequestFactory().get("/")).session
    if how == "flush":
        session.flush()
        assert session.is_empty()
        return
    with pytest.raises(ImproperlyConfigured, match=r"^A reader of a public context can't save a session"):
        getattr(session, how)()


@pytest.mark.parametrize("source", ["{% csrf_token %}", "{{ csrf_token }}"])
@pytest.mark.parametrize("where", ["page", "block"])
def test_a_csrf_token_on_a_public_page(
    public: PublicSite, visitor: Visitor, settings: Settings, source: str, where: str
) -> None:
    block = "{% mizan_context 'news' topic=topic %}" + source + "{% endmizan_context %}"
    public.write(source if where == "page" else block)
    response = visitor.get(PAGE)
    assert (response.status_code, caching(response)) == (200, PRIVATE)
    settings.DEBUG = True
    assert visitor.get(PAGE).status_code == 500
    with pytest.raises(
        ImproperlyConfigured, match=r"^csrf_token is used on a page or in a block of a public"
    ):
        render(anonymous(RequestFactory().get(PAGE)), "page.html", {"topic": "sport"})


def test_the_page_script_makes_no_cookie_on_a_public_page(
    public: PublicSite, visitor: Visitor, settings: Settings
) -> None:
    public.write("{% mizan_scripts %}")
    for debug in (False, True):
        settings.DEBUG = debug
        response = visitor.get(PAGE)
        assert (caching(response), 'data-csrf-cookie="csrftoken"' in response.text) == (OF_SPORT, True)
        assert 'data-csrf-session="/api/mizan/session/"' in response.text
    settings.CSRF_COOKIE_HTTPONLY = True
    response = visitor.get(PAGE)
    assert (caching(response), "csrf-token" in response.text, "csrf-cookie" in response.text) == (
        OF_SPORT,
        False,
        False,
    )
    own = visitor.get("/inbox/").text
    assert ("data-csrf-token=" in own, "data-csrf-session" in own) == (True, False)


def test_a_nonce_keeps_a_page_out_of_caches(public: PublicSite, visitor: Visitor, settings: Settings) -> None:
    settings.MIDDLEWARE = [f"{__name__}.Nonces", *MIDDLEWARE]
    assert caching(visitor.get(PAGE)) == OF_SPORT
    public.write("{% mizan_scripts %}")
    response = visitor.get(PAGE)
    assert ('nonce="n0nce"' in response.text, caching(response)) == (True, PRIVATE)


class Nonce:
    """A nonce that is true once it was written, as Django's is."""

    written = False

    def __str__(self) -> str:
        self.written = True
        return "n0nce"

    def __bool__(self) -> bool:
        return self.written


class Nonces:
    """A middleware that gives each request a nonce."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        holder: Any = request
        holder._csp_nonce = Nonce()
        return self.get_response(request)
