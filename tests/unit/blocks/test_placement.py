"""Under ``DEBUG`` an id that two blocks have is an error, and comments say where wrappers belong."""

import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx import client, register
from tests.helpers.blocks import Site, blocks_of, syntax_error

END = "{% endmizan_context %}"
ME = '{% mizan_context "notifications" id="me" %}x' + END
DOCUMENT = {"Sec-Fetch-Dest": "document"}


@pytest.fixture(autouse=True)
def debug(site: Site, settings: Settings) -> None:
    """Turn on ``DEBUG``, and write a template to include."""
    settings.DEBUG = True
    site.write("me.html", ME)
    site.write("base.html", "{% block a %}{% endblock %}{% block b %}{% endblock %}")


OPEN = '{% mizan_context "notifications" %}'
TWICE = [
    ME + ME,
    "{% for x in 'ab' %}" + ME + "{% endfor %}",
    ME + "{% include 'me.html' %}",
    "{% include 'me.html' only %}{% with a=1 %}{% include 'me.html' only %}{% endwith %}",
    "{% extends 'base.html' %}{% block a %}" + ME + "{% endblock %}{% block b %}" + ME + "{% endblock %}",
    OPEN + ME + END + ME,
    OPEN + ME + END + OPEN + ME + END,
    OPEN.replace('" %', '" id="me" %') + ME + END,
]


@pytest.mark.parametrize("source", TWICE)
def test_an_id_that_comes_twice_is_an_error(site: Site, source: str) -> None:
    tag = ME.partition("x{%")[0]
    message = syntax_error(site, source)
    assert re.sub("[{]% mizan_context .*? %[}] .line 1 of (page|me|base).html.", "TAG", message) == (
        "Two blocks of this page have the id 'me': TAG and TAG. Refreshes would replace the first of them"
        " only. Give each an id of its own, or leave it out."
    )
    assert tag in message


@pytest.mark.parametrize("source", TWICE[:1])
def test_it_is_one_under_debug_only(site: Site, settings: Settings, source: str) -> None:
    settings.DEBUG = False
    assert site.page(source).count(' id="me"') == 2


def test_an_answer_to_htmx_may_have_a_block_twice(site: Site) -> None:
    site.write("page.html", ME + ME)
    assert site.get("/page/", **{"HX-Request": "true"}).text.count(' id="me"') == 2


def test_alternatives_and_automatic_ids_are_no_error(site: Site) -> None:
    other = '{% mizan_context "notifications" %}x' + END
    html = site.page("{% if x %}" + ME + "{% else %}" + ME + "{% endif %}" + other + other)
    assert len({block["id"] for block in blocks_of(html)}) == 3


def test_an_id_that_another_block_has_by_itself_is_an_error(site: Site) -> None:
    other = '{% mizan_context "notifications" %}x' + END
    (block,) = blocks_of(site.page(other))
    named = other.replace('" %', f'" id="{block["id"]}" as own %')
    assert "Two blocks of this page" in syntax_error(site, other + named)
    assert "Two blocks of this page" in syntax_error(site, named + other)


def test_a_view_may_render_several_templates(site: Site, settings: Settings) -> None:
    def view(request: HttpRequest) -> Any:
        render_to_string("me.html", request=request)
        return site.page_view(request)

    settings.ROOT_URLCONF = (path("page/", view), path("api/mizan/", include("mizan_htmx.urls")))
    assert site.page(ME).count(' id="me"') == 1


def test_a_reader_may_render_the_same_block(site: Site) -> None:
    @client(context="news")
    def news(request: HttpRequest) -> str:
        return render_to_string("me.html", request=request)

    register(news)
    html = site.page('{% mizan_context "news" %}{{ news|length }}{% include "me.html" %}' + END)
    assert html.count(' id="me"') == 1


def test_a_fallback_may_have_the_blocks_of_the_content(site: Site) -> None:
    def secret(request: HttpRequest) -> str:
        raise PermissionDenied

    register(client(context="secret")(secret))
    source = f'{{% mizan_context "secret" %}}{ME}{{{{ secret }}}}{{% refused %}}{ME}{{% endrefused %}}{END}'
    html = site.page(source)
    assert html.count(' id="me"') == 1
    assert "Two blocks" in syntax_error(site, source + ME)


def test_a_refresh_may_have_a_block_that_the_page_has(any_site: Site) -> None:
    html = any_site.page(OPEN + ME + END + '{% mizan_context "tag" tag="x" %}{{ tag_label }}' + END)
    assert any_site.assert_refreshes_alike(html) == 3
    queries = [block["hx-get"].partition("?")[2] for block in blocks_of(html)]
    answer: Any = any_site.get(f"/api/mizan/partials/?{'&'.join(queries)}")
    assert [each["status"] for each in answer.json()["blocks"]] == [200] * 3


def test_a_page_that_a_browser_loads_has_comments(any_site: Site) -> None:
    any_site.write(
        "page.html",
        OPEN.replace('" %', '" tag="ul" id="all" %')
        + OPEN.replace('" %', '" tag="li" id="me" %')
        + "a"
        + END * 2,
    )
    html = any_site.get(any_site.address, **DOCUMENT).text
    assert re.sub(r" data-[^>]*", "", html) == (
        '<!--mizan all ul--><ul id="all"><!--mizan me li--><li id="me">a<!--/mizan me li--></li>'
        "<!--/mizan all ul--></ul>"
    )
    assert "<!--" not in any_site.refresh(html).text
    assert "<!--" not in any_site.refresh(html, **DOCUMENT).text


def test_nothing_else_has_them(site: Site, settings: Settings) -> None:
    assert "<!--" not in site.page(ME)
    assert "<!--" not in site.get("/page/", **{"HX-Request": "true", **DOCUMENT}).text
    assert "<!--" not in site.get("/page/", **{"Sec-Fetch-Dest": "empty"}).text
    settings.DEBUG = False
    assert "<!--" not in site.get("/page/", **DOCUMENT).text


def test_they_do_not_change_what_single_flight_knows_of_a_block(site: Site, settings: Settings) -> None:
    settings.MIZAN_SINGLE_FLIGHT = True
    site.write("page.html", OPEN + ME + END)
    marked = blocks_of(site.get("/page/", **DOCUMENT).text)[0]
    assert marked["data-mizan-hash"] == blocks_of(site.get("/page/").text)[0]["data-mizan-hash"]
    query = f"{marked['hx-get'].partition('?')[2]}&mizan-hash={marked['data-mizan-hash']}"
    answer: Any = site.get(f"/api/mizan/partials/?{query}")
    assert answer.json()["blocks"] == [{"status": 304}]
