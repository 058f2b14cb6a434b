"""A page on which requests fail, in the way that a test says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template import engines
from django.urls import path

from mizan_htmx import client
from mizan_htmx.errors import MizanError
from tests.site.gates import pass_gate
from tests.site.models import Person


class Conflict(MizanError):
    """Somebody else was faster."""

    status = 409
    code = "CONFLICT"
    default_message = "Conflict."


class TooMany(MizanError):
    """Somebody is too fast."""

    status = 429
    code = "TOO_MANY"
    default_message = "Too many."


@dataclass(slots=True)
class Trouble:
    """What is on the page; what functions raise and what views answer; what has come, in order."""

    html: str = ""
    error: Exception | None = None
    response: HttpResponse | None = None
    came: list[dict[str, Any]] = field(default_factory=list)


_trouble = Trouble()


@contextmanager
def trouble(html: str) -> Iterator[Trouble]:
    """Put a template into the page, and give what can be changed later."""
    global _trouble
    _trouble = Trouble(html)
    yield _trouble


def _meet(request: HttpRequest) -> None:
    _trouble.came.append({name: value for name, value in request.POST.items() if name != "fn"})
    pass_gate()
    if _trouble.error is not None:
        raise _trouble.error


@client(affects="desk")
def err_note(request: HttpRequest, text: str = "") -> HttpResponse:
    """Change something on the view path, and then fail."""
    Person.objects.filter(pk=5).update(name=text)
    _meet(request)
    return HttpResponse("<p>Noted.</p>")


@client(affects="desk")
def err_count(request: HttpRequest, text: str = "") -> int:
    """Change something on the RPC path, and then fail."""
    Person.objects.filter(pk=5).update(name=text)
    _meet(request)
    return 1


@client(affects="desk", atomic=False)
def err_loosely(request: HttpRequest, text: str = "") -> int:
    """Change something without a transaction, and then fail."""
    Person.objects.filter(pk=5).update(name=text)
    _meet(request)
    return 1


def page(request: HttpRequest) -> HttpResponse:
    """Show what the test says."""
    source = '{% extends "site/base.html" %}{% load mizan %}{% block content %}<main>'
    template = engines["django"].from_string(source + _trouble.html + "</main>{% endblock %}")
    return HttpResponse(template.render({}, request))


def answer(request: HttpRequest) -> HttpResponseBase:
    """Answer what the test says, whoever asks."""
    _meet(request)
    return _trouble.response or HttpResponse("<p>Answered.</p>")


urlpatterns = [
    path("errors/", page, name="errors"),
    path("errors/answer/", answer, name="errors_answer"),
    path("errors/note/", err_note, name="errors_note"),
]
