"""No two elements of a page share an id, however many forms stand on it."""

import pytest

from tests.helpers.forms import (
    Show,
    declare_contact,
    elements,
    field,
    form_url,
    forms_of,
    ids,
    post,
)
from tests.helpers.visitor import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]


class TestUniqueIds:
    """No two elements of a page share an id, and each label leads to its own field."""

    @staticmethod
    def check(html: str) -> None:
        """Compare ids, and where labels and descriptions lead."""
        found = ids(html)
        assert sorted(set(found)) == sorted(found)
        for label in elements(html, tag="label"):
            assert label["for"] in found or "__prefix__" in label["for"]
        for each in elements(html):
            assert set(each.get("aria-describedby", "").split()) <= set(found) or "__prefix__" in each["id"]

    def test_one_form_twice(self, show: Show) -> None:
        declare_contact()
        html = show('{% mizan_form "contact" %}{% mizan_form "contact" %}')
        assert [each["id"] for each in forms_of(html)] == ["mizan-form-contact", "mizan-form-contact-2"]
        self.check(html)

    def test_two_forms_with_fields_of_one_name(self, show: Show) -> None:
        declare_contact()
        declare_contact(name="other")
        self.check(show('{% mizan_form "contact" %}{% mizan_form "other" %}'))

    def test_a_form_and_its_formset(self, show: Show) -> None:
        declare_contact(enable_formset=True)
        self.check(show('{% mizan_form "contact" %}{% mizan_formset "contact" %}'))

    def test_a_formset_twice(self, show: Show) -> None:
        declare_contact(enable_formset=True)
        self.check(show('{% mizan_formset "contact" %}{% mizan_formset "contact" %}'))

    def test_names_that_differ_by_a_dot(self, show: Show) -> None:
        declare_contact(name="a.b")
        declare_contact(name="a-b")
        self.check(show('{% mizan_form "a.b" %}{% mizan_form "a-b" %}'))

    def test_a_form_whose_name_looks_like_a_count(self, show: Show) -> None:
        declare_contact()
        declare_contact(name="contact-2")
        self.check(show('{% mizan_form "contact" %}{% mizan_form "contact" %}{% mizan_form "contact-2" %}'))

    def test_a_parameter_that_looks_like_a_count(self, show: Show) -> None:
        declare_contact()
        self.check(show('{% mizan_form "contact" %}{% mizan_form "contact" %}{% mizan_form "contact" n=2 %}'))

    def test_the_second_one_keeps_its_ids_when_it_comes_back(self, show: Show, visitor: Visitor) -> None:
        declare_contact()
        html = show('{% mizan_form "contact" %}{% mizan_form "contact" %}')
        second = html[html.rindex("<form ") :]
        form_id = forms_of(second)[0]["id"]
        again = post(visitor, f"{form_url('contact')}validate/", {"mizan_form_id": form_id}).text
        assert ids(again) == ids(second)

    def test_errors_are_described_under_those_ids(self, visitor: Visitor) -> None:
        declare_contact()
        fields = {"email": "ada", "mizan_form_id": "mizan-form-contact-2"}
        self.check(post(visitor, form_url("contact"), fields).text)

    def test_ids_that_the_author_chose_stay(self, show: Show) -> None:
        kwargs = classmethod(lambda cls, request: {"auto_id": "my_%s"})
        declare_contact(get_init_kwargs=kwargs)
        assert field(show('{% mizan_form "contact" %}'), "email")["id"] == "my_email"
