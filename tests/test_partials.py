"""Where blocks may stand, and that each is a partial of its template which Django can find."""

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest
from django.template import Context, Template, TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template
from django.test import RequestFactory
from pytest_django import Settings

from mizan_htmx import client, partials, register
from tests.support_blocks import Site, blocks_of, partial_url, sign, syntax_error, template_settings

pytest_plugins = ["tests.support_blocks_fixtures"]

END = "{% endmizan_context %}"
PERSON = '{% mizan_context "user" user_id=person as person %}{{ user_profile.name }}{% endmizan_context %}'


def test_blocks_in_a_loop(any_site: Site) -> None:
    html = any_site.page("{% for person in people %}" + PERSON + "{% endfor %}", people=[5, 6])

    assert [block["data-mizan"] for block in blocks_of(html)] == ["user;user_id=5", "user;user_id=6"]
    assert any_site.assert_refreshes_alike(html) == 2


@pytest.mark.parametrize("include", ["with person=5", "with person=5 only"])
def test_a_block_in_an_included_template_belongs_to_that_one(any_site: Site, include: str) -> None:
    any_site.write("part.html", PERSON)

    html = any_site.page(f'{{% include "part.html" {include} %}}')

    assert html.endswith(">Ada</div>")
    token = sign(["part.html#person", ["user"], blocks_of(html)[0]["id"], {}, {}])
    assert blocks_of(html)[0]["hx-get"] == f"/api/mizan/partial/user/?block={token}&user_id=5"
    assert any_site.assert_refreshes_alike(html) == 1


def test_a_block_includes_templates_with_blocks(any_site: Site) -> None:
    any_site.write("part.html", "({{ user_profile.name }}" + PERSON + ")")

    html = any_site.page(
        '{% mizan_context "user" user_id=6 %}{% include "part.html" with person=5 %}'
        f'{{% include "part.html" with person=5 only %}}{END}'
    )

    assert "(Bob<div" in html
    assert "(<div" in html
    assert any_site.assert_refreshes_alike(html) == 3


def test_blocks_in_the_child_and_the_parent_of_extends(any_site: Site) -> None:
    any_site.write(
        "base.html",
        f'{{% mizan_context "tag" tag="base" %}}{{{{ tag_label }}}}{END}'
        f"{{% block main %}}{PERSON}{{% endblock %}}{{% block foot %}}{{% endblock %}}",
    )

    html = any_site.page(
        '{% extends "base.html" %}'
        f'{{% block main %}}{{{{ block.super }}}}{{% mizan_context "tag" tag="child" %}}{{{{ tag_label }}}}'
        f"{{{{ block.super }}}}{END}{{% endblock %}}",
        person=5,
    )

    shown = [block["data-mizan"] for block in blocks_of(html)]
    assert shown == ["tag;tag=base", "user;user_id=5", "tag;tag=child"]
    assert html.endswith(">child</div>")
    assert any_site.assert_refreshes_alike(html) == 3


def test_a_block_inside_a_partial(any_site: Site) -> None:
    html = any_site.page(
        "{% partialdef card %}[" + PERSON + "]{% endpartialdef %}{% partial card %}{% partial card %}",
        person=5,
    )

    assert html.count(">Ada</div>]") == 2
    assert any_site.assert_refreshes_alike(html) == 2


def test_a_block_renders_a_partial_of_its_own_template(site: Site) -> None:
    html = site.page(
        "{% partialdef card %}{{ user_profile.name }}{% endpartialdef %}"
        f'{{% mizan_context "user" user_id=5 %}}{{% partial card %}}{END}'
    )

    assert html.endswith(">Ada</div>")
    site.assert_refreshes_alike(html)


@pytest.mark.parametrize("reference", ["cards.html#card", "cards.html#block", "cards.html", "child.html"])
def test_a_block_takes_its_content_from_a_partial_or_a_whole_template(any_site: Site, reference: str) -> None:
    card = "{{ user_profile.name }}{{ outer }}{{ text }}"
    any_site.write(
        "cards.html",
        f"{{% partialdef card inline %}}{card}{{% endpartialdef %}}"
        f'{{% if no %}}{{% mizan_context "user" user_id=6 as block %}}{card}{END}{{% endif %}}',
    )
    any_site.write("base.html", "{% block a %}{% endblock %}{% block b %}{% endblock %}")
    any_site.write("child.html", '{% extends "base.html" %}{% block b %}' + card + "{% endblock %}")

    html = any_site.page(
        f'{{% mizan_context "user" user_id=5 partial=reference with text="!" tag="p" %}}{END}',
        reference=reference,
        outer="OUT",
    )

    assert html.endswith(">Ada!</p>")
    assert any_site.assert_refreshes_alike(html) == 1


@pytest.mark.parametrize("reference", ["none.html", "page.html#none", "none.html#card", "../page.html"])
def test_a_partial_that_is_not_there(site: Site, reference: str) -> None:
    source = f'{{% mizan_context "user" user_id=5 partial=reference %}}{END}'

    with pytest.raises(TemplateDoesNotExist):
        site.raw(source, reference=reference)


def test_a_block_is_a_partial_by_its_name(site: Site) -> None:
    site.write(
        "page.html", f'{{% mizan_context "user" user_id=5 as card %}}<b>{{{{ user_profile.name }}}}</b>{END}'
    )
    request = RequestFactory().get("/")

    text = get_template("page.html#card").render({"user_profile": {"name": "anyone"}}, request)

    assert text == "<b>anyone</b>"


@pytest.mark.parametrize(
    "taken",
    [
        f'{{% mizan_context "tag" tag="x" as card %}}{END}',
        "{% partialdef card %}{% endpartialdef %}",
    ],
)
def test_two_blocks_or_partials_of_one_name(site: Site, taken: str) -> None:
    place = site.folder / "page.html"
    message = f"Two partials of {place} are called 'card'. Give the block another name with 'as'."

    assert syntax_error(site, taken + f'{{% mizan_context "tag" tag="y" as card %}}{END}') == message


def test_a_partial_after_a_block_can_not_take_its_name(site: Site) -> None:
    block = f'{{% mizan_context "tag" tag="x" as card %}}block{END}'

    with pytest.raises(TemplateSyntaxError):
        site.raw(block + "{% partialdef card %}partial{% endpartialdef %}")


def test_blocks_of_equal_tags_have_names_of_their_own(site: Site) -> None:
    tag = '{% mizan_context "tag" tag="x" %}'

    html = site.page(f"{tag}1{tag}2{END}{END}{tag}3{END}")

    assert site.assert_refreshes_alike(html) == 3


def test_a_block_moved_within_its_template_is_still_found(site: Site) -> None:
    block = f'{{% mizan_context "user" user_id=5 %}}{{{{ user_profile.name }}}}{END}'
    html = site.page(block)

    site.write("page.html", f'new <b>{{% mizan_context "tag" tag="x" %}}{END}</b>{block}')

    assert site.refresh(html).text == html


def test_a_template_from_a_string_can_not_hold_a_block(site: Site) -> None:
    message = (
        "{% mizan_context %} stands in a template made from a string, which can't be found again to"
        " refresh it. Put it into a file, or take the content from one: partial='file.html#name'."
    )

    with pytest.raises(TemplateSyntaxError) as caught:
        Template(f'{{% mizan_context "user" user_id=5 %}}{END}')

    assert str(caught.value) == message


def test_a_template_from_a_string_may_take_a_partial_of_a_file(site: Site) -> None:
    site.write("cards.html", "{% partialdef card %}{{ user_profile.name }}{% endpartialdef %}")
    template = Template(f'{{% mizan_context "user" user_id=5 partial="cards.html#card" %}}{END}')

    html = template.render(Context({"request": RequestFactory().get("/")}))

    assert html.endswith(">Ada</div>")
    site.assert_refreshes_alike(html)


def test_a_django_block_inside_a_block_is_an_error(site: Site) -> None:
    source = (
        f'{{% mizan_context "user" user_id=5 %}}{{% if 1 %}}{{% block a %}}{{% endblock %}}{{% endif %}}{END}'
    )

    assert syntax_error(site, source) == (
        "A {% block %} inside {% mizan_context %} could not be overridden when it refreshes alone."
        " Put the {% mizan_context %} inside the {% block %}."
    )


def test_an_engine_that_explains_errors_points_into_the_block(site: Site, settings: Settings) -> None:
    settings.TEMPLATES = template_settings(site.folder, debug=True)

    @client(context="broken")
    def broken(request: HttpRequest) -> str:
        raise RuntimeError("It broke.")

    register(broken)
    with pytest.raises(RuntimeError) as caught:
        site.raw("\n" + PERSON + '{% mizan_context "broken" %}{{ broken }}{% endmizan_context %}', person=5)

    assert getattr(caught.value, "template_debug")["during"] == "{{ broken }}"  # noqa: B009
    assert site.assert_refreshes_alike(site.page(PERSON, person=5)) == 1


def test_only_django_templates_hold_partials(site: Site, settings: Settings) -> None:
    backend = "django.template.backends.dummy.TemplateStrings"
    settings.TEMPLATES = [{"BACKEND": backend, "DIRS": [], "APP_DIRS": False, "OPTIONS": {}}]

    with pytest.raises(TemplateDoesNotExist) as caught:
        partials.load("page.html#card")

    assert str(caught.value) == "page.html#card"
    assert (
        site.get(
            partial_url(sign(["page.html#card", ["user"], "x", "div", "", "o", {}]), user_id=5)
        ).status_code
        == 404
    )


def test_a_page_of_a_second_engine_refreshes_too(tmp_path: Path, site: Site, settings: Settings) -> None:
    (tmp_path / "first").mkdir()
    first = template_settings(tmp_path / "first")[0]
    settings.TEMPLATES = [{**first, "NAME": "first"}, *django_settings.TEMPLATES]

    html = site.page(PERSON, person=5)

    assert site.assert_refreshes_alike(html) == 1


@pytest.mark.parametrize("variables", [{}, {"request": "no request"}])
def test_a_block_needs_the_request(site: Site, variables: dict[str, object]) -> None:
    site.write("page.html", f'{{% mizan_context "notifications" %}}{END}')
    message = "{% mizan_context %} needs the request. Render with render(request, …)."

    with pytest.raises(TemplateSyntaxError) as caught:
        Template('{% include "page.html" %}').render(Context(variables))

    assert str(caught.value) == message


def test_the_request_may_be_a_variable(site: Site) -> None:
    site.write("page.html", f'{{% mizan_context "user" user_id=5 %}}{{{{ user_profile.name }}}}{END}')
    request = RequestFactory().get("/")

    html = Template('{% include "page.html" %}').render(Context({"request": request}))

    assert html.endswith(">Ada</div>")
