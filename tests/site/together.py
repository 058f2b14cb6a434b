"""Pages whose blocks refresh together, and what can go wrong on the way."""

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from mizan_htmx import client
from tests.site.models import Board, Person

BROKEN = "broken"


@client(context="shaky")
def shaky_title(request: HttpRequest) -> str:
    """Read the title of the first board; fail while that is ``broken``."""
    title = Board.objects.get(pk=1).title
    if title == BROKEN:
        raise RuntimeError("The reader failed.")
    return title


@client(affects=["user", "shaky"])
def shake(request: HttpRequest, title: str) -> HttpResponse:
    """Rename the first board, and give person 5 the same name."""
    Board.objects.filter(pk=1).update(title=title)
    Person.objects.filter(pk=5).update(name=title)
    return HttpResponse("<em>Shaken</em>")


def leave(request: HttpRequest) -> HttpResponse:
    """Sign out, and go to the login page."""
    auth.logout(request)
    return redirect("enter")


def page(request: HttpRequest, count: int) -> HttpResponse:
    """Show a number of blocks of person 5, one that may fail, and one that shared caches may keep."""
    return render(request, "site/together.html", {"numbers": range(count)})


def own(request: HttpRequest) -> HttpResponse:
    """Show blocks of which each has a swap, an indicator or an element of its own."""
    return render(request, "site/together_own.html")


urlpatterns = [
    path("together/leave/", leave, name="leave_together"),
    path("together/shake/", shake, name="shake"),
    path("together/own/", own, name="own_together"),
    path("together/<int:count>/", page, name="together"),
]
