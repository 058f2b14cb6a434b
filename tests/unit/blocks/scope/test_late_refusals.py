"""Refusals that what a reader returned raises while a template uses it."""

import json
from collections.abc import Iterator

import pytest
from django import template
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template import engines
from pytest_django import Settings

from mizan_htmx import Context, GlobalContext, client
from mizan_htmx.setup.registry import registry
from tests.helpers.blocks import Site, blocks_of, template_settings
from tests.helpers.blocks_trouble import DENIALS, FAILURES
from tests.helpers.single_flight import named

END = "{% endmizan_context %}"
TROUBLE = '{% mizan_context "trouble" %}'
register = template.Library()  # by this name Django finds it


@register.simple_tag
def raising() -> str:
    """Refuse, as a tag of the site's own."""
    raise PermissionDenied


@register.inclusion_tag("included.html")
def including(value: object) -> dict[str, object]:
    """Show another template."""
    return {"trouble": value, "other": True}


class Guarded(QuerySet[User]):
    """A queryset that raises when it is evaluated."""

    error: Exception

    def _fetch_all(self) -> None:
        raise self.error


class Odd:
    """A list-like that raises whatever is done with it, and an attribute of it, too."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __iter__(self) -> Iterator[int]:
        raise self.error

    def __bool__(self) -> bool:
        raise self.error

    @property
    def title(self) -> str:
        """The title."""
        raise self.error


def refusing(error: Exception) -> QuerySet[User]:
    """Return a queryset that raises this, as do those that are made of it."""
    rows: QuerySet[User] = type("Mine", (Guarded,), {"error": error})(User)
    return rows


def declare(error: Exception, *, public: bool = False) -> None:
    """Declare the context ``trouble``: what raises, and what does not."""
    context = Context("trouble", public=public, max_age=60 if public else 0)

    @client(context=context)
    def trouble(request: HttpRequest) -> QuerySet[User]:
        return refusing(error)

    @client(context=context, data=False)
    def odd(request: HttpRequest) -> Odd:
        return Odd(error)

    @client(context=context)
    def other(request: HttpRequest) -> str:
        return "other"

    for each in (trouble, odd, other):
        registry.register(each)


@pytest.fixture
def tagged(any_site: Site, settings: Settings) -> Site:
    """Return a site with the tags above, and templates that others include or extend."""
    libraries = settings.TEMPLATES[0]["OPTIONS"]["builtins"]
    settings.TEMPLATES = template_settings(any_site.folder, builtins=[*libraries, __name__])
    any_site.write("included.html", "{% if trouble and other %}yes{% else %}no{% endif %}")
    any_site.write("base.html", "{% if not trouble %}none{% endif %}{% block a %}{% endblock %}")
    any_site.write("extending.html", '{% extends "base.html" %}{% block a %}{{ other }}{% endblock %}')
    return any_site


RAISED = [
    "{% for each in trouble %}{{ each }}{% empty %}nothing{% endfor %}",
    "before {{ trouble|length }} after",
    "{% if trouble %}yes{% else %}no{% endif %}",
    "{% if other and trouble %}yes{% else %}no{% endif %}",
    "{% firstof trouble other %}",
    "{{ trouble.0 }}",
    "{{ odd.title }}",
    "{% for each in odd %}{% endfor %}",
    "{% with a=trouble %}{{ a|first }}{% endwith %}",
]
SWALLOWED = [
    "{% if trouble and other %}yes{% else %}no{% endif %}",
    "{% if not trouble %}no{% endif %}yes",
    "{% if other and not trouble %}no{% endif %}yes",
    "{% if other in trouble or other %}yes{% endif %}",
    "{% if other and odd.title %}yes{% else %}no{% endif %}",
    "{% if False %}{% elif trouble|length > 3 %}many{% else %}few{% endif %}",
    "{% for each in other %}{% if trouble or other %}{{ each }}{% endif %}{% endfor %}",
    '{% include "included.html" %}',
    '{% include "included.html" with other=1 only %}{% include "extending.html" %}',
    '{% include "extending.html" %}',
    "{% including trouble %}",
]


@pytest.mark.django_db
@pytest.mark.parametrize("source", [*RAISED, *SWALLOWED])
def test_a_late_refusal_empties_the_block(tagged: Site, source: str) -> None:
    declare(PermissionDenied("no"))
    html = tagged.page("a" + TROUBLE + source + END + "z")
    assert html.startswith("a<div")
    assert html.endswith("></div>z")
    assert tagged.assert_refreshes_alike(html) == 1
    response = tagged.get(f"/api/mizan/partials/?{named(*blocks_of(html))}")
    assert [each["status"] for each in json.loads(response.content)["blocks"]] == [200]


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["trouble|length", "odd.title", "trouble.0"])
@pytest.mark.parametrize("content", ["x{{ other }}", "{{ trouble|length }}"])
def test_a_late_refusal_in_an_attribute_does_so_too(any_site: Site, value: str, content: str) -> None:
    declare(PermissionDenied("no"))
    tag = f'{{% mizan_context "trouble" data-a={value} data-b=other %}}'
    html = any_site.page(tag + content + "{% refused %}No.{% endrefused %}" + END)
    assert (" data-a" in html, ' data-b="other"' in html) == (False, True)
    assert html.endswith('">No.</div>')
    assert any_site.assert_refreshes_alike(html) == 1


@pytest.mark.parametrize("error", DENIALS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("source", [RAISED[0], SWALLOWED[1]])
def test_every_refusal_may_come_late(site: Site, error: Exception, source: str) -> None:
    declare(error)
    assert site.page(TROUBLE + source + END).endswith("></div>")


@pytest.mark.parametrize("error", FAILURES, ids=lambda each: type(each).__name__)
def test_a_failure_is_one(site: Site, error: Exception) -> None:
    declare(error)
    with pytest.raises(type(error)):
        site.raw(TROUBLE + RAISED[0] + END)
    assert site.visit(TROUBLE + RAISED[0] + END).status_code == 500
    assert site.page(TROUBLE + SWALLOWED[0] + END).endswith(">no</div>")


@pytest.mark.parametrize("error", [OperationalError("It broke."), InterfaceError("It broke.")])
@pytest.mark.parametrize("source", SWALLOWED[:3])
def test_a_failure_of_the_database_does_not_look_like_no_rows(
    site: Site, error: Exception, source: str
) -> None:
    declare(error)
    with pytest.raises(type(error)):
        site.raw(TROUBLE + source + END)


@pytest.mark.django_db
def test_rows_that_are_not_read_inside_the_event_loop_do_not_look_like_none(site: Site) -> None:
    @client(context="trouble")
    def trouble(request: HttpRequest) -> QuerySet[User]:
        return User.objects.all()

    registry.register(trouble)
    site.server, site.address = "asgi", "/inside/"
    assert site.visit(TROUBLE + "{% if not trouble %}none{% endif %}" + END).status_code == 500


def test_the_other_blocks_stay(site: Site) -> None:
    declare(PermissionDenied("no"))
    inner = TROUBLE + RAISED[0] + END
    html = site.page(TROUBLE + "{{ other }}" + inner + END + TROUBLE + "{{ other }}" + END)
    assert html.count("other") == 2
    assert len(blocks_of(html)) == 3


def test_what_refuses_before_a_result_is_used_is_no_late_refusal(tagged: Site) -> None:
    declare(PermissionDenied("no"))
    tagged.write("page.html", "")
    assert tagged.visit(TROUBLE + "{% raising %}" + END).status_code == 403
    assert (
        tagged.visit('{% mizan_context "user" user_id=5 %}{{ user_motto }}{% raising %}' + END).status_code
        == 403
    )
    assert tagged.visit(TROUBLE + "{{ other }}{% raising %}" + END).status_code == 403


def test_what_the_context_processor_has_put_into_a_block_may_refuse_late(tagged: Site) -> None:
    @client(context=GlobalContext)
    def everybody(request: HttpRequest) -> QuerySet[User]:
        return refusing(PermissionDenied("no"))

    registry.register(everybody)
    for source in ("{% for each in everybody %}{% endfor %}", "{% if not everybody %}no{% endif %}"):
        for context in ("notifications", "global"):
            html = tagged.page(f'{{% mizan_context "{context}" %}}yes{source}{END}')
            assert html.endswith("></div>")
            tagged.assert_refreshes_alike(html)
    html = tagged.page('{% mizan_context "notifications" %}yes{% if other %}{{ everybody }}{% endif %}' + END)
    assert html.endswith(">yes</div>")
    assert tagged.visit("{% for each in everybody %}{% endfor %}").status_code == 403
    assert tagged.page("{% if not everybody %}no{% endif %}yes") == "yes"
    assert tagged.visit('{% mizan_context "notifications" %}{% raising %}' + END).status_code == 403


def test_a_public_block_that_refuses_late_is_not_shared(site: Site) -> None:
    declare(PermissionDenied("no"), public=True)
    for source in (RAISED[0], SWALLOWED[0]):
        html = site.page(TROUBLE + source + END)
        assert html.endswith("></div>")
        assert site.refresh(html).headers["Cache-Control"] == "no-store"


def test_conditions_elsewhere_do_as_django_says(tagged: Site) -> None:
    declare(PermissionDenied("no"))
    source = "{% if a and b %}1{% endif %}{% if not a %}2{% endif %}{% if a == 1 or b.c.d > 2 %}3{% endif %}"
    source += "{% if a in b %}4{% endif %}{% if a is not None %}5{% endif %}{% if x < 'a' %}6{% endif %}"
    tagged.write("part.html", source)
    whole = '{% include "part.html" %}|' + TROUBLE.replace(" %}", " with a=1 b=2 %}")
    whole += '{% include "part.html" %}' + END + '|{% include "part.html" %}'
    before, inside, after = tagged.page(whole, a=1, b=2).split("|")
    assert before == after == "135"
    assert inside.endswith(">135</div>")
    compiled = engines["django"].engine.get_template("part.html")  # type: ignore[attr-defined]
    assert compiled.render(template.Context({"a": 1, "b": 2})) == before


def test_a_placeholder_is_no_exception(site: Site) -> None:
    declare(PermissionDenied("no"))
    source = TROUBLE.replace(" %}", " lazy %}") + "{% placeholder %}{% if 1 and True %}wait{% endif %}"
    html = site.page(source + "{% endplaceholder %}" + RAISED[0] + END)
    assert html.endswith(">wait</div>")
    assert site.refresh(html).text.endswith("></div>")
