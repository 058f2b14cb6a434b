"""channels and channels_redis still do what this package relies on without them saying so."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from channels.layers import get_channel_layer
from channels.sessions import CookieMiddleware
from django.contrib.sessions.backends.db import SessionStore
from django.test import override_settings

from mizan_htmx.channels.internals import first_host, handler_of, layer_config, store_of, with_session

IN_MEMORY = "channels.layers.InMemoryChannelLayer"


async def nothing(*args: Any) -> None:
    """Take what an application may send."""


def test_a_message_is_handled_by_the_method_of_its_type() -> None:
    class Consumer(AsyncConsumer):  # type: ignore[misc]
        async def mizan_stale(self, message: Any) -> None:
            """Handle it."""

    consumer = Consumer()
    assert handler_of(consumer, {"type": "mizan.stale"}) == consumer.mizan_stale
    for message in ({}, {"type": "_private"}):
        with pytest.raises(ValueError, match="type"):
            handler_of(consumer, message)


def test_a_consumer_without_an_alias_opens_no_channel_and_hands_on_each_message() -> None:
    seen: list[Any] = []

    class Consumer(AsyncConsumer):  # type: ignore[misc]
        channel_layer_alias = None

        async def dispatch(self, message: Any) -> None:
            seen.append((message, self.channel_layer, hasattr(self, "channel_name")))
            raise StopConsumer

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    with override_settings(CHANNEL_LAYERS={"default": {"BACKEND": IN_MEMORY}}):
        assert get_channel_layer() is not None
        async_to_sync(Consumer.as_asgi())({"type": "websocket"}, receive, nothing)
    assert seen == [({"type": "websocket.connect"}, None, False)]


@pytest.mark.django_db(transaction=True)
def test_a_scope_gets_the_session_of_its_cookie_and_the_store_is_found_in_it() -> None:
    session = SessionStore()
    session["a"] = "b"
    session.save()
    found: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        found.append((await with_session(scope, send))["session"])
        assert "session" not in scope

    cookie = f"sessionid={session.session_key}".encode()
    async_to_sync(CookieMiddleware(application))(
        {"type": "websocket", "headers": [(b"cookie", cookie)]}, nothing, nothing
    )
    store = store_of(found[0])
    assert type(found[0]) is not SessionStore
    assert type(store) is SessionStore
    assert (store.session_key, store["a"]) == (session.session_key, "b")
    assert store_of(store) is store


def test_the_configuration_of_the_default_layer_is_that_of_the_settings() -> None:
    config = {"capacity": 7}
    with override_settings(CHANNEL_LAYERS={"default": {"BACKEND": IN_MEMORY, "CONFIG": config}}):
        assert layer_config() == config
    with override_settings(CHANNEL_LAYERS={"default": {"BACKEND": IN_MEMORY}}):
        assert layer_config() == {}


@pytest.mark.parametrize(
    ("config", "options"),
    [
        ({}, {"address": "redis://localhost:6379"}),
        ({"hosts": [("there", 1), ("elsewhere", 2)]}, {"host": "there", "port": 1}),
        ({"hosts": ["redis://there:1/2"]}, {"address": "redis://there:1/2"}),
        ({"hosts": [{"address": "redis://there", "db": 3}]}, {"address": "redis://there", "db": 3}),
        (
            {"hosts": [{"sentinels": [("there", 1)], "master_name": "m"}]},
            {"sentinels": [("there", 1)], "master_name": "m"},
        ),
    ],
)
def test_the_first_host_is_read_as_channels_redis_reads_it(config: Any, options: dict[str, Any]) -> None:
    assert first_host(config) == options
