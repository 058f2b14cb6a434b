"""What the test project hands to everyone alike: a slogan, and the page that shows it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mizan_htmx import Context, client
from tests.site.models import Board

SLOGAN = Context("slogan", public=True, max_age=600)


@client(context=SLOGAN)
def slogan(request: HttpRequest, build: str) -> str:
    """Read the slogan, which is the title of the first board."""
    return Board.objects.get(pk=1).title


@client(context=SLOGAN)
def slogan_page(request: HttpRequest, build: str) -> HttpResponse:
    """Show the slogan; the build of htmx stands in the address, since no cookie may name it."""
    known = {"build": build, "htmx_version": int(build) if build in ("2", "4") else None}
    return render(request, "site/slogan.html", known)


@client(context="visitor")
def visitor_name(request: HttpRequest) -> str:
    """Read something of the visitor's own."""
    return request.COOKIES.get("name", "nobody")


@client(affects=SLOGAN, affects_params=[])
def change_slogan(request: HttpRequest, title: str) -> HttpResponse:
    """Change the slogan."""
    Board.objects.filter(pk=1).update(title=title)
    return HttpResponse(status=204)
