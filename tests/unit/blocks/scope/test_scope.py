"""What is visible in a block: its parameters under their names, and nothing of the page."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db.models import TextChoices
from django.http import HttpRequest
from pytest_django import Settings

from mizan_htmx import Context, client, register
from tests.helpers.blocks import Site, blocks_of, syntax_error

END = "{% endmizan_context %}"


class Shade(TextChoices):
    """An enum with labels."""

    DARK = "d", "Very dark"


def test_variables_of_the_page_are_not_visible_neither_at_first_nor_after(
    any_site: Site, settings: Settings
) -> None:
    settings.MIZAN_STRICT = False
    html = any_site.page(
        '{{ outer }}{% with local="local" %}{% for each in "x" %}'
        '{% mizan_context "user" user_id=5 with given=outer %}'
        "[{{ outer }}{{ local }}{{ each }}{{ forloop.counter }}{{ page }}{{ block_id }}{{ given }}]"
        "{% endmizan_context %}{% endfor %}{% endwith %}",
        outer="OUT",
        page="PAGE",
        block_id="BLOCK",
    )

    assert html.startswith("OUT<div ")
    assert html.endswith(">[OUT]</div>")
    assert any_site.refresh(html).text == html.removeprefix("OUT")


def test_a_nested_block_does_not_see_the_results_of_the_one_around(site: Site, settings: Settings) -> None:
    settings.MIZAN_STRICT = False
    html = site.page(
        '{% mizan_context "user" user_id=5 with outer=1 %}{{ user_profile.name }}'
        '{% mizan_context "tag" tag=user_motto %}({{ tag_label }}{{ user_profile }}{{ outer }})'
        "{% endmizan_context %}{% endmizan_context %}"
    )

    assert html.endswith(">(Ada &amp; main)</div></div>")
    assert site.assert_refreshes_alike(html) == 2


def declare(annotation: Any, *default: Any, name: str = "shown", context: Any = "value") -> None:
    """Declare a reader whose parameter ``value`` has this type, and this default, if one is given."""

    def shown(request: HttpRequest, value: Any) -> str:
        return repr(value)

    shown.__annotations__["value"] = annotation
    shown.__defaults__ = default or None
    register(client(context=context)(shown), name)


def test_parameters_are_variables_at_first_and_after_a_refresh(any_site: Site) -> None:
    html = any_site.page(
        f'{{% mizan_context "user" user_id="05" %}}{{{{ user_id|add:1 }}}} {{{{ tab }}}} {{{{ user_motto }}}}'
        f"{END}"
    )

    assert html.endswith(">6 main Ada &amp; main</div>")
    assert any_site.assert_refreshes_alike(html) == 1
    url = blocks_of(html)[0]["hx-get"]
    assert any_site.get(f"{url}&tab=b").text.endswith(">6 b Ada &amp; b</div>")


@pytest.mark.parametrize(
    ("annotation", "given", "shown"),
    [
        (int, "05", "5 5"),
        (str, "<b>", "&lt;b&gt; &#x27;&lt;b&gt;&#x27;"),
        (Decimal, "9.50", "9.5 Decimal(&#x27;9.5&#x27;)"),
        (date, date(2026, 1, 31), "Jan. 31, 2026 datetime.date(2026, 1, 31)"),
        (UUID, UUID(int=1), f"{UUID(int=1)} UUID(&#x27;{UUID(int=1)}&#x27;)"),
        (Shade, "d", "d Shade.DARK"),
        (bool, 1, "True True"),
    ],
)
def test_a_parameter_is_the_very_value_that_the_reader_gets(
    site: Site, annotation: Any, given: Any, shown: str
) -> None:
    declare(annotation)
    html = site.page(
        f'{{% mizan_context "value" value=given %}}{{{{ value }}}} {{{{ shown }}}}{END}', given=given
    )

    assert html.endswith(f">{shown}</div>")
    site.assert_refreshes_alike(html)


def test_a_member_of_an_enum_has_its_label(site: Site) -> None:
    declare(Shade)
    html = site.page(
        '{% mizan_context "value" value="d" %}{% if value == "d" %}{{ value.label }}{% endif %}'
        f"{END}"
    )

    assert html.endswith(">Very dark</div>")


@pytest.mark.parametrize(("given", "shown"), [("", "1"), ("value=None", "1"), ("value=2", "2")])
def test_a_parameter_that_is_not_given_has_the_readers_default(site: Site, given: str, shown: str) -> None:
    declare(int, 1)
    html = site.page(f'{{% mizan_context "value" {given} %}}{{{{ value }}}} {{{{ shown }}}}{END}')

    assert html.endswith(f">{shown} {shown}</div>")
    site.assert_refreshes_alike(html)


def test_readers_with_one_default_are_of_one_mind(site: Site) -> None:
    declare(int, 1, name="first")
    declare(int, 1, name="second")

    assert site.page(f'{{% mizan_context "value" %}}{{{{ value }}}}{END}').endswith(">1</div>")


@pytest.mark.parametrize(
    "use", ["{{ value }}", "{% if value %}{% endif %}", "{% if 1 and value %}{% endif %}"]
)
def test_different_defaults_are_an_error_where_the_parameter_is_used(
    site: Site, settings: Settings, use: str
) -> None:
    declare(int, 1, name="first")
    declare(int, 2, name="second")
    source = f'{{% mizan_context "value" given %}}{use}[{{{{ first }}}}{{{{ second }}}}]{END}'
    site.page(source.replace("given", "value=3"))

    assert syntax_error(site, source.replace("given", "")) == (
        "'value' (line 1 of page.html) is a parameter that the block was not given, and readers have"
        " different defaults: 1 in first, 2 in second. Pass it in the tag, as in value=1, or give the readers"
        " one default."
    )
    settings.MIZAN_STRICT = False
    assert site.page(source.replace("given", "")).endswith(">[12]</div>")


def test_a_parameter_of_two_contexts_is_that_of_the_last_one(site: Site) -> None:
    declare(int, context="whole", name="whole")
    declare(Decimal, context="exact", name="exact")
    source = f"{{% mizan_context given value=5 %}}{{{{ value }}}} {{{{ whole }}}} {{{{ exact }}}}{END}"

    for given, shown in [('"whole" "exact"', "5"), ('"exact" "whole"', "5")]:
        html = site.page(source.replace("given", given))
        assert html.endswith(f">{shown} 5 Decimal(&#x27;5&#x27;)</div>")
        site.assert_refreshes_alike(html)


def test_readers_hide_parameters_and_what_with_passes_hides_both(site: Site) -> None:
    register(client(context="value")(lambda_reader), "value")
    source = f'{{% mizan_context "value" value=5 with_it %}}{{{{ value }}}}{END}'

    for given, shown in [("", "the reader&#x27;s"), ('with value="passed"', "passed")]:
        html = site.page(source.replace("with_it", given))
        assert html.endswith(f">{shown}</div>")
        site.assert_refreshes_alike(html)


def lambda_reader(request: HttpRequest, value: int) -> str:
    """Return something else than its parameter."""
    return "the reader's"


def named_user(request: HttpRequest, user: int) -> int:
    """Read with a parameter that is named like a variable of a context processor."""
    return user


def named_request(own: HttpRequest, request: int) -> str:
    """Read with a parameter that is named like the request."""
    return f"{own.method} {request}"


def test_parameters_hide_what_context_processors_return(site: Site) -> None:
    register(client(context="user2")(named_user))
    html = site.page(f'{{% mizan_context "user2" user=5 %}}{{{{ user }}}} {{{{ request.user }}}}{END}')

    assert html.endswith(">5 AnonymousUser</div>")
    site.assert_refreshes_alike(html)


def test_a_parameter_named_request_leaves_the_request_to_tags(site: Site) -> None:
    register(client(context="value")(named_request))
    html = site.page(
        f'{{% mizan_context "value" request=5 %}}{{{{ request }}}} {{{{ named_request }}}}'
        f'{{% mizan_context "tag" tag="x" %}}{{{{ tag_label }}}}{END}{END}'
    )

    assert ">5 GET 5<div" in html
    assert site.assert_refreshes_alike(html) == 2


def test_a_placeholder_has_the_parameters(any_site: Site) -> None:
    html = any_site.page(
        f'{{% mizan_context "user" user_id="05" lazy %}}{{% placeholder %}}{{{{ user_id }}}} {{{{ tab }}}}'
        f"{{% endplaceholder %}}{{{{ user_id }}}}{END}"
    )

    assert html.endswith(">5 main</div>")
    assert any_site.refresh(html).text.endswith(">5</div>")


def test_a_public_block_has_its_parameters(any_site: Site) -> None:
    declare(int, context=Context("open", public=True))
    html = any_site.page(f'{{% mizan_context "open" value=5 %}}{{{{ value }}}}{END}')

    assert html.endswith(">5</div>")
    any_site.assert_refreshes_alike(html)


def test_a_batch_gives_each_block_its_own(any_site: Site) -> None:
    html = any_site.page(
        f'{{% for n in people %}}{{% mizan_context "user" user_id=n %}}{{{{ user_id }}}}{END}{{% endfor %}}',
        people=[5, 6],
    )
    queries = [block["hx-get"].partition("?")[2] for block in blocks_of(html)]

    answer = any_site.get(f"/api/mizan/partials/?{'&'.join(queries)}").text
    assert [f">{n}</div>" in answer for n in (5, 6)] == [True, True]
