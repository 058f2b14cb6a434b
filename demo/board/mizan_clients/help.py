"""The page that explains the demo: the same for everyone, so a cache in front of the site may keep it."""

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from demo.board.access import Request
from demo.board.contexts import HELPED
from demo.board.models import HelpCount
from mizan_htmx import client


@client(context=HELPED)
def helped(request: HttpRequest) -> int:
    """Return how often visitors have said that the page helped."""
    return HelpCount.objects.values_list("times", flat=True).first() or 0


@client(context=HELPED)
def help_page(request: HttpRequest) -> HttpResponse:
    """Explain the demo."""
    return render(request, "board/help.html")


@client(affects=HELPED)
def say_it_helped(request: Request) -> HttpResponse:
    """Increase the count by one."""
    count, _ = HelpCount.objects.get_or_create(pk=1)
    HelpCount.objects.filter(pk=count.pk).update(times=F("times") + 1)
    return HttpResponse(status=204) if request.htmx else redirect("help")
