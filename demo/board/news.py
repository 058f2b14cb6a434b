"""Record what happened on a board, and notify the people concerned.

Nothing here calls ``invalidate()``: the models are watched, so rows written in the shell count as well.
"""

from demo.board.access import Request
from demo.board.contexts import ACTIVITY, NOTIFICATIONS
from demo.board.models import Activity, Card, Notification, Person
from mizan_htmx import watch_model

watch_model(Activity, ACTIVITY, lambda activity: {"board_id": activity.board_id})
watch_model(Notification, NOTIFICATIONS, lambda each: {"user_id": each.recipient_id})


def record(
    request: Request,
    verb: Activity.Verb,
    subject: str,
    *,
    board_id: int,
    detail: str = "",
    target: Person | None = None,
    concerns: Person | None = None,
) -> None:
    """Add a line to the board's activity; notify ``concerns``, unless they did it themselves."""
    activity = Activity.objects.create(
        board_id=board_id, actor=request.user, verb=verb, subject=subject, detail=detail, target=target
    )
    if concerns is not None and concerns != request.user:
        Notification.objects.create(recipient=concerns, activity=activity)


def record_assignment(request: Request, card: Card, assignee: Person | None, former: Person | None) -> None:
    """Record the new assignee of a card and notify them, or the former one if there is none."""
    verb = Activity.Verb.FREED if assignee is None else Activity.Verb.ASSIGNED
    board_id = card.column.board_id
    record(request, verb, card.title, board_id=board_id, target=assignee, concerns=assignee or former)
