"""People and their unread notifications."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone

from demo.board.access import Request, board_ids, is_oneself, known_people, knows
from demo.board.contexts import NOTIFICATIONS, USER
from demo.board.models import Board, Notification, Person
from demo.board.shapes import Name
from mizan_htmx import client, invalidate


@client(context=USER, auth=knows)
def person(request: Request, user_id: int) -> Person:
    """Read a person."""
    return known_people(request)[user_id]


@client(context=USER, auth=knows)
def profile_page(request: Request, user_id: int) -> HttpResponse:
    """Show a person, and the boards that the visitor shares with them."""
    found = known_people(request)[user_id]
    shared = found.boards.filter(pk__in=board_ids(request)).values_list("pk", flat=True)
    values = {"person_id": user_id, "title": str(found), "board_ids": list(shared)}
    return render(request, "board/profile.html", values)


@client(affects="user", auth=is_oneself)
def rename_person(request: Request, user_id: int, name: Name) -> HttpResponse:
    """Change the visitor's own name, which is also shown beside their messages."""
    Person.objects.filter(pk=user_id).update(display_name=name)
    for board in Board.objects.filter(chat_messages__author=user_id).distinct():
        invalidate(request, "chat", board_id=board.pk)
    return HttpResponse(status=204) if request.htmx else redirect("profile", user_id=user_id)


@client(context=NOTIFICATIONS, auth=is_oneself)
async def unread(request: Request, user_id: int) -> int:
    """Count the unread notifications of a person."""
    return await Notification.objects.filter(recipient_id=user_id, read_at=None).acount()


@client(affects="notifications", auth=is_oneself)
async def open_notifications(request: Request, user_id: int) -> HttpResponse:
    """Show a person's latest 20 notifications, and mark all of them as read."""
    mine = Notification.objects.filter(recipient_id=user_id)
    latest = [each async for each in mine.select_related("activity__board")[:20]]
    await mine.filter(read_at=None).aupdate(read_at=timezone.now())
    return TemplateResponse(request, "board/_inbox.html", {"news": latest})
