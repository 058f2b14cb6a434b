"""Where ``MIZAN_STRICT`` looks: nested and lazy blocks, engines, servers; and when it does not."""

import json

import pytest
from django.template import TemplateSyntaxError, engines
from django.test import RequestFactory
from pytest_django import Settings

from mizan_htmx import Context, client, register
from mizan_htmx.blocks.rendering import BlockContext
from mizan_htmx.blocks.scope.page_variables import PageVariables
from mizan_htmx.conf import conf
from mizan_htmx.testing import strict_blocks
from tests.helpers.blocks import PROCESSORS, Site, blocks_of, syntax_error, template_settings

END = "{% endmizan_context %}"
WHY = (
    "is a variable of the page. A block has its parameters, its readers and what 'with' passes, because a"
    " refresh has no page."
)
TITLE = (
    f"'title' (line 2 of page.html) {WHY} Pass it:"
    ' {% mizan_context "notifications" with title=title %} (line 2 of page.html).'
)
LAZY = (
    "'title' (line {line} of page.html) "
    + WHY
    + ' Pass it: {% mizan_context "notifications" lazy with title=title %} (line 2 of page.html).'
)


def block(body: str, arguments: str = '"notifications"') -> str:
    """Return a block with this content, on a line of its own."""
    return f"\n{{% mizan_context {arguments} %}}{body}{END}"


def test_by_default_it_is_as_debug(site: Site, settings: Settings) -> None:
    del settings.MIZAN_STRICT
    with conf.defaulting("MIZAN_STRICT", None):
        settings.DEBUG = False
        assert site.page(block("[{{ title }}]"), title="T").endswith(">[]</div>")
        settings.DEBUG = True
        assert syntax_error(site, block("{{ title }}"), title="T") == TITLE
        settings.MIZAN_STRICT = False
        assert site.page(block("[{{ title }}]"), title="T").endswith(">[]</div>")
        settings.DEBUG, settings.MIZAN_STRICT = False, True
        assert syntax_error(site, block("{{ title }}"), title="T") == TITLE


def test_the_helper_for_tests_turns_it_on(site: Site, settings: Settings) -> None:
    settings.MIZAN_STRICT = False
    with strict_blocks():
        assert syntax_error(site, block("{{ title }}"), title="T") == TITLE
    assert site.page(block("[{{ title }}]"), title="T").endswith(">[]</div>")


def test_pages_of_both_servers_fail(any_site: Site) -> None:
    assert any_site.visit(block("{{ title }}"), title="T").status_code == 500
    assert (
        any_site.visit(block("{{ title }}", '"notifications" with title=title'), title="T").status_code == 200
    )


def test_under_debug_the_page_about_the_error_shows_the_line(site: Site, settings: Settings) -> None:
    settings.DEBUG = True
    settings.TEMPLATES = template_settings(site.folder, debug=True)
    response = site.visit(block("\n<p>{{ title }}</p>\n"), title="T")

    assert response.status_code == 500
    assert "(line 3 of page.html) is a variable of the page" in response.text
    assert '<span class="specific">{{ title }}</span>' in response.text


def test_a_public_block_is_looked_at_too(any_site: Site) -> None:
    register(client(context=Context("open", public=True))(motto))

    assert any_site.visit(block("{{ title }}", '"open"'), title="T").status_code == 500


def motto(request: object) -> str:
    """Read something public."""
    return "Ada"


@pytest.mark.parametrize(
    ("outer", "inner", "variable"),
    [
        ('"user" user_id=5 with a=title', "{{ a }}", "a"),
        ('"user" user_id=5', "{% if 1 and user_id %}{% endif %}", "user_id"),
        ('"user" user_id=5', "{{ tab }}", "tab"),
    ],
)
def test_a_nested_block_does_not_see_what_the_one_around_was_given(
    site: Site, outer: str, inner: str, variable: str
) -> None:
    source = block(block(inner), outer)

    assert syntax_error(site, source, title="T") == (
        f"'{variable}' (line 3 of page.html) {WHY} Pass it:"
        f' {{% mizan_context "notifications" with {variable}={variable} %}} (line 3 of page.html).'
    )
    given = block(block(inner, f'"notifications" with {variable}={variable}'), outer)
    assert site.assert_refreshes_alike(site.page(given, title="T")) == 2


def test_a_reader_of_the_block_around_is_not_run_for_the_message(site: Site) -> None:
    source = block(block("{{ user_motto }}"), '"user" user_id=5')

    assert syntax_error(site, source) == (
        f"'user_motto' (line 3 of page.html) {WHY} Pass it:"
        ' {% mizan_context "notifications" with user_motto=user_motto %} (line 3 of page.html), or name its'
        " context in that tag, too."
    )
    assert site.calls == []


def test_a_variable_of_the_page_is_passed_through_each_block(site: Site) -> None:
    inner = block("{{ title }}")
    assert syntax_error(site, block(inner, '"tag" tag="t"'), title="T") == TITLE.replace("line 2", "line 3")
    given = block("{{ title }}", '"notifications" with title=title')
    assert syntax_error(site, block(given, '"tag" tag="t"'), title="T") == (
        f"'title' (line 3 of page.html) {WHY} Pass it:"
        ' {% mizan_context "tag" tag="t" with title=title %} (line 2 of page.html).'
    )
    html = site.page(block(given, '"tag" tag="t" with title=title'), title="T")
    assert site.assert_refreshes_alike(html) == 2


def test_to_a_block_inside_a_refreshed_one_that_is_the_page(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    html = site.page(block(block("{{ user_id }}"), '"user" user_id=5 lazy'))

    assert site.refresh(html).status_code == 500
    assert f"'user_id' (line 3 of page.html) {WHY}" in caplog.text


def test_what_a_reader_refuses_hides_the_block_and_what_else_is_wrong_in_it(site: Site) -> None:
    def closed(request: object) -> str:
        raise PermissionError

    register(client(context="closed")(closed))
    html = site.page(block("{{ closed }}{{ title }}", '"closed"'), title="T")

    assert html.endswith("></div>")


@pytest.mark.parametrize("option", ["", "lazy "])
@pytest.mark.parametrize("body", ["", "{{ closed }}"])
def test_an_attribute_is_looked_at_whatever_the_readers_do(site: Site, option: str, body: str) -> None:
    def closed(request: object) -> str:
        raise PermissionError

    register(client(context="closed")(closed))
    tag = f'"closed" {option}data-a=closed data-title=title'

    assert f"{{% mizan_context {tag} with title=title %}}" in syntax_error(site, block(body, tag), title="T")


def test_a_refusal_hides_no_mistake_before_it(site: Site) -> None:
    def closed(request: object) -> str:
        raise PermissionError

    register(client(context="closed")(closed))
    body = "{% if request and title %}yes{% endif %}{{ closed }}"

    assert "'title' (line 2 of page.html)" in syntax_error(site, block(body, '"closed"'), title="T")


def test_a_refresh_has_no_page_and_so_nothing_is_said(any_site: Site, settings: Settings) -> None:
    settings.MIZAN_STRICT = False
    html = any_site.page(block("[{{ title }}]{% if unread and title %}{% endif %}"), title="T")
    settings.MIZAN_STRICT = True

    any_site.assert_refreshes_alike(html)
    query = blocks_of(html)[0]["hx-get"].partition("?")[2]
    (answer,) = json.loads(any_site.get(f"/api/mizan/partials/?{query}").text)["blocks"]
    assert answer["html"].endswith(">[]</div>")


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("{% placeholder %}\n{{ title }}{% endplaceholder %}", 3),
        ("{% placeholder %}{% if 1 and title %}{% endif %}{% endplaceholder %}", 2),
        ("{% placeholder %}…{% endplaceholder %}{{ title }}", 2),
        ("{{ unread|add:title }}", 2),
        ("{% for x in 'ab' %}\n{% if x %}{% elif not unread or title.x %}{% endif %}{% endfor %}", 3),
        ("{% for x in title %}{% endfor %}", 2),
        ("{% for x in '' %}{% empty %}{{ title }}{% endfor %}", 2),
        ("{% with x=title %}{% endwith %}", 2),
        ("{% with title='in' %}{% endwith %}{{ title }}", 2),
        ("{% load i18n %}{# x #}{% comment %}{% endcomment %}{% csrf_token %}{{ title }}", 2),
        (block("{{ x }}", '"tag" tag="t" with x="x"').strip() + "{{ title }}", 2),
    ],
)
def test_a_lazy_block_is_looked_at_though_it_is_not_rendered(site: Site, body: str, line: int) -> None:
    message = syntax_error(site, block(body, '"notifications" lazy'), title="T")

    assert message.replace("title.x", "title") == LAZY.replace("{line}", str(line))
    assert site.calls == []


@pytest.mark.parametrize(
    "body",
    [
        "{{ unread }}{{ request.path }}{{ user }}{% if perms and nothing %}{% endif %}{{ True }}{{ 1.5 }}",
        "{% for title in 'ab' %}{{ title }}{{ forloop.counter }}{% endfor %}",
        "{% with title='in' %}{% if title %}{{ title }}{% endif %}{% endwith %}",
        "{% load i18n %}{% translate 'in' as title %}{{ title }}",
        "{% if 1 %}{% firstof 'in' as title %}{% endif %}{{ title }}",
        "{% include 'card.html' with title='in' %}",
        "{{ 'title' }}{{ unread|default:'title' }}",
        block("{{ title }}", '"tag" tag="t" with title="in"'),
    ],
)
def test_a_lazy_block_that_sets_its_own_variables_is_left_alone(site: Site, body: str) -> None:
    site.write("card.html", "{{ title }}")
    html = site.page(block(body, '"notifications" lazy'), title="T")

    assert site.refresh(html).status_code == 200


def test_context_processors_run_for_a_lazy_block_only_if_something_seems_wrong(
    site: Site, settings: Settings
) -> None:
    processors = [*PROCESSORS, f"{__name__}.mood"]
    settings.TEMPLATES = template_settings(site.folder, context_processors=processors)
    asked.clear()
    lazy = '"notifications" lazy'

    site.page(block("{{ mood }}{{ unread }}{{ nothing }}", lazy))
    assert len(asked) == 1  # for the page
    site.page(block("{{ mood }}", lazy), mood="the page's own, which hides it there")
    assert len(asked) == 3


asked: list[object] = []


def mood(request: object) -> dict[str, str]:
    """Return a variable."""
    asked.append(request)
    return {"mood": "fine"}


def test_the_content_of_a_lazy_block_from_elsewhere_is_looked_at(site: Site) -> None:
    site.write("card.html", "\n\n{{ title }}")

    assert syntax_error(site, block("", '"notifications" lazy partial="card.html"'), title="T") == (
        f"'title' (line 3 of card.html) {WHY} Pass it:"
        ' {% mizan_context "notifications" lazy partial="card.html" with title=title %}'
        " (line 2 of page.html)."
    )


def test_a_page_of_another_engine_is_the_page(site: Site, settings: Settings) -> None:
    folder = site.folder / "second"
    folder.mkdir()
    second = {**template_settings(folder)[0], "NAME": "second"}
    settings.TEMPLATES = [*template_settings(site.folder), second]
    (folder / "page2.html").write_text(block("{{ title }}"), encoding="utf-8")
    request = RequestFactory().get("/page/")

    with pytest.raises(
        TemplateSyntaxError, match=r"^'title' \(line 2 of page2.html\) is a variable"
    ) as caught:
        engines["second"].get_template("page2.html").render({"title": "T"}, request)
    assert "(line 2 of page2.html)." in str(caught.value)


def test_without_it_blocks_know_nothing_of_the_page(
    site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[BlockContext] = []
    init = BlockContext.__init__

    def note(self: BlockContext, *args: object) -> None:
        init(self, *args)  # type: ignore[arg-type]
        made.append(self)

    monkeypatch.setattr(BlockContext, "__init__", note)
    for is_strict in (False, True):
        settings.MIZAN_STRICT = is_strict
        site.page(block("{{ unread }}"), title="T")
    assert [isinstance(each.dicts[0], PageVariables) for each in made] == [False, True]
    assert len(made[1].dicts) == len(made[0].dicts) + 1
