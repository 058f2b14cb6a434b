"""Columns of a board."""

from demo.board.access import Request, find_column, hold_column, keep_cards, sees_column
from demo.board.contexts import COLUMN
from demo.board.models import Card, Column
from demo.board.shapes import STEPS, ColumnTitle, Side
from mizan_htmx import client, invalidate
from mizan_htmx.errors import ValidationFailed


@client(context=COLUMN, auth=sees_column)
def column(request: Request, column_id: int) -> Column:
    """Read a column."""
    return find_column(request, column_id)


@client(context=COLUMN, auth=sees_column)
def card_ids(request: Request, column_id: int) -> list[int]:
    """List the cards in a column, from top to bottom."""
    cards = Card.objects.with_checklist().filter(column_id=column_id)
    keep_cards(request, cards)
    return [card.pk for card in cards]


@client(affects="column", auth=sees_column)
def rename_column(request: Request, column_id: int, title: ColumnTitle) -> None:
    """Change a column's title."""
    Column.objects.filter(pk=column_id).update(title=title)


@client(affects="column", auth=sees_column)
def move_column(request: Request, column_id: int, side: Side) -> None:
    """Swap a column with the one to its left or right, if there is one."""
    column = hold_column(request, column_id)
    if column.shift(STEPS[side]):
        _order_changed(request, column)


@client(affects="column", auth=sees_column)
def delete_column(request: Request, column_id: int) -> None:
    """Remove an empty column; not the last one."""
    column = hold_column(request, column_id)
    if column.cards.exists():
        raise ValidationFailed(message="Only an empty column can be removed. Move or delete its cards first.")
    if not Column.objects.filter(board_id=column.board_id).exclude(pk=column_id).exists():
        raise ValidationFailed(message="A board keeps at least one column.")
    column.delete()
    _order_changed(request, column)


def _order_changed(request: Request, column: Column) -> None:
    invalidate(request, "columns", board_id=column.board_id)
    # Another column may be the last one now, whose cards count as done.
    invalidate(request, "progress", board_id=column.board_id)
