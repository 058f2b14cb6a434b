"""Forms become functions of the one registry when they are declared."""

import sys
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.apps.registry import apps
from django.core.checks import run_checks
from django.forms import formset_factory, modelform_factory
from django.http import HttpRequest
from pytest_django import Settings

from mizan_htmx import client, register
from mizan_htmx.edge.manifest import build_manifest
from mizan_htmx.errors import DeclarationError
from mizan_htmx.forms import mizanFormMeta, mizanFormMixin
from mizan_htmx.setup.autodiscover import discover
from mizan_htmx.setup.registry import Registry
from mizan_htmx.testing import isolated_registry
from tests.helpers.forms import declare_card, declare_contact, declare_readers
from tests.site.models import Card

pytestmark = pytest.mark.usefixtures("registry")


def names(registry: Registry) -> list[str]:
    """List what is registered."""
    return sorted(registry.graph.functions)


def test_a_form_registers_three_functions(registry: Registry) -> None:
    form = declare_contact()
    assert names(registry) == ["contact.schema", "contact.submit", "contact.validate"]
    assert registry.forms == {"contact": form}


def test_a_formset_registers_three_more(registry: Registry) -> None:
    declare_contact(enable_formset=True)
    assert names(registry) == [
        "contact.formset.schema",
        "contact.formset.submit",
        "contact.formset.validate",
        "contact.schema",
        "contact.submit",
        "contact.validate",
    ]


def test_a_model_form_registers_as_a_form_does(registry: Registry) -> None:
    declare_card()
    assert names(registry) == ["card.schema", "card.submit", "card.validate"]


def test_the_functions_stand_on_the_rpc_path_and_can_be_called_from_outside(registry: Registry) -> None:
    declare_contact(enable_formset=True)
    assert {(each.path, each.private, each.context) for each in registry.graph.functions.values()} == {
        ("rpc", False, None)
    }


def test_a_subclass_without_a_meta_of_its_own_registers_nothing(registry: Registry) -> None:
    form = declare_contact()

    class Longer(form):  # type: ignore[misc, valid-type]
        phone = forms.CharField()

    assert len(names(registry)) == 3
    assert registry.forms == {"contact": form}
    assert Longer.mizan is form.mizan


def test_a_subclass_with_a_meta_of_its_own_is_a_form_of_its_own(registry: Registry) -> None:
    form = declare_contact()

    class Longer(form):  # type: ignore[misc, valid-type]
        mizan = mizanFormMeta(name="longer")
        phone = forms.CharField()

    assert registry.forms == {"contact": form, "longer": Longer}


def test_the_mixin_alone_and_an_abstract_form_register_nothing(registry: Registry) -> None:
    class Base(mizanFormMixin, forms.Form):
        name = forms.CharField()

    assert names(registry) == []


def test_classes_that_django_derives_register_nothing(registry: Registry) -> None:
    form = declare_card()
    formset_factory(form)
    modelform_factory(Card, form=form)
    assert registry.forms == {"card": form}


def test_two_forms_of_one_name_are_an_error_that_names_both_places(registry: Registry) -> None:
    declare_contact()
    with pytest.raises(DeclarationError) as caught:

        class Other(mizanFormMixin, forms.Form):
            mizan = mizanFormMeta(name="contact")

    here = f"{__name__}.test_two_forms_of_one_name_are_an_error_that_names_both_places.<locals>.Other"
    assert str(caught.value) == (
        f"Two forms are called 'contact': tests.helpers.forms.ContactForm and {here}. Rename one of them."
    )


def test_a_function_of_the_same_name_is_an_error_that_names_the_form(registry: Registry) -> None:
    @client
    def schema(request: HttpRequest) -> int:
        return 1

    register(schema, "contact.schema")
    with pytest.raises(DeclarationError) as caught:
        declare_contact()
    message = str(caught.value)
    assert message.startswith("Two functions are called 'contact.schema': ")
    assert f"{__name__}.test_a_function_of_the_same_name" in str(caught.value)
    assert " and tests.helpers.forms.ContactForm.schema (" in str(caught.value)


@pytest.mark.parametrize("name", ["", "a/b", "a b", "1a", "ä", "a\n", "../x", "a;b", "a,b"])
def test_a_name_that_no_url_or_header_could_carry_is_an_error(name: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        mizanFormMeta(name=name)
    assert str(caught.value) == (
        f"A form can't be called {name!r}. Use a letter or '_', then letters, digits, '_', '-' or '.'."
    )


@pytest.mark.parametrize("meta", [{"name": "contact"}, "contact", None])
def test_a_meta_of_another_type_is_an_error_and_not_ignored(meta: object) -> None:
    metaclass: Any = type(forms.Form)
    with pytest.raises(DeclarationError) as caught:
        metaclass("Wrong", (mizanFormMixin, forms.Form), {"mizan": meta, "__module__": __name__})
    assert str(caught.value) == f"{__name__}.Wrong: mizan={meta!r} must be a mizanFormMeta(name=…)."


def test_affects_params_without_affects_is_an_error() -> None:
    with pytest.raises(DeclarationError) as caught:
        mizanFormMeta(name="contact", affects_params=["name"])
    assert str(caught.value) == "Form 'contact' has affects_params= without affects=."


def test_a_misunderstood_auth_is_an_error_that_names_the_form() -> None:
    with pytest.raises(
        DeclarationError, match=r"^tests\.helpers\.forms\.ContactForm\.schema \(.*auth='admin'"
    ):
        declare_contact(auth="admin")


def test_the_defaults_are_those_of_the_documentation() -> None:
    meta = mizanFormMeta("contact")
    assert (meta.title, meta.subtitle, meta.submit_label, meta.live_validation) == (
        None,
        None,
        "Submit",
        True,
    )
    assert (meta.affects, meta.affects_params, meta.auth, meta.enable_formset) == (None, None, None, False)


def test_an_unknown_context_is_a_check_that_names_the_form(registry: Registry) -> None:
    declare_readers()
    declare_contact(affects="inbx")
    [problem] = registry.problems
    assert problem.id == "mizan_htmx.E001"
    assert problem.message.startswith("tests.helpers.forms.ContactForm.submit (")
    assert problem.message.endswith(") affects the unknown context 'inbx'.")
    assert problem.hint == "Did you mean 'inbox'? Known contexts: board, card, inbox."


def test_an_isolated_registry_has_forms_of_its_own(registry: Registry) -> None:
    form = declare_contact()
    with isolated_registry():
        assert registry.forms == {}
        declare_contact()
    assert registry.forms == {"contact": form}


def test_submissions_stand_in_the_manifest_as_other_mutations_do(registry: Registry) -> None:
    declare_readers()
    declare_contact(affects="inbox", enable_formset=True)
    manifest: Any = build_manifest(registry.graph, base_url="/api/mizan/", views={})
    assert manifest["mutations"] == {
        "contact.formset.submit": {"affects": ["inbox"], "params": []},
        "contact.submit": {"affects": ["inbox"], "params": []},
    }


SOURCE = """
from django import forms

from mizan_htmx.forms import mizanFormMeta, mizanFormMixin


class ContactForm(mizanFormMixin, forms.Form):
    mizan = mizanFormMeta(name="contact")
    name = forms.CharField()
"""


def test_forms_in_mizan_clients_are_found_at_start(
    registry: Registry, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = tmp_path / "app_with_a_form"
    app.mkdir()
    (app / "__init__.py").touch()
    (app / "mizan_clients.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    settings.INSTALLED_APPS = ["app_with_a_form"]
    assert [each.name for each in apps.get_app_configs()] == ["app_with_a_form"]
    try:
        discover()
        assert names(registry) == ["contact.schema", "contact.submit", "contact.validate"]
        assert registry.forms["contact"].__module__ == "app_with_a_form.mizan_clients"
        discover()  # a second time finds nothing new
        assert registry.problems == ()
    finally:
        for module in ("app_with_a_form.mizan_clients", "app_with_a_form"):
            sys.modules.pop(module, None)


def test_the_checks_of_a_site_with_a_form_are_content(registry: Registry) -> None:
    declare_readers()
    declare_contact(affects="inbox", auth=True, enable_formset=True)
    assert [each for each in run_checks() if (each.id or "").startswith("mizan_htmx")] == []
