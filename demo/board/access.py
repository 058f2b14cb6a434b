"""Who may see what: the ``auth`` callables, and what they look up, kept for the rest of the request.

A visitor who may not see a thing gets the same response as if it did not exist.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from weakref import ref

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from demo.board.models import Board, Card, Column, Person
from mizan_htmx.errors import NotFound

T = TypeVar("T")


class Request(HttpRequest):
    """The request of a function with ``auth``: its user is logged in."""

    user: Person
    htmx: HtmxDetails


def is_member(user: Person | AnonymousUser, board_id: int) -> bool:
    """Return whether a person may see a board, where there is no request."""
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
    """Find a column as ``find_column`` does, and lock its board until the transaction ends."""
    hold_board(find_column(request, column_id).board_id)
    del _kept(request)["column", column_id]
    return find_column(request, column_id)


def hold_card(request: Request, card_id: int) -> Card:
    """Find a card as ``find_card`` does, and lock its board until the transaction ends."""
    hold_board(find_card(request, card_id).column.board_id)
    del _kept(request)["card", card_id]
    return find_card(request, card_id)


def hold_board(board_id: int) -> None:
    """Lock a board against changes by others. There is only this one lock, so there is no deadlock."""
    Board.objects.select_for_update().get(pk=board_id)


def keep_cards(request: Request, cards: Iterable[Card]) -> None:
    """Keep cards that were read together, so that the block of each card need not query it again."""
    for card in cards:
        _kept(request)["card", card.pk] = card


def is_oneself(request: Request, user_id: int) -> bool:
    """Allow the person whose data it is."""
    return request.user.is_authenticated and request.user.pk == user_id


def knows(request: Request, user_id: int) -> bool:
    """Allow the visitor's own data, and that of people on the same boards."""
    if request.user.is_authenticated and user_id not in known_people(request):
        raise NotFound("This person is on none of your boards.")
    return request.user.is_authenticated


def sees_board(request: Request, board_id: int) -> bool:
    """Allow members of the board."""
    if request.user.is_authenticated and board_id not in board_ids(request):
        raise NotFound("There is no such board for you.")
    return request.user.is_authenticated


def sees_column(request: Request, column_id: int) -> bool:
    """Allow members of the column's board."""
    return request.user.is_authenticated and bool(find_column(request, column_id))


def sees_card(request: Request, card_id: int) -> bool:
    """Allow members of the card's board."""
    return request.user.is_authenticated and bool(find_card(request, card_id))


def _kept(request: HttpRequest) -> dict[object, Any]:
    """Return what was looked up for this request; a copy, such as that of single flight, begins anew."""
    owner, kept = request.__dict__.get("_board_kept", (None, None))
    if owner is not None and owner() is request:
        found: dict[object, Any] = kept
        return found
    new: dict[object, Any] = {}
    request.__dict__["_board_kept"] = ref(request), new
    return new


def _once(request: HttpRequest, key: object, find: Callable[[], T]) -> T:
    """Return a cached value of the request: all twenty cards of a page need the same memberships."""
    kept = _kept(request)
    if key not in kept:
        kept[key] = find()
    return kept[key]  # type: ignore[no-any-return]
