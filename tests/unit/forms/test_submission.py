"""Validating and submitting over ``call/``: as JSON, as a form, with files."""

import datetime
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest

from mizan_htmx.forms import mizanFormMeta, mizanFormMixin
from tests.helpers.forms import (
    BAD_EMAIL,
    REQUIRED,
    VALID,
    check,
    declare_card,
    declare_contact,
    result,
    submit,
    submit_as_form,
    upload,
)
from tests.helpers.visitor import CALL, Visitor, answer, misfit, over_wsgi
from tests.site.models import Board, Card

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]


def test_data_that_fits_has_no_errors(visitor: Visitor) -> None:
    declare_contact()
    assert check(visitor, "contact", VALID) == {"errors": []}


def test_errors_have_their_field_message_and_code(visitor: Visitor) -> None:
    declare_contact()
    assert check(visitor, "contact", {"email": "ada"}) == {
        "errors": [
            {"field": "name", "errors": [{"message": REQUIRED, "code": "required"}]},
            {"field": "email", "errors": [{"message": BAD_EMAIL, "code": "invalid"}]},
        ]
    }


def test_a_submission_that_does_not_fit_is_named_by_a_header(visitor: Visitor) -> None:
    declare_contact()
    answers = [visitor.call("contact.submit", data=data) for data in (VALID, {"email": "ada"})]
    assert [each.status_code for each in answers] == [200, 200]
    assert [each.headers.get("X-Mizan-Error") for each in answers] == [None, "VALIDATION_ERROR"]
    assert "X-Mizan-Error" not in visitor.call("contact.validate", data={}).headers


def test_errors_of_the_whole_form_stand_under_all(visitor: Visitor) -> None:
    def clean(self: Any) -> None:
        raise forms.ValidationError(["One.", forms.ValidationError("No %(what)s.", "two", {"what": "go"})])

    declare_contact(clean=clean)
    items = [{"message": "One.", "code": "invalid"}, {"message": "No go.", "code": "two"}]
    assert check(visitor, "contact", VALID) == {"errors": [{"field": "__all__", "errors": items}]}
    assert submit(visitor, "contact", VALID) == {
        "success": False,
        "errors": {"__all__": ["One.", "No go."]},
    }


def test_validating_calls_no_hook_and_saves_nothing(visitor: Visitor) -> None:
    board = Board.objects.create(title="Ada's")
    declare_card(on_submit_success=lambda self, request: pytest.fail("The hook was called."))
    assert check(visitor, "card", {"board": board.pk, "title": "Buy milk"}) == {"errors": []}
    assert not Card.objects.exists()


def test_a_submission_that_fits_succeeds(visitor: Visitor) -> None:
    declare_contact(on_submit_success=lambda self, request: {"hello": self.cleaned_data["name"]})
    assert submit(visitor, "contact", VALID) == {"success": True, "data": {"hello": "Ada"}}


def test_a_hook_that_returns_nothing_answers_no_data(visitor: Visitor) -> None:
    declare_contact()
    assert submit(visitor, "contact", VALID) == {"success": True, "data": {}}


def test_a_submission_that_does_not_fit_lists_texts_by_field(visitor: Visitor) -> None:
    declare_contact()
    assert submit(visitor, "contact", {"email": "ada"}) == {
        "success": False,
        "errors": {"name": [REQUIRED], "email": [BAD_EMAIL]},
    }


def test_the_whole_answer_of_a_call(visitor: Visitor) -> None:
    declare_contact(affects="inbox")
    response = visitor.call("contact.submit", data=VALID)
    assert answer(response) == (200, {"result": {"success": True, "data": {}}, "invalidate": ["inbox"]})
    assert response.headers["X-Mizan-Invalidate"] == "inbox"
    assert response.headers["Cache-Control"] == "no-store"


def test_a_form_is_submitted_with_its_own_fields(visitor: Visitor) -> None:
    declare_contact(on_submit_success=lambda self, request: dict(self.cleaned_data))
    assert result(submit_as_form(visitor, "contact", VALID)) == {"success": True, "data": VALID}


def test_a_field_called_data_is_a_field_as_any_other(visitor: Visitor) -> None:
    class DataForm(mizanFormMixin, forms.Form):
        mizan = mizanFormMeta(name="data")
        data = forms.CharField()  # type: ignore[assignment]

        def on_submit_success(self, request: HttpRequest) -> dict[str, Any]:
            return self.cleaned_data

    expected = {"success": True, "data": {"data": "x"}}
    assert result(submit_as_form(visitor, "data", {"data": "x"})) == expected
    assert submit(visitor, "data", {"data": "x"}) == expected


def declare_upload() -> None:
    """Declare a form with a file that tells what it got."""

    class UploadForm(mizanFormMixin, forms.Form):
        mizan = mizanFormMeta(name="upload")
        title = forms.CharField()
        file = forms.FileField(max_length=10, allow_empty_file=False)

        def on_submit_success(self, request: HttpRequest) -> dict[str, Any]:
            file = self.cleaned_data["file"]
            return {"name": file.name, "content": file.read().decode(), "title": self.cleaned_data["title"]}

    assert UploadForm.mizan.name == "upload"


def test_files_come_as_multipart(visitor: Visitor) -> None:
    declare_upload()
    file = SimpleUploadedFile("a.txt", b"Hello")
    response = upload(visitor, CALL, {"fn": "upload.submit", "title": "T", "file": file})
    assert result(response) == {"success": True, "data": {"name": "a.txt", "content": "Hello", "title": "T"}}


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.txt", b"", "The submitted file is empty."),
        (
            "a_long_name.txt",
            b"x",
            "Ensure this filename has at most 10 characters (it has 15).",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_an_error_of_its_field(
    name: str, content: bytes, error: str, visitor: Visitor
) -> None:
    declare_upload()
    fields = {"fn": "upload.submit", "title": "T", "file": SimpleUploadedFile(name, content)}
    assert result(upload(visitor, CALL, fields)) == {"success": False, "errors": {"file": [error]}}


def test_json_holds_no_files(visitor: Visitor) -> None:
    declare_upload()
    assert submit(visitor, "upload", {"title": "T", "file": "a.txt"}) == {
        "success": False,
        "errors": {"file": [REQUIRED]},
    }


class EveryForm(forms.Form):
    """One field of each kind whose Python type is not text."""

    text = forms.CharField(required=False)
    email = forms.EmailField(required=False)
    number = forms.IntegerField(required=False)
    float = forms.FloatField(required=False)
    truth = forms.BooleanField(required=False)
    perhaps = forms.NullBooleanField(required=False)
    day = forms.DateField(required=False)
    moment = forms.DateTimeField(required=False)
    span = forms.DurationField(required=False)
    ip = forms.GenericIPAddressField(required=False)
    url = forms.URLField(required=False, assume_scheme="https")
    key = forms.UUIDField(required=False)
    slug = forms.SlugField(required=False)
    json = forms.JSONField(required=False)
    one = forms.ChoiceField(choices=[(1, "1"), (True, "yes")], required=False)
    many = forms.MultipleChoiceField(choices=[(1, "1"), (2, "2")], required=False)
    board = forms.ModelChoiceField(Board.objects.all(), required=False)
    boards = forms.ModelMultipleChoiceField(Board.objects.all(), required=False)
    parts = forms.SplitDateTimeField(required=False)
    file = forms.FileField(required=False)


def declare_every() -> None:
    """Declare a form with one field of each kind."""

    class Every(mizanFormMixin, EveryForm):
        mizan = mizanFormMeta(name="every")

        def on_submit_success(self, request: HttpRequest) -> dict[str, Any]:
            return {name: self.cleaned_data[name] for name in self.data}

    assert Every.mizan.name == "every"


VALUES = [0, 5, -1, 0.5, 10**18, True, False, "x", "", None, [], [1], ["a", None], "\x00"]


@over_wsgi
@pytest.mark.parametrize("name", EveryForm.base_fields)
def test_no_json_value_makes_a_field_fail(name: str, visitor: Visitor) -> None:
    declare_every()
    for value in VALUES:
        answered = check(visitor, "every", {name: value})
        assert [each["field"] for each in answered["errors"]] in ([], [name]), repr(value)


@over_wsgi
@pytest.mark.parametrize(
    ("name", "value", "cleaned"),
    [
        ("number", 5, 5),
        ("number", 5.0, 5),
        ("float", 0.5, 0.5),
        ("text", 5, "5"),
        ("truth", True, True),
        ("truth", False, False),
        ("perhaps", True, True),
        ("perhaps", False, False),
        ("one", 1, "1"),
        ("one", True, "True"),
        ("many", [1, 2], ["1", "2"]),
        ("json", 5, 5),
        ("day", "2026-01-31", datetime.date(2026, 1, 31).isoformat()),
    ],
)
def test_json_values_mean_what_a_form_would_say(
    name: str, value: object, cleaned: object, visitor: Visitor
) -> None:
    declare_every()
    assert submit(visitor, "every", {name: value}) == {"success": True, "data": {name: cleaned}}


def test_null_is_not_given(visitor: Visitor) -> None:
    declare_contact()
    assert submit(visitor, "contact", {**VALID, "name": None})["errors"] == {"name": [REQUIRED]}


def test_what_the_hook_returned_goes_out_as_text_where_json_holds_no_more(visitor: Visitor) -> None:
    board = Board.objects.create(title="Ada's")
    declare_contact(
        affects="inbox",
        on_submit_success=lambda self, request: {"board": board, "day": datetime.date(2026, 1, 31)},
    )
    assert submit(visitor, "contact", VALID) == {
        "success": True,
        "data": {"board": "Ada's", "day": "2026-01-31"},
    }


@over_wsgi
@pytest.mark.parametrize("function", ["contact.validate", "contact.submit"])
class TestDataThatIsNone:
    """What is no data of a form is refused before the form sees it."""

    @pytest.mark.parametrize("data", [None, 5, "name=Ada", ["name", "Ada"], True])
    def test_data_must_be_an_object(self, data: object, function: str, visitor: Visitor) -> None:
        declare_contact()
        expected = misfit(data=["Must be an object that maps field names to values."])
        assert answer(visitor.call(function, data=data)) == expected

    @pytest.mark.parametrize("value", [{"a": 1}, [[1]], [{"a": 1}]])
    def test_values_must_be_flat(self, value: object, function: str, visitor: Visitor) -> None:
        declare_contact()
        expected = misfit(**{"data.name": ["Must be a scalar or a list of scalars."]})
        assert answer(visitor.call(function, data={"name": value})) == expected
