"""The attributes that call a function."""

import datetime
import enum
import uuid
from decimal import Decimal

import pytest
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from mizan_htmx import client, register
from tests.helpers.blocks import Site, syntax_error
from tests.helpers.page import attributes_of

pytestmark = pytest.mark.usefixtures("functions")


class Suit(enum.Enum):
    """An enum for arguments."""

    HEARTS = "h"


@pytest.mark.parametrize(
    ("tag", "html"),
    [
        (
            '{% mizan_call "rename" user_id=5 %}',
            'hx-post="/api/mizan/call/" hx-vals="{&quot;fn&quot;:&quot;rename&quot;,&quot;user_id&quot;:5}"',
        ),
        (
            '{% mizan_call "count_up" %}',
            'hx-post="/api/mizan/call/" hx-vals="{&quot;fn&quot;:&quot;count_up&quot;}" hx-swap="none"',
        ),
        (
            '{% mizan_call "user_profile" user_id=nothing|default:None as call %}{{ call }}',
            'hx-post="/api/mizan/call/" hx-vals="{&quot;fn&quot;:&quot;user_profile&quot;}" hx-swap="none"',
        ),
    ],
)
def test_a_call_is_a_url_and_values(any_site: Site, tag: str, html: str) -> None:
    assert any_site.page(tag) == html


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("\"'><script>&amp;</script>\n", "\"'><script>&amp;</script>\n"),
        (mark_safe("'\"<b>"), "'\"<b>"),
        (gettext_lazy("Hello"), "Hello"),
        (SimpleLazyObject(lambda: "Ada"), "Ada"),
        ("é😀\u2028", "é😀\u2028"),
        ("", ""),
        (True, True),
        (1.5, 1.5),
        (float("nan"), None),
        (Decimal("1.50"), "1.50"),
        (datetime.date(2026, 1, 31), "2026-01-31"),
        (uuid.UUID(int=5), "00000000-0000-0000-0000-000000000005"),
        (Suit.HEARTS, "h"),
        (["a", 1], ["a", 1]),
    ],
)
def test_arguments_are_json_in_an_attribute(site: Site, given: object, written: object) -> None:
    html = site.page('<button {% mizan_call "rename" user_id=5 name=given %}>', given=given)

    assert attributes_of(html) == {
        "hx-post": "/api/mizan/call/",
        "hx-vals": {"fn": "rename", "user_id": 5, "name": written},
    }
    assert html.count("<") == 1


def test_none_is_left_out(site: Site) -> None:
    html = site.page('<b {% mizan_call "rename" user_id=5 name=None flag=False %}>')

    assert attributes_of(html)["hx-vals"] == {"fn": "rename", "user_id": 5, "flag": False}


@pytest.mark.django_db
def test_what_the_attributes_say_can_be_called(any_site: Site) -> None:
    html = any_site.page('<b {% mizan_call "rename" user_id=5 name=name flag=True %}>', name="<Ada & é>")
    attributes = attributes_of(html)

    answer = any_site.browser.post(attributes["hx-post"], attributes["hx-vals"])

    assert answer.content.decode() == "5 <Ada & é> True"
    assert answer.headers["X-Mizan-Invalidate"] == "user;user_id=5"


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        (
            '"renam"',
            "{% mizan_call %} can't call 'renam'. Did you mean 'rename'?"
            " Known functions: count_up, rename, tag_label, unread, user_motto, user_profile.",
        ),
        (
            '"secret"',
            "{% mizan_call %} can't call 'secret'."
            " Known functions: count_up, rename, tag_label, unread, user_motto, user_profile.",
        ),
        (
            '"rename" user=5',
            "{% mizan_call 'rename' %}: no argument 'user'. Did you mean 'user_id'?"
            " Known arguments: flag, name, user_id.",
        ),
        (
            '"rename" fn="secret"',
            "{% mizan_call 'rename' %}: no argument 'fn'. Known arguments: flag, name, user_id.",
        ),
    ],
)
def test_what_can_not_be_called_is_an_error(site: Site, tag: str, message: str) -> None:
    assert syntax_error(site, f"{{% mizan_call {tag} %}}") == message


def test_an_argument_that_is_no_json_is_named(site: Site) -> None:
    message = syntax_error(site, '{% mizan_call "count_up" by=given %}', given=Ellipsis)

    assert message.startswith("{% mizan_call 'count_up' %}")
    assert "by=Ellipsis" in message


def test_what_blocks_show_can_not_be_called(site: Site) -> None:
    @client(context="user", data=False)
    def shown(request: HttpRequest, user_id: int) -> object:
        return user_id

    register(shown)
    assert syntax_error(site, '{% mizan_call "shown" user_id=5 %}') == (
        "{% mizan_call %} can't call 'shown': it is a reader for templates, which blocks show."
        " Known functions: count_up, rename, tag_label, unread, user_motto, user_profile."
    )
