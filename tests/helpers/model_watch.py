"""Rooms to watch, and what is published of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from asgiref.sync import async_to_sync
from django.db.models import signals
from django.http import HttpRequest

from mizan_htmx.protocol.keys import Invalidation, format_list
from mizan_htmx.signals import invalidated

SENT = (signals.pre_save, signals.post_save, signals.pre_delete, signals.m2m_changed)


class Published(list[str]):
    """The lists that ``invalidated`` brought, written."""

    def take(self) -> list[str]:
        """Return what was published since the last time."""
        received = self[:]
        self.clear()
        return received


@contextmanager
def collected() -> Iterator[Published]:
    """Collect what is published."""
    received = Published()

    def receive(invalidations: tuple[Invalidation, ...], **kwargs: object) -> None:
        received.append(format_list(invalidations))

    invalidated.connect(receive)
    try:
        yield received
    finally:
        invalidated.disconnect(receive)


def room_name(request: HttpRequest, room_id: int, tab: str = "") -> str:
    """Read what a room is called."""
    return "Hall"


def guest_name(request: HttpRequest, guest_id: int) -> str:
    """Read what a guest is called."""
    return "Ada"


Do = Callable[..., Any]


def as_it_is(call: Do, *args: Any, **kwargs: Any) -> Any:
    """Call a method."""
    return call(*args, **kwargs)


def by_its_twin(call: Any, *args: Any, **kwargs: Any) -> Any:
    """Call the asynchronous twin of a method."""

    async def twin() -> Any:
        return await getattr(call.__self__, f"a{call.__name__}")(*args, **kwargs)

    return async_to_sync(twin)()


def its_room(row: Any) -> dict[str, object]:
    """Name the room that something is in."""
    return {"room_id": row.room_id}
