"""What tests of transactions change, and how a COMMIT is lost."""

from django.db import OperationalError

from tests.apps.watched.models import Item

LOST = OperationalError("server closed the connection unexpectedly")


def put(room_id: int = 1, using: str = "default") -> None:
    """Put an item into a room."""
    Item.objects.using(using).create(room_id=room_id)
