"""A list that is searched, filtered, sorted and paged by the address of its page, live and not."""

from typing import Literal

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from pydantic import BaseModel

from mizan_htmx import Context, client
from tests.site.gates import pass_gate
from tests.site.models import Board, Card

SIZE = 3

Order = Literal["pk", "title", "-title"]


class Ticket(BaseModel):
    """A line of the list."""

    pk: int
    title: str


class Found(BaseModel):
    """A page of what was found, and what was asked for."""

    tickets: list[Ticket]
    count: int
    pages: list[int]
    page: int
    q: str
    sort: str


def _find(page: int, q: str, sort: Order) -> Found:
    pass_gate()
    cards = Card.objects.filter(title__icontains=q).order_by(sort)
    paginator = Paginator(cards, SIZE)
    shown = paginator.get_page(page)
    return Found(
        tickets=[Ticket(pk=card.pk, title=card.title) for card in shown],
        count=paginator.count,
        pages=list(paginator.page_range),
        page=shown.number,
        q=q,
        sort=sort,
    )


@client(context="tickets")
def tickets_found(request: HttpRequest, page: int = 1, q: str = "", sort: Order = "pk") -> Found:
    """Find tickets; slow while a test holds the gate."""
    return _find(page, q, sort)


@client(context=Context("live_tickets", live=True))
def live_tickets_found(request: HttpRequest, page: int = 1, q: str = "", sort: Order = "pk") -> Found:
    """Find tickets, where everybody is told of changes."""
    return _find(page, q, sort)


@client(affects=["tickets", "live_tickets"])
def close_ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Close a ticket, which takes it out of the list."""
    Card.objects.filter(pk=ticket_id).delete()
    return HttpResponse(status=204)


@client(affects=["tickets", "live_tickets"])
def open_ticket(request: HttpRequest, title: str) -> HttpResponse:
    """Open a ticket, and go where it is found."""
    Card.objects.create(board=Board.objects.get(pk=1), title=title)
    return HttpResponse(headers={"HX-Push-Url": f"{request.headers['X-Page']}?q={title}"})


def page(request: HttpRequest, context: str) -> HttpResponse:
    """Show the list."""
    variables = {"context": context, "live": context.startswith("live"), "fields": request.GET}
    return render(request, "site/tickets.html", variables)


urlpatterns = [
    path("tickets/<int:ticket_id>/close/", close_ticket, name="close_ticket"),
    path("tickets/open/", open_ticket, name="open_ticket"),
    path("tickets/", page, {"context": "tickets"}, name="tickets"),
    path("tickets/live/", page, {"context": "live_tickets"}, name="live_tickets"),
]
