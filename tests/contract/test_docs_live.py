"""The pages about channels and live contexts are true: examples run, frames and limits are the real ones."""

import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import django
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import RequestFactory
from pytest_django import Settings

from mizan_htmx.channels import MizanConsumer, channel, protocol, registration
from mizan_htmx.channels.hub import delivery
from mizan_htmx.channels.registration import register
from mizan_htmx.channels.socket import outbox, subscriptions, watches
from mizan_htmx.setup.registry import Registry
from tests.contract.test_docs import examples, page
from tests.helpers.sockets import ChatChannel, Tab, person

pytestmark = pytest.mark.usefixtures("registry")


def example(name: str, language: str, number: int) -> str:
    """Give one example of a page."""
    return [text for path, text in examples(language) if path == name][number]


def tables(name: str) -> list[list[str]]:
    """Give the cells of every row of the tables on a page."""
    rows = (line for line in page(name).splitlines() if line.startswith("|"))
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


@pytest.fixture
def chat(registry: Registry) -> ModuleType:
    """Make a module of the example of a channel, and register what stands in it."""
    module = ModuleType("people.mizan_clients")
    exec(compile(example("channels.md", "python", 0), "channels.md", "exec"), module.__dict__)
    registration.adopt(module)
    return module


@pytest.mark.django_db(transaction=True)
async def test_the_chat_works(chat: ModuleType, settings: Settings, tmp_path: Path) -> None:
    partials = "{% load partials %}" if django.VERSION < (6, 0) else ""
    (tmp_path / "chat.html").write_text("{% load mizan %}" + partials + example("channels.md", "html", 0))
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    shown = await sync_to_async(render_to_string)("chat.html", request=RequestFactory().get("/"))
    assert '<form mizan-send="chat" data-mizan-params="{&quot;room&quot;: &quot;a&quot;}">' in shown
    token = re.findall(r'data-mizan-partial="([^"]*)"', shown)[0]
    ada = await User.objects.acreate(username="ada")
    address = {"channel": "chat", "params": {"room": "a"}}
    async with Tab(user=ada) as tab:
        assert (await tab.ask(action="subscribe", **address, partial=token))["subscribed"]
        await tab.send(action="message", **address, data={"text": "<Hi>"})
        assert (await tab.receive())["html"] == "<li><b>ada</b> &lt;Hi&gt;</li>"
    async with Tab() as stranger:
        assert (await stranger.ask(action="subscribe", **address))["code"] == "FORBIDDEN"


@pytest.mark.django_db(transaction=True)
async def test_the_test_of_a_channel_passes(chat: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "people", ModuleType("people"))
    monkeypatch.setitem(sys.modules, "people.mizan_clients", chat)
    own: dict[str, Any] = {}
    exec(compile(example("channels.md", "python", -1), "channels.md", "exec"), own)
    await own["test_what_is_pushed_arrives"](await User.objects.acreate(username="ada"))


def test_the_limits_are_those_of_the_code() -> None:
    rows = dict(row for row in tables("channels") if len(row) == 2)
    assert [rows[name].partition(";")[0] for name in ("a frame", "subscriptions of a page")] == [
        f"{protocol.MAX_BYTES // 1024} KiB",
        str(subscriptions.MAX_SUBSCRIPTIONS),
    ]
    assert rows["an `id`"] == f"{protocol.MAX_ID} characters"
    assert rows["their parameters and partials"].startswith(f"{subscriptions.MAX_ADDRESS_TEXT:,} characters")
    assert rows["watched keys of a page"] == f"{watches.MAX_KEYS:,}"
    a_frame, asked = round(1 / watches.KEY_COST), round(1 / watches.AUTH_COST)
    assert rows["keys in a `watch`"] == (
        f"{a_frame} count as one frame, and so do {a_frame} versions;"
        f" where `auth` is called, {asked} new keys do"
    )
    assert rows["characters that wait for it"].startswith(f"{outbox.MAX_UNREQUESTED_TEXT:,} ")
    assert rows["answers that wait for it"].startswith(f"{outbox.MAX_UNSENT:,} ")
    assert rows["frames from a page"].startswith(
        f"{MizanConsumer.burst} at once, then {MizanConsumer.rate:.0f} a second; others wait."
        f" After more than {MizanConsumer.patience} in a row"
    )
    assert rows["frames that wait for a slow client"].startswith(f"{outbox.MAX_FRAMES}; then close 1013")
    assert rows["messages that wait to be rendered"].startswith(f"{delivery.MAX_QUEUED:,} in each group")


def test_the_hooks_are_those_of_the_class() -> None:
    hooks = [row[0] for row in tables("channels") if len(row) == 3]
    named = {each.partition("(")[0].strip("`") for each in hooks if "(params" in each}
    assert named == {"authorize", "group", "on_connect", "receive", "on_disconnect"}
    assert all(callable(getattr(channel.Channel, name)) for name in named)


def documented(action: str) -> tuple[Any, Any]:
    """Give a frame in, and the one that answers it, as the protocol has them."""
    for row in tables("protocol"):
        if f'"action": "{action}"' in row[0]:
            frame_in, frame_out = (re.findall(r"`(\{.*?\})`", cell)[0] for cell in row)
            return json.loads(frame_in), json.loads(frame_out)
    raise AssertionError(f"The protocol has no {action}.")


async def test_frames_of_channels_are_those_of_the_protocol() -> None:
    register(ChatChannel, "chat")
    pushed, refused = (
        json.loads(text)
        for name, text in examples("json")
        if name == "protocol.md" and '"chat"' in text and '"room": "a"' in text
    )
    async with Tab(user=person()) as tab:
        for action in ("subscribe", "message", "unsubscribe"):
            asked, answered = documented(action)
            if action == "message":
                asked["id"] = answered["id"]
                received = [await tab.ask(**asked), await tab.receive()]
                received[received.index(answered)] = None
                (said,) = [each for each in received if each]
                assert said == {**pushed, "data": {**pushed["data"], "author": "ada"}}
            else:
                assert await tab.ask(**asked) == answered
    async with Tab() as stranger:
        assert await stranger.ask(**documented("subscribe")[0]) == refused


def test_the_texts_of_errors_are_those_of_the_code() -> None:
    source = "".join(path.read_text("utf-8") for path in Path(protocol.__file__).parent.rglob("*.py"))
    start = page("protocol").index("**Errors** name")
    rows = [line for line in page("protocol")[start:].splitlines() if line.startswith("| `")]
    texts = [text for row in rows for text in re.findall(r"`([A-Z][a-z][^`]*)`", row)]
    unknown = [f"Unknown {kind}" for kind in re.findall(r'unknown\("(\w+)"', source)]
    assert {"Unknown channel", "Unknown context"} < set(unknown)
    strange = [
        text
        for text in texts
        if text not in unknown and not all(words in source for words in re.split(" ?… ?", text))
    ]
    assert strange == ["Something went wrong."]  # which stands with the exceptions
