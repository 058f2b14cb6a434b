"""A form with a crispy ``helper`` is laid out by it, inside the form that posts and validates."""

from typing import Any

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Div, Field, Layout, Row
from pytest_django import Settings

from tests.helpers.forms import (
    VALID,
    declare_contact,
    elements,
    errors_of,
    field,
    form_url,
    post,
)
from tests.helpers.visitor import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]

CONTACT = form_url("contact")


def helper(*, form_tag: bool = True) -> FormHelper:
    """Make a layout with the fields the other way round, side by side."""
    made = FormHelper()
    made.form_tag = form_tag
    made.layout = Layout(Div(Row(Column("email"), Column(Field("name", css_class="own"))), css_class="boxed"))
    return made


@pytest.fixture(autouse=True)
def bootstrap(settings: Settings, folder: object) -> None:
    """Install crispy forms with its Bootstrap templates."""
    installed = dict.fromkeys([*settings.INSTALLED_APPS, "crispy_forms", "crispy_bootstrap5"])
    settings.INSTALLED_APPS = list(installed)
    settings.CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
    settings.CRISPY_TEMPLATE_PACK = "bootstrap5"


def controls(html: str) -> list[str]:
    """List the names of the visible controls in their order."""
    return [each["name"] for each in elements(html) if each["tag"] == "input" and each["type"] != "hidden"]


def test_the_layout_orders_and_wraps_the_fields(visitor: Visitor) -> None:
    declare_contact(helper=helper())
    html = visitor.get(CONTACT, HX_Request="true").text
    assert controls(html) == ["email", "name"]
    assert elements(html, class_="boxed") != []
    assert "own" in field(html, "name")["class"].split()
    assert "form-control" not in field(visitor.get(CONTACT).text, "mizan_form_id").get("class", "")


@pytest.mark.parametrize("form_tag", [True, False])
def test_it_stands_in_one_form_with_one_token(form_tag: bool, visitor: Visitor) -> None:
    declare_contact(helper=helper(form_tag=form_tag))
    html = visitor.get(CONTACT, HX_Request="true").text
    forms = [each for each in elements(html) if each["tag"] == "form"]
    assert [(each["action"], each["data-mizan-form"]) for each in forms] == [(CONTACT, "contact")]
    assert len(elements(html, name="csrfmiddlewaretoken")) == 1
    assert len(elements(html, tag="button", type="submit")) == 1


def test_errors_stand_at_their_fields(visitor: Visitor) -> None:
    declare_contact(helper=helper())
    response = post(visitor, CONTACT, {"name": "Ada", "email": "ada"})
    assert response.status_code == 422
    assert "is-invalid" in field(response.text, "email")["class"].split()
    assert "is-invalid" not in field(response.text, "name")["class"].split()
    assert "Enter a valid email address." in response.text


def test_it_validates_while_typing(visitor: Visitor) -> None:
    declare_contact(helper=helper())
    html = post(visitor, f"{CONTACT}validate/", {"email": "ada", "mizan_touched": "email"}).text
    assert "is-invalid" in field(html, "email")["class"].split()
    assert "is-invalid" not in field(html, "name")["class"].split()
    assert "This field is required." not in html


def test_labels_lead_to_their_fields(visitor: Visitor) -> None:
    declare_contact(helper=helper())
    html = visitor.get(CONTACT).text
    ids = [field(html, name)["id"] for name in ("email", "name")]
    assert [each["for"] for each in elements(html, tag="label")] == ids


def test_a_helper_that_belongs_to_the_instance(visitor: Visitor) -> None:
    def get_helper(self: Any) -> FormHelper:
        return helper()

    declare_contact(helper=property(get_helper))
    assert controls(visitor.get(CONTACT, HX_Request="true").text) == ["email", "name"]


def test_the_helper_itself_is_left_as_it_was(visitor: Visitor) -> None:
    made = helper()
    declare_contact(helper=made)
    visitor.get(CONTACT)
    assert (made.form_tag, made.disable_csrf) == (True, False)


def test_a_form_without_a_helper_is_djangos(visitor: Visitor) -> None:
    declare_contact()
    html = visitor.get(CONTACT).text
    assert controls(html) == ["name", "email"]
    assert "form-control" not in html


def test_where_crispy_is_no_app_of_the_site_a_helper_is_nothing(visitor: Visitor, settings: Settings) -> None:
    settings.INSTALLED_APPS = [each for each in settings.INSTALLED_APPS if not each.startswith("crispy")]
    declare_contact(helper=object())
    assert controls(visitor.get(CONTACT, HX_Request="true").text) == ["name", "email"]


def test_it_submits_as_any_form(visitor: Visitor) -> None:
    declare_contact(helper=helper(), success_message="Thank you.")
    html = post(visitor, CONTACT, VALID).text
    assert "Thank you." in html
    assert errors_of(html) == []
