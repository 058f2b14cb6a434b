"""A site with a public and a private context, for tests of what everyone is handed."""

from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse

from mizan_htmx import client, register
from mizan_htmx.client import Context
from tests.helpers.blocks import blocks_of
from tests.helpers.visitor import SyncOrAsync, Visitor

NEWS = Context("news", public=True, max_age=600)

CACHE_HEADERS = (
    "Cache-Control",
    "CDN-Cache-Control",
    "Surrogate-Control",
    "Cache-Groups",
    "Set-Cookie",
    "Vary",
)

OF_SPORT = {
    "Cache-Control": "public, max-age=0, must-revalidate",
    "CDN-Cache-Control": "max-age=600",
    "Surrogate-Control": "max-age=600",
    "Cache-Groups": '"news", "news;topic=sport"',
}
PRIVATE = {"Cache-Control": "no-store"}

CTX = "/api/mizan/ctx/news/?topic=sport"
PAGE = "/news/sport/"

BLOCK = "{% mizan_context 'news' topic=topic %}{{ headlines.0 }}{% endmizan_context %}"


def caching(response: HttpResponse) -> dict[str, str]:
    """Give the headers that caches go by, and the cookies."""
    found = {name: response.headers[name] for name in CACHE_HEADERS if name in response.headers}
    return found | ({"Set-Cookie": str(response.cookies)} if response.cookies else {})


def who(request: HttpRequest) -> str:
    """Write down everything that a request shows of its visitor."""
    user: Any = request.user
    session: Any = request.session
    seen = [user.get_username(), user.pk, dict(session.items()), session.session_key]
    seen += [request.COOKIES, request.headers.get("Cookie"), request.headers.get("Authorization")]
    seen += [sorted(name for name in request.META if "COOKIE" in name and name != "CSRF_COOKIE")]
    seen += [
        getattr(request, "tenant", None),
        request.headers.get("User-Agent"),
        request.META.get("REMOTE_ADDR"),
    ]
    return repr(seen)


NOBODY = "['', None, {}, None, {}, None, None, [], None, None, None]"


class PublicSite:
    """Readers and pages, all sync or all async; ``write`` changes the page's template."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, source: str) -> None:
        """Write the page's template."""
        (self.folder / "page.html").write_text(source, encoding="utf-8")


def partial_of(site: PublicSite, visitor: Visitor, source: str = BLOCK, page: str = PAGE) -> str:
    """Give the address of the first block of a page."""
    site.write(source)
    return blocks_of(visitor.get(page).text)[0]["hx-get"]


def declare(sync_or_async: SyncOrAsync) -> dict[str, Any]:
    """Declare and register the functions; give the pages by route."""

    def headlines(request: HttpRequest, topic: str) -> list[str]:
        return [who(request), topic]

    def letters(request: HttpRequest) -> str:
        return who(request)

    def news_page(request: HttpRequest, topic: str) -> HttpResponse:
        return render(request, "page.html", {"topic": topic, "seen": who(request)})

    def late_page(request: HttpRequest, topic: str) -> HttpResponse:
        return TemplateResponse(request, "page.html", {"topic": topic, "seen": who(request)})

    def inbox_page(request: HttpRequest) -> HttpResponse:
        return render(request, "page.html", {"topic": "sport", "seen": who(request)})

    pages = {}
    for func, context in (
        (headlines, NEWS),
        (letters, "inbox"),
        (news_page, NEWS),
        (late_page, NEWS),
        (inbox_page, "inbox"),
    ):
        declared = client(context=context)(sync_or_async(func))
        register(declared)
        pages[func.__name__] = declared
    return pages


def known_visitor(visitor: Visitor, ada: User) -> Visitor:
    """Give a visitor who is logged in as Ada, and has cookies and words of her in the session."""
    visitor.login(ada)
    session = visitor.client.session
    session["word"] = "of-ada"
    session.save()
    visitor.client.cookies["flavour"] = "of-ada"
    return visitor
