"""Tags that would change what a block shows at first, and not when it refreshes."""

import pytest
from django.template import Library, Node, TemplateSyntaxError
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import FilterNode, do_filter
from pytest_django import Settings

from tests.helpers.blocks import LIBRARIES, Site, syntax_error, template_settings

register = Library()
register.tag("shout", do_filter)

BLOCK = "{% mizan_context 'notifications' %}<b>{{ unread }}</b> <b>a</b>{% endmizan_context %}"
OTHERS = "{% if 1 %}{% for x in 'a' %}{% block c %}@{% endblock %}{% endfor %}{% endif %}"

REFUSED = {
    "spaceless": "{% spaceless %}@{% endspaceless %}",
    "filter": "{% filter upper %}@{% endfilter %}",
    "autoescape": "{% autoescape off %}@{% endautoescape %}",
    "markdown": "{% markdown %}@{% endmarkdown %}",
    "shout": "{% shout upper %}@{% endfilter %}",
}


@register.tag
class Loud(FilterNode):
    """A tag of a site's own that does what Django's does."""

    def __init__(self, parser: Parser, token: Token) -> None:
        nodelist = parser.parse(("endLoud",))
        parser.delete_first_token()
        super().__init__(parser.compile_filter("var|upper"), nodelist)


@register.tag
def markdown(parser: Parser, token: Token) -> Node:
    """Stand for the tag of a package."""
    nodelist = parser.parse(("endmarkdown",))
    parser.delete_first_token()
    return Around(nodelist)


class Around(Node):
    """Render what stands inside."""

    def __init__(self, nodelist: object) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        """Render it."""
        return str(self.nodelist.render(context))  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def tags(site: Site, settings: Settings) -> None:
    """Let templates use the tags of this module."""
    settings.TEMPLATES = template_settings(site.folder, builtins=[*LIBRARIES, __name__])


def message(tag: str) -> str:
    """Give the whole message about a tag."""
    return (
        f"{{% {tag} %}} encloses a {{% mizan_context %}}. It would change the block's first rendering, but"
        f" not its refreshes. Put {{% {tag} %}} inside the block."
    )


@pytest.mark.parametrize("tag", REFUSED)
@pytest.mark.parametrize("between", ["@", OTHERS, "{% mizan_context 'tag' tag='a' %}@{% endmizan_context %}"])
def test_the_parser_refuses_a_tag_that_it_sees_around_a_block(site: Site, tag: str, between: str) -> None:
    if "mizan" in between:
        source = between.replace("@", REFUSED[tag]).replace("@", BLOCK)
    else:
        source = REFUSED[tag].replace("@", between).replace("@", BLOCK)
    assert syntax_error(site, source) == message(tag)


@pytest.mark.parametrize("tag", [*REFUSED, "Loud"])
def test_rendering_refuses_it_under_debug_where_the_parser_does_not_see_it(
    site: Site, settings: Settings, tag: str
) -> None:
    source = REFUSED.get(tag, "{% Loud %}@{% endLoud %}")
    site.write("part.html", "<p>" + BLOCK + "</p>")
    site.write("base.html", source.replace("@", "{% block c %}{% endblock %}"))
    pages = {
        "included": source.replace("@", OTHERS).replace("@", '{% include "part.html" %}'),
        "extended": '{% extends "base.html" %}{% block c %}' + BLOCK + "{% endblock %}",
        "inside of a block": (
            "{% mizan_context 'tag' tag='a' %}"
            + source.replace("@", '{% include "part.html" %}')
            + "{% endmizan_context %}"
        ),
    }
    for page in pages.values():
        assert site.visit(page).status_code == 200
    settings.DEBUG = True
    for page in pages.values():
        assert syntax_error(site, page) == message(tag)


def test_what_stands_inside_of_a_block_or_beside_it_is_not_refused(site: Site, settings: Settings) -> None:
    settings.DEBUG = True
    site.write("part.html", BLOCK)
    inside = "".join(each.replace("@", "{{ unread }}") for each in REFUSED.values())
    html = site.page(
        f"{inside}{{% mizan_context 'notifications' %}}{inside}{{% include 'part.html' %}}"
        "{% endmizan_context %}" + OTHERS.replace("@", "{% include 'part.html' %}")
    )
    assert site.assert_refreshes_alike(html) == 3


def test_a_refresh_is_refused_under_debug_as_well(site: Site, settings: Settings) -> None:
    site.write("part.html", BLOCK)
    html = site.page(
        "{% mizan_context 'tag' tag='a' %}{% filter upper %}{% include 'part.html' %}{% endfilter %}"
        "{% endmizan_context %}"
    )
    settings.DEBUG = True
    response = site.refresh(html)
    assert (response.status_code, "encloses a" in response.text) == (500, True)
    with pytest.raises(TemplateSyntaxError):
        site.raw("{% filter upper %}{% include 'part.html' %}{% endfilter %}")
