"""Functions whose annotations are texts, as ``from __future__ import annotations`` makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest


def typed(request: HttpRequest, user_id: int, tags: list[str] | None = None) -> dict[str, int]:
    """Take a request whose type is imported for type checkers only."""
    return {"user_id": user_id, "tags": len(tags or ())}


def unresolvable(request: HttpRequest, day: date) -> int:
    """Take an argument whose type is imported for type checkers only."""
    return day.day


def unresolvable_result(request: HttpRequest) -> date:
    """Give a result whose type is imported for type checkers only."""
    raise NotImplementedError
