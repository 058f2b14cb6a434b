"""``with`` in a template: what a block gets at first and on a refresh, and the whole message for the rest."""

from collections import namedtuple
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser, User
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject
from pytest_django import Settings

from mizan_htmx import client, register
from tests.apps.watched.models import Guest, Item, Lamp, Ticket
from tests.helpers.blocks import Site, blocks_of, partial_url, sign, syntax_error

END = "{% endmizan_context %}"
SOURCE = f'{{% mizan_context "notifications" with x=given %}}{END}'
HEAD = "{% mizan_context … with x=… %} got "
Pair = namedtuple("Pair", ["left", "right"])


@pytest.mark.parametrize(
    ("given", "use", "shown"),
    [
        (date(2026, 1, 31), "{{ x|date:'j F' }}", "31 January"),
        (datetime(2026, 1, 31, 23, tzinfo=UTC), "{{ x|date:'j F H' }}", "1 February 08"),
        (Decimal("9.50"), "{{ x }} {{ x|floatformat:1 }}", "9.50 9.5"),
        (UUID(int=7), "{{ x.hex }}", UUID(int=7).hex),
        (["b", "a"], "{% for each in x %}{{ each }}{% endfor %}", "ba"),
        ({5, 6}, "{% if 5 in x %}{{ x|join:'+' }}{% endif %}", "5+6"),
        ((date(2026, 1, 31), None), "{{ x.0|date:'Y' }} {{ x.1 }}", "2026 None"),
        ([], "{% if x %}some{% else %}none{% endif %}", "none"),
    ],
)
def test_a_block_has_what_was_passed_at_first_and_after_a_refresh(
    any_site: Site, settings: Settings, given: Any, use: str, shown: str
) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    html = any_site.page(f'{{% mizan_context "notifications" with x=given %}}{use}{END}', given=given)

    assert html.endswith(f">{shown}</div>")
    any_site.assert_refreshes_alike(html)


def test_a_template_that_changes_a_list_changes_only_its_own(site: Site) -> None:
    html = site.page(
        f'{{% mizan_context "notifications" with x=given %}}{{{{ x.pop }}}}{{{{ x.pop }}}}{END}', given=[1, 2]
    )

    assert html.endswith(">21</div>")
    for _ in range(2):
        site.assert_refreshes_alike(html)


def test_equal_values_have_one_id_and_one_url_and_other_types_have_others(site: Site) -> None:
    source = SOURCE.replace('"notifications"', '"tag" tag=tag')

    def block(given: Any, tag: str = "t") -> tuple[str, str]:
        (found,) = blocks_of(site.page(source, given=given, tag=tag))
        return found["id"], found["hx-get"]

    assert block({1, 2}) == block([1, 2])
    assert block(Decimal("1.0")) == block(Decimal("1.0"))
    others = [block(each) for each in (True, 1, 1.0, "1", Decimal(1), [1], (1,), None, "None")]
    assert len({own for own, _ in others}) == len({url for _, url in others}) == len(others)


def test_tokens_from_before_are_read(any_site: Site) -> None:
    any_site.page(f'{{% mizan_context "user" user_id=5 as card %}}{{{{ a }}}}{{{{ b }}}}{{{{ c }}}}{END}')
    token = sign(["page.html#card", ["user"], "me", {}, {"a": "x", "b": 1.5, "c": None}])

    assert any_site.get(partial_url(token, user_id=5)).text.endswith(">x1.5None</div>")


@pytest.mark.parametrize("value", [{"date": "x"}, {"pickle": "x"}, [[1]], {"a": {"date": "2026-01-31"}}])
def test_a_token_with_something_else_is_not_found(any_site: Site, value: Any) -> None:
    any_site.page(f'{{% mizan_context "user" user_id=5 as card %}}{END}')
    token = sign(["page.html#card", ["user"], "me", {}, {"a": value}])

    assert any_site.get(partial_url(token, user_id=5)).status_code == 404


def guest_id(request: HttpRequest, guest_id: int) -> int:
    """Read something of a guest."""
    return guest_id


def reader(context: str, name: str, param: str, kind: str, model: str) -> str:
    """Return the reader of a message."""
    return (
        f'    @client(context="{context}")\n'
        f"    def {name}(request: HttpRequest, {param}: {kind}) -> {model}:\n"
        f"        return get_object_or_404({model}, pk={param})\n\n"
        f"Anyone can request another {param}: check in the reader, or by auth=…, who may see it."
    )


@pytest.mark.parametrize(
    ("row", "kind"), [(Guest(pk=5), "int"), (Lamp(pk=5), "int"), (Ticket(), "UUID")], ids=repr
)
def test_a_model_instance_is_refused_with_the_reader_to_write(site: Site, row: Model, kind: str) -> None:
    name, own = type(row).__name__, type(row).__name__.lower()
    source = f'{{% mizan_context "notifications" with x=page.row %}}{END}'

    assert syntax_error(site, source, page={"row": row}) == (
        f"{HEAD}a model instance ({name}), which can't be part of a URL. A block reads its data again at each"
        f' refresh: let a reader return it, and write {{% mizan_context … "{own}" … x_id=page.row.pk %}}.\n\n'
        f"{reader(own, 'x', 'x_id', kind, name)}"
    )


def test_a_reader_takes_the_parameter_that_the_block_has(site: Site) -> None:
    register(client(context="guest")(guest_id))
    source = f'{{% mizan_context "tag" "guest" tag="t" guest_id=g.pk with guest=g %}}{END}'

    assert syntax_error(site, source, g=SimpleLazyObject(lambda: Guest(pk=5))) == (
        "{% mizan_context … with guest=… %} got a model instance (Guest), which can't be part of a URL."
        " A block reads its data again at each refresh: let a reader return it, and leave guest=g out of the"
        " tag.\n\n"
        f"{reader('guest', 'guest', 'guest_id', 'int', 'Guest')}"
    )


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (Item.objects.filter(room=5), "a queryset of Item"),
        (Item.objects.values_list("pk", flat=True), "a queryset of Item"),
        ([Item(pk=5)], "a list with a model instance (Item)"),
        (Paginator([Item(pk=5)], 5).page(1), "a Page with a model instance (Item)"),
    ],
    ids=["filter", "values_list", "list", "page"],
)
def test_rows_are_refused_with_the_reader_to_write(site: Site, given: Any, what: str) -> None:
    assert syntax_error(site, SOURCE, given=given) == (
        f"{HEAD}{what}, which can't be part of a URL. A block reads its data again at each refresh: let a"
        " reader return it, and leave x=… out of the tag.\n\n"
        '    @client(context="notifications")\n'
        "    def x(request: HttpRequest) -> QuerySet[Item]:\n"
        "        return Item.objects.all()"
    )


@pytest.mark.parametrize("visitor", [User(pk=5), AnonymousUser(), SimpleLazyObject(AnonymousUser)], ids=str)
def test_the_visitor_need_not_be_passed(site: Site, visitor: Any) -> None:
    site.write("page.html", f'{{% mizan_context "notifications" with x=request.user %}}{END}')
    request = RequestFactory().get("/page/")
    request.user = visitor

    with pytest.raises(Exception, match="got the visitor") as caught:
        render_to_string("page.html", {}, request)
    assert str(getattr(caught.value, "raw_error_message", caught.value)) == (
        f"{HEAD}the visitor, which can't be part of a URL. Leave it out of the tag: blocks have the visitor,"
        " as {{ request.user }}."
    )


KINDS = (
    "Pass strings, numbers, booleans, None, dates, times, UUIDs, decimals, members of enums, and lists of"
    " these; let a reader return everything else."
)


@pytest.mark.parametrize(
    ("given", "what", "way"),
    [
        ({"a": 1}, "a dict", "Pass each value under a name of its own, as in x_a=given.a."),
        (Pair(1, 2), "a Pair", "Pass each value under a name of its own, as in x_left=given.left."),
        (timedelta(1), "a timedelta", "Pass its seconds: x=given.total_seconds."),
        ((each for each in "ab"), "a generator", "Make a list of it in the view, or let a reader return it."),
        (b"bytes", "a bytes", "Decode it in the view."),
        (["x" * 2000], "a list of more than 2,000 characters", "Let a reader return it."),
        (10**5000, "an int", "Let a reader return it."),
        (Ellipsis, "an ellipsis", KINDS),
        (forms.Form(), "a Form", KINDS),
        ([[1]], "a list with a list", KINDS),
        ([{}], "a list with a dict", "Let a reader return it."),
        ({}, "a dict", "Let a reader return it."),
    ],
    ids=lambda each: type(each).__name__,
)
def test_another_value_is_refused_with_a_way_out(site: Site, given: Any, what: str, way: str) -> None:
    assert syntax_error(site, SOURCE, given=given) == f"{HEAD}{what}, which can't be part of a URL. {way}"
