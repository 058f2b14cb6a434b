"""Readers and mutations of the test project, sync and async, and on both paths."""

from typing import Literal

from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from pydantic import BaseModel

from mizan_htmx import client, invalidate
from mizan_htmx.client import GlobalContext
from tests.site import forms as forms  # declaring them registers them
from tests.site.albums import album_list as album_list
from tests.site.errors import err_count as err_count
from tests.site.errors import err_loosely as err_loosely
from tests.site.errors import err_note as err_note
from tests.site.fallbacks import close_review as close_review
from tests.site.fallbacks import minutes as minutes
from tests.site.fallbacks import remove_review as remove_review
from tests.site.fallbacks import review as review
from tests.site.fields import confess as confess
from tests.site.fields import order as order
from tests.site.fields import order_later as order_later
from tests.site.fields import stumble as stumble
from tests.site.gates import pass_gate
from tests.site.keep import desk_html as desk_html
from tests.site.keep import desk_said as desk_said
from tests.site.live import TalkChannel as TalkChannel
from tests.site.live import add_to_note as add_to_note
from tests.site.live import diary_entry as diary_entry
from tests.site.live import hello as hello
from tests.site.live import note_title as note_title
from tests.site.live import talk_lines as talk_lines
from tests.site.live import write_and_show as write_and_show
from tests.site.live import write_diary as write_diary
from tests.site.live import write_note as write_note
from tests.site.models import Card, Person
from tests.site.movies import movies as movies
from tests.site.paged import add_card as add_card
from tests.site.paged import paged as paged
from tests.site.public import change_slogan as change_slogan
from tests.site.public import slogan as slogan
from tests.site.public import slogan_page as slogan_page
from tests.site.public import visitor_name as visitor_name
from tests.site.sessions import letter as letter
from tests.site.sessions import seal as seal
from tests.site.sessions import sign as sign
from tests.site.tickets import close_ticket as close_ticket
from tests.site.tickets import live_tickets_found as live_tickets_found
from tests.site.tickets import open_ticket as open_ticket
from tests.site.tickets import tickets_found as tickets_found
from tests.site.together import shake as shake
from tests.site.together import shaky_title as shaky_title

Fate = Literal["raise", "refuse", "rollback"]
Move = Literal["HX-Redirect", "HX-Location", "HX-Refresh"]


class Profile(BaseModel):
    """A person, as pages see them."""

    pk: int
    name: str


class CardLine(BaseModel):
    """A card in the list of its board."""

    pk: int
    title: str


@client(context="user")
def user_profile(request: HttpRequest, user_id: int) -> Profile:
    """Read a person; slow while a test holds the gate."""
    person = Person.objects.get(pk=user_id)
    pass_gate()
    return Profile(pk=person.pk, name=person.name)


@client(context="user")
async def user_initial(request: HttpRequest, user_id: int) -> str:
    """Read the first letter of a name, in a coroutine."""
    person = await Person.objects.aget(pk=user_id)
    return person.name[:1]


@client(context="notifications")
async def unread(request: HttpRequest) -> int:
    """Count something that every rename adds to, in a coroutine."""
    return await Person.objects.filter(name__contains="!").acount()


@client(context="board")
def board_cards(request: HttpRequest, board_id: int) -> list[CardLine]:
    """Read the cards of a board; slow while a test holds the gate."""
    cards = list(Card.objects.filter(board_id=board_id).order_by("pk"))
    pass_gate()
    return [CardLine(pk=card.pk, title=card.title) for card in cards]


@client(context="card")
def card_detail(request: HttpRequest, card_id: int) -> CardLine:
    """Read one card; slow while a test holds the gate."""
    card = Card.objects.get(pk=card_id)
    pass_gate()
    return CardLine(pk=card.pk, title=card.title)


@client(context="tag")
def tag_label(request: HttpRequest, tag: str) -> str:
    """Give a text back as it came."""
    return tag


@client(context="secret")
def secret_plans(request: HttpRequest) -> str:
    """Keep something from everybody."""
    raise PermissionDenied


@client(context=GlobalContext)
def site_title(request: HttpRequest) -> str:
    """Give what every page shows."""
    return "Test site"


@client(context="user", route="/profile/<int:user_id>/")
def profile_page(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show one person on a page of their own."""
    return render(request, "site/profile.html", {"person_id": user_id})


@client(affects="user")
def rename(request: HttpRequest, user_id: int, name: str) -> HttpResponse:
    """Rename a person; 204."""
    Person.objects.filter(pk=user_id).update(name=name)
    return HttpResponse(status=204)


@client(affects="user")
async def rename_async(request: HttpRequest, user_id: int, name: str) -> HttpResponse:
    """Do as ``rename`` in a coroutine."""
    await Person.objects.filter(pk=user_id).aupdate(name=name)
    return HttpResponse(status=204)


@client(affects=["user", "notifications"])
def cheer(request: HttpRequest, user_id: int) -> Profile:
    """Put an exclamation mark behind a name, on the RPC path."""
    Person.objects.filter(pk=user_id).update(name=Concat(F("name"), Value("!")))
    person = Person.objects.get(pk=user_id)
    return Profile(pk=person.pk, name=person.name)


@client(affects="user")
def rename_and_show(request: HttpRequest, user_id: int, name: str) -> HttpResponse:
    """Rename a person, and answer with a block that shows them."""
    Person.objects.filter(pk=user_id).update(name=name)
    return render(request, "site/_person.html", {"person_id": user_id})


@client(affects="user")
def rename_and_fail(request: HttpRequest, user_id: int, name: str, fate: Fate) -> HttpResponse:
    """Rename a person and then fail in one of several ways; nothing stays of it."""
    Person.objects.filter(pk=user_id).update(name=name)
    if fate == "raise":
        raise RuntimeError("The rename failed.")
    transaction.set_rollback(True)
    return HttpResponse(status=422 if fate == "refuse" else 204)


@client(affects="user")
def rename_and_redirect(request: HttpRequest, user_id: int, name: str) -> HttpResponse:
    """Rename a person, and redirect to the page with everybody."""
    Person.objects.filter(pk=user_id).update(name=name)
    return HttpResponseRedirect("/people/?cached=1")


@client(affects="user")
def rename_and_move(request: HttpRequest, user_id: int, name: str, move: Move, to: str = "") -> HttpResponse:
    """Rename a person, and send the browser elsewhere by one of htmx's headers."""
    Person.objects.filter(pk=user_id).update(name=name)
    return HttpResponse(headers={move: to or "true"})


@client(affects="tag")
def touch_tag(request: HttpRequest, tag: str) -> HttpResponse:
    """Make a tag stale."""
    return HttpResponse(status=204)


@client
def remove_card(request: HttpRequest, card_id: int) -> HttpResponse:
    """Delete a card; only inside it is known which board that makes stale."""
    card = Card.objects.get(pk=card_id)
    card.delete()
    invalidate(request, "board", board_id=card.board_id)
    return HttpResponse()


@client(affects="card")
async def retitle_card(request: HttpRequest, card_id: int, title: str) -> HttpResponse:
    """Give a card another title, in a coroutine that does its work in a thread."""
    await sync_to_async(Card.objects.filter(pk=card_id).update)(title=title)
    return HttpResponse(status=204)
