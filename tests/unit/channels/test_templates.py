"""Channels in a page: what the tags write and refuse, and messages rendered with a signed partial."""

import asyncio
import datetime
import re
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from django.template import TemplateDoesNotExist, TemplateSyntaxError, engines
from django.template.loader import render_to_string
from django.utils import translation
from pydantic import BaseModel, ConfigDict
from pytest_django import Settings

from mizan_htmx.channels import Channel, register
from mizan_htmx.channels import templates as rendering
from mizan_htmx.testing import isolated_registry
from tests.helpers.blocks import LIBRARIES, template_settings
from tests.helpers.sockets import Tab

# A push asks for its group in a thread where an earlier test may have left a connection.
pytestmark = pytest.mark.django_db

Render = Callable[[str], str]


class Chat(Channel):
    """A channel with parameters, and messages both ways."""

    class Params(BaseModel):
        room: str
        limit: int = 10

    class DjangoMessage(BaseModel):
        model_config = ConfigDict(strict=True)

        text: str
        at: datetime.datetime

    class ReactMessage(BaseModel):
        text: str

    def authorize(self, params: Params) -> bool:
        return True

    def group(self, params: Params) -> str:
        return params.room


class News(Channel):
    """A channel without parameters, that takes nothing."""

    class DjangoMessage(BaseModel):
        text: str

    def authorize(self, params: None) -> bool:
        return True

    def group(self, params: None) -> str:
        return "news"


@pytest.fixture(autouse=True)
def channels() -> Iterator[None]:
    """Register the channels, and nothing else."""
    with isolated_registry():
        register(Chat, "chat")
        register(News, "news")
        yield


@pytest.fixture
def render(tmp_path: Path, settings: Settings) -> Render:
    """Give a function that renders a template's source; ``line.html`` and its partial ``only`` are there."""
    settings.TEMPLATES = template_settings(tmp_path)
    load = "{% load partials %}" if "template_partials" in settings.INSTALLED_APPS else ""
    line = "\n<p>{{ channel }} {{ params.room }}: {{ message.text }} {{ message.at|date:'Y' }}</p>\n"
    only = "{% partialdef only %}<b>{{ message.text }}{{ request }}</b>{% endpartialdef %}"
    (tmp_path / "line.html").write_text(load + line + only, encoding="utf-8")

    def render(source: str) -> str:
        (tmp_path / "page.html").write_text("{% load mizan %}" + source, encoding="utf-8")
        return render_to_string("page.html", {"nobody": None, "html": "<b>"})

    return render


def test_a_channel_is_subscribed_to_by_an_element(render: Render) -> None:
    assert render('{% mizan_channel "chat" room=html limit="5" %}') == (
        '<template data-mizan-channel="chat"'
        ' data-mizan-params="{&quot;limit&quot;: 5, &quot;room&quot;: &quot;&lt;b&gt;&quot;}"></template>'
    )
    assert render('{% mizan_channel "news" %}') == (
        '<template data-mizan-channel="news" data-mizan-params="{}"></template>'
    )


def test_a_parameter_that_is_none_is_not_given(render: Render) -> None:
    assert render('{% mizan_channel "chat" room="a" limit=nobody %}') == (
        '<template data-mizan-channel="chat"'
        ' data-mizan-params="{&quot;limit&quot;: 10, &quot;room&quot;: &quot;a&quot;}"></template>'
    )


def test_a_partial_travels_signed_with_its_target(render: Render) -> None:
    token = rendering.sign("news", "line.html#only")
    assert render('{% mizan_channel "news" partial="line.html#only" target="#list" swap="afterbegin" %}') == (
        f'<template data-mizan-channel="news" data-mizan-params="{{}}" data-mizan-partial="{token}"'
        ' data-mizan-target="#list" data-mizan-place="afterbegin"></template>'
    )
    assert 'data-mizan-place="beforeend"' in render(
        '{% mizan_channel "news" partial="line.html" target="#list" %}'
    )


def test_a_form_is_sent_to_a_channel(render: Render) -> None:
    assert render('<form {% mizan_send "chat" room="a" %}>') == (
        '<form mizan-send="chat"'
        ' data-mizan-params="{&quot;limit&quot;: 10, &quot;room&quot;: &quot;a&quot;}">'
    )


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        (
            '{% mizan_channel "chta" room="a" %}',
            "Unknown channel 'chta' in {% mizan_channel %}. Did you mean 'chat'? Known channels: chat, news.",
        ),
        (
            '{% mizan_channel "chat" rom="a" %}',
            "Channel 'chat' has no parameter 'rom' in {% mizan_channel %}."
            " Did you mean 'room'? Known parameters: limit, room.",
        ),
        (
            '{% mizan_send "news" room="a" %}',
            "Channel 'news' has no parameter 'room' in {% mizan_send %}. Known parameters: none.",
        ),
        (
            '{% mizan_channel "chat" limit=1 %}',
            "{% mizan_channel %} with channel 'chat' needs room. Known parameters: limit, room.",
        ),
        (
            '{% mizan_channel "chat" room="a" limit="x" %}',
            "{% mizan_channel 'chat' %} got invalid parameters:"
            " {'limit': ['Input should be a valid integer, unable to parse string as an integer']}",
        ),
        (
            '{% mizan_channel "news" partial="line.html" %}',
            "{% mizan_channel 'news' %} needs both partial= and target=, or neither:"
            " what to render, and where to insert it.",
        ),
        (
            '{% mizan_channel "news" partial="line.html" target="#list" swap="end" %}',
            "{% mizan_channel 'news' %}: swap='end' is unknown."
            " Use one of: beforeend, afterbegin, beforebegin, afterend, innerHTML, outerHTML.",
        ),
        (
            '{% mizan_send "news" %}',
            "{% mizan_send 'news' %}: channel 'news' does not accept messages."
            " Declare what it takes, as 'class ReactMessage(BaseModel)'.",
        ),
    ],
)
def test_what_can_not_be_is_an_error_where_it_stands(render: Render, tag: str, message: str) -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        render(tag)
    assert str(caught.value) == message


@pytest.mark.parametrize("tag", ["mizan_channel", "mizan_send"])
def test_without_the_package_the_tags_say_what_to_install(
    render: Render, monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    monkeypatch.setitem(sys.modules, "channels", None)  # as Python has what can't be imported
    with pytest.raises(TemplateSyntaxError) as caught:
        render(f'{{% {tag} "chat" room="a" %}}')
    assert str(caught.value) == (
        f"{{% {tag} %}} needs the package 'channels': pip install 'mizan_htmx[channels]'."
    )


def test_a_message_is_rendered_with_its_own_types_escaped_and_without_a_request(render: Render) -> None:
    params = {"room": "a&b"}
    payload = {"text": "<i>", "at": "2026-05-04T03:02:01Z"}
    whole = rendering.render(rendering.sign("chat", "line.html"), "chat", params, "DjangoMessage", payload)
    assert whole == "<p>chat a&amp;b: &lt;i&gt; 2026</p>"
    part = rendering.render(
        rendering.sign("news", "line.html#only"), "news", {}, "DjangoMessage", {"text": "x"}
    )
    assert part == "<b>x</b>"


async def test_everybody_gets_the_language_of_the_site_and_not_that_of_who_pushed(
    render: Render, tmp_path: Path
) -> None:
    source = "{% load i18n %}{% get_current_language as language %}{{ language }}"
    (tmp_path / "language.html").write_text(source, encoding="utf-8")
    address = {"channel": "news", "params": {}, "partial": rendering.sign("news", "language.html")}

    def push(language: str) -> None:
        with translation.override(language):
            News.push_sync(News.DjangoMessage(text="x"))

    async with Tab() as tab:
        assert await tab.ask(action="subscribe", **address) == {"subscribed": True, **address}
        for language in ("de", "fr"):
            await asyncio.to_thread(push, language)
            assert (await tab.receive())["html"] == "en-us"


async def test_a_page_gets_messages_in_its_language_and_time_zone(
    render: Render, tmp_path: Path, settings: Settings
) -> None:
    source = "{% load i18n tz %}{% get_current_language as l %}{% get_current_timezone as z %}{{ l }} {{ z }}"
    (tmp_path / "language.html").write_text(source, encoding="utf-8")
    tag = '{% mizan_channel "news" partial="language.html" target="#x" %}'
    plain = render(tag)
    assert f'data-mizan-partial="{rendering.sign("news", "language.html")}"' in plain
    around = '{% load i18n tz %}{% language "de" %}{% timezone "Asia/Tokyo" %}' + tag
    german = render(around + "{% endtimezone %}{% endlanguage %}")

    async with Tab() as tab:
        for html, shown in ((plain, "en-us UTC"), (german, "de Asia/Tokyo")):
            token = re.search('data-mizan-partial="([^"]*)"', html)
            assert token
            await tab.ask(action="subscribe", channel="news", params={}, partial=token[1])
            await News.push(News.DjangoMessage(text="x"))
            received = [await tab.receive() for _ in range(1 if shown == "en-us UTC" else 2)]
            assert shown in [each["html"] for each in received]


def test_a_partial_is_that_of_the_engine_of_the_page(
    render: Render, tmp_path: Path, settings: Settings
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.html").write_text(f"{name} {{{{ message.text }}}}", encoding="utf-8")
        (tmp_path / name / f"only-{name}.html").write_text(f"only {name}", encoding="utf-8")
    settings.TEMPLATES = [
        {**template_settings(tmp_path / name)[0], "NAME": name, "OPTIONS": {"builtins": LIBRARIES}}
        for name in ("one", "two")
    ]

    def shown(engine: str, partial: str) -> str:
        source = f'{{% mizan_channel "news" partial="{partial}" target="#x" %}}'
        html = engines[engine].from_string(source).render({})
        token = re.search('data-mizan-partial="([^"]*)"', html)
        assert token
        return rendering.render(token[1], "news", {}, "DjangoMessage", {"text": "x"})

    assert [shown(engine, "mine.html") for engine in ("one", "two")] == ["one x", "two x"]
    assert shown("two", "only-one.html") == "only one"
    assert shown("one", "only-two.html") == "only two"
    with pytest.raises(TemplateDoesNotExist):
        shown("two", "nobodys.html")
    gone = rendering.sign("news", "mine.html", engine="gone")
    with pytest.raises(TemplateDoesNotExist):
        rendering.render(gone, "news", {}, "DjangoMessage", {"text": "x"})


def test_a_partial_may_be_of_another_kind_of_engine(
    render: Render, tmp_path: Path, settings: Settings
) -> None:
    (tmp_path / "dummy").mkdir()
    (tmp_path / "dummy" / "plain.html").write_text("$channel", encoding="utf-8")
    backend = "django.template.backends.dummy.TemplateStrings"
    dummy = {"BACKEND": backend, "DIRS": [tmp_path / "dummy"], "APP_DIRS": False, "OPTIONS": {}}
    settings.TEMPLATES = [*settings.TEMPLATES, dummy]
    html = render('{% mizan_channel "news" partial="plain.html" target="#x" %}')

    token = rendering.sign("news", "plain.html")
    assert token in html
    assert rendering.render(token, "news", {}, "DjangoMessage", {"text": "x"}) == "news"


async def test_a_message_is_rendered_once_however_its_hearers_write_the_same(
    render: Render, tmp_path: Path
) -> None:
    turns = count(1)

    class Counting(Chat):
        class DjangoMessage(BaseModel):
            @property
            def turn(self) -> int:
                return next(turns)

    register(Counting, "counting")
    (tmp_path / "turn.html").write_text("{{ params.limit }}: {{ message.turn }}", encoding="utf-8")
    token = rendering.sign("counting", "turn.html")
    spellings: list[dict[str, Any]] = [{}, {"limit": 10}, {"limit": "10"}, {"limit": 10.0}, {"limit": 11}]
    async with Tab() as tab:
        for written in spellings:
            params = {"room": "a", **written}
            await tab.ask(action="subscribe", channel="counting", params=params, partial=token)
        await Counting.push(Counting.DjangoMessage(), room="a")
        received = [await tab.receive() for _ in spellings]
    assert [frame["html"] for frame in received] == ["10: 1"] * 4 + ["11: 2"]


def test_a_token_is_good_for_one_channel() -> None:
    assert rendering.partial_of(rendering.sign("chat", "line.html"), "chat") == "line.html"
    with pytest.raises(signing.BadSignature, match=r"was signed for the channel 'chat', not 'news'\.$"):
        rendering.partial_of(rendering.sign("chat", "line.html"), "news")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "line.html",
        rendering.sign("chat", "line.html") + "x",
        signing.Signer(salt="mizan_htmx.block").sign_object(["chat", "line.html"]),
        signing.Signer(salt=rendering.SALT).sign_object(["chat"]),
        signing.Signer(salt=rendering.SALT).sign("no JSON"),
    ],
    ids=["empty", "unsigned", "forged", "of a block", "of another release", "no JSON"],
)
def test_a_token_that_this_site_did_not_write_is_refused(token: Any) -> None:
    with pytest.raises(signing.BadSignature):
        rendering.partial_of(token, "chat")


def test_equal_partials_have_equal_tokens() -> None:
    assert rendering.sign("chat", "line.html") == rendering.sign("chat", "line.html")
