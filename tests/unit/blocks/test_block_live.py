"""Blocks of live contexts say how new they are; a page with something live loads the script for it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import get_script_prefix, set_script_prefix
from pytest_django import Settings

from mizan_htmx import Context, client, register
from mizan_htmx.blocks import scripts as page
from mizan_htmx.setup.registry import registry as registered
from tests.helpers.blocks import template_settings

pytestmark = pytest.mark.usefixtures("registry")

Render = Callable[[str], str]


@pytest.fixture(autouse=True)
def clock(registry: Any) -> Iterator[list[str]]:
    """Let time pass: each look at the clock is one later. Gives what was done, in order."""
    done: list[str] = []

    def take() -> str:
        done.append("clock")
        return f"0a1b2c3d.{len(done)}"

    def board_name(request: HttpRequest, board_id: int) -> str:
        done.append("read")
        return "Plans"

    def user_name(request: HttpRequest) -> str:
        return "Ada"

    register(client(context=Context("board", live=True))(board_name))
    register(client(context="user")(user_name))
    former, registered.clock = registered.clock, take
    yield done
    registered.clock = former


@pytest.fixture
def render(tmp_path: Path, settings: Settings) -> Callable[[str], str]:
    """Give a function that renders a template's source."""
    settings.TEMPLATES = template_settings(tmp_path)

    def render(source: str) -> str:
        (tmp_path / "page.html").write_text("{% load mizan %}" + source, encoding="utf-8")
        return render_to_string("page.html", {}, RequestFactory().get("/"))

    return render


def test_a_live_block_carries_the_version_from_before_it_was_read(clock: list[str], render: Render) -> None:
    html = render('{% mizan_context "board" board_id=3 id="b" %}{{ board_name }}{% endmizan_context %}')
    assert html.startswith(
        '<div id="b" data-mizan="board;board_id=3" data-mizan-version="0a1b2c3d.1" hx-get='
    )
    assert clock == ["clock", "read"]


def test_attributes_are_read_after_the_version_and_an_own_element_has_it(
    clock: list[str], render: Render
) -> None:
    html = render(
        '{% mizan_context "board" board_id=3 id="b" title=board_name %}<li {% mizan_attributes %}></li>'
        "{% endmizan_context %}"
    )
    start = '<li id="b" data-mizan="board;board_id=3" data-mizan-version="0a1b2c3d.1" title="Plans" hx-get='
    assert html.startswith(start)
    assert clock == ["clock", "read"]


def test_a_request_takes_its_read_version_once(clock: list[str], render: Render) -> None:
    block = '{% mizan_context "board" board_id=3 %}{{ board_name }}{% endmizan_context %}'
    html = render(block + block.replace("3", "4"))
    assert html.count('data-mizan-version="0a1b2c3d.1"') == 2
    assert clock == ["clock", "read", "read"]


def test_where_nobody_counts_there_is_no_version(render: Render) -> None:
    registered.clock = lambda: None
    assert "version" not in render('{% mizan_context "board" board_id=3 %}{% endmizan_context %}')


def test_a_block_of_other_contexts_has_none(clock: list[str], render: Render) -> None:
    assert "version" not in render('{% mizan_context "user" %}{{ user_name }}{% endmizan_context %}')
    assert clock == []


def test_a_block_with_one_live_context_among_others_has_one(render: Render) -> None:
    html = render('{% mizan_context "user" "board" board_id=3 %}{% endmizan_context %}')
    assert 'data-mizan="user, board;board_id=3" data-mizan-version="0a1b2c3d.1"' in html


def test_the_page_says_which_functions_may_be_called_over_the_socket() -> None:
    def add(request: HttpRequest, board_id: int) -> int:
        return board_id

    request = RequestFactory().get("/")
    register(client(add))
    assert "data-socket-functions" not in page.scripts(request, htmx=None, nonce=None)
    for name in ("team.add", "add_there"):
        register(client(websocket=True)(add), name)
    register(client(websocket=True, private=True)(add), "secret")
    assert ' data-socket-functions="add_there team.add"' in page.scripts(request, htmx=None, nonce=None)


def test_the_page_loads_the_live_script_and_says_where_the_socket_is(settings: Settings) -> None:
    request = RequestFactory().get("/")
    assert 'mizan-live.min.js">' in page.scripts(request, htmx=None, nonce=None)
    assert 'data-socket="/ws/"' in page.scripts(request, htmx=None, nonce=None)
    settings.MIZAN_SOCKET_PATH = "/live/socket/"
    former = get_script_prefix()
    set_script_prefix("/below/")
    try:
        assert 'data-socket="/below/live/socket/"' in page.scripts(request, htmx=None, nonce=None)
    finally:
        set_script_prefix(former)


def test_a_site_with_nothing_live_does_not() -> None:
    with registered.isolated():
        assert "mizan-live" not in page.scripts(RequestFactory().get("/"), htmx=None, nonce=None)


def test_a_block_that_shared_caches_may_keep_says_so(render: Render) -> None:
    def headline(request: HttpRequest) -> str:
        return "News"

    register(client(context=Context("news", public=True))(headline))
    html = render('{% mizan_context "news" id="n" %}{% endmizan_context %}')
    assert html.startswith('<div id="n" data-mizan="news" data-mizan-shared="" hx-get=')
    assert "shared" not in render('{% mizan_context "user" %}{% endmizan_context %}')
