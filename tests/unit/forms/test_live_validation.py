"""Validation while typing: the form comes back with the errors of what was touched, and nothing happens."""

from typing import Any

import pytest
from django import forms

from tests.helpers.forms import (
    BAD_EMAIL,
    REQUIRED,
    VALID,
    declare_card,
    declare_contact,
    errors_of,
    field,
    form_url,
    post,
)
from tests.helpers.visitor import HEADER, Visitor, over_wsgi
from tests.site.models import Board, Card

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]

VALIDATE = f"{form_url('contact')}validate/"


def typed(visitor: Visitor, *touched: str, path: str = VALIDATE, **fields: object) -> str:
    """Give the form's HTML while these fields are filled in and ``touched`` were left."""
    response = post(visitor, path, {**fields, "mizan_touched": list(touched)})
    assert (response.status_code, HEADER in response.headers) == (200, False)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.text.startswith("<form ")
    return response.text


def test_untouched_fields_stay_quiet(visitor: Visitor) -> None:
    declare_contact()
    html = typed(visitor, name="", email="ada")
    assert errors_of(html) == []
    assert "aria-invalid" not in field(html, "name")


def test_a_touched_field_shows_its_errors(visitor: Visitor) -> None:
    declare_contact()
    html = typed(visitor, "email", name="", email="ada")
    assert errors_of(html) == [BAD_EMAIL]
    assert field(html, "email")["aria-invalid"] == "true"
    assert "aria-invalid" not in field(html, "name")


def test_all_touched_fields_show_theirs(visitor: Visitor) -> None:
    declare_contact()
    assert errors_of(typed(visitor, "name", "email", email="ada")) == [REQUIRED, BAD_EMAIL]


def test_what_was_typed_stays(visitor: Visitor) -> None:
    declare_contact()
    html = typed(visitor, "email", name="A", email="ada", mizan_form_id="mizan-form-contact-3")
    assert (field(html, "name")["value"], field(html, "email")["value"]) == ("A", "ada")
    assert 'id="mizan-form-contact-3"' in html


@pytest.mark.parametrize(
    ("touched", "expected"), [((), []), (("name",), ["Too short."]), (("__all__",), ["No."])]
)
def test_fields_that_depend_on_each_other_are_validated_together(
    touched: tuple[str, ...], expected: list[str], visitor: Visitor
) -> None:
    def clean(self: Any) -> None:
        self.add_error("name", "Too short.")
        self.add_error(None, "No.")

    declare_contact(clean=clean)
    assert errors_of(typed(visitor, *touched, **VALID)) == expected


def test_a_form_with_a_prefix_names_its_fields_as_the_page_does(visitor: Visitor) -> None:
    declare_contact(prefix="me")
    assert errors_of(typed(visitor, "email", **{"me-email": "ada"})) == []
    assert errors_of(typed(visitor, "me-email", **{"me-email": "ada"})) == [BAD_EMAIL]


@pytest.mark.parametrize("touched", ["moment_0", "moment_1", "moment"])
def test_a_part_of_a_field_stands_for_the_field(touched: str, visitor: Visitor) -> None:
    declare_contact(moment=forms.SplitDateTimeField())
    assert errors_of(typed(visitor, touched, moment_0="x")) != []


@pytest.mark.parametrize("touched", ["day_year", "day_month", "day_day"])
def test_a_part_of_a_date_stands_for_the_date(touched: str, visitor: Visitor) -> None:
    declare_contact(day=forms.DateField(widget=forms.SelectDateWidget))
    assert errors_of(typed(visitor, touched, day_year="2026", day_month="2", day_day="31")) != []


RUBBISH = [
    "",
    "nothing",
    "__class__",
    "errors",
    "name;email",
    "*",
    "\x00",
    "<script>",
    "a" * 100_000,
    "fields.name",
]


@over_wsgi
@pytest.mark.parametrize("touched", RUBBISH)
def test_rubbish_among_the_touched_names_is_ignored(touched: str, visitor: Visitor) -> None:
    declare_contact()
    html = typed(visitor, touched, "email", email="ada")
    assert errors_of(html) == [BAD_EMAIL]
    assert "<script>" not in html


def test_nothing_is_saved_and_no_hook_is_called(visitor: Visitor) -> None:
    board = Board.objects.create(title="Ada's")

    def hook(*args: Any) -> None:
        pytest.fail("A hook was called.")

    declare_card(on_submit_success=hook, on_submit_failure=hook)
    typed(visitor, "title", path=f"{form_url('card')}validate/", board=board.pk, title="Milk")
    assert not Card.objects.exists()


def test_it_also_answers_where_it_is_not_live(visitor: Visitor) -> None:
    declare_contact(live_validation=False)
    assert errors_of(typed(visitor, "email", email="ada")) == [BAD_EMAIL]


class TestFormset:
    """The rows of a formset, under the names they have on the page."""

    PATH = f"{form_url('contact', kind='formset')}validate/"
    ROWS = {  # noqa: RUF012
        "contact-TOTAL_FORMS": 2,
        "contact-INITIAL_FORMS": 0,
        "contact-0-email": "ada",
        "contact-1-email": "bob",
    }

    def errors(self, visitor: Visitor, *touched: str, **options: Any) -> list[str]:
        """Give what a formset shows when these names were touched."""
        declare_contact(enable_formset=True, **options)
        return errors_of(typed(visitor, *touched, path=self.PATH, **self.ROWS))

    def test_untouched_rows_stay_quiet(self, visitor: Visitor) -> None:
        assert self.errors(visitor) == []

    def test_a_touched_field_of_a_row_shows_its_errors(self, visitor: Visitor) -> None:
        assert self.errors(visitor, "contact-1-email", "contact-1-name") == [REQUIRED, BAD_EMAIL]

    def test_the_name_without_its_row_means_nothing(self, visitor: Visitor) -> None:
        assert self.errors(visitor, "email") == []

    @pytest.mark.parametrize(("touched", "shown"), [((), 0), (("__all__",), 1)])
    def test_errors_of_all_together_show_once_something_was_sent(
        self, touched: tuple[str, ...], shown: int, visitor: Visitor
    ) -> None:
        options = {"min_num": 3, "validate_min": True}
        assert len(self.errors(visitor, *touched, formset_options=options)) == shown
