"""Wrappers that browsers would not leave where a template has them."""

import pytest
from pytest_django import Settings

from tests.helpers.blocks import Site, syntax_error

BLOCK = '{% mizan_context "notifications" %}x{% endmizan_context %}'
MOVED = "{{% mizan_context %}} is in a <{0}>, and its wrapper is a <{1}>, which browsers {2}. Write {3}"
IN_FOR = BLOCK + "{% endif %}{% endfor %}"
TABLE = ", or put the block around the <table>."


def block(tag: str) -> str:
    """Write a block of that element."""
    return BLOCK.replace('" %', f'" tag="{tag}" %')


@pytest.fixture(autouse=True)
def debug(site: Site, settings: Settings) -> None:
    """Turn on ``DEBUG``."""
    settings.DEBUG = True
    site.write("other.html", "</table>")


@pytest.mark.parametrize(
    ("source", "around", "tag", "way"),
    [
        ("<table>" + BLOCK, "table", "div", "tbody"),
        ("<table><tbody>" + BLOCK, "tbody", "div", "tr"),
        ("<table><thead>\n  " + block("span"), "thead", "span", "tr"),
        ("<tfoot>" + block("tbody"), "tfoot", "tbody", "tr"),
        ("<tr>" + BLOCK, "tr", "div", "td"),
        ("<tr>" + block("tr"), "tr", "tr", "td"),
        ('<TR class="a>b" {% if 1 %}hidden{% endif %} id={{ x }}>' + BLOCK, "tr", "div", "td"),
        ("<tbody>{# a #}<!-- b -->{% for x in 'a' %}{% if x %}" + IN_FOR, "tbody", "div", "tr"),
        ("<tbody>{% block rows %}{% load mizan %}" + BLOCK + "{% endblock %}", "tbody", "div", "tr"),
        (
            "{% mizan_context 'tag' tag='tbody' with a=1 %}" + BLOCK + "{% endmizan_context %}",
            "tbody",
            "div",
            "tr",
        ),
    ],
)
def test_a_wrapper_that_can_not_stay_in_a_table_is_an_error(
    site: Site, source: str, around: str, tag: str, way: str
) -> None:
    source = source.replace("'tag' tag='tbody'", "'notifications' tag='tbody'")
    message = MOVED.format(around, tag, "move out of it", f'tag="{way}"') + TABLE
    assert syntax_error(site, source) == message


def test_a_block_can_not_be_a_column(site: Site) -> None:
    assert syntax_error(site, "<colgroup>" + BLOCK) == (
        "{% mizan_context %} is in a <colgroup>, and its wrapper is a <div>, which browsers move out of it."
        " Put the block around the <table>."
    )


@pytest.mark.parametrize("tag", ["div", "span", "li"])
def test_browsers_leave_out_what_can_not_be_in_a_select(site: Site, tag: str) -> None:
    message = (
        MOVED.format("select", tag, "leave out", 'tag="optgroup"') + ", or put the block around the <select>."
    )
    assert syntax_error(site, "<select name='a'>" + block(tag)) == message


@pytest.mark.parametrize(
    "source",
    [
        "<table>" + block("tbody"),
        "<table>" + block("TR"),
        "<tbody>" + block("tr"),
        "<tr>" + block("td"),
        "<tr>{% for x in 'ab' %}" + block("th") + "{% endfor %}",
        "<select>" + block("optgroup"),
        "<select>" + block("option"),
        "<ul>" + BLOCK,
        "<td>" + BLOCK,
        "<table></table>" + BLOCK,
        # Answers to htmx have rows beside other things.
        "<tr><td></td></tr>" + BLOCK,
        "<tbody></tbody>" + BLOCK,
        # What stands there depends on what renders.
        "<table>{% include 'other.html' %}" + BLOCK,
        "<table>{{ x }}" + BLOCK,
        "<table>{% if x %}a{% else %}" + BLOCK + "{% endif %}",
        "<table>{% for x in y %}<tr>{% empty %}" + BLOCK + "{% endfor %}",
        "<table>{% if 1 %}</table>{% endif %}" + BLOCK,
        "<tr>" + BLOCK.replace('" %', '" tag=tag %'),
        "<tr>" + BLOCK.replace('" %', '" tag="x"|default:"td" %'),
        "<table>{% comment %}{% endcomment %}" + BLOCK,
        "{% if x %}<table>{% endif %}" + BLOCK,
        # No elements at all.
        "<!-- <tr> -->" + BLOCK,
        "<textarea><tr>" + BLOCK,
        "<script>'<tr>'" + BLOCK,
        "{% verbatim %}<tr>{% endverbatim %}{{ x }}" + BLOCK,
        "{# <tr> #}" + BLOCK,
        "&lt;tr>" + BLOCK,
        BLOCK,
    ],
)
def test_anything_else_is_left_to_the_browser(site: Site, source: str) -> None:
    html = site.page(source, tag="td")
    assert ' data-mizan="notifications"' in html


def test_it_is_checked_under_debug_only(site: Site, settings: Settings) -> None:
    settings.DEBUG = False
    settings.TEMPLATES = [*settings.TEMPLATES]
    assert site.page("<table>" + BLOCK).startswith("<table><div id=")
