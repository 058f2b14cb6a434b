"""The servers that are compared: ``python -m benchmarks.serving mizan`` prints its port, and serves.

All three serve the same: a WebSocket at ``/ws/`` that confirms ``watch``, ``GET session/`` and
``POST call/``, which returns the time at which the mutation was done, and notifies all watching clients.
"""

import argparse
import asyncio
import gc
import json
import logging
import resource
import socket
import time
import warnings
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import django
import uvicorn
from django.conf import settings

from benchmarks.sockets import KEY
from benchmarks.steps import Steps

LAYERS = {
    "memory": {"BACKEND": "channels.layers.InMemoryChannelLayer"},
    "redis": {"BACKEND": "channels_redis.core.RedisChannelLayer"},
    "pubsub": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"},
}
# As long as a hub's frame, with its version.
FRAME = json.dumps({"invalidate": KEY, "versions": {KEY: "5f0c29ab.1000"}, "spread": 300})

#: How many boards change while no page is connected; the store keeps 10,000.
CHANGES = 9900

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[Any]]


def configure(layer: str, redis: str) -> None:
    """Set Django up: only the required middleware, sessions in cookies, a database that stays empty."""
    backend: dict[str, Any] = dict(LAYERS[layer])
    if layer != "memory":
        # redis-py 8 times out after 5 seconds, which would end a consumer that waits in channels_redis.core.
        backend["CONFIG"] = {"hosts": [{"address": redis, "socket_timeout": None}]}
    settings.configure(
        SECRET_KEY="only for benchmarks",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mizan_htmx"],
        MIDDLEWARE=[
            "django.middleware.common.CommonMiddleware",  # which adds Content-Length
            "mizan_htmx.middleware.MizanMiddleware",
        ],
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        CHANNEL_LAYERS={"default": backend},
        TEMPLATES=[],
        USE_TZ=True,
    )
    django.setup()


urlpatterns: list[Any] = []
measured = Steps()


def mizan() -> Application:
    """A live context, and a mutation that invalidates it."""
    from django.core.asgi import get_asgi_application
    from django.http import HttpRequest
    from django.urls import include, path

    from mizan_htmx import Context, client, register
    from mizan_htmx.channels import wrap_asgi
    from mizan_htmx.channels.layer.version_store import versions
    from mizan_htmx.protocol.keys import Invalidation

    @client(context=Context("board", live=True))
    def cards(request: HttpRequest, board_id: int) -> list[str]:
        return []

    @client(affects="board")
    def touch(request: HttpRequest, board_id: int) -> int:
        return time.monotonic_ns()

    @client
    def fall_behind(request: HttpRequest) -> str:
        before = versions().current()
        for first in range(1, CHANGES, 100):
            now = versions().advance(Invalidation.of("board", board_id=first + more) for more in range(100))
        return f"{before} {now}"

    @client
    def steps(request: HttpRequest) -> float:
        return measured.take()

    @client
    def settle(request: HttpRequest) -> None:
        gc.collect()
        gc.freeze()

    for function in (cards, touch, fall_behind, steps, settle):
        register(function)
    urlpatterns.append(path("api/mizan/", include("mizan_htmx.urls")))
    return wrap_asgi(get_asgi_application())


def consumer() -> Application:
    """The same by hand, as in channels' documentation: each socket is a member of the board's group."""
    from channels.generic.websocket import AsyncWebsocketConsumer
    from channels.layers import get_channel_layer
    from channels.routing import ProtocolTypeRouter
    from channels.security.websocket import AllowedHostsOriginValidator
    from channels.sessions import SessionMiddlewareStack
    from django.core.asgi import get_asgi_application
    from django.http import HttpRequest, JsonResponse
    from django.urls import path

    class Board(AsyncWebsocketConsumer):  # type: ignore[misc]
        async def receive(self, text_data: str = "", bytes_data: bytes | None = None) -> None:
            frame = json.loads(text_data)
            self.group = "board_3"
            await self.channel_layer.group_add(self.group, self.channel_name)
            await self.send(json.dumps({"id": frame["id"], "ok": True, "data": {"watching": KEY}}))

        async def disconnect(self, code: int) -> None:
            await self.channel_layer.group_discard(self.group, self.channel_name)

        async def stale(self, event: dict[str, str]) -> None:
            await self.send(event["text"])

    async def call(request: HttpRequest) -> JsonResponse:
        ended = time.monotonic_ns()
        await get_channel_layer().group_send("board_3", {"type": "stale", "text": FRAME})
        return JsonResponse({"result": ended})

    def session(request: HttpRequest) -> JsonResponse:
        return JsonResponse({"csrfToken": ""})

    urlpatterns.extend([path("api/mizan/call/", call), path("api/mizan/session/", session)])
    sockets = AllowedHostsOriginValidator(SessionMiddlewareStack(Board.as_asgi()))
    router: Application = ProtocolTypeRouter({"http": get_asgi_application(), "websocket": sockets})
    return router


def loop() -> Application:
    """No Django and no channels: a loop over all sockets, each sent the same text. The floor."""
    watching: set[Send] = set()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            ended = time.monotonic_ns()
            if scope["method"] == "POST":
                for each in tuple(watching):
                    await each({"type": "websocket.send", "text": FRAME})
            body = json.dumps({"result": ended, "csrfToken": ""}).encode()
            headers = [(b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})
            return
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            watching.add(send)
            identity = json.loads(message["text"])["id"]
            answer = json.dumps({"id": identity, "ok": True, "data": {"watching": KEY}})
            await send({"type": "websocket.send", "text": answer})
        watching.discard(send)

    return serve


APPLICATIONS: dict[str, Callable[[], Application]] = {"mizan": mizan, "consumer": consumer, "loop": loop}


def allow_many_sockets() -> None:
    """Raise the limit of open files as far as the system allows; it is usually about a thousand."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main() -> None:
    """Serve one of the applications on a free port until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("application", choices=APPLICATIONS)
    parser.add_argument("--layer", choices=LAYERS, default="memory")
    parser.add_argument("--redis", default="")
    parser.add_argument("--steps", action="store_true", help="measure the steps of the event loop")
    options = parser.parse_args()
    allow_many_sockets()
    warnings.simplefilter("ignore")
    logging.basicConfig(level=logging.WARNING)
    configure(options.layer, options.redis)
    if options.steps:
        measured.watch()
    application: Any = APPLICATIONS[options.application]()
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    config = uvicorn.Config(
        application,
        lifespan="off",
        ws="websockets-sansio",
        log_level="warning",
        timeout_keep_alive=3600,
        timeout_graceful_shutdown=1,
    )
    print(listening.getsockname()[1], flush=True)
    asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


if __name__ == "__main__":
    # Under the module's own name, because Django imports the URLs from it.
    from benchmarks import serving

    serving.main()
