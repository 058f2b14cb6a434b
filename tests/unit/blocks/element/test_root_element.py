"""A block that is the author's own element: ``<section {% mizan_attributes %}>``."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Library
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx import Context, client
from mizan_htmx import register as declare
from tests.helpers.blocks import LIBRARIES, Site, blocks_of, template_settings
from tests.helpers.single_flight import names, send

END = "{% endmizan_context %}"
USER = '{% mizan_context "user" user_id=5 id="u" %}'

register = Library()


@register.inclusion_tag("tag.html", takes_context=True)
def card_of(context: object, kind: str) -> dict[str, str]:
    """Render an element in a template of its own."""
    return {"kind": kind}


def own(site: Site, body: str, tag: str = USER) -> tuple[str, str]:
    """Return the start tag of a page's block without what mizan writes, and what comes after it."""
    html = site.page(f"{tag}{body}{END}")
    (block, *_) = blocks_of(html)
    refreshed = site.refresh(html)
    assert refreshed.text == html
    batch = site.get(f"/api/mizan/partials/?{block['hx-get'].partition('?')[2]}")
    assert json.loads(batch.text)["blocks"][0]["html"] == html
    start, _, rest = html.partition(' hx-swap="outerHTML"')
    before, _, _ = start.partition('id="u"')
    after, _, inside = rest.partition(">")
    return f"{before}@{after}>", inside


@pytest.mark.parametrize(
    ("body", "start", "inside"),
    [
        ("<section {% mizan_attributes %}>{{ user_profile.name }}</section>", "<section @>", "Ada</section>"),
        ("<li{% mizan_attributes %}>a</li>", "<li @>", "a</li>"),
        ('<li data-a="1"{% mizan_attributes %}data-b="2">a</li>', '<li data-a="1" @ data-b="2">', "a</li>"),
        (
            "\n <!-- one --> {# two #}{% load i18n %}<tr title='>' {% mizan_attributes %} >\n<td></tr"
            " >\n<!-- 3 -->\n",
            "<tr title='>' @ >",
            "\n<td></tr >\n<!-- 3 -->",
        ),
        (
            '<a {% if user_profile %}title="A"{% else %}title="B"{% endif %} {% mizan_attributes %}'
            ' href="/{{ user_profile.name }}/">x</a>',
            '<a title="A" @ href="/Ada/">',
            "x</a>",
        ),
        (
            "{% with a=user_profile.name %}<b {% mizan_attributes %}>{{ a }}</b>{% endwith %}",
            "<b @>",
            "Ada</b>",
        ),
        (
            "{% if user_profile %}<b {% mizan_attributes %}>a</b>{% else %}<p>b</p>{% endif %}",
            "<b @>",
            "a</b>",
        ),
        (
            '<input name="n" {% mizan_attributes %} value="{{ user_profile.name }}">',
            '<input name="n" @ value="Ada">',
            "",
        ),
        ("<my-card {% mizan_attributes %}><p>a<p>b</my-card>", "<my-card @>", "<p>a<p>b</my-card>"),
        ("<SVG {% mizan_attributes %}><g/></svg>", "<SVG @>", "<g/></svg>"),
        (
            "<ul {% mizan_attributes %}>{% for a in 'ab' %}<li>{{ a }}</li>{% endfor %}</ul>",
            "<ul @>",
            "<li>a</li><li>b</li></ul>",
        ),
    ],
)
def test_the_attributes_are_in_the_authors_element(
    any_site: Site, settings: Settings, body: str, start: str, inside: str
) -> None:
    for settings.DEBUG in (False, True):
        assert own(any_site, body) == (start, inside)


def test_what_the_tag_says_is_in_it_as_well(any_site: Site) -> None:
    html = any_site.page(
        '{% mizan_context "user" user_id=5 class="card" id="u" data-name=user_profile.name poll=30'
        ' announce="A" %}'
        f'<section role="status" {{% mizan_attributes %}}>{{{{ user_profile.name }}}}</section>{END}'
    )

    (block,) = blocks_of(html)
    url = block["hx-get"].replace("&", "&amp;")
    assert html == (
        '<section role="status" id="u" class="card" data-mizan="user;user_id=5" data-name="Ada"'
        f' data-mizan-poll="30" data-mizan-announce="A" hx-get="{url}" hx-trigger="mizan:refresh"'
        ' hx-target="this" hx-swap="outerHTML">Ada</section>'
    )
    assert any_site.refresh(html).text == html


class TestARefusal:
    """What a visitor sees of the element who may not see what is in it."""

    @pytest.fixture(autouse=True)
    def rank(self, site: Site) -> list[str]:
        """Declare a reader that refuses while this list is empty."""
        ranks: list[str] = []

        @client(context="rank")
        def rank(request: HttpRequest) -> str:
            if not ranks:
                raise PermissionDenied
            return ranks[0]

        declare(rank)
        return ranks

    def test_shows_it_empty_with_what_is_written_out(self, any_site: Site, rank: list[str]) -> None:
        html = any_site.page(
            '{% mizan_context "rank" id="r" data-rank=rank data-x=1 %}\n<!-- a --><section class="card"'
            ' title="{{ rank }}" {% if rank %}lang="de"{% endif %} {% mizan_attributes %} hidden'
            " data-b='2\"'>"
            f"{{{{ rank }}}}</section>{END}"
        )

        assert html.startswith('<section id="r" data-mizan="rank" data-x="1" hx-get="')
        assert html.endswith(' hx-swap="outerHTML" class="card" hidden data-b=\'2"\'></section>')
        assert any_site.refresh(html).text == html

        rank.append("1")
        filled = any_site.refresh(html).text
        assert filled.startswith('<section class="card" title="1" lang="de" id="r" data-mizan="rank"')
        assert filled.endswith("hidden data-b='2\"'>1</section>")
        assert blocks_of(filled)[0]["data-rank"] == "1"

    @pytest.mark.parametrize(
        ("body", "end"),
        [
            ("<input {% mizan_attributes %} value='{{ rank }}' name=a>", " name=a>"),
            ("{% if rank %}<b {% mizan_attributes %}>x</b>{% endif %}", "></b>"),
            ("{% if 0 %}<p>{% elif rank %}<b {% mizan_attributes %}>x</b>{% endif %}", "></b>"),
            ("{% for a in rank %}<b {% mizan_attributes %}>x</b>{% endfor %}", "></b>"),
            ("{% with a=1 %}<b {% mizan_attributes %}>{{ rank }}</b>{% endwith %}", "></b>"),
        ],
    )
    def test_finds_it_in_other_tags(self, site: Site, body: str, end: str) -> None:
        html = site.page(f'{{% mizan_context "rank" %}}{body}{END}')

        assert html.endswith(f'hx-swap="outerHTML"{end}')
        site.assert_refreshes_alike(html)

    def test_finds_it_in_the_partial(self, site: Site) -> None:
        site.write(
            "card.html",
            "{% partialdef card %}<li title=a {% mizan_attributes %}>{{ rank }}</li>{% endpartialdef %}",
        )
        site.write("whole.html", "<li title=a {% mizan_attributes %}>{{ rank }}</li>")
        for partial in ("card.html#card", "whole.html"):
            html = site.page(f'{{% mizan_context "rank" partial="{partial}" data-x=1 %}}{END}')
            assert html.startswith("<li id=")
            assert html.endswith(" title=a></li>")
            site.assert_refreshes_alike(html)

    def test_shows_the_element_of_the_tag_where_an_included_one_is_not_known(
        self, site: Site, rank: list[str]
    ) -> None:
        site.write("card.html", "<li {% mizan_attributes %}>{{ rank }}</li>")
        html = site.page(f'{{% mizan_context "rank" tag="li" %}}{{% include "card.html" %}}{END}')

        assert html.endswith('hx-swap="outerHTML"></li>')
        site.assert_refreshes_alike(html)
        rank.append("1")
        assert site.refresh(html).text == html.replace("></li>", ">1</li>")


def test_a_lazy_block_shows_its_placeholder_in_it(any_site: Site) -> None:
    for body in (
        "{% placeholder %}…{% endplaceholder %}<li class='a' {% mizan_attributes %}>{{ user_profile.name"
        " }}</li>",
        "<li class='a' {% mizan_attributes %}>{% placeholder %}…{% endplaceholder %}{{ user_profile.name"
        " }}</li>",
    ):
        html = any_site.page(
            f'{{% mizan_context "user" user_id=5 lazy data-n=user_profile.name data-x=1 %}}{body}{END}'
        )
        assert html.startswith("<li id=")
        assert html.endswith(" class='a'>…</li>")
        (block,) = blocks_of(html)
        assert (block["data-mizan-lazy"], block["data-x"], "data-n" in block) == ("", "1", False)
        loaded = any_site.refresh(html).text
        assert loaded.startswith("<li class='a' id=")
        assert loaded.endswith(">Ada</li>")
        assert any_site.refresh(loaded).text == loaded


def test_a_private_block_on_a_page_for_everyone_is_it_without_content(site: Site, settings: Settings) -> None:
    @client(context=Context("news", public=True))
    def front(request: HttpRequest) -> HttpResponse:
        return render(request, "front.html")

    declare(front)
    settings.ROOT_URLCONF = (path("", front), path("api/mizan/", include("mizan_htmx.urls")))
    site.write(
        "front.html", f"{USER}<li title='a' {{% mizan_attributes %}}>{{{{ user_profile.name }}}}</li>{END}"
    )
    html = site.get("/").text

    assert html.startswith('<li id="u" ')
    assert html.endswith(" hx-swap=\"outerHTML\" title='a'></li>")
    assert site.refresh(html).text.endswith(">Ada</li>")


@pytest.mark.django_db
def test_the_hash_and_the_version_are_in_it(flying: Site) -> None:
    html = flying.page(
        '{% for id in "56" %}{% mizan_context "user" user_id=id %}<li {% mizan_attributes %}>{{'
        " user_profile.name }}</li>"
        "{% endmizan_context %}{% endfor %}"
    )
    first, second = blocks_of(html)
    assert len({first["data-mizan-hash"], second["data-mizan-hash"]}) == 2

    answer = send(flying, "/rename/5/", names(html))
    assert answer.brought is not None
    brought = answer.brought[first["id"]]
    assert brought is not None
    assert (blocks_of(brought)[0]["id"], brought[-12:]) == (first["id"], "&amp; Ü</li>")
    assert second["id"] not in answer.brought or answer.brought[second["id"]] is None


def test_blocks_inside_of_one_another_have_elements_of_their_own(site: Site) -> None:
    inner = (
        '{% mizan_context "tag" tag="b" %}<b {% mizan_attributes %}>{{ tag_label }}</b>{% endmizan_context %}'
    )
    for outer in (f"<section {{% mizan_attributes %}}>{inner}{inner}</section>", inner, f"<p>{inner}</p>"):
        html = site.page(f"{USER}{outer}{END}")
        tags = [block["tag"] for block in blocks_of(html)]
        assert tags == (["section", "b", "b"] if outer.startswith("<section") else ["div", "b"])
        assert site.refresh(html).text == html


def test_included_templates_and_inclusion_tags_may_have_it(site: Site, settings: Settings) -> None:
    settings.TEMPLATES = template_settings(site.folder, builtins=[*LIBRARIES, __name__])
    site.write("tag.html", '<li class="{{ kind }}" {% mizan_attributes %}>{{ kind }}</li>')
    for body in ('{% include "tag.html" with kind="k" only %}', '{% card_of "k" %}'):
        html = site.page(f"{USER}{body}{END}")
        assert html.startswith('<li class="k" id="u" ')
        assert site.refresh(html).text == html


def test_what_visitors_write_can_not_be_taken_for_it(site: Site) -> None:
    tag = '{% mizan_context "user" user_id=5 id="u" with x=x %}'
    html = site.page(
        f"{tag}<li title='{{{{ x }}}}' {{% mizan_attributes %}}>{{{{ x }}}}</li>{END}", x="<mizan-attributes>"
    )

    assert html.startswith("<li title='&lt;mizan-attributes&gt;' id=")
    assert html.endswith(">&lt;mizan-attributes&gt;</li>")
