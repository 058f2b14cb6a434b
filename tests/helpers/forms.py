"""Forms for tests to declare, a site that serves them, and what to look for in its HTML."""

import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import django
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from mizan_htmx import client, register
from mizan_htmx.forms import mizanFormMeta, mizanFormMixin
from tests.helpers.visitor import CALL, MOUNT, Visitor, answer
from tests.site.models import Card

LOADERS: list[Any] = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
if django.VERSION < (6, 0):
    LOADERS = [("template_partials.loader.Loader", LOADERS)]

VALID = {"name": "Ada", "email": "ada@example.org"}
REQUIRED = "This field is required."
BAD_EMAIL = "Enter a valid email address."

Fields = Mapping[str, object]
Show = Callable[[str], str]


class Elements(HTMLParser):
    """Collects every element's attributes in document order; ``tag`` and ``text`` stand among them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.opened = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.opened = True
        self.found.append({"tag": tag, "text": "", **{name: value or "" for name, value in attrs}})

    def handle_endtag(self, tag: str) -> None:
        """Keep no text that follows an element."""
        self.opened = False

    def handle_data(self, data: str) -> None:
        """Keep the text an element begins with."""
        if self.opened:
            self.found[-1]["text"] += data


def elements(html: str, **wanted: str) -> list[dict[str, str]]:
    """List the elements that have these attributes; ``data_x`` stands for ``data-x``."""
    pairs = {name.rstrip("_").replace("_", "-"): value for name, value in wanted.items()}
    return [each for each in Elements(html).found if pairs.items() <= each.items()]


def field(html: str, name: str) -> dict[str, str]:
    """Give the one control with this name."""
    [found] = [
        each for each in elements(html, name=name) if each["tag"] in ("input", "select", "textarea", "button")
    ]
    return found


def errors_of(html: str) -> list[str]:
    """List the texts of all errors that are shown."""
    texts, inside = [], False
    for each in Elements(html).found:
        inside = "errorlist" in each.get("class", "").split() or (inside and each["tag"] == "li")
        texts += [each["text"]] if inside and each["tag"] == "li" else []
    return texts


def form_url(name: str, /, kind: str = "form", **query: object) -> str:
    """Return the URL of a form's HTML."""
    return f"{MOUNT}{kind}/{name}/" + (f"?{urlencode(query)}" if query else "")


def post(visitor: Visitor, path: str, fields: Fields, *, htmx: bool = True, **headers: str) -> HttpResponse:
    """Send a form, as htmx does or as a browser without JavaScript does."""
    if htmx:
        headers = {"HX_Request": "true", **headers}
    return visitor.form(path, urlencode(fields, doseq=True), **headers)


def upload(visitor: Visitor, path: str, fields: Fields, **headers: str) -> HttpResponse:
    """Send a form with files."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = encode_multipart(BOUNDARY, dict(fields))
    return visitor.send("POST", path, body, content_type=MULTIPART_CONTENT, headers=named)


def result(response: HttpResponse) -> Any:
    """Give what a function answered to a call."""
    status, body = answer(response)
    assert status == 200, body
    return body["result"]


def submit(visitor: Visitor, name: str, data: Fields) -> Any:
    """Submit a form as JSON and give the answer."""
    return result(visitor.call(f"{name}.submit", data=data))


def check(visitor: Visitor, name: str, data: Fields) -> Any:
    """Validate a form's data and give the answer."""
    return result(visitor.call(f"{name}.validate", data=data))


def submit_as_form(visitor: Visitor, name: str, fields: Fields) -> HttpResponse:
    """Submit a form over ``call/`` with its own fields."""
    return visitor.form(CALL, urlencode({"fn": f"{name}.submit", **fields}, doseq=True))


def declare_contact(base: type = forms.Form, /, **options: Any) -> Any:
    """Declare the form that most tests use; keywords that the class has become its attributes."""
    own = {name: options.pop(name) for name in [*options] if name not in mizanFormMeta.__dataclass_fields__}
    body = {
        "mizan": mizanFormMeta(**{"name": "contact", **options}),
        "name": forms.CharField(max_length=20, help_text="As you like it."),
        "email": forms.EmailField(),
        "__module__": __name__,
        **own,
    }
    return type(base)("ContactForm", (mizanFormMixin, base), body)


def declare_card(**options: Any) -> Any:
    """Declare a form of cards, which edits the one that ``card_id`` names."""
    own = {name: options.pop(name) for name in [*options] if name not in mizanFormMeta.__dataclass_fields__}

    class CardForm(mizanFormMixin, forms.ModelForm):  # type: ignore[type-arg]
        class Meta:
            model = Card
            fields = ("board", "title")

        @classmethod
        def get_init_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
            pk = request.GET.get("card_id")
            return {"instance": Card.objects.get(pk=pk)} if pk else {}

    body = {"mizan": mizanFormMeta(**{"name": "card", **options}), "Meta": CardForm.Meta, **own}
    metaclass: Any = type(CardForm)
    return metaclass("DeclaredCardForm", (CardForm,), body)


def declare_readers() -> None:
    """Declare what the forms make stale: a context without parameters, one with, and one with two."""

    @client(context="inbox")
    def inbox_count(request: HttpRequest) -> int:
        return 1

    @client(context="board")
    def board_title(request: HttpRequest, board_id: int) -> str:
        return "A board"

    @client(context="card")
    def card_title(request: HttpRequest, card_id: int, board: int = 0) -> str:
        return "A card"

    for each in (inbox_count, board_title, card_title):
        register(each)


def forms_of(html: str) -> list[dict[str, str]]:
    """List the forms."""
    return [each for each in elements(html) if each["tag"] == "form"]


def ids(html: str) -> list[str]:
    """List all ids but those in a template element, which is no part of the page."""
    page = re.sub(r"<template.*?</template>", "", html, flags=re.DOTALL)
    return [each["id"] for each in elements(page) if "id" in each]


def show(request: HttpRequest) -> HttpResponse:
    """Show ``page.html``, which a test has written."""
    return render(request, "page.html")


async def show_async(request: HttpRequest) -> HttpResponse:
    """Show ``page.html`` from a coroutine."""
    return TemplateResponse(request, "page.html")


def said(request: HttpRequest) -> JsonResponse:
    """Tell the messages that wait for a page to show them."""
    return JsonResponse([[each.level_tag, str(each)] for each in messages.get_messages(request)], safe=False)
