"""The clean request: nothing of one visitor gets into what another is handed."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import RequestFactory
from django.urls import path
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.caching.anonymous import AnonymousRequest, anonymous
from tests.helpers.blocks import blocks_of
from tests.helpers.public import (
    CTX,
    NEWS,
    NOBODY,
    OF_SPORT,
    PAGE,
    PRIVATE,
    PublicSite,
    caching,
    known_visitor,
)
from tests.helpers.visitor import Visitor, serve

pytestmark = pytest.mark.django_db

SEEN = "{% mizan_context 'news' topic=topic %}{{ headlines.0 }}{% endmizan_context %}"
SECRETS = {
    "Authorization": "Bearer of-ada",
    "User-Agent": "ada-browser",
    "X-Forwarded-User": "ada",
    "Cookie": "flavour=of-ada",
}


@pytest.mark.parametrize(
    "source", ["{{ seen }}", SEEN, "{{ request.user }}|{{ user }}|{{ perms.auth.add_user }}"]
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
    public.write(f"{{{{ seen }}}}{SEEN}")
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
        slots = [getattr(thing, name, None) for name in getattr(thing, "__slots__", ())]
        inner = [*getattr(thing, "__dict__", {}).values(), *slots]
    return [text for each in inner for text in _reachable(each, depth - 1, seen)]


def test_what_may_be_known_is_there(public: PublicSite, visitor: Visitor, settings: Settings) -> None:
    def page(request: HttpRequest, topic: str) -> HttpResponse:
        seen: list[object] = [
            request.method,
            request.path,
            request.GET["a"],
            request.get_host(),
            request.is_secure(),
        ]
        seen += [request.build_absolute_uri(), request.resolver_match is not None, request.body, request.POST]
        return HttpResponse(repr(seen))

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
