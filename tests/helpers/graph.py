"""A graph of a few functions: the readers of a context "user", its page, and a reader of another context."""

import enum
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from mizan_htmx.client import client
from mizan_htmx.declarations.graph import Graph
from mizan_htmx.setup.registry import register
from mizan_htmx.testing import isolated_registry

Declared = Callable[..., Any]


class Colour(enum.Enum):
    """An enum of texts."""

    RED = "red"


@client(context="user")
def user_profile(request: HttpRequest, user_id: int) -> str:
    """Read a name."""
    return "Ada"


@client(context="user")
def user_friends(request: HttpRequest, user_id: int, tab: str = "all") -> list[str]:
    """Read names."""
    return []


@client(context="user", route="/profile/<int:user_id>/")
def profile_page(request: HttpRequest, user_id: int, colour: Colour = Colour.RED) -> HttpResponse:
    """Show a person."""
    return HttpResponse()


@client(context="notifications")
def unread(request: HttpRequest) -> int:
    """Count what is new."""
    return 0


READERS: tuple[Declared, ...] = (user_profile, user_friends, profile_page, unread)


def graph_of(*declared: Declared) -> Graph:
    """Build the graph of these functions, registered under their own names."""
    with isolated_registry() as registry:
        for each in declared:
            register(each)
        return registry.graph
