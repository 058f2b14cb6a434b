"""Who may see what: the ``auth`` callables, and what they look up, kept for the rest of the request.

Whoever may not see a thing is answered as if it did not exist.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from demo.board.models import Board, Card, Column, Person
from mizan_htmx.errors import NotFound

T = TypeVar("T")


class Request(HttpRequest):
    """A request as functions get it that stand behind an ``auth``."""

    user: Person
    htmx: HtmxDetails


def is_member(user: Person | AnonymousUser, board_id: int) -> bool:
    """Tell whether somebody may see a board, where there is no request to ask for."""
    return user.is_authenticated and user.boards.filter(pk=board_id).exists()


def board_ids(request: Request) -> frozenset[int]:
    """List the boards that the visitor is a member of."""
    return _once(request, "boards", lambda: frozenset(request.user.boards.values_list("pk", flat=True)))


def known_people(request: Request) -> dict[int, Person]:
    """List the visitor and everybody who shares a board with them, by their keys."""

    def find() -> dict[int, Person]:
        people = Person.objects.filter(boards__in=board_ids(request)).distinct()
        return {each.pk: each for each in (request.user, *people)}

    return _once(request, "people", find)


def find_column(request: Request, column_id: int) -> Column:
    """Find a column on one of the visitor's boards; raise NotFound."""
    column = _once(request, ("column", column_id), lambda: Column.objects.filter(pk=column_id).first())
    if column is None or column.board_id not in board_ids(request):
        raise NotFound("This column is not there any more.")
    return column


def find_card(request: Request, card_id: int) -> Card:
    """Find a card, and its column, on one of the visitor's boards; raise NotFound."""
    cards = Card.objects.with_checklist().filter(pk=card_id)
    card = _once(request, ("card", card_id), cards.first)
    if card is None or card.column.board_id not in board_ids(request):
        raise NotFound("This card is not there any more.")
    return card


def hold_column(request: Request, column_id: int) -> Column:
    """Do as ``find_column``, and keep others from changing the board until the transaction ends."""
    hold_board(find_column(request, column_id).board_id)
    del _kept(request)["column", column_id]
    return find_column(request, column_id)


def hold_card(request: Request, card_id: int) -> Card:
    """Do as ``find_card``, and keep others from changing the board until the transaction ends."""
    hold_board(find_card(request, card_id).column.board_id)
    del _kept(request)["card", card_id]
    return find_card(request, card_id)


def hold_board(board_id: int) -> None:
    """Wait for those who change the board, then keep others from it. One lock: none waits in a circle."""
    Board.objects.select_for_update().get(pk=board_id)


def keep_cards(request: Request, cards: Iterable[Card]) -> None:
    """Keep cards that were read together, so that the block of each one need not read it again."""
    for card in cards:
        _kept(request)["card", card.pk] = card


def is_oneself(request: Request, user_id: int) -> bool:
    """Allow it to the person that it is about."""
    return request.user.is_authenticated and request.user.pk == user_id


def knows(request: Request, user_id: int) -> bool:
    """Allow it with oneself and with people one shares a board with."""
    if request.user.is_authenticated and user_id not in known_people(request):
        raise NotFound("This person is on none of your boards.")
    return request.user.is_authenticated


def sees_board(request: Request, board_id: int) -> bool:
    """Allow it to members of the board."""
    if request.user.is_authenticated and board_id not in board_ids(request):
        raise NotFound("There is no such board for you.")
    return request.user.is_authenticated


def sees_column(request: Request, column_id: int) -> bool:
    """Allow it to members of the column's board."""
    return request.user.is_authenticated and bool(find_column(request, column_id))


def sees_card(request: Request, card_id: int) -> bool:
    """Allow it to members of the card's board."""
    return request.user.is_authenticated and bool(find_card(request, card_id))


def _kept(request: HttpRequest) -> dict[object, Any]:
    kept: dict[object, Any] = request.__dict__.setdefault("_board_kept", {})
    return kept


def _once(request: HttpRequest, key: object, find: Callable[[], T]) -> T:
    """Look something up once per request: a page has twenty cards, and all ask for the same memberships."""
    kept = _kept(request)
    if key not in kept:
        kept[key] = find()
    return kept[key]  # type: ignore[no-any-return]
