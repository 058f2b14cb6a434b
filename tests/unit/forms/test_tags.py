"""``{% mizan_form %}`` and ``{% mizan_formset %}``: a form by name or an instance, anywhere in a page."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.template import TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory

from mizan_htmx.forms import mizanFormMixin
from tests.helpers.forms import (
    VALID,
    Show,
    declare_card,
    declare_contact,
    elements,
    errors_of,
    field,
    form_url,
    forms_of,
    ids,
    post,
    result,
)
from tests.helpers.visitor import CALL, Visitor
from tests.site.models import Board, Card

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]

Shown = Callable[..., str]


@pytest.fixture
def raw(folder: Path) -> Shown:
    """Render a source outside of any server, with these variables."""

    def raw(source: str, **variables: Any) -> str:
        (folder / "page.html").write_text(source, encoding="utf-8")
        request = RequestFactory().get("/page/")
        request.user = AnonymousUser()
        return render_to_string("page.html", variables, request)

    return raw


def plain(html: str) -> str:
    """Give HTML without its CSRF tokens, which are masked anew each time."""
    return re.sub(r'(name="csrfmiddlewaretoken" value=")\w+', r"\1", html)


def test_a_form_by_name(show: Show) -> None:
    declare_contact()
    html = show('<p>{% mizan_form "contact" %}</p>')
    assert html.startswith("<p><form ")
    assert html.endswith("</form></p>")
    [form] = forms_of(html)
    assert (form["action"], form["id"]) == (form_url("contact"), "mizan-form-contact")
    assert len(field(html, "csrfmiddlewaretoken")["value"]) == 64


def test_the_token_in_a_page_is_the_visitors(show: Show, visitor: Visitor) -> None:
    declare_contact()
    visitor.client.handler.enforce_csrf_checks = True
    token = field(show('{% mizan_form "contact" %}'), "csrfmiddlewaretoken")["value"]
    fields = {**VALID, "csrfmiddlewaretoken": token}
    assert post(visitor, form_url("contact"), fields).status_code == 200


def test_it_is_the_form_that_its_endpoint_shows(show: Show, visitor: Visitor) -> None:
    declare_contact(title="Contact us")
    shown = show('{% mizan_form "contact" %}')
    assert plain(shown) == plain(visitor.get(form_url("contact"), HX_Request="true").text)


def test_keywords_are_what_its_hook_finds_in_the_query(show: Show) -> None:
    seen = []

    def get_init_kwargs(cls: Any, request: HttpRequest) -> dict[str, Any]:
        seen.append(request.GET.dict())
        return {"initial": {"name": request.GET.get("name", "")}}

    declare_contact(get_init_kwargs=classmethod(get_init_kwargs))
    html = show('{% mizan_form "contact" name="A&B" n=5 missing=None %}{{ request.GET.of }}')
    assert seen == [{"name": "A&B", "n": "5"}]
    [form] = forms_of(html)
    assert form["action"] == f"{form_url('contact')}?name=A%26B&n=5"
    assert form["data-mizan-validate"] == f"{form_url('contact')}validate/?name=A%26B&n=5"
    assert field(html, "name")["value"] == "A&B"
    assert html.endswith("the page")


def test_the_query_of_the_page_is_not_the_forms(show: Show) -> None:
    declare_card()  # would fail for the page's card_id=99
    assert forms_of(show('{% mizan_form "card" %}'))[0]["action"] == form_url("card")


def test_an_edit_form_for_each_row(show: Show) -> None:
    board = Board.objects.create(title="Ada's")
    one, two = (Card.objects.create(board=board, title=title) for title in ("Milk", "Butter"))
    declare_card()
    html = show(f'{{% mizan_form "card" card_id={one.pk} %}}{{% mizan_form "card" card_id={two.pk} %}}')
    assert [each["value"] for each in elements(html, name="title")] == ["Milk", "Butter"]
    assert [each["id"] for each in forms_of(html)] == [
        f"mizan-form-card-{one.pk}",
        f"mizan-form-card-{two.pk}",
    ]
    assert len(set(ids(html))) == len(ids(html))


def test_a_row_that_is_gone_leaves_its_place_empty(show: Show) -> None:
    def get_init_kwargs(cls: Any, request: HttpRequest) -> dict[str, Any]:
        raise Http404

    declare_contact(get_init_kwargs=classmethod(get_init_kwargs))
    assert show('<p>{% mizan_form "contact" %}</p>') == "<p></p>"


class TestInstances:
    """A form that a view has made."""

    def test_an_unbound_form(self, raw: Shown) -> None:
        form = declare_contact()(initial={"name": "Ada"})
        html = raw("{% mizan_form form %}", form=form)
        assert field(html, "name")["value"] == "Ada"
        assert forms_of(html)[0]["action"] == form_url("contact")

    def test_a_bound_form_with_its_errors(self, raw: Shown) -> None:
        form = declare_contact()({"name": "Ada", "email": "ada"})
        assert errors_of(raw("{% mizan_form form %}", form=form)) == ["Enter a valid email address."]

    def test_a_model_form_with_its_parameters(self, raw: Shown) -> None:
        card = Card.objects.create(board=Board.objects.create(title="Ada's"), title="Milk")
        form = declare_card()(instance=card)
        html = raw("{% mizan_form form card_id=form.instance.pk %}", form=form)
        assert field(html, "title")["value"] == "Milk"
        assert forms_of(html)[0]["action"] == form_url("card", card_id=card.pk)

    def test_a_subclass_is_sent_to_the_form_it_comes_from(self, raw: Shown) -> None:
        class Longer(declare_contact()):  # type: ignore[misc]
            phone = forms.CharField()

        html = raw("{% mizan_form form %}", form=Longer())
        assert forms_of(html)[0]["action"] == form_url("contact")
        assert field(html, "phone")["type"] == "text"


def message(raw: Shown, source: str, **variables: Any) -> str:
    """Give the whole message of the TemplateSyntaxError that a template raises."""
    with pytest.raises(TemplateSyntaxError) as caught:
        raw(source, **variables)
    return str(getattr(caught.value, "raw_error_message", caught.value))


class TestMistakes:
    """A template that can't be meant is an error with the way out."""

    @pytest.mark.parametrize("tag", ["mizan_form", "mizan_formset"])
    def test_an_unknown_form(self, tag: str, raw: Shown) -> None:
        declare_contact()
        assert message(raw, f'{{% {tag} "contct" %}}') == (
            "Unknown form 'contct'. Did you mean 'contact'? Known forms: contact."
        )

    def test_a_variable_that_is_not_there(self, raw: Shown) -> None:
        declare_contact()
        assert message(raw, "{% mizan_form nothing %}") == "Unknown form ''. Known forms: contact."

    def test_a_form_that_is_not_declared(self, raw: Shown) -> None:
        class Base(mizanFormMixin, forms.Form):
            pass

        for form in (Base(), forms.Form(), 5):
            assert message(raw, "{% mizan_form form %}", form=form) == (
                f"{form!r} is not a mizan form: its class has no 'mizan = mizanFormMeta(…)'."
            )

    def test_a_formset_that_is_not_enabled(self, raw: Shown) -> None:
        declare_contact()
        with pytest.raises((TemplateSyntaxError, ValueError)) as caught:
            raw('{% mizan_formset "contact" %}')
        assert str(caught.value) == ("Form 'contact' has no formset. Declare it with enable_formset=True.")

    def test_a_template_without_the_request(self, folder: Path) -> None:
        declare_contact()
        (folder / "page.html").write_text('{% mizan_form "contact" %}', encoding="utf-8")
        with pytest.raises(TemplateSyntaxError) as caught:
            render_to_string("page.html")
        assert str(caught.value) == "{% mizan_form %} needs the request. Render with render(request, …)."


BLOCK = '{{% mizan_context "board" board_id=5 %}}{}{{% endmizan_context %}}'


class TestBlocks:
    """A form inside of a block, and a block inside of a form."""

    @staticmethod
    def block(html: str) -> dict[str, str]:
        """Give the first block's wrapper."""
        return next(each for each in elements(html) if "data-mizan" in each)

    def refresh(self, visitor: Visitor, html: str) -> HttpResponse:
        """Refresh the first block."""
        return visitor.get(self.block(html)["hx-get"])

    @pytest.mark.parametrize("tag", ["mizan_form", "mizan_formset"])
    def test_a_refresh_gives_the_same_form_again(self, tag: str, show: Show, visitor: Visitor) -> None:
        declare_contact(enable_formset=True)
        html = show(BLOCK.format(f'{{% {tag} "contact" name="Ada" %}}'))
        assert plain(self.refresh(visitor, html).text) == plain(html)

    def test_a_refresh_gives_the_same_ids_though_the_form_stands_before_it_too(
        self, show: Show, visitor: Visitor
    ) -> None:
        declare_contact()
        html = show('{% mizan_form "contact" %}' + BLOCK.format('{% mizan_form "contact" %}'))
        inside = html[html.index("data-mizan=") :]
        assert ids(self.refresh(visitor, html).text)[1:] == ids(inside)

    def test_the_form_knows_the_visitor_inside_of_a_block_too(self, show: Show, visitor: Visitor) -> None:
        declare_contact(auth=True)
        html = show(BLOCK.format('{% mizan_form "contact" %}'))
        assert forms_of(html) == []
        assert forms_of(self.refresh(visitor, html).text) == []

    def test_a_form_may_hold_a_block(self, folder: Path, show: Show, visitor: Visitor) -> None:
        (folder / "mizan_htmx" / "contact").mkdir(parents=True)
        source = BLOCK.format("{{ board_title }}") + "{{ form }}"
        (folder / "mizan_htmx" / "contact" / "form.html").write_text(source, encoding="utf-8")
        declare_contact()
        html = show('{% mizan_form "contact" %}')
        assert self.block(html)["data-mizan"] == "board;board_id=5"
        assert self.refresh(visitor, html).text == html[: html.index("</div>") + len("</div>")]
        assert field(html, "email")["type"] == "email"


class TestCalls:
    """``{% mizan_call %}`` calls a form's functions with its fields."""

    def test_fields_are_arguments(self, raw: Shown, visitor: Visitor) -> None:
        declare_contact(on_submit_success=lambda self, request: dict(self.cleaned_data))
        html = raw('<form {% mizan_call "contact.submit" name="Ada" %}><input name="email"></form>')
        [element] = forms_of(html)
        values = json.loads(element["hx-vals"])
        assert values == {"fn": "contact.submit", "name": "Ada"}
        sent = urlencode({**values, "email": VALID["email"]})
        assert (element["hx-post"], result(visitor.form(CALL, sent))["data"]) == (CALL, VALID)

    def test_but_none_names_another_function(self, raw: Shown) -> None:
        declare_contact()
        with pytest.raises(TemplateSyntaxError, match="no argument 'fn'"):
            raw('<b {% mizan_call "contact.submit" fn="other" %}>')
