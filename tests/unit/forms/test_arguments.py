"""A form's fields as the arguments of its functions, as mizan's clients send them."""

import datetime
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client, RequestFactory

from mizan_htmx.forms import mizanFormMeta, mizanFormMixin
from mizan_htmx.setup.registry import get_function
from tests.helpers.forms import (
    BAD_EMAIL,
    REQUIRED,
    VALID,
    check,
    declare_card,
    declare_contact,
    form_url,
    result,
    submit,
    upload,
)
from tests.helpers.visitor import CALL, Visitor, answer, misfit, over_wsgi
from tests.site.models import Board, Card

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]

NO_VALUE = "Must be a scalar or a list of scalars."


def declare(fields: dict[str, forms.Field], **kwargs: Any) -> list[dict[str, Any]]:
    """Declare a form ``one`` of these fields, made with these arguments; remember what it cleaned."""
    seen: list[dict[str, Any]] = []

    def on_submit_success(self: Any, request: HttpRequest) -> None:
        seen.append(self.cleaned_data)

    def get_init_kwargs(cls: Any, request: HttpRequest) -> dict[str, Any]:
        return kwargs

    body: dict[str, Any] = {
        "mizan": mizanFormMeta(name="one"),
        "on_submit_success": on_submit_success,
        "get_init_kwargs": classmethod(get_init_kwargs),
        "__module__": __name__,
        **fields,
    }
    metaclass: Any = type(forms.Form)
    metaclass("OneForm", (mizanFormMixin, forms.Form), body)
    return seen


def send(visitor: Visitor, function: str, args: object) -> Any:
    """Call a function with these arguments."""
    return result(visitor.send("POST", CALL, json.dumps({"fn": function, "args": args})))


class TestFieldsAsArguments:
    """``{"fn": "contact.submit", "args": {"name": "Ada", "email": "…"}}``."""

    def test_a_submission_that_fits_succeeds(self, visitor: Visitor) -> None:
        declare_contact(on_submit_success=lambda self, request: dict(self.cleaned_data), affects="inbox")
        response = visitor.call("contact.submit", **VALID)
        result_ = {"success": True, "data": VALID}
        assert answer(response) == (200, {"result": result_, "invalidate": ["inbox"]})

    def test_one_that_does_not_fit_lists_its_errors(self, visitor: Visitor) -> None:
        declare_contact()
        errors = {"name": [REQUIRED], "email": [BAD_EMAIL]}
        assert send(visitor, "contact.submit", {"email": "ada"}) == {"success": False, "errors": errors}

    def test_validate_takes_what_submit_takes(self, visitor: Visitor) -> None:
        declare_contact()
        assert send(visitor, "contact.validate", VALID) == {"errors": []}
        assert send(visitor, "contact.validate", {"email": "ada"}) == check(
            visitor, "contact", {"email": "ada"}
        )

    def test_no_arguments_are_an_empty_form(self, visitor: Visitor) -> None:
        declare_contact()
        errors = {"name": [REQUIRED], "email": [REQUIRED]}
        for body in ({"fn": "contact.submit"}, {"fn": "contact.submit", "args": {}}):
            answered = result(visitor.send("POST", CALL, json.dumps(body)))
            assert answered == {"success": False, "errors": errors}

    def test_names_that_the_form_does_not_declare_are_ignored(self, visitor: Visitor) -> None:
        seen = declare({"name": forms.CharField()})
        junk = {"request": 1, "files": {}, "self": [[0]], "fn": "x", "instance": {"pk": 1}, "data": 5}
        assert send(visitor, "one.submit", {"name": "Ada", **junk})["success"] is True
        assert seen == [{"name": "Ada"}]

    def test_data_beside_other_names_is_a_name_that_the_form_does_not_declare(self, visitor: Visitor) -> None:
        declare_contact()
        answered = send(visitor, "contact.submit", {"data": VALID, "name": "Ada"})
        assert answered == {"success": False, "errors": {"email": [REQUIRED]}}

    @over_wsgi
    @pytest.mark.parametrize("function", ["contact.submit", "contact.validate"])
    @pytest.mark.parametrize("value", [{"a": 1}, [[1]], [{"a": 1}]])
    def test_a_field_takes_scalars(self, value: object, function: str, visitor: Visitor) -> None:
        declare_contact()
        response = visitor.call(function, email="x", name=value)
        assert answer(response) == misfit(name=[NO_VALUE])

    def test_several_values_fill_a_field_of_several(self, visitor: Visitor) -> None:
        seen = declare({"of": forms.MultipleChoiceField(choices=[("1", "One"), ("2", "Two")])})
        assert send(visitor, "one.submit", {"of": [1, "2"]})["success"] is True
        assert seen == [{"of": ["1", "2"]}]

    def test_a_model_form_is_saved(self, visitor: Visitor) -> None:
        board = Board.objects.create(title="Ada's")
        declare_card(affects="board", affects_params=["board_id"])
        response = visitor.call("card.submit", board=board.pk, title="Buy milk")
        assert response.headers["X-Mizan-Invalidate"] == f"board;board_id={board.pk}"
        assert Card.objects.get().title == "Buy milk"

    def test_only_one_who_may_call_learns_what_fits(self, visitor: Visitor) -> None:
        declare_contact(auth=True)
        assert visitor.call("contact.submit", name={"a": 1}).status_code == 401


class TestAFieldCalledData:
    """``data`` holds the fields only where it can't be a field of its own."""

    def test_it_is_a_field_where_the_form_has_one(self, visitor: Visitor) -> None:
        seen = declare({"data": forms.CharField()})
        assert send(visitor, "one.submit", {"data": "x"})["success"] is True
        assert send(visitor, "one.validate", {"data": "x"}) == {"errors": []}
        assert seen == [{"data": "x"}]

    def test_beside_another_field(self, visitor: Visitor) -> None:
        seen = declare({"data": forms.CharField(), "name": forms.CharField()})
        assert send(visitor, "one.submit", {"data": "x", "name": "Ada"})["success"] is True
        assert seen == [{"data": "x", "name": "Ada"}]

    def test_a_field_of_json_takes_the_object(self, visitor: Visitor) -> None:
        seen = declare({"data": forms.JSONField()})
        assert send(visitor, "one.submit", {"data": {"data": 1}})["success"] is True
        assert send(visitor, "one.submit", {"data": {"a": [None]}})["success"] is True
        assert seen == [{"data": {"data": 1}}, {"data": {"a": [None]}}]

    def test_a_field_that_only_an_instance_has(self, visitor: Visitor) -> None:
        class LateForm(mizanFormMixin, forms.Form):
            mizan = mizanFormMeta(name="late")

            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                self.fields["data"] = forms.JSONField()

            def on_submit_success(self, request: HttpRequest) -> dict[str, Any]:
                return {"got": self.cleaned_data["data"]}

        assert send(visitor, "late.submit", {"data": "5"})["data"] == {"got": 5}
        assert send(visitor, "late.submit", {"data": {"a": 1}})["data"] == {"got": {"a": 1}}

    @over_wsgi
    @pytest.mark.parametrize("data", [None, 5, "name=Ada", ["name", "Ada"], True])
    def test_without_such_a_field_it_holds_an_object(self, data: object, visitor: Visitor) -> None:
        declare_contact()
        for function in ("contact.submit", "contact.validate", "contact.schema"):
            response = visitor.call(function, data=data)
            assert answer(response) == misfit(data=["Must be an object that maps field names to values."])


@over_wsgi
@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        ({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
        ([1, "two", None], [1, "two", None]),
        ([], []),
        (True, True),
        (1.5, 1.5),
        ('{"a": 1}', {"a": 1}),
    ],
)
def test_a_field_of_json_is_given_json(value: object, cleaned: object, visitor: Visitor) -> None:
    seen = declare({"json": forms.JSONField(required=False)})
    for args in ({"json": value}, {"data": {"json": value}}):
        assert send(visitor, "one.submit", args)["success"] is True
    assert seen == [{"json": cleaned}] * 2


class TestPrefix:
    """A form with a prefix knows its fields by their own names, and by those of the page."""

    MOMENT = datetime.datetime(2026, 1, 31, 9, 30, tzinfo=datetime.UTC)
    PARTS = {"at_0": "2026-01-31", "at_1": "09:30"}  # noqa: RUF012

    def test_by_the_fields_own_names(self, visitor: Visitor) -> None:
        seen = declare({"name": forms.CharField(), "at": forms.SplitDateTimeField()}, prefix="p")
        assert send(visitor, "one.submit", {"name": "Ada", **self.PARTS})["success"] is True
        assert seen == [{"name": "Ada", "at": self.MOMENT}]

    def test_by_the_pages_names(self, visitor: Visitor) -> None:
        seen = declare({"name": forms.CharField(), "at": forms.SplitDateTimeField()}, prefix="p")
        args = {f"p-{name}": value for name, value in {"name": "Ada", **self.PARTS}.items()}
        assert send(visitor, "one.submit", {**args, "name": "Bob"})["success"] is True
        assert submit(visitor, "one", args)["success"] is True
        assert seen == [{"name": "Ada", "at": self.MOMENT}] * 2

    def test_a_date_of_three_parts(self, visitor: Visitor) -> None:
        seen = declare({"born": forms.DateField(widget=forms.SelectDateWidget(years=[2001]))}, prefix="p")
        parts = {"born_year": 2001, "born_month": 2, "born_day": 3}
        assert send(visitor, "one.submit", parts)["success"] is True
        assert seen == [{"born": datetime.date(2001, 2, 3)}]


class TestAFieldOfParts:
    """A field of several parts is given under its own name, too."""

    MOMENT = datetime.datetime(2026, 1, 31, 9, 30, tzinfo=datetime.UTC)

    @pytest.fixture(params=[None, "p"])
    def prefix(self, request: pytest.FixtureRequest) -> Any:
        """Give none, and one."""
        return request.param

    @pytest.mark.parametrize("at", [["2026-01-31", "09:30"], "2026-01-31T09:30", "2026-01-31T10:30:00+01:00"])
    def test_as_a_list_or_a_text(self, at: object, prefix: Any, visitor: Visitor) -> None:
        seen = declare({"at": forms.SplitDateTimeField()}, prefix=prefix)
        page_name = f"{prefix}-at" if prefix else "at"
        for args in ({"at": at}, {page_name: at}, {"data": {page_name: at}}):
            assert send(visitor, "one.submit", args)["success"] is True
        assert seen == [{"at": self.MOMENT}] * 3

    @pytest.mark.parametrize("at", ["yesterday", 5, ["2026-01-31", "noon"], ["2026-01-31"], [], ""])
    def test_what_is_none_is_an_error_of_the_field(self, at: object) -> None:
        declare({"at": forms.SplitDateTimeField()})
        errors = send(Visitor(Client), "one.validate", {"at": at})["errors"]
        assert [each["field"] for each in errors] == ["at"]

    def test_there_are_no_more_values_than_parts(self) -> None:
        declare({"at": forms.SplitDateTimeField(required=False)})
        text = "Must be a scalar for each of its parts, at most 2."
        assert answer(Visitor(Client).call("one.submit", at=["2026-01-31", "09:30", "UTC"])) == misfit(
            at=[text]
        )

    def test_its_parts_go_first(self) -> None:
        seen = declare({"at": forms.SplitDateTimeField()})
        args = {"at": ["2001-01-01", "00:00"], "at_0": "2026-01-31", "at_1": "09:30"}
        assert send(Visitor(Client), "one.submit", args)["success"] is True
        assert seen == [{"at": self.MOMENT}]

    def test_a_date_of_three_parts_is_a_text(self, prefix: Any) -> None:
        seen = declare({"born": forms.DateField(widget=forms.SelectDateWidget(years=[2001]))}, prefix=prefix)
        assert send(Visitor(Client), "one.submit", {"born": "2001-02-03"})["success"] is True
        assert seen == [{"born": datetime.date(2001, 2, 3)}]

    def test_the_box_that_takes_a_file_away(self, prefix: Any) -> None:
        there = {"file": SimpleUploadedFile("a.txt", b"hello")}
        seen = declare({"file": forms.FileField(required=False)}, prefix=prefix, initial=there)
        assert send(Visitor(Client), "one.submit", {"file-clear": True})["success"] is True
        assert seen == [{"file": False}]


def test_what_the_forms_own_init_made_of_a_value_stays(visitor: Visitor) -> None:
    class TidyForm(mizanFormMixin, forms.Form):
        mizan = mizanFormMeta(name="tidy")
        share = forms.FloatField(localize=True)

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            if self.is_bound:
                tidy: Any = self.data
                tidy = tidy.copy()
                tidy["share"] = "7"
                self.data = tidy

        def on_submit_success(self, request: HttpRequest) -> dict[str, Any]:
            return {"share": self.cleaned_data["share"]}

    assert send(visitor, "tidy.submit", {"share": 0.5})["data"] == {"share": 7.0}


def test_a_form_whose_init_takes_data_and_no_files(visitor: Visitor) -> None:
    class BareForm(mizanFormMixin, forms.Form):
        mizan = mizanFormMeta(name="bare")
        name = forms.CharField()

        def __init__(self, data: Any = None) -> None:
            super().__init__(data)

    assert send(visitor, "bare.submit", {"name": "Ada"})["success"] is True
    assert send(visitor, "bare.schema", {})["fields"][0]["name"] == "name"


def test_a_schema_is_of_the_form_with_what_it_was_given(visitor: Visitor) -> None:
    class StepForm(mizanFormMixin, forms.Form):
        mizan = mizanFormMeta(name="step")
        country = forms.CharField()

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            if self.data.get("country") == "US":
                self.fields["state"] = forms.CharField()

    def names(args: object) -> list[str]:
        return [each["name"] for each in send(visitor, "step.schema", args)["fields"]]

    assert names({}) == names({"data": {}}) == names({"country": "FR"}) == ["country"]
    assert names({"country": "US"}) == names({"data": {"country": "US"}}) == ["country", "state"]


@pytest.mark.parametrize("path", [form_url("contact"), form_url("contact", kind="formset")])
class TestHtmlEndpoint:
    """The endpoint of the page takes what pages send."""

    @pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
    def test_json_is_refused(self, path: str, content_type: str, visitor: Visitor) -> None:
        declare_contact(enable_formset=True, affects="inbox")
        for body in ("{}", json.dumps(VALID), json.dumps({"data": VALID})):
            response = visitor.send("POST", path, body, content_type=content_type)
            assert (response.status_code, response.headers.get("X-Mizan-Invalidate")) == (422, None)

    def test_one_who_may_not_submit_learns_that_alone(self, path: str, visitor: Visitor) -> None:
        declare_contact(enable_formset=True, auth=True)
        assert visitor.send("POST", path, "{}").status_code == 401


def test_as_a_form_the_fields_stand_beside_the_functions_name(visitor: Visitor) -> None:
    seen = declare({"name": forms.CharField(), "data": forms.CharField(required=False)})
    response = visitor.form(CALL, urlencode({"fn": "one.submit", "name": "Ada"}))
    assert result(response)["success"] is True
    assert result(visitor.form(CALL, urlencode({"fn": "one.validate", "name": ""})))["errors"] != []
    assert seen == [{"name": "Ada", "data": ""}]


def test_files_come_as_multipart_under_the_pages_names(visitor: Visitor) -> None:
    seen = declare({"title": forms.CharField(), "file": forms.FileField()}, prefix="p")
    fields = {"fn": "one.submit", "p-title": "A", "p-file": SimpleUploadedFile("a.txt", b"hello")}
    assert result(upload(visitor, CALL, fields))["success"] is True
    assert (seen[0]["title"], seen[0]["file"].name) == ("A", "a.txt")


def test_from_python_a_function_takes_what_a_call_takes(rf: RequestFactory) -> None:
    seen = declare({"name": forms.CharField()})
    function: Any = get_function("one.submit")
    request = rf.post(CALL, "{}", content_type="application/json")
    assert function(request).success is False
    assert function(request, {"name": "Ada"}).success is True
    assert function(request, data={"data": {"name": "Bob"}}).success is True
    assert seen == [{"name": "Ada"}, {"name": "Bob"}]
