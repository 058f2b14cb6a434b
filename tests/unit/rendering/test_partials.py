"""Where blocks may stand, and that each is a partial of its template which Django can find."""

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.template import (
    Context,
    Engine,
    RequestContext,
    Template,
    TemplateDoesNotExist,
    TemplateSyntaxError,
    engines,
)
from django.template.loader import get_template
from django.test import RequestFactory
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.rendering import partials
from tests.helpers.blocks import (
    DEFAULT_ID,
    LIBRARIES,
    Site,
    blocks_of,
    partial_url,
    sign,
    syntax_error,
    template_settings,
)

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
    token = sign(["part.html#person", ["user"], DEFAULT_ID, {}, {}])
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


def test_blocks_in_the_child_and_the_parent_of_extends(any_site: Site, settings: Settings) -> None:
    settings.MIZAN_STRICT = False  # one uses block.super, which only the page has
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
def test_a_block_takes_its_content_from_a_partial_or_a_whole_template(
    any_site: Site, settings: Settings, reference: str
) -> None:
    settings.MIZAN_STRICT = False  # the content uses what only the page has
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
        "{% mizan_context %} is in a template made from a string, which a refresh can't load."
        " Put it into a file, or take the content from one: partial='file.html#name'."
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
        "A {% block %} inside {% mizan_context %} could not be overridden when the block refreshes alone."
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


CARD = (
    '{% mizan_context "user" user_id=5 %}WORD {{ user_profile.name }}{% endmizan_context %}'
    '{% mizan_context "user" user_id=6 lazy %}{% placeholder %}WORD waits{% endplaceholder %}WORD'
    "{% endmizan_context %}"
    '{% mizan_context "notifications" partial="own.html#part" %}{% endmizan_context %}'
    '{% mizan_context "notifications" partial="own.html#slow" lazy %}{% endmizan_context %}'
    '{% mizan_context "notifications" %}{% include "inner.html" %}{% endmizan_context %}'
)
TEMPLATES = {
    "card.html": CARD,
    "own.html": (
        '{% mizan_context "notifications" as part %}WORD part{% endmizan_context %}'
        '{% mizan_context "notifications" as slow %}{% placeholder %}WORD waits{% endplaceholder %}WORD slow'
        "{% endmizan_context %}"
    ),
    "inner.html": 'WORD inner{% mizan_context "notifications" %}WORD nested{% endmizan_context %}',
}


@pytest.fixture(params=["named django", "own names"])
def engines_of_two(
    site: Site, tmp_path: Path, settings: Settings, request: pytest.FixtureRequest
) -> tuple[str, str]:
    """Give the names of two engines, each with templates of the same names and its own words."""
    names = ("first", "second") if request.param == "own names" else ("django", "other")
    written = []
    for name, word in zip(names, ("ONE", "TWO"), strict=True):
        folder = tmp_path / name
        folder.mkdir()
        for file, source in TEMPLATES.items():
            (folder / file).write_text(source.replace("WORD", word), encoding="utf-8")
        made = template_settings(folder)[0]
        if request.param == "own names":  # as where nobody has wrapped the loaders
            made["OPTIONS"]["loaders"] = ["django.template.loaders.filesystem.Loader"]
        written.append({**made, "NAME": name})
    settings.TEMPLATES = written

    def page(request: HttpRequest, name: str) -> HttpResponse:
        return HttpResponse(engines[name].get_template("card.html").render({}, request))

    settings.ROOT_URLCONF = (path("by/<str:name>/", page), path("api/mizan/", include("mizan_htmx.urls")))
    return names


@pytest.mark.parametrize(("number", "word", "other"), [(0, "ONE", "TWO"), (1, "TWO", "ONE")])
@pytest.mark.parametrize("server", ["wsgi", "asgi"])
def test_a_block_refreshes_with_the_engine_of_its_page(
    site: Site, engines_of_two: tuple[str, str], number: int, word: str, other: str, server: str
) -> None:
    site.server = server
    html = site.get(f"/by/{engines_of_two[number]}/").text

    assert (html.count(word), html.count(other)) == (6, 0)
    found = blocks_of(html)
    assert len(found) == 6
    for block in found:
        refreshed = site.get(block["hx-get"])
        assert (refreshed.status_code, word in refreshed.text) == (200, True)
        assert other not in refreshed.text
        assert "waits" not in refreshed.text
        if "data-mizan-lazy" not in block:
            assert refreshed.text in html
    queries = "&".join(block["hx-get"].partition("?")[2] for block in found)
    results = site.get(f"/api/mizan/partials/?{queries}").text
    assert (word in results, other in results) == (True, False)


def test_only_an_engine_that_is_not_the_first_to_have_it_is_in_the_token(
    site: Site, engines_of_two: tuple[str, str], tmp_path: Path
) -> None:
    def tokens(name: str) -> list[str]:
        return [block["hx-get"] for block in blocks_of(site.get(f"/by/{name}/").text)]

    first, second = engines_of_two
    plain = ["own.html#part", ["notifications"], DEFAULT_ID, {}, {}]
    assert sign(plain) in tokens(first)[2]
    assert sign([*plain, {"engine": second}]) in tokens(second)[2]
    for file in TEMPLATES:
        (tmp_path / first / file).unlink()
    assert sign(plain) in tokens(second)[2]
    (tmp_path / first / "own.html").write_text("{% nosuch %}", encoding="utf-8")
    assert sign([*plain, {"engine": second}]) in tokens(second)[2]


def test_a_block_may_take_its_content_from_an_engine_before(
    site: Site, engines_of_two: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / engines_of_two[1] / "own.html").unlink()
    html = site.get(f"/by/{engines_of_two[1]}/").text

    assert "ONE part" in html
    assert site.get(blocks_of(html)[2]["hx-get"]).text in html


@pytest.mark.parametrize("engine", ["gone", "dummy"])
def test_an_engine_that_is_not_there_any_more(site: Site, settings: Settings, engine: str) -> None:
    dummy = "django.template.backends.dummy.TemplateStrings"
    other = {"BACKEND": dummy, "NAME": "dummy", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}}
    settings.TEMPLATES = [*settings.TEMPLATES, other]
    site.page('{% mizan_context "notifications" as one %}{% endmizan_context %}')
    content = ["page.html#one", ["notifications"], "x", {}, {}, {"engine": engine}]

    assert site.get(partial_url(sign(content), "notifications")).status_code == 404


@pytest.mark.parametrize("others", [1, 2])
def test_an_engine_of_nobodys_settings_has_no_name(
    tmp_path: Path, site: Site, settings: Settings, others: int
) -> None:
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "NAME": str(number)} for number in range(others)]
    source = '{% mizan_context "notifications" as one %}1{% endmizan_context %}'
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "alone.html").write_text(source, encoding="utf-8")
    engine = Engine(dirs=[str(tmp_path / "alone")], builtins=LIBRARIES)
    html = engine.get_template("alone.html").render(RequestContext(RequestFactory().get("/")))

    [block] = blocks_of(html)
    assert sign(["alone.html#one", ["notifications"], DEFAULT_ID, {}, {}]) in block["hx-get"]
    assert site.get(block["hx-get"]).status_code == 404


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
