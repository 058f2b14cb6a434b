"""Boards: what they are called, who works on them, how far they are, what happened."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from demo.board.access import Request, hold_board, is_oneself, known_people, sees_board
from demo.board.contexts import ACTIVITY, BOARD, BOARDS, COLUMNS, PROGRESS
from demo.board.models import Activity, Board, Card, Column, Person, next_position
from demo.board.shapes import BoardTitle, ColumnTitle, Progress
from mizan_htmx import client

FIRST_COLUMNS = ("To do", "In progress", "Done")


@client(context=BOARDS, auth=is_oneself)
def boards_of(request: Request, user_id: int) -> list[int]:
    """List the boards that a person is a member of."""
    return list(Board.objects.filter(members=user_id).values_list("pk", flat=True))


@client(context=BOARDS, auth=True)
def boards_page(request: Request) -> HttpResponse:
    """Show the visitor's boards."""
    others = [pk for pk in known_people(request) if pk != request.user.pk]
    return render(request, "board/boards.html", {"teammate_ids": others})


@client(affects="boards", auth=True)
def create_board(request: Request, title: BoardTitle, member_ids: list[int] | None = None) -> HttpResponse:
    """Create a board for the visitor and some people they know, and redirect to it."""
    board = Board.objects.create(title=title)
    board.members.add(request.user, *known_people(request).keys() & set(member_ids or ()))
    for position, name in enumerate(FIRST_COLUMNS):
        board.columns.create(title=name, position=position)
    url = reverse("board", kwargs={"board_id": board.pk})
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


@client(context=BOARD, auth=sees_board)
def board(request: Request, board_id: int) -> Board:
    """Read a board."""
    return Board.objects.get(pk=board_id)


@client(context=BOARD, auth=sees_board)
def member_ids(request: Request, board_id: int) -> list[int]:
    """List the people who work on a board."""
    return list(Person.objects.filter(boards=board_id).values_list("pk", flat=True))


@client(context=BOARD, auth=sees_board)
def board_page(request: Request, board_id: int) -> HttpResponse:
    """Show a board."""
    return render(
        request, "board/board.html", {"board_id": board_id, "title": str(Board.objects.get(pk=board_id))}
    )


@client(affects="board", auth=sees_board)
def rename_board(request: Request, board_id: int, title: BoardTitle) -> None:
    """Change a board's title."""
    Board.objects.filter(pk=board_id).update(title=title)


@client(context=COLUMNS, auth=sees_board)
def columns_of(request: Request, board_id: int) -> list[int]:
    """List a board's columns, from left to right."""
    return list(Column.objects.filter(board_id=board_id).values_list("pk", flat=True))


# The last column has changed, so other cards count as done.
@client(affects=["columns", "progress"], auth=sees_board)
def add_column(request: Request, board_id: int, title: ColumnTitle) -> int:
    """Add a column at the right; return its key."""
    hold_board(board_id)
    position = next_position(Column.objects.filter(board_id=board_id))
    return Column.objects.create(board_id=board_id, title=title, position=position).pk


@client(context=PROGRESS, auth=sees_board)
async def progress(request: Request, board_id: int) -> Progress:
    """Count a board's cards, and those in its last column."""
    last = await Column.objects.filter(board_id=board_id).alast()
    cards = Card.objects.filter(column__board_id=board_id)
    return Progress(done=await cards.filter(column=last).acount(), total=await cards.acount())


@client(context=ACTIVITY, auth=sees_board)
def activity(request: Request, board_id: int) -> QuerySet[Activity]:
    """Read the latest eight things that happened on a board."""
    return Activity.objects.filter(board_id=board_id)[:8]
