"""Sockets and channels on real servers, uvicorn and daphne, which loads Twisted."""

import asyncio
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.core.asgi import get_asgi_application
from django.db import OperationalError
from django.http import HttpRequest
from django.test import AsyncClient
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from mizan_htmx import client, invalidate, register
from mizan_htmx.channels import MizanConsumer, protocol, wrap_asgi
from mizan_htmx.channels.layer.bus import hubs
from mizan_htmx.channels.outage_log import database_outage
from tests.browser.helpers.serving import SERVERS, Daphne, Site
from tests.helpers.sockets import PATIENCE, ROOM, SUBSCRIBED, ChatChannel, chat, said
from tests.helpers.visitor import as_coroutine
from tests.helpers.waiting import until
from tests.helpers.watches import declare, watching_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("registry")]

ROOT = Path(__file__).resolve().parents[2]
CHANNELS_PAGE = ROOT / "docs/channels.md"


@pytest.fixture(params=SERVERS)
def site(request: pytest.FixtureRequest, registry: Any) -> Iterator[Site]:
    """Serve sockets by one of the servers."""
    site = SERVERS[request.param](wrap_asgi(get_asgi_application()))
    site.start()
    yield site
    site.stop()


class Page:
    """The page's end of a socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def receive(self) -> Any:
        """Wait for the next frame."""
        async with asyncio.timeout(PATIENCE):
            return json.loads(await self.socket.recv())

    async def send(self, **frame: Any) -> None:
        """Send a frame."""
        await self.socket.send(json.dumps(frame))

    async def ask(self, **frame: Any) -> Any:
        """Send a frame and wait for the next one that comes."""
        await self.send(**frame)
        return await self.receive()

    async def closing(self) -> int | None:
        """Wait until the server closes the socket, and give its code; frames before it are dropped."""
        async with asyncio.timeout(PATIENCE):
            try:
                while True:
                    await self.socket.recv()
            except ConnectionClosed as error:
                return error.rcvd.code if error.rcvd else None


@asynccontextmanager
async def opened(site: Site, cookie: str = "", **options: Any) -> AsyncIterator[Page]:
    """Open a socket, as a page of the site does, and close it."""
    headers = {"Cookie": cookie} if cookie else {}
    address = site.address.replace("http", "ws") + "/ws/"
    own: dict[str, Any] = {"origin": site.address, "additional_headers": headers, **options}
    async with connect(address, **own) as socket:
        yield Page(socket)


async def signed_in(name: str = "ada") -> tuple[AsyncClient, str]:
    """Sign somebody in; give the browser and its cookie."""
    browser = AsyncClient()
    await browser.aforce_login(await User.objects.acreate(username=name))
    return browser, f"sessionid={browser.cookies['sessionid'].value}"


async def subscribed(page: Page) -> None:
    """Subscribe to the chat."""
    assert await page.ask(action="subscribe", **ROOM) == SUBSCRIBED


class TestMessages:
    """What a page says and what is pushed, from wherever."""

    async def test_a_page_receives_what_it_says(self, site: Site) -> None:
        chat()
        _, cookie = await signed_in()
        async with opened(site, cookie) as page:
            await subscribed(page)
            assert await page.ask(action="message", **ROOM, data={"text": "hi"}) == said("hi", author="ada")

    async def test_a_push_from_a_coroutine_a_thread_and_another_loop_arrives(self, site: Site) -> None:
        channel = chat()
        _, cookie = await signed_in()
        async with opened(site, cookie) as page:
            await subscribed(page)
            await channel.push(channel.DjangoMessage(text="loop"), room="a")
            assert await page.receive() == said("loop")
            await asyncio.to_thread(channel.push_sync, channel.DjangoMessage(text="thread"), room="a")
            assert await page.receive() == said("thread")
            await asyncio.to_thread(asyncio.run, channel.push(channel.DjangoMessage(text="other"), room="a"))
            assert await page.receive() == said("other")

    @pytest.mark.parametrize("sync_or_async", [lambda hook: hook, as_coroutine], ids=["def", "async def"])
    async def test_a_function_and_a_hook_push_as_well(self, site: Site, sync_or_async: Any) -> None:
        def greet(channel: ChatChannel, params: ChatChannel.Params) -> None:
            channel.push_sync(channel.DjangoMessage(text="welcome"), room=params.room)

        def shout(request: HttpRequest, text: str) -> str:
            channel.push_sync(channel.DjangoMessage(text=text), room="a")
            return text

        channel = chat(on_connect=sync_or_async(greet))
        register(client(websocket=True)(sync_or_async(shout)))
        _, cookie = await signed_in()
        async with opened(site, cookie) as page:
            await subscribed(page)
            assert await page.receive() == said("welcome")
            answer = await page.ask(action="rpc", id=1, fn="shout", args={"text": "hey"})
            received = [answer, await page.receive()]
            assert said("hey") in received
            assert {"id": 1, "ok": True, "data": {"result": "hey"}} in received

    async def test_what_is_invalidated_is_sent(self, site: Site) -> None:
        declare()
        async with opened(site) as page:
            assert await page.ask(action="watch", id=1, contexts="news") == watching_of("news")
            await sync_to_async(invalidate)(None, "news")
            assert (await page.receive())["invalidate"] == "news"


class TestLife:
    """How sockets begin and end."""

    @pytest.mark.parametrize("origin", [None, "http://evil.example", "null"])
    async def test_pages_of_other_sites_are_refused(self, site: Site, origin: str | None) -> None:
        with pytest.raises(InvalidStatus) as caught:
            async with opened(site, origin=origin):
                pass
        assert caught.value.response.status_code == 403

    async def test_one_that_opens_says_that_the_database_is_back(
        self, site: Site, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Where all were refused meanwhile there is none left that is asked again."""
        database_outage.reset()
        database_outage.fail(OperationalError("gone"))
        _, cookie = await signed_in()
        async with opened(site, cookie):
            assert re.fullmatch(
                r"Sockets can query the database again, after \d+\.\d s\.", caplog.messages[1]
            )

    async def test_subprotocols_that_a_page_offers_are_not_chosen(self, site: Site) -> None:
        async with opened(site, subprotocols=["chat"]) as page:
            assert page.socket.subprotocol is None
            assert (await page.ask(action="what"))["code"] == "BAD_REQUEST"

    async def test_a_logout_closes_with_4401(self, site: Site) -> None:
        browser, cookie = await signed_in()
        async with opened(site, cookie) as page:
            await browser.alogout()
            assert (await page.receive())["code"] == "UNAUTHORIZED"
            assert await page.closing() == 4401

    async def test_a_socket_that_sends_too_much_is_closed(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """daphne refuses to send 1008, and the socket stayed open, with nobody to serve it."""
        monkeypatch.setattr(MizanConsumer, "burst", 1)
        monkeypatch.setattr(MizanConsumer, "patience", 0)
        async with opened(site) as page:
            await page.send()
            await page.send()
            assert await page.closing() == (4008 if isinstance(site, Daphne) else 1008)

    async def test_a_page_that_leaves_during_a_call_ends_its_subscriptions(self, site: Site) -> None:
        running, left, over = threading.Event(), threading.Event(), threading.Event()

        def slow(request: HttpRequest) -> str:
            running.set()
            over.wait(PATIENCE)
            return "done"

        chat(on_disconnect=lambda channel, params: left.set())
        register(client(websocket=True)(slow))
        _, cookie = await signed_in()
        async with opened(site, cookie) as page:
            await subscribed(page)
            await page.send(action="rpc", id=1, fn="slow")
            assert await asyncio.to_thread(running.wait, PATIENCE)
        over.set()
        assert await asyncio.to_thread(left.wait, PATIENCE)
        await until(lambda: not hubs())

    async def test_a_server_that_stops_takes_its_hub_along_and_starts_again(self, site: Site) -> None:
        channel = chat()
        _, cookie = await signed_in()
        async with opened(site, cookie) as page:
            await subscribed(page)
            await asyncio.to_thread(site.stop)
            await page.closing()
        await until(lambda: not hubs())
        await asyncio.to_thread(site.start)
        async with opened(site, cookie) as page:
            await subscribed(page)
            await channel.push(channel.DjangoMessage(text="again"), room="a")
            assert await page.receive() == said("again")


class TestSizeOfMessages:
    """With the option that docs/channels.md names, the server itself refuses what is too large."""

    @pytest.mark.parametrize("server", SERVERS)
    async def test_a_message_over_the_limit_never_reaches_the_consumer(self, server: str) -> None:
        received: list[int] = []

        class Consumer(MizanConsumer):
            async def websocket_receive(self, message: Any) -> None:
                received.append(len(message["text"]))
                await super().websocket_receive(message)

        site = SERVERS[server](Consumer.as_asgi(), **documented_option(server))
        site.start()
        try:
            async with opened(site) as page:
                await page.socket.send(" " * protocol.MAX_BYTES)
                assert (await page.receive())["error"] == "Malformed frame"
                with suppress(ConnectionClosed):
                    await page.socket.send(" " * (protocol.MAX_BYTES + 1))
                # daphne drops the connection without a close frame.
                assert await page.closing() == (None if isinstance(site, Daphne) else 1009)
        finally:
            await asyncio.to_thread(site.stop)
        assert received == [protocol.MAX_BYTES]


def documented_option(server: str) -> dict[str, int]:
    """Return the option that docs/channels.md starts the server with, as an argument of its class."""
    command = re.search(rf"^    {server} --(\S+) (\d+) ", CHANNELS_PAGE.read_text(), re.MULTILINE)
    assert command is not None
    return {command[1].replace("-", "_"): int(command[2])}


SCRIPT = """
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["daphne", "django.contrib.contenttypes", "django.contrib.auth", "mizan_htmx"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    ROOT_URLCONF=__name__,
    SECRET_KEY="a script's",
)
urlpatterns = []
import django
django.setup()
from tests.helpers.sockets import ChatChannel
from mizan_htmx.channels import register
register(ChatChannel)
ChatChannel.push_sync(ChatChannel.DjangoMessage(text="hi"), room="a")
"""


def test_a_script_of_a_site_that_has_daphne_installed_pushes() -> None:
    """daphne loads Twisted, and that zope.interface, which puts ``__provides__`` on every abstract class."""
    command = [sys.executable, "-c", SCRIPT]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
