"""Who is looking at a board now. Each page has a row, and renews it while it is open.

A server that is killed deletes no rows. Rows that are not renewed do not count any more; the next renewal on
the same board deletes them.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from demo.board.models import Person, Presence
from mizan_htmx import invalidate

# A page renews its row every 30 seconds; browsers run the timers of hidden pages once a minute.
EXPIRY = timedelta(seconds=100)


def people_on(board_id: int) -> list[int]:
    """Return the keys of the people who are looking at a board, by name; each once."""
    pages = Presence.objects.filter(board_id=board_id, seen_at__gt=_expiry())
    return list(Person.objects.filter(pk__in=pages.values("person_id")).values_list("pk", flat=True))


def renew(page: UUID, *, board_id: int, person_id: int) -> None:
    """Record or renew a page; invalidate ``here`` if a person has come or gone."""
    row = {"board_id": board_id, "person_id": person_id, "seen_at": timezone.now()}
    _, is_new = Presence.objects.update_or_create(page=page, defaults=row)
    gone, _ = Presence.objects.filter(board_id=board_id, seen_at__lte=_expiry()).delete()
    # Written before the query, so that of two simultaneous pages at least one sees the final state.
    if gone or (is_new and not _pages_of(person_id, board_id).exclude(page=page).exists()):
        invalidate(None, "here", board_id=board_id)


def leave(page: UUID) -> None:
    """Remove a page; invalidate ``here`` if it was the last one of that person."""
    row = Presence.objects.filter(page=page).first()
    if row is None:
        return
    row.delete()
    if not _pages_of(row.person_id, row.board_id).exists():
        invalidate(None, "here", board_id=row.board_id)


def clear() -> None:
    """Delete all rows: when the only server starts, no page is connected yet."""
    Presence.objects.all().delete()


def _pages_of(person_id: int, board_id: int) -> QuerySet[Presence]:
    return Presence.objects.filter(board_id=board_id, person_id=person_id, seen_at__gt=_expiry())


def _expiry() -> datetime:
    return timezone.now() - EXPIRY
