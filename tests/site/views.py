"""Pages with blocks, as plain Django views."""

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse

from mizan_htmx import invalidate
from tests.site.models import Board, Person


def people(request: HttpRequest) -> HttpResponse:
    """Show everybody, side by side."""
    return render(request, "site/people.html", {"people": Person.objects.order_by("pk")})


async def people_async(request: HttpRequest) -> HttpResponse:
    """Show everybody, from a coroutine."""
    people = [person async for person in Person.objects.order_by("pk")]
    return TemplateResponse(request, "site/people.html", {"people": people})


def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give one person's block without a page."""
    return render(request, "site/_person.html", {"person_id": user_id})


def board(request: HttpRequest, board_id: int) -> HttpResponse:
    """Show a board: blocks inside a block."""
    board = get_object_or_404(Board, pk=board_id)
    return render(request, "site/board.html", {"board": board, "cards": board.cards.order_by("pk")})


def tag(request: HttpRequest) -> HttpResponse:
    """Show a block whose parameter is whatever the address says."""
    return render(request, "site/tag.html", {"tag": request.GET.get("tag", "")})


def answer(request: HttpRequest) -> HttpResponse:
    """Make person 5 stale and answer with the status that was asked for."""
    invalidate(request, "user", user_id=5)
    return HttpResponse(status=int(request.POST["status"]))


def form(request: HttpRequest, name: str) -> HttpResponse:
    """Show one of the forms; ``arrive`` has a button that brings it."""
    return render(request, "site/form.html", {"name": name, "arrive": "arrive" in request.GET})


def formset(request: HttpRequest, name: str) -> HttpResponse:
    """Show the formset of one of the forms."""
    return render(request, "site/formset.html", {"name": name})


def card(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show a person in a block that has the form to rename them inside.

    ``inside``: a block inside a form; ``twice``: the form outside of the block, too.
    """
    variants = {name: name in request.GET for name in ("inside", "twice")}
    return render(request, "site/card.html", {"person_id": user_id, **variants})


def login(request: HttpRequest) -> HttpResponse:
    """Stand for a login page."""
    return render(request, "site/login.html")


def live(request: HttpRequest) -> HttpResponse:
    """Show blocks of live contexts, and one that is not; ``diary``: one for those who are signed in, too."""
    return render(request, "site/live.html")


def leave(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    auth.logout(request)
    return HttpResponse("Good bye")


def talk(request: HttpRequest, board_id: int) -> HttpResponse:
    """Show what is said on a board."""
    return render(request, "site/talk.html", {"board_id": board_id})


def inside(request: HttpRequest) -> HttpResponse:
    """Show a block with elements inside that have requests of their own."""
    return render(request, "site/inside.html")


def fragment(request: HttpRequest) -> HttpResponse:
    """Answer with a bit of HTML, whoever asks."""
    return HttpResponse("<em>Fragment</em>")
