"""A context to invalidate, and an ear for what the signal brings."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest

from mizan_htmx import client, register
from mizan_htmx.protocol.keys import format_list
from mizan_htmx.signals import invalidated


@pytest.fixture(autouse=True)
def user(registry: Any) -> None:
    """Declare a context to invalidate."""

    def user_name(request: HttpRequest, user_id: int, tab: str = "") -> str:
        return "Ada"

    register(client(context="user")(user_name))


@pytest.fixture
def signals() -> Iterator[list[Any]]:
    """Collect what the signal brings: the list, the request, and whether all was committed by then."""
    received: list[Any] = []

    def receive(sender: object, invalidations: Any, request: Any, **kwargs: Any) -> None:
        received.append((format_list(invalidations), request, connection.in_atomic_block))

    invalidated.connect(receive)
    yield received
    invalidated.disconnect(receive)
