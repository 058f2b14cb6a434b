"""Live contexts to watch, and what becomes of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from mizan_htmx import Context, client, register
from mizan_htmx.channels.layer import publish as publishing
from mizan_htmx.channels.layer.versions import Version
from mizan_htmx.protocol.keys import parse

BOARD = Context("board", live=True)


def board(request: HttpRequest, board_id: int, tab: str = "") -> str:
    """Read a board."""
    return f"board {board_id}"


def news(request: HttpRequest) -> str:
    """Read what is new."""
    return "news"


def page(request: HttpRequest, board_id: int) -> HttpResponse:
    """Show a board."""
    return HttpResponse(f"board {board_id}")


def declare(auth: Any = None) -> None:
    """Register a live context with parameters, one without, and one that is not live."""
    register(client(context=BOARD, auth=auth)(board))
    register(client(context=Context("news", live=True))(news))
    register(client(context="quiet")(news), "quiet_news")


def publish(*keys: str) -> Version:
    """Make something stale; give the version of that."""
    version = publishing.publish(parse(", ".join(keys)))
    assert version is not None
    return version


def watching_of(keys: str) -> dict[str, Any]:
    """Give the whole answer to a watch with id 1."""
    return {"id": 1, "ok": True, "data": {"watching": keys}}
