"""What a middleware of the site adds to answers to htmx, as one for messages or for terms to accept does."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path

from mizan_htmx import client, invalidate
from tests.site.models import Person

_headers: dict[str, str] = {}
_places = [""]


@contextmanager
def answering(place: str = "", **headers: str) -> Iterator[None]:
    """Add headers to every answer to htmx: ``HX_Trigger="a"``; only where the path has ``place`` in it."""
    _places[:] = [place]
    _headers.update({name.replace("_", "-"): text for name, text in headers.items()})
    try:
        yield
    finally:
        _headers.clear()


def add_headers(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Add what a test says."""
    if "HX-Request" in request.headers and _places[0] in request.path:
        for name, text in _headers.items():
            response.headers[name] = text
    return response


def wide(request: HttpRequest) -> HttpResponse:
    """Show blocks of a page that has one indicator for everything."""
    return render(request, "site/answers_wide.html")


def _rename(request: HttpRequest) -> None:
    Person.objects.filter(pk=5).update(name=request.GET.get("name", "Grace"))


@client(affects="user", methods=["GET"])
def read_all(request: HttpRequest) -> HttpResponse:
    """Change somebody while a page is asked for, and show them: before the change, after it, or both."""
    order = request.GET.get("order", "after")
    before = render(request, "site/answers_page.html", {"place": "before"}) if order != "after" else None
    _rename(request)
    if order == "before":
        assert before is not None
        return before
    context = {"place": "after", "before": "" if before is None else _block(before)}
    return render(request, "site/answers_page.html", context)


def read_all_of_it(request: HttpRequest) -> HttpResponseBase:
    """Hand on to such a view, of which the system checks would warn in an URLconf."""
    return read_all(request)


def _block(page: HttpResponse) -> str:
    text = page.content.decode()
    return text[text.index("<!-- [ -->") : text.index("<!-- ] -->")]


def invalidate_and_show(request: HttpRequest) -> HttpResponse:
    """Change somebody, say so, and show them, in a plain view."""
    _rename(request)
    invalidate(request, "user")
    return render(request, "site/answers_page.html", {"place": "after"})


def show(request: HttpRequest) -> HttpResponse:
    """Show somebody."""
    return render(request, "site/answers_page.html", {"place": "after"})


@client(affects="user")
def rename_and_leave(request: HttpRequest) -> HttpResponse:
    """Change somebody, and send the browser to the page that shows them."""
    Person.objects.filter(pk=5).update(name=request.POST["name"])
    return redirect(request.POST["next"])


urlpatterns = [
    path("answers/wide/", wide, name="answers_wide"),
    path("answers/read/", read_all_of_it, name="answers_read"),
    path("answers/invalidate/", invalidate_and_show, name="answers_invalidate"),
    path("answers/show/", show, name="answers_show"),
    path("answers/leave/", rename_and_leave, name="answers_leave"),
]
