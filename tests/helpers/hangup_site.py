"""A site whose mutations stop at gates; for servers in processes of their own: ``…:application``.

``MIZAN_HANGUP`` is JSON: ``databases``, ``layers`` and ``gates``, the port of the test that opens the gates.
"""

import asyncio
import json
import os
import socket
from typing import Any

import django
from django.conf import settings

GIVEN: dict[str, Any] = json.loads(os.environ["MIZAN_HANGUP"])

settings.configure(
    SECRET_KEY="only for tests, where nothing is secret",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES=GIVEN["databases"],
    CHANNEL_LAYERS=GIVEN["layers"],
    INSTALLED_APPS=[
        *("django_htmx", "mizan_htmx", "tests.apps.watched"),
        *(["template_partials"] if django.VERSION < (6, 0) else []),
    ],
    MIDDLEWARE=[f"{__name__}.noticing", "mizan_htmx.middleware.MizanMiddleware"],
)
django.setup()

from asgiref.sync import iscoroutinefunction, sync_to_async  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.db import transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils.decorators import async_only_middleware  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402

from mizan_htmx import Context, client, register  # noqa: E402
from mizan_htmx.channels import wrap_asgi  # noqa: E402
from mizan_htmx.invalidation.model_watch import watch_model  # noqa: E402
from mizan_htmx.protocol.keys import format_list  # noqa: E402
from mizan_htmx.signals import invalidated  # noqa: E402
from tests.apps.watched.models import Item, Room  # noqa: E402

ROOM = Context("room", live=True)
PATIENCE = 60


def say(word: str, *, wait: bool = False) -> None:
    """Say something to the test; wait until it lets go on."""
    with socket.create_connection(("127.0.0.1", GIVEN["gates"]), timeout=PATIENCE) as line:
        line.sendall(f"{word}\n".encode())
        if wait:
            assert line.recv(1) == b"."


def pass_gate() -> None:
    """Wait until the test opens the gate."""
    say("reached", wait=True)


@async_only_middleware
def noticing(get_response: Any) -> Any:
    """Tell the test that a request is given up."""
    assert iscoroutinefunction(get_response)

    async def answer(request: HttpRequest) -> Any:
        try:
            return await get_response(request)
        except BaseException:
            say("gone")
            raise

    return answer


def receive(invalidations: Any, response: object, **kwargs: object) -> None:
    """Report to the test what is published, and whether with a response."""
    say(f"published {format_list(invalidations)}{' with an answer' if response else ''}")


invalidated.connect(receive)


@register
@client(context=ROOM)
def room_name(request: HttpRequest, room_id: int) -> str:
    """Read what a room is called."""
    return Room.objects.get(pk=room_id).name


def rename(room_id: int) -> None:
    """Change a room, which no model invalidates."""
    Room.objects.filter(pk=room_id).update(name="renamed")


@register
@client(affects=ROOM, websocket=True)
def before(request: HttpRequest, room_id: int) -> None:
    """Stop before the change."""
    pass_gate()
    rename(room_id)


@client(affects=ROOM)
def within(request: HttpRequest, room_id: int) -> HttpResponse:
    """Stop between the change and the commit."""
    rename(room_id)
    pass_gate()
    return HttpResponse()


@client(affects=ROOM)
def hooked(request: HttpRequest, room_id: int) -> HttpResponse:
    """Stop behind the commit, in a hook."""
    transaction.on_commit(pass_gate)
    rename(room_id)
    return HttpResponse()


def plain(request: HttpRequest) -> HttpResponse:
    """Stop, then change what is watched."""
    pass_gate()
    rename(1)
    Item.objects.create(room_id=1)
    return HttpResponse()


@client(affects=ROOM)
async def waiting(request: HttpRequest, room_id: int) -> HttpResponse:
    """Change something, then wait for what never comes."""
    await sync_to_async(rename)(room_id)
    await asyncio.to_thread(say, "reached")
    await asyncio.Event().wait()
    return HttpResponse()


watch_model(Item, "room", lambda item: {"room_id": item.room_id})

urlpatterns = [
    *(path(f"{each.__name__}/", csrf_exempt(each)) for each in (within, hooked, plain, waiting)),
    path("api/mizan/", include("mizan_htmx.urls")),
]

application = wrap_asgi(get_asgi_application())
