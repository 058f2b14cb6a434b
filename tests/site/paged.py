"""A list whose pages are in the query of its address, as pagination and ``{% querystring %}`` have them."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from pydantic import BaseModel

from mizan_htmx import client
from tests.site.models import Card


class Listed(BaseModel):
    """One page of the cards, and how many there are."""

    titles: list[str]
    number: int
    count: int


@client(context="paged")
def paged(request: HttpRequest) -> Listed:
    """Read the page of cards that the address names."""
    shown = Paginator(Card.objects.order_by("pk"), 2).get_page(request.GET.get("page"))
    titles = [card.title for card in shown]
    return Listed(titles=titles, number=shown.number, count=shown.paginator.count)


@client(affects="paged")
def add_card(request: HttpRequest, title: str) -> HttpResponse:
    """Add a card, and answer with nothing, or with a block that shows the list."""
    Card.objects.create(board_id=1, title=title)
    return render(request, "site/_paged.html") if "show" in request.GET else HttpResponse(status=204)


def page(request: HttpRequest) -> HttpResponse:
    """Show the list, and beside it how long it is; ``live`` also shows a note with such links."""
    return render(request, "site/paged.html")


urlpatterns = [
    path("paged/", page, name="paged"),
    path("paged/add/", add_card, name="add_card"),
]
