"""Who looks at a board now. Each page has a row, and renews it while it is open.

A server that is killed takes no row away. Those that are not renewed count no longer, and whoever renews one
on the same board takes them away.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from demo.board.models import Person, Presence
from mizan_htmx import invalidate

# A page says every 30 seconds that it is there; browsers let one that is hidden speak once a minute.
EXPIRY = timedelta(seconds=100)


def people_on(board_id: int) -> list[int]:
    """List who looks at a board, by name; each once, however many pages they have open."""
    pages = Presence.objects.filter(board_id=board_id, seen_at__gt=_expiry())
    return list(Person.objects.filter(pk__in=pages.values("person_id")).values_list("pk", flat=True))


def renew(page: UUID, *, board_id: int, person_id: int) -> None:
    """Put down that a page is there, and tell the board if that, or who is gone by now, is news."""
    row = {"board_id": board_id, "person_id": person_id, "seen_at": timezone.now()}
    _, is_new = Presence.objects.update_or_create(page=page, defaults=row)
    gone, _ = Presence.objects.filter(board_id=board_id, seen_at__lte=_expiry()).delete()
    # Written first and asked afterwards: of two pages at the same time, one at least sees how it ends.
    if gone or (is_new and not _pages_of(person_id, board_id).exclude(page=page).exists()):
        invalidate(None, "here", board_id=board_id)


def leave(page: UUID) -> None:
    """Take a page away, and tell the board if it was the last one of that person."""
    row = Presence.objects.filter(page=page).first()
    if row is None:
        return
    row.delete()
    if not _pages_of(row.person_id, row.board_id).exists():
        invalidate(None, "here", board_id=row.board_id)


def clear() -> None:
    """Forget everybody: when the only server starts, no page is connected yet."""
    Presence.objects.all().delete()


def _pages_of(person_id: int, board_id: int) -> QuerySet[Presence]:
    return Presence.objects.filter(board_id=board_id, person_id=person_id, seen_at__gt=_expiry())


def _expiry() -> datetime:
    return timezone.now() - EXPIRY
