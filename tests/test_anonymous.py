"""The clean request: nothing of one visitor gets into what another is handed."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.test import RequestFactory
from django.urls import path
from django.utils import timezone, translation
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.anonymous import AnonymousRequest, anonymous, as_anyone
from tests.support_blocks import MIDDLEWARE, blocks_of
from tests.support_public import (
    CTX,
    NEWS,
    NOBODY,
    OF_SPORT,
    PAGE,
    PRIVATE,
    PublicSite,
    ada,
    caching,
    public,
    visitor,
)
from tests.support_visitor import Visitor, serve

__all__ = ["ada", "public", "visitor"]

pytestmark = pytest.mark.django_db

TOLD = "{% mizan_context 'news' topic=topic %}{{ headlines.0 }}{% endmizan_context %}"
SECRETS = {
    "Authorization": "Bearer of-ada",
    "User-Agent": "ada-browser",
    "X-Forwarded-User": "ada",
    "Cookie": "flavour=of-ada",
}


def known_visitor(visitor: Visitor, ada: User) -> Visitor:
    """Give a visitor who is logged in as Ada, and has cookies and words of her in the session."""
    visitor.login(ada)
    session = visitor.client.session
    session["word"] = "of-ada"
    session.save()
    visitor.client.cookies["flavour"] = "of-ada"
    return visitor


@pytest.mark.parametrize(
    "source", ["{{ told }}", TOLD, "{{ request.user }}|{{ user }}|{{ perms.auth.add_user }}"]
)
@pytest.mark.parametrize("url", [CTX, PAGE, "/late/sport/"])
def test_two_visitors_are_handed_the_same_bytes(
    public: PublicSite, visitor: Visitor, ada: User, url: str, source: str
) -> None:
    public.write(source)
    stranger = visitor.get(url)
    known = known_visitor(visitor, ada).send("GET", url, headers={**SECRETS, "Cookie": cookies_of(visitor)})
    assert (known.content, dict(known.headers)) == (stranger.content, dict(stranger.headers))
    assert (b"ada" in known.content, caching(known)) == (False, OF_SPORT)


def cookies_of(visitor: Visitor) -> str:
    """Write the visitor's cookies as a header."""
    return "; ".join(f"{name}={each.value}" for name, each in visitor.client.cookies.items())


def test_a_reader_sees_nobody(public: PublicSite, visitor: Visitor, ada: User) -> None:
    response = known_visitor(visitor, ada).get(CTX, **{"User_Agent": "ada-browser"})
    assert json.loads(response.content) == {"headlines": [NOBODY, "sport"]}


def test_a_block_in_a_private_page_is_rendered_as_its_refresh(
    public: PublicSite, visitor: Visitor, ada: User
) -> None:
    public.write(f"{{{{ told }}}}{TOLD}")
    page = known_visitor(visitor, ada).get("/inbox/")
    block = blocks_of(page.text)[0]
    refreshed = visitor.get(block["hx-get"])
    assert refreshed.text in page.text
    assert ("of-ada" in page.text, "of-ada" in refreshed.text, caching(refreshed)) == (True, False, OF_SPORT)
    assert caching(page) == {**PRIVATE, "Vary": "Cookie"}


def test_a_private_block_in_a_public_page_fetches_itself(
    public: PublicSite, visitor: Visitor, ada: User
) -> None:
    public.write("{% mizan_context 'inbox' %}{{ letters }}{% endmizan_context %}")
    page = known_visitor(visitor, ada).get(PAGE)
    block = blocks_of(page.text)[0]
    assert page.text == (
        f'<div id="{block["id"]}" data-mizan="inbox" hx-get="{block["hx-get"]}"'
        ' hx-trigger="load, mizan:refresh" hx-target="this" hx-swap="outerHTML"></div>'
    )
    assert caching(page) == OF_SPORT
    fetched = visitor.get(block["hx-get"])
    (arrived,) = blocks_of(fetched.text)
    assert arrived == {**block, "hx-trigger": "mizan:refresh"}
    assert ("of-ada" in fetched.text, caching(fetched)["Cache-Control"]) == (True, "no-store")


def test_a_private_lazy_block_in_a_public_page_waits_for_everyone_alike(
    public: PublicSite, visitor: Visitor, ada: User
) -> None:
    waiting = "{% placeholder %}[{{ request.user.username }}]{% endplaceholder %}"
    public.write(f"{{% mizan_context 'inbox' lazy %}}{{{{ letters }}}}{waiting}{{% endmizan_context %}}")
    page = known_visitor(visitor, ada).get(PAGE)
    block = blocks_of(page.text)[0]
    assert page.text == (
        f'<div id="{block["id"]}" data-mizan="inbox" data-mizan-lazy="" hx-get="{block["hx-get"]}"'
        ' hx-trigger="mizan:refresh" hx-target="this" hx-swap="outerHTML">[]</div>'
    )
    assert caching(page) == OF_SPORT
    fetched = visitor.get(block["hx-get"])
    (arrived,) = blocks_of(fetched.text)
    assert {**arrived, "data-mizan-lazy": ""} == block
    assert ("of-ada" in fetched.text, caching(fetched)["Cache-Control"]) == (True, "no-store")


def test_a_public_lazy_block_is_no_reason_to_purge_the_page_around(
    public: PublicSite, visitor: Visitor
) -> None:
    public.write("{% mizan_context 'news' topic='art' lazy %}{{ headlines.0 }}{% endmizan_context %}")
    page = visitor.get(PAGE)
    block = blocks_of(page.text)[0]
    assert (block["data-mizan"], block["data-mizan-lazy"], block["data-mizan-shared"]) == (
        *("news;topic=art", "", ""),
    )
    assert caching(page) == OF_SPORT
    assert caching(visitor.get(block["hx-get"]))["Cache-Groups"] == '"news", "news;topic=art"'


def test_a_private_block_inside_a_public_one_does_so_wherever_that_stands(
    public: PublicSite, visitor: Visitor, ada: User
) -> None:
    inner = "{% mizan_context 'inbox' %}{{ letters }}{% endmizan_context %}"
    public.write(f"{{% mizan_context 'news' topic=topic %}}{inner}{{% endmizan_context %}}")
    known_visitor(visitor, ada)
    for page in ("/inbox/", PAGE):
        text = visitor.get(page).text
        outer, inside = blocks_of(text)
        assert ("of-ada" in text, inside["hx-trigger"]) == (False, "load, mizan:refresh")
        assert visitor.get(outer["hx-get"]).text in text


def test_a_mixed_block_reads_each_context_with_its_own_request(
    public: PublicSite, visitor: Visitor, ada: User
) -> None:
    public.write(
        "{% mizan_context 'inbox' 'news' topic=topic %}{{ headlines.0 }}|{{ letters }}{% endmizan_context %}"
    )
    news, inbox = known_visitor(visitor, ada).get("/inbox/").text.split("|")
    assert ("of-ada" in news, "of-ada" in inbox) == (False, True)


def test_python_code_that_reads_for_itself_has_its_own_request(public: PublicSite, ada: User) -> None:
    """A function on the RPC path that is called from Python just runs its body, for who calls."""
    request = RequestFactory().get("/")
    request.user = ada
    assert anonymous(request) is anonymous(request)
    assert anonymous(anonymous(request)) is anonymous(request)
    assert str(anonymous(request).user) == "AnonymousUser"


def test_no_attribute_leads_back_to_the_visitor(
    public: PublicSite, visitor: Visitor, settings: Settings, ada: User
) -> None:
    found: list[str] = []

    def page(request: HttpRequest, topic: str) -> HttpResponse:
        assert isinstance(request, AnonymousRequest)
        found.extend(_reachable(request))
        return HttpResponse("x")

    declared = client(context=NEWS)(page)
    register(declared)
    settings.ROOT_URLCONF = (path("page/<str:topic>/", declared),)
    known_visitor(visitor, ada)
    visitor.send("GET", "/page/sport/", headers={**SECRETS, "Cookie": cookies_of(visitor)})
    assert len(found) > 20
    assert [text for text in found if "of-ada" in text or "ada-browser" in text or text == "ada"] == []


def _reachable(thing: Any, depth: int = 6, seen: set[int] | None = None) -> list[str]:
    """List the texts that can be reached over attributes, keys and items, whatever their names."""
    seen = set() if seen is None else seen
    if depth == 0 or id(thing) in seen:
        return []
    seen.add(id(thing))
    if isinstance(thing, (str, bytes)):
        return [str(thing)]
    inner: list[Any] = []
    if isinstance(thing, dict):
        inner = [*thing.keys(), *thing.values()]
    elif isinstance(thing, (list, tuple, set)):
        inner = [*thing]
    elif not isinstance(thing, type) and not callable(thing):
        inner = [*getattr(thing, "__dict__", {}).values(), *getattr(thing, "__slots__", ())]
    return [text for each in inner for text in _reachable(each, depth - 1, seen)]


def test_what_may_be_known_is_there(public: PublicSite, visitor: Visitor, settings: Settings) -> None:
    def page(request: HttpRequest, topic: str) -> HttpResponse:
        told: list[object] = [
            request.method,
            request.path,
            request.GET["a"],
            request.get_host(),
            request.is_secure(),
        ]
        told += [request.build_absolute_uri(), request.resolver_match is not None, request.body, request.POST]
        return HttpResponse(repr(told))

    declared = client(context=NEWS)(page)
    register(declared)
    serve(settings, {"page/<str:topic>/": declared})
    response = visitor.send("GET", "/page/sport/?a=1", secure=True)
    assert response.text == repr(
        [
            *("GET", "/page/sport/", "1", "testserver", True, "https://testserver/page/sport/?a=1"),
            *(True, b"", QueryDict()),
        ]
    )
    assert caching(response) == OF_SPORT


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
    with pytest.raises(ImproperlyConfigured, match=r"^A session was to be saved while a public context"):
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
    settings.MIDDLEWARE = ["tests.test_anonymous.Nonces", *MIDDLEWARE]
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
