"""A small site of templates for tests of blocks: one page, some readers, a browser over WSGI or ASGI."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django
import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateSyntaxError
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.test import AsyncClient, Client, RequestFactory
from pydantic import BaseModel

from mizan_htmx import client, register
from mizan_htmx.blocks.binding import ATTRIBUTES

LIBRARIES = ["mizan_htmx.templatetags.mizan"]
LOADERS: list[Any] = ["django.template.loaders.filesystem.Loader"]
if django.VERSION < (6, 0):
    LIBRARIES.append("template_partials.templatetags.partials")
    LOADERS = [("template_partials.loader.Loader", LOADERS)]

PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "mizan_htmx.context_processors.global_context",
]

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mizan_htmx.middleware.MizanMiddleware",
]


class Profile(BaseModel):
    """A person, as templates see them."""

    name: str
    motto: str = ""


class BlockFinder(HTMLParser):
    """Collects the attributes of every block's wrapper, in document order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep wrappers; ``tag`` stands among their attributes."""
        named = {name: value or "" for name, value in attrs}
        if "data-mizan" in named:
            self.found.append({"tag": tag, **named})


def blocks_of(html: str) -> list[dict[str, str]]:
    """List the wrappers in ``html``: their attributes, unescaped, and their ``tag``."""
    return BlockFinder(html).found


@dataclass
class Site:
    """Templates in a folder, a page that shows ``page.html``, and somebody who looks at it.

    ``server`` is ``"wsgi"`` or ``"asgi"``; ``address`` the page's: ``/page/`` is a sync view, ``/async/`` an
    async one with a TemplateResponse, ``/inside/`` an async one that renders inside the event loop.
    """

    folder: Path
    names: dict[int, str] = field(default_factory=lambda: {5: "Ada", 6: "Bob"})
    calls: list[str] = field(default_factory=list)
    variables: Mapping[str, Any] = field(default_factory=dict)
    server: str = "wsgi"
    address: str = "/page/"
    browser: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def write(self, name: str, source: str) -> None:
        """Write a template."""
        (self.folder / name).write_text(source, encoding="utf-8", newline="")

    def page(self, source: str, /, **variables: Any) -> str:
        """Give the page's HTML for ``source`` as ``page.html``; it must come without a fault."""
        response = self.visit(source, **variables)
        assert response.status_code == 200, response.text
        return response.text

    def visit(self, source: str, /, **variables: Any) -> HttpResponse:
        """Give the page's whole answer."""
        self.write("page.html", source)
        self.variables = variables
        return self.get(self.address)

    def raw(self, source: str, /, **variables: Any) -> str:
        """Render ``source`` outside of any server, for the exceptions that a server would turn into a 500."""
        self.write("page.html", source)
        request = RequestFactory().get("/page/")
        request.user = AnonymousUser()
        return render_to_string("page.html", variables, request)

    def get(self, url: str, **headers: str) -> HttpResponse:
        """Fetch ``url`` over WSGI or ASGI."""
        return self.request("GET", url, **headers)

    def request(self, method: str, url: str, **headers: str) -> HttpResponse:
        """Send a request without a body."""
        if self.server == "wsgi":
            response: Any = self.browser.generic(method, url, headers=headers)
        else:
            browser = AsyncClient(raise_request_exception=False)
            browser.cookies = self.browser.cookies
            response = async_to_sync(_arequest)(browser, method, url, headers)
        assert isinstance(response, HttpResponse)
        return response

    def refresh(self, html: str, **headers: str) -> HttpResponse:
        """Refresh the first block of a page."""
        return self.get(blocks_of(html)[0]["hx-get"], **headers)

    def assert_refreshes_alike(self, html: str) -> int:
        """Refresh each block of a page: it must come byte for byte as it stands there. Return how many."""
        found = blocks_of(html)
        for block in found:
            response = self.get(block["hx-get"])
            assert response.status_code == 200, response.text
            assert response.text.startswith(f'<{block["tag"]} id="{block["id"]}"')
            assert response.text in html
        assert len({block["id"] for block in found}) == len(found)
        return len(found)

    def page_view(self, request: HttpRequest) -> HttpResponse:
        """Show the page."""
        return render(request, "page.html", self.variables)

    async def async_view(self, request: HttpRequest) -> HttpResponse:
        """Show the page from a coroutine; Django renders it in a thread."""
        return TemplateResponse(request, "page.html", dict(self.variables))

    async def inside_view(self, request: HttpRequest) -> HttpResponse:
        """Show the page from a coroutine, rendered in the event loop."""
        return render(request, "page.html", self.variables)


async def _arequest(browser: AsyncClient, method: str, url: str, headers: dict[str, str]) -> Any:
    return await browser.generic(method, url, headers=headers)


def declare_readers(site: Site) -> None:
    """Declare what most tests read: people, a counter, a label."""

    @client(context="user")
    def user_profile(request: HttpRequest, user_id: int) -> Profile:
        site.calls.append(f"user_profile {user_id}")
        return Profile(name=site.names[user_id])

    @client(context="user")
    def user_motto(request: HttpRequest, user_id: int, tab: str = "main") -> str:
        site.calls.append(f"user_motto {user_id} {tab}")
        return f"{site.names[user_id]} & {tab}"

    @client(context="notifications")
    async def unread(request: HttpRequest) -> int:
        site.calls.append("unread")
        return 3

    @client(context="tag")
    def tag_label(request: HttpRequest, tag: str) -> str:
        return tag

    for each in (user_profile, user_motto, unread, tag_label):
        register(each)


def template_settings(folder: Path, **options: Any) -> list[dict[str, Any]]:
    """Write the TEMPLATES setting for a folder of uncached templates, where ``{% load %}`` is not needed."""
    return [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [folder],
            "OPTIONS": {
                "loaders": LOADERS,
                "builtins": LIBRARIES,
                "context_processors": PROCESSORS,
                **options,
            },
        }
    ]


# How messages list the options of the tag.
OPTIONS = f" Known options: {', '.join(sorted(ATTRIBUTES))}."

# Stands for the id in the token of a block that has none of its own.
DEFAULT_ID = "."


def sign(content: object, *, salt: str = "mizan_htmx.block", key: str | None = None) -> str:
    """Sign a token as the site would, or as somebody else would."""
    return signing.Signer(key=key, salt=salt).sign_object(content)


def partial_url(token: str, context: str = "user", /, **params: object) -> str:
    """Write a block's address by hand."""
    return f"/api/mizan/partial/{context}/?{urlencode({'block': token, **params})}"


def syntax_error(site: Site, source: str, /, **variables: Any) -> str:
    """Give the whole message of the TemplateSyntaxError that a template raises, without Django 6's prefix."""
    with pytest.raises(TemplateSyntaxError) as caught:
        site.raw(source, **variables)
    return str(getattr(caught.value, "raw_error_message", caught.value))
