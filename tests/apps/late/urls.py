"""Functions that are registered when a request first asks for the URLconf."""

from typing import Any

from django.http import HttpRequest
from django.urls import include, path

from mizan_htmx import Context, client, register

NEWS = Context("late_news", live=True)


@register
@client(context=NEWS)
def late_headline(request: HttpRequest) -> str:
    """Read what is new."""
    return "Nothing"


@register
@client(affects="late_nws")
def misspelt(request: HttpRequest) -> None:
    """Affect a context that nobody declares."""


urlpatterns: list[Any] = [path("api/mizan/", include("mizan_htmx.urls"))]
