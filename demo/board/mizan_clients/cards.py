"""Cards in columns."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from demo.board.access import Request, find_card, hold_card, hold_column, sees_card, sees_column
from demo.board.attachments import discard
from demo.board.contexts import CARD
from demo.board.models import Activity, Card, Person, next_position
from demo.board.news import record, record_assignment
from demo.board.shapes import STEPS, CardTitle, Direction
from mizan_htmx import client, invalidate
from mizan_htmx.errors import NotFound, ValidationFailed

Verb = Activity.Verb


@client(context=CARD, auth=sees_card)
def card(request: Request, card_id: int) -> Card:
    """Read a card."""
    return find_card(request, card_id)


@client(context=CARD, auth=sees_card)
def card_page(request: Request, card_id: int) -> HttpResponse:
    """Show a card with all that is on it."""
    card = find_card(request, card_id)
    values = {"card_id": card.pk, "board_id": card.column.board_id, "title": card.title}
    return render(request, "board/card.html", values)


@client(context=CARD, auth=sees_card)
def attachment(request: Request, card_id: int) -> HttpResponse:
    """Send the attached file, always as a download, so that nothing in it runs on this site."""
    card = find_card(request, card_id)
    if not card.attachment:
        raise NotFound("This file is not there any more.")
    try:
        with card.attachment.open() as file:
            content = file.read()
    except FileNotFoundError:
        raise NotFound("This file is not there any more.") from None
    disposition = content_disposition_header(True, card.attachment_name)
    headers = {"Content-Disposition": disposition or "attachment", "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="application/octet-stream", headers=headers)


@client(context=CARD, auth=sees_card)
def assignee_picker(request: Request, card_id: int) -> HttpResponse:
    """Return the list of people that a card can be assigned to."""
    card = find_card(request, card_id)
    members = Person.objects.filter(boards=card.column.board_id).values_list("pk", flat=True)
    return render(request, "board/_assignee_picker.html", {"card": card, "member_ids": list(members)})


@client(affects="column", auth=sees_column)
def add_card(request: Request, column_id: int, title: CardTitle) -> int:
    """Add a card at the end of a column; return its key."""
    column = hold_column(request, column_id)
    new = column.cards.create(title=title, position=next_position(column.cards.all()))
    record(request, Verb.ADDED, title, board_id=column.board_id, detail=column.title)
    invalidate(request, "progress", board_id=column.board_id)
    return new.pk


@client(affects="card", auth=sees_card)
def rename_card(request: Request, card_id: int, title: CardTitle) -> None:
    """Change a card's title."""
    card = hold_card(request, card_id)
    if title != card.title:
        Card.objects.filter(pk=card_id).update(title=title)
        record(request, Verb.RENAMED, card.title, board_id=card.column.board_id, detail=title)


@client(affects="card", auth=sees_card)
def move_card(request: Request, card_id: int, direction: Direction) -> None:
    """Move a card up or down in its column, or to the top of the next one; at the edge it stays."""
    card = hold_card(request, card_id)
    source = card.column
    if direction in ("up", "down"):
        if card.shift(STEPS[direction]):
            invalidate(request, "column", column_id=source.pk)
        return
    target = card.change_column(STEPS[direction])
    if target is not None:
        invalidate(request, "column", column_id=source.pk)
        invalidate(request, "column", column_id=target.pk)
        invalidate(request, "progress", board_id=target.board_id)
        record(
            request,
            Verb.MOVED,
            card.title,
            board_id=target.board_id,
            detail=target.title,
            concerns=card.assignee,
        )


@client(affects="card", auth=sees_card)
def assign_card(request: Request, card_id: int, assignee_id: int | None = None) -> None:
    """Assign a card to a member of its board, or to nobody."""
    card = hold_card(request, card_id)
    board_id = card.column.board_id
    assignee = None
    if assignee_id is not None:
        assignee = Person.objects.filter(pk=assignee_id, boards=board_id).first()
        if assignee is None:
            raise ValidationFailed({"assignee_id": ["This person is not on the board."]})
    if assignee_id == card.assignee_id:
        return
    former = card.assignee
    Card.objects.filter(pk=card_id).update(assignee=assignee)
    record_assignment(request, card, assignee, former)


@client(affects="card", auth=sees_card)
def delete_card(request: Request, card_id: int) -> None:
    """Delete a card."""
    card = hold_card(request, card_id)
    card.delete()
    discard(card.attachment.name)
    invalidate(request, "column", column_id=card.column_id)
    invalidate(request, "progress", board_id=card.column.board_id)
    record(request, Verb.DELETED, card.title, board_id=card.column.board_id, concerns=card.assignee)
