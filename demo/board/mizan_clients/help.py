"""The page that explains the demo: the same for everyone, so a cache in front of the site may keep it."""

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from demo.board.access import Request
from demo.board.contexts import HELPED
from mizan_htmx import client

KEY = "helped"


@client(context=HELPED)
def helped(request: HttpRequest) -> int:
    """Count how often somebody said that the page helped."""
    times: int = cache.get(KEY, 0)
    return times


@client(context=HELPED)
def help_page(request: HttpRequest) -> HttpResponse:
    """Explain the demo."""
    return render(request, "board/help.html")


@client(affects=HELPED)
def say_it_helped(request: Request) -> HttpResponse:
    """Count once more. It is forgotten with the cache it is in."""
    cache.add(KEY, 0, None)
    cache.incr(KEY)
    return HttpResponse(status=204) if request.htmx else redirect("help")
