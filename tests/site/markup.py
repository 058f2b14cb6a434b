"""Pages into which a visitor's markup gets, under names that scripts read; no policy stands in its way."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; frame-src *; connect-src *; img-src *;"
    " form-action *; base-uri *"
)


def markup(request: HttpRequest) -> HttpResponse:
    """Show blocks beside what ``markup`` has; one of them is a form whose controls are called ``names``."""
    context = {"markup": request.GET.get("markup", ""), "names": request.GET.get("names", "")}
    response = render(request, "site/markup.html", context)
    response.headers["Content-Security-Policy"] = POLICY
    return response


urlpatterns = [path("markup/", markup, name="markup")]
