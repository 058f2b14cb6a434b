"""A function to attack."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.setup.registry import Registry
from tests.helpers.visitor import SyncOrAsync, serve


def rename(request: HttpRequest, user_id: int, name: str) -> list[Any]:
    """Change a name."""
    return [user_id, name]


@pytest.fixture
def rename_is_served(registry: Registry, sync_or_async: SyncOrAsync, settings: Settings) -> None:
    """Register ``rename`` and the context it changes; serve a view of it."""

    def user_name(request: HttpRequest, user_id: int, name: str = "") -> str:
        return "Ada"

    def rename_view(request: HttpRequest, user_id: int, name: str) -> HttpResponse:
        return HttpResponse(f"{user_id}{name}")

    register(client(context="user")(sync_or_async(user_name)))
    register(client(affects="user")(sync_or_async(rename)))
    serve(settings, {"rename/<str:user_id>/": client(affects="user")(sync_or_async(rename_view))})
