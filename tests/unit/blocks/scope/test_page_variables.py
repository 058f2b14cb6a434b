"""``MIZAN_STRICT``: what a block uses of the page, and was not given, is an error that says what to write."""

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory
from pytest_django import Settings

from mizan_htmx import Context, client, register
from mizan_htmx.caching.anonymous import AnonymousRequest
from tests.apps.watched.models import Guest
from tests.helpers.blocks import LIBRARIES, PROCESSORS, Site, syntax_error, template_settings

END = "{% endmizan_context %}"
WHY = (
    "is a variable of the page. A block has its parameters, its readers and what 'with' passes, because a"
    " refresh has no page."
)


def block(body: str, arguments: str = '"notifications"') -> str:
    """Return a block with this content, on a line of its own."""
    return f"\n{{% mizan_context {arguments} %}}{body}{END}"


@pytest.fixture(autouse=True)
def with_tags(site: Site, settings: Settings) -> None:
    """Serve the tags of other packages."""
    settings.TEMPLATES = template_settings(
        site.folder, builtins=[*LIBRARIES, "django.templatetags.i18n", "tests.helpers.scope_tags"]
    )


@pytest.mark.parametrize(
    "use",
    [
        "{{ title }}",
        "{{ title.x|upper }}",
        "{{ title|default:'none' }}",
        "{{ unread|add:title }}",
        "{% if title %}{% endif %}",
        "{% if not title %}{% endif %}",
        "{% if unread and title %}{% endif %}",
        "{% if title == 'x' or unread %}{% endif %}",
        "{% if 'x' in title %}{% endif %}",
        "{% for x in title %}{% endfor %}",
        "{% for x in 'ab' %}{{ title }}{% endfor %}",
        "{% with x=title %}{% endwith %}",
        "{% include title %}",
        "{% include 'card.html' with heading=title only %}",
        "{% url 'x' x=title %}",
        "{% firstof nothing title %}",
        "{% cycle title 'x' %}",
        "{% regroup title by x as y %}",
        "{% widthratio title 1 1 %}",
        "{% ifchanged title %}{% endifchanged %}",
        "{% filter default:title %}{% endfilter %}",
        "{% translate title %}",
        "{% blocktranslate %}Hello {{ title }}{% endblocktranslate %}",
        "{% blocktranslate with x=title %}Hello {{ x }}{% endblocktranslate %}",
        "{% echo title %}",
        "{% echo value=title %}",
        "{% card title %}",
        "{% documented title %}",
        "{% mizan_call title %}",
        "{% mizan_context 'tag' tag=title %}{% endmizan_context %}",
        "{% mizan_context 'tag' tag='t' with x=title %}{% endmizan_context %}",
        "{% mizan_context 'tag' tag='t' class=title %}{% endmizan_context %}",
    ],
)
def test_each_use_of_a_variable_of_the_page_is_an_error(site: Site, use: str) -> None:
    site.write("card.html", "{{ heading }}")

    variable = "title.x" if "title.x" in use else "title"
    assert syntax_error(site, block(use), title="T") == (
        f"'{variable}' (line 2 of page.html) {WHY} Pass it:"
        ' {% mizan_context "notifications" with title=title %} (line 2 of page.html).'
    )


@pytest.mark.parametrize(
    ("arguments", "way"),
    [
        ('"user" user_id=5', '{% mizan_context "user" user_id=5 with title=title %}'),
        ('"user" user_id=5 as x', '{% mizan_context "user" user_id=5 with title=title as x %}'),
        (
            '"tag" tag="t" with a=1 b=2 as x',
            '{% mizan_context "tag" tag="t" with title=title a=1 b=2 as x %}',
        ),
        ('"tag" tag=_("with x")', '{% mizan_context "tag" tag=_("with x") with title=title %}'),
    ],
)
def test_the_way_out_is_the_whole_tag(site: Site, arguments: str, way: str) -> None:
    message = syntax_error(site, block("{{ title }}", arguments), title="T")

    assert message == f"'title' (line 2 of page.html) {WHY} Pass it: {way} (line 2 of page.html)."
    site.page(block("{{ title }}", way.removeprefix("{% mizan_context ").removesuffix(" %}")), title="T")


def test_it_names_the_template_and_the_line_of_the_use_and_of_the_tag(site: Site) -> None:
    site.write("card.html", "\n\n{% if 1 %}\n{{ title }}{% endif %}")
    site.write("part.html", "\n\n\n\n" + block("{% include 'card.html' %}"))

    assert syntax_error(site, "{% include 'part.html' %}", title="T") == (
        f"'title' (line 4 of card.html) {WHY} Pass it:"
        ' {% mizan_context "notifications" with title=title %} (line 6 of part.html).'
    )


def test_content_from_elsewhere_is_named_where_it_stands(site: Site) -> None:
    site.write(
        "card.html", '\n\n{% mizan_context "notifications" as own %}\n{{ title }}{% endmizan_context %}'
    )

    assert syntax_error(site, block("", '"notifications" partial="card.html#own"'), title="T") == (
        f"'title' (line 4 of card.html) {WHY} Pass it:"
        ' {% mizan_context "notifications" partial="card.html#own" with title=title %} (line 2 of page.html).'
    )


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{% look 'title' %}", "[&#x27;no&#x27;, False, &#x27;made&#x27;, &#x27;KeyError&#x27;] False"),
        ("{% with title='in' %}{{ title }}{% endwith %}", "in"),
        ("{% for title in 'ab' %}{{ title }}{{ forloop.counter }}{% endfor %}", "a1b2"),
        ("{% translate 'in' as title %}{{ title }}", "in"),
        ("{% put 'title' 'in' %}{{ title }}", "in"),
        ("{% include 'card.html' only %}", "[]"),
        ("{% card 'in' %}", "[in]"),
        ("{{ nothing }}{% if nothing or nothing.x %}{% endif %}{{ True }}{{ None }}", "TrueNone"),
        ("{{ request.method }}{% if user %}{% endif %}{% if perms and messages %}{% endif %}", "GET"),
        ("{{ unread.title }}", ""),
    ],
)
def test_what_a_block_has_and_what_can_do_without_is_no_error(site: Site, source: str, shown: str) -> None:
    site.write("card.html", "[{{ heading }}{{ title }}]")
    html = site.page(block(source), title="T")

    assert html.endswith(f">{shown}</div>")


def test_a_tag_that_needs_a_variable_fails_as_it_does_without_the_setting(site: Site) -> None:
    with pytest.raises(KeyError, match="title"):
        site.raw(block("{% need 'title' %}"), title="T")


def test_what_a_context_processor_gives_is_no_error(site: Site, settings: Settings) -> None:
    processors = [*PROCESSORS, f"{__name__}.only_on_the_page"]
    settings.TEMPLATES = template_settings(site.folder, context_processors=processors)
    register(client(context=Context("open", public=True))(motto))
    source = "{{ mood }}" + block("[{{ mood }}{{ motto }}]", '"open"')

    assert site.page(source).endswith(">[Ada]</div>")
    assert "is a variable of the page" in syntax_error(site, block("{{ mood }}", '"open"'), mood="mine")


def only_on_the_page(request: HttpRequest) -> dict[str, str]:
    """Return a variable for visitors only."""
    return {} if isinstance(request, AnonymousRequest) else {"mood": "fine"}


def motto(request: HttpRequest) -> str:
    """Read something public."""
    return "Ada"


LOOP = "{% for each in rows %}" + block("BODY") + "{% endfor %}"


@pytest.mark.parametrize(
    ("source", "variable", "way"),
    [
        (
            LOOP.replace("BODY", "{{ forloop.counter }}"),
            "forloop.counter",
            "Pass the value in it, and use {{ counter }}:"
            ' {% mizan_context "notifications" with counter=forloop.counter %} (line 2 of page.html).',
        ),
        (
            LOOP.replace("BODY", "{{ each }}"),
            "each",
            'Pass it: {% mizan_context "notifications" with each=each %} (line 2 of page.html).',
        ),
        (
            block("{{ view.kwargs.pk }}"),
            "view.kwargs.pk",
            "Pass the value in it, and use {{ pk }}:"
            ' {% mizan_context "notifications" with pk=view.kwargs.pk %} (line 2 of page.html).',
        ),
        (
            block("{{ id }}"),
            "id",
            "Pass it, and use {{ own_id }}:"
            ' {% mizan_context "notifications" with own_id=id %} (line 2 of page.html).',
        ),
        (
            block("{{ later }}"),
            "later",
            'Pass it: {% mizan_context "notifications" with later=later %} (line 2 of page.html).',
        ),
        (block("{{ form }}"), "form", "It can't be passed. Let a reader return it."),
        (
            block("{{ object.name }}"),
            "object.name",
            "It can't be passed. A block reads its data again at each refresh: let a reader return it, and"
            ' write {% mizan_context … "guest" … object_id=object.pk %}.\n\n'
            '    @client(context="guest")\n'
            "    def object(request: HttpRequest, object_id: int) -> Guest:\n"
            "        return get_object_or_404(Guest, pk=object_id)\n\n"
            "Anyone can request another object_id: check in the reader, or by auth=…, who may see it.",
        ),
    ],
)
def test_the_way_out_fits_what_the_page_has(site: Site, source: str, variable: str, way: str) -> None:
    site.write("page.html", source)
    variables = {
        **{"view": site, "id": "x", "object": Guest(pk=5), "form": forms.Form(), "rows": [5]},
        "later": lambda: "called",
    }

    assert syntax_error(site, source, **variables) == f"'{variable}' (line 2 of page.html) {WHY} {way}"


def test_what_a_parent_template_shows_stays_outside(site: Site) -> None:
    site.write("base.html", "{% block main %}base{% endblock %}")
    source = "{% extends 'base.html' %}{% block main %}" + block("{{ block.super }}") + "{% endblock %}"

    assert syntax_error(site, source) == (
        f"'block.super' (line 2 of page.html) {WHY} Put what a parent template shows, {{{{ block.super }}}},"
        " outside of the block."
    )


def test_the_request_is_given_by_its_context_processor(site: Site, settings: Settings) -> None:
    settings.TEMPLATES = template_settings(site.folder, context_processors=[])
    site.write("page.html", block("{{ request.path }}"))
    request = RequestFactory().get("/page/")
    request.user = AnonymousUser()

    with pytest.raises(TemplateSyntaxError) as caught:
        render_to_string("page.html", {"request": request}, request)
    assert str(getattr(caught.value, "raw_error_message", caught.value)) == (
        f"'request.path' (line 2 of page.html) {WHY} Blocks have it if the template engine has the context"
        " processor 'django.template.context_processors.request'."
    )
