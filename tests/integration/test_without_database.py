"""A site without DATABASES is served, its sockets too."""

import os
import subprocess
import sys
from pathlib import Path

WITHOUT_DATABASE = """
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django_htmx", "template_partials", "mizan_htmx"][:: 1 if django.VERSION < (6, 0) else 2],
    ROOT_URLCONF="mizan_htmx.urls", SECRET_KEY="x", ALLOWED_HOSTS=["*"],
    MIDDLEWARE=["mizan_htmx.middleware.MizanMiddleware"],
)
django.setup()
from django.test import Client
from mizan_htmx import client, invalidate, register

@register
@client(affects="people")
def change(request) -> int:
    invalidate(request, "people")
    return 1

@register
@client(context="people")
async def look(request) -> int:
    return 2

site = Client()
called = site.post("/call/", '{"fn": "change"}', content_type="application/json")
print(called.content, called.headers["X-Mizan-Invalidate"], site.get("/ctx/people/").content)
"""

FAILING = """
import logging
logging.disable(logging.CRITICAL)

@register
@client(affects="people")
def fail(request) -> int:
    raise ValueError

called = site.post("/call/", '{"fn": "fail"}', content_type="application/json")
print(called.status_code, called.headers["X-Mizan-Invalidate"])
"""

SOCKETS = """
import asyncio
from channels.testing import WebsocketCommunicator
from django.core.asgi import get_asgi_application
from mizan_htmx import Context
from mizan_htmx.channels import wrap_asgi

@register
@client(context=Context("board", live=True))
def board(request, board_id: int) -> str:
    return "Plans"

async def watch():
    headers = [(b"host", b"x"), (b"origin", b"http://x")]
    socket = WebsocketCommunicator(wrap_asgi(get_asgi_application()), "/ws/", headers)
    assert (await socket.connect())[0]
    await socket.send_json_to({"action": "watch", "id": 1, "contexts": "board;board_id=3"})
    print(await socket.receive_json_from())
    await asyncio.to_thread(invalidate, None, "board", board_id=3)
    print((await socket.receive_json_from())["invalidate"])
    await socket.disconnect()

asyncio.run(watch())
"""


def test_a_site_without_a_database_is_served() -> None:
    assert (
        printed_by(WITHOUT_DATABASE) == """b'{"result":1,"invalidate":["people"]}' people b'{"look":2}'\n"""
    )


def test_a_mutation_that_fails_has_no_transaction_to_roll_back_and_invalidates() -> None:
    assert printed_by(WITHOUT_DATABASE + FAILING).splitlines()[1:] == ["500 people"]


def test_its_pages_are_sent_what_was_invalidated() -> None:
    assert printed_by(WITHOUT_DATABASE + SOCKETS).splitlines()[1:] == [
        "{'id': 1, 'ok': True, 'data': {'watching': 'board;board_id=3'}}",
        "board;board_id=3",
    ]


def printed_by(source: str) -> str:
    """Run a program in a Python of its own, where any warning is an error; give what it prints."""
    environment = {name: text for name, text in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", source],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env=environment,
    )
    assert run.stderr == ""
    return run.stdout
