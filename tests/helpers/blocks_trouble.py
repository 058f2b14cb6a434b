"""Readers that raise, ways for a template to use them, and ``auth`` of every kind."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest

from mizan_htmx import client, register
from mizan_htmx.errors import BadRequest, Forbidden, NotFound, Unauthorized
from tests.helpers.blocks import Site

DENIALS = [
    PermissionDenied("no"),
    PermissionError("no"),
    Http404("no"),
    Unauthorized(),
    Forbidden(),
    NotFound(),
]
FAILURES = [
    RuntimeError("It broke."),
    ValueError("It broke."),
    TypeError("It broke."),
    KeyError("It broke."),
    IndexError("It broke."),
    AttributeError("It broke."),
    ObjectDoesNotExist("It broke."),
    BadRequest("It broke."),
]
USES = [
    "{{ trouble }}",
    "before {{ trouble.name }} after",
    "{% if trouble %}yes{% endif %}",
    "{% if other and trouble %}yes{% else %}no{% endif %}",
    "{% if trouble or other %}yes{% endif %}",
    "{% firstof trouble other %}",
    "{{ trouble|default:'nothing' }}",
    "{% with a=trouble %}{{ a }}{% endwith %}",
    "{% for each in trouble %}{{ each }}{% empty %}nothing{% endfor %}",
    "{% include 'use.html' %}",
]


def declare_trouble(site: Site, error: Exception | None, *, is_async: bool = False) -> None:
    """Declare the context ``trouble``: a reader that raises, sync or async, and one that does not."""

    def trouble(request: HttpRequest) -> str:
        site.calls.append("trouble")
        if error is not None:
            raise error
        return "fine"

    async def atrouble(request: HttpRequest) -> str:
        return trouble(request)

    def other(request: HttpRequest) -> str:
        return "other"

    read: Callable[..., Any] = atrouble if is_async else trouble
    register(client(context="trouble")(read), "trouble")
    register(client(context="trouble")(other))
    site.write("use.html", "{{ trouble }}")


def refuse(request: HttpRequest) -> bool:
    """Let nobody in."""
    return False


async def arefuse(request: HttpRequest) -> bool:
    """Let nobody in, from a coroutine."""
    return False


def raise_denied(request: HttpRequest) -> bool:
    """Let nobody in, loudly."""
    raise PermissionDenied


def admit_ada(request: HttpRequest, user_id: int) -> bool:
    """Let those in who ask for Ada."""
    return user_id == 5


LEVELS = {True: 1, "required": 1, "staff": 2, "superuser": 3, False: 0, admit_ada: 0}
