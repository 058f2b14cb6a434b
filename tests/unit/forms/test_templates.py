"""A form's markup is replaced per site and per form, and by the form renderers and widgets a site has."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
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
FORMSET = form_url("contact", kind="formset")

Write = Callable[[str, str], None]


class OwnRenderer(TemplatesSetting):
    """Renders each field as the site wants it, from the site's templates."""

    field_template_name = "own_group.html"


@pytest.fixture
def write(folder: Path) -> Write:
    """Write a template of the site."""

    def write(name: str, source: str) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")

    return write


def show(visitor: Visitor, path: str = CONTACT) -> str:
    """Give a form's HTML."""
    return visitor.get(path, HX_Request="true").text


PLACES = ["mizan_htmx/{}", "mizan_htmx/contact/{}"]


@pytest.mark.parametrize("place", PLACES, ids=["site", "form"])
class TestOverridden:
    """Every part can be replaced for the site, and for one form."""

    def test_the_form(self, place: str, write: Write, visitor: Visitor) -> None:
        write(place.format("form.html"), "{{ meta.name }} {{ form_id }} {{ action }} {{ form.email }}")
        declare_contact()
        html = show(visitor)
        assert html.startswith(f"contact mizan-form-contact {CONTACT} <input ")
        assert field(html, "email")["type"] == "email"

    def test_the_form_after_a_refusal(self, place: str, write: Write, visitor: Visitor) -> None:
        write(place.format("form.html"), "{{ form.errors.email.0 }}")
        declare_contact()
        response = post(visitor, CONTACT, {"email": "ada"})
        assert (response.status_code, response.text) == (422, "Enter a valid email address.")

    def test_the_form_after_success(self, place: str, write: Write, visitor: Visitor) -> None:
        write(place.format("form.html"), "{% if success %}{{ success_message }}{% endif %}")
        declare_contact(success_message="Thank you.")
        assert post(visitor, CONTACT, VALID).text == "Thank you."

    def test_what_a_dict_fills(self, place: str, write: Write, visitor: Visitor) -> None:
        write(
            place.format("form_success.html"), "{{ data.number }} {{ form.cleaned_data.name }} {{ form_id }}"
        )
        declare_contact(on_submit_success=lambda self, request: {"number": 7})
        assert post(visitor, CONTACT, VALID).text == "7 Ada mizan-form-contact"

    def test_the_page_around_it(self, place: str, write: Write, visitor: Visitor) -> None:
        write(place.format("form_page.html"), "<body>{{ meta.title }}: {{ inner }}</body>")
        declare_contact(title="Contact us")
        html = visitor.get(CONTACT).text
        assert html.startswith("<body>Contact us: <form ")
        assert html.endswith("</form></body>")

    def test_a_field(self, place: str, write: Write, visitor: Visitor) -> None:
        write(place.format("field.html"), "<i>{{ field.name }}</i>")
        declare_contact()
        html = show(visitor)
        assert [each["text"] for each in elements(html, tag="i")] == ["name", "email"]

    def test_the_header(self, place: str, write: Write, visitor: Visitor) -> None:
        write(place.format("form_header.html"), "<h1>{{ meta.title }}</h1>")
        declare_contact(title="Contact us")
        assert elements(show(visitor), tag="h1")[0]["text"] == "Contact us"

    def test_the_formset(self, place: str, write: Write, visitor: Visitor) -> None:
        write(place.format("formset.html"), "{{ formset.management_form }}{{ formset.prefix }} {{ form_id }}")
        declare_contact(enable_formset=True)
        assert show(visitor, FORMSET).endswith("contact mizan-formset-contact")

    def test_a_row(self, place: str, write: Write, visitor: Visitor) -> None:
        write(place.format("formset_row.html"), "<i>{{ form.prefix }}</i>")
        declare_contact(enable_formset=True)
        html = show(visitor, FORMSET)
        assert [each["text"] for each in elements(html, tag="i")] == ["contact-0", "contact-__prefix__"]


def test_a_forms_own_template_does_not_touch_another_form(write: Write, visitor: Visitor) -> None:
    write("mizan_htmx/other/form.html", "other")
    declare_contact()
    declare_contact(name="other")
    assert show(visitor).startswith("<form ")
    assert show(visitor, form_url("other")) == "other"


def test_values_in_templates_are_escaped(write: Write, visitor: Visitor) -> None:
    write("mizan_htmx/form_success.html", "{{ data.name }}")
    declare_contact(on_submit_success=lambda self, request: {"name": "<b>Ada</b>"})
    assert post(visitor, CONTACT, VALID).text == "&lt;b&gt;Ada&lt;/b&gt;"


def test_templates_know_the_request_and_what_context_processors_give(write: Write, visitor: Visitor) -> None:
    write(
        "mizan_htmx/form.html", "{{ request.path }} {{ user.is_authenticated }} {{ site_title|default:'-' }}"
    )
    declare_contact()
    assert show(visitor) == f"{CONTACT} False -"


class TestDjangosOwn:
    """What a site has told Django about forms goes on working."""

    @pytest.fixture(autouse=True)
    def djangos_templates(self, folder: Path, settings: Settings) -> None:
        """Let the site's engine find Django's form templates, as ``django.forms`` among its apps would."""
        [engine] = settings.TEMPLATES
        settings.TEMPLATES = [{**engine, "DIRS": [folder, Path(forms.__file__).parent / "templates"]}]

    def test_a_form_renderer(self, write: Write, visitor: Visitor, settings: Settings) -> None:
        write("own_group.html", "<b>{{ field.label }}</b>{{ field }}")
        settings.FORM_RENDERER = f"{__name__}.OwnRenderer"
        declare_contact()
        html = show(visitor)
        assert [each["text"] for each in elements(html, tag="b")] == ["Name", "Email"]
        assert "<label" not in html

    def test_a_template_of_a_widget(self, write: Write, visitor: Visitor, settings: Settings) -> None:
        write("django/forms/widgets/email.html", '<own-email name="{{ widget.name }}"></own-email>')
        settings.FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
        declare_contact()
        assert elements(show(visitor), tag="own-email") == [{"tag": "own-email", "text": "", "name": "email"}]

    def test_a_template_of_errors(self, write: Write, visitor: Visitor, settings: Settings) -> None:
        write("django/forms/errors/list/ul.html", "{% for error in errors %}<em>{{ error }}</em>{% endfor %}")
        settings.FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
        declare_contact()
        html = post(visitor, CONTACT, {"email": "ada"}).text
        assert [each["text"] for each in elements(html, tag="em")] == [
            "This field is required.",
            "Enter a valid email address.",
        ]

    def test_a_template_of_one_field(self, write: Write, visitor: Visitor, settings: Settings) -> None:
        write("own_group.html", "<b>{{ field.label }}</b>{{ field }}")
        settings.FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
        phone: Any = forms.CharField
        declare_contact(phone=phone(template_name="own_group.html"))
        assert [each["text"] for each in elements(show(visitor), tag="b")] == ["Phone"]

    def test_a_renderer_of_one_form(self, write: Write, visitor: Visitor) -> None:
        write("own_group.html", "<b>{{ field.label }}</b>{{ field }}")
        declare_contact(default_renderer=OwnRenderer)
        assert [each["text"] for each in elements(show(visitor), tag="b")] == ["Name", "Email"]


def test_css_classes_of_a_form_stand_at_its_fields(visitor: Visitor) -> None:
    declare_contact(required_css_class="needed", error_css_class="wrong")
    classes = [each["class"].split() for each in elements(show(visitor)) if "data-mizan-field" in each]
    assert [("needed" in each, "wrong" in each) for each in classes] == [(True, False)] * 2
    html = post(visitor, CONTACT, {"name": "Ada"}).text
    classes = [each["class"].split() for each in elements(html) if "data-mizan-field" in each]
    assert [("needed" in each, "wrong" in each) for each in classes] == [(True, False), (True, True)]
    assert len(errors_of(html)) == 1
