"""The checks of what is live: watches of models, and how other pages learn of it."""

from typing import Any

import pytest
from django.core.checks import CheckMessage, Error, Warning
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from mizan_htmx import checks as mizan_checks
from mizan_htmx.channels import Channel
from mizan_htmx.channels import register as register_channel
from mizan_htmx.client import Context, client
from mizan_htmx.declarations.signature import where
from mizan_htmx.invalidation.model_watch import watch_model
from mizan_htmx.setup.registry import register
from mizan_htmx.testing import isolated_registry
from tests.apps.watched.models import Item
from tests.helpers.checks import checks, run

MEMORY = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
REDIS = {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer"}}

SHARED = Warning(
    "CHANNEL_LAYERS has no layer that processes share: what a task, the shell or another server process"
    " publishes does not reach the pages of this process.",
    hint="If there is more than one process, configure channels_redis.core.RedisChannelLayer as 'default'."
    " If there is only one, add 'mizan_htmx.W004' to SILENCED_SYSTEM_CHECKS.",
    id="mizan_htmx.W004",
)


@client(context=Context("room", live=True))
def room_name(request: HttpRequest, room_id: int) -> str:
    """Read what a room is called."""
    return "Hall"


@client(context="guest")
def guest_name(request: HttpRequest) -> str:
    """Read what a guest is called."""
    return "Ada"


def test_e009_a_watch_of_an_unknown_context(settings: Settings) -> None:
    def naming(item: Item) -> dict[str, object]:
        return {}

    with isolated_registry():
        register(guest_name)
        watch_model(Item, "guest", naming)
        watch_model(Item, "guests", naming)
        found = run()
    assert found == [
        Error(
            f"{where(naming)} watches Item for the unknown context 'guests'.",
            hint="Did you mean 'guest'? Known contexts: guest.",
            id="mizan_htmx.E009",
        )
    ]


def test_w003_a_live_context_without_the_package(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mizan_checks, "find_spec", {"channels": None}.__getitem__)
    assert checks(guest_name) == []
    assert checks(guest_name, room_name) == [
        Warning(
            "Live contexts (room) need the package 'channels', which is not installed: pages are not"
            " refreshed when something changes elsewhere.",
            hint='pip install "mizan_htmx[channels]", or remove live=True.',
            id="mizan_htmx.W003",
        )
    ]


@pytest.mark.parametrize(
    ("layers", "found"), [({}, [SHARED]), ({"other": {}}, [SHARED]), (MEMORY, [SHARED]), (REDIS, [])]
)
def test_w004_a_live_context_without_a_shared_layer(
    settings: Settings, layers: dict[str, Any], found: list[CheckMessage]
) -> None:
    settings.CHANNEL_LAYERS = layers
    assert checks(guest_name) == []
    assert checks(guest_name, room_name) == found


def test_w004_without_the_setting(settings: Settings) -> None:
    del settings.CHANNEL_LAYERS
    assert checks(room_name) == [SHARED]


def test_w004_a_channel_without_a_shared_layer(settings: Settings) -> None:
    class ChatChannel(Channel):
        def authorize(self, params: Any) -> bool:
            return True

        def group(self, params: Any) -> str:
            return "chat"

    settings.CHANNEL_LAYERS = MEMORY
    with isolated_registry():
        register_channel(ChatChannel, "chat")
        assert run() == [SHARED]


ROOM = Context("room", live=True)


def read_room(request: HttpRequest, room_id: int) -> str:
    """Read what a room is called."""
    return "Hall"


def show_room(request: HttpRequest, room_id: int) -> HttpResponse:
    """Show a room."""
    return HttpResponse()


def w011(*members: tuple[Any, dict[str, Any]], context: Context = ROOM) -> list[CheckMessage]:
    """Check a context whose functions have these options."""
    with isolated_registry():
        for number, (func, options) in enumerate(members):
            register(client(context=context, **options)(func), f"function_{number}")
        return [each for each in run() if each.id == "mizan_htmx.W011"]


def test_w011_a_live_context_that_one_reader_guards_and_another_opens() -> None:
    assert w011((read_room, {"auth": True}), (read_room, {})) == [
        Warning(
            f"{where(read_room)} has no auth=, so everybody may watch the live context 'room', which"
            f" {where(read_room)} guards.",
            hint="Add auth= to it, or private=True if only templates read it. If everybody may learn when"
            " the context changes, write auth=False.",
            obj=read_room,
            id="mizan_htmx.W011",
        )
    ]
    assert len(w011((show_room, {"auth": True}), (show_room, {}))) == 1


@pytest.mark.parametrize(
    "members",
    [
        [(read_room, {}), (read_room, {})],
        [(read_room, {"auth": True}), (read_room, {"auth": "staff"})],
        [(read_room, {"auth": True}), (read_room, {"auth": False})],
        [(read_room, {"auth": True}), (read_room, {"private": True})],
        [(read_room, {"auth": True}), (show_room, {})],
        [(read_room, {"private": True}), (show_room, {"auth": True})],
    ],
)
def test_w011_is_not_for_what_is_meant(members: Any) -> None:
    assert w011(*members) == []


def test_w011_is_for_live_contexts_and_for_sites_that_open_what_says_nothing(settings: Settings) -> None:
    members = (read_room, {"auth": True}), (read_room, dict[str, Any]())
    assert w011(*members, context=Context("room")) == []
    middleware = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, middleware]
    assert w011(*members) == []
