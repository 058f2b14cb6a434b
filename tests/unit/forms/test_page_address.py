"""A form in a block has the page's address and a query of its own; a block in a form has that of the page."""

import re
from typing import Any

import pytest
from django import forms
from django.http import HttpRequest
from pytest_django import Settings

from mizan_htmx import has_claimed_address
from mizan_htmx.forms import mizanFormMeta, mizanFormMixin
from tests.helpers.blocks import Site, blocks_of, template_settings
from tests.helpers.forms import LOADERS

pytestmark = pytest.mark.django_db

HERE = {"HX-Current-URL": "http://testserver/page/?page=2"}
FORM = "{% mizan_form 'card' card_id=5 %}"
IN_BLOCK = "{% mizan_context 'tag' tag='a' %}{{ request.get_full_path }}" + FORM + "{% endmizan_context %}"
IN_FORM = (
    "{{ request.GET.urlencode }}|"
    "{% mizan_context 'tag' tag='b' %}{{ tag_label }} {{ request.get_full_path }} {{ request.GET.urlencode }}"
    "{% endmizan_context %}"
)

Asked = list[tuple[str, str, str, bool]]


@pytest.fixture
def asked(site: Site, settings: Settings) -> Asked:
    """Declare a form; return what it is asked with: by its ``auth``, and for its arguments."""
    asked: Asked = []
    site.address = "/page/?page=2"
    settings.TEMPLATES = template_settings(site.folder, loaders=LOADERS)
    (site.folder / "mizan_htmx" / "card").mkdir(parents=True)
    site.write("mizan_htmx/card/form_header.html", IN_FORM)

    def note(what: str, request: HttpRequest) -> None:
        asked.append((what, request.path, request.GET.urlencode(), has_claimed_address(request)))

    def auth(request: HttpRequest) -> bool:
        note("auth", request)
        return True

    class Card(mizanFormMixin, forms.Form):
        mizan = mizanFormMeta(name="card", auth=auth)
        title = forms.CharField()

        @classmethod
        def get_init_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
            note("arguments", request)
            return {}

    return asked


def _without_token(html: str) -> str:
    return re.sub(' name="csrfmiddlewaretoken" value="[^"]*"', "", html)


@pytest.mark.parametrize("source", [FORM, IN_BLOCK])
def test_each_has_its_own_query(site: Site, asked: Asked, source: str) -> None:
    html = site.page(source)

    assert asked == [("auth", "/page/", "card_id=5", False), ("arguments", "/page/", "card_id=5", False)]
    assert "card_id=5|<" in html
    assert ">b /page/?page=2 page=2<" in html
    for block in blocks_of(html):
        refresh = site.get(block["hx-get"], **HERE).text
        assert _without_token(refresh) in _without_token(html)


def test_auth_of_a_form_is_asked_with_the_routed_path(site: Site, asked: Asked) -> None:
    html = site.page(IN_BLOCK)
    del asked[:]

    site.refresh(html, **HERE)

    assert asked == [
        ("auth", "/api/mizan/partial/tag/", "card_id=5", False),
        ("arguments", "/page/", "card_id=5", True),
    ]


def test_a_reader_runs_once_for_a_page_and_its_forms(site: Site, asked: Asked) -> None:
    motto = "{% mizan_context 'user' user_id=5 %}{{ user_motto }}{% endmizan_context %}"
    site.write("mizan_htmx/card/form_header.html", motto)

    site.page(motto + FORM)

    assert site.calls == ["user_motto 5 main"]
