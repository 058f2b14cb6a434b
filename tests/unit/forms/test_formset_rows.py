"""Rows of a formset as ``{"forms": [{…}, {…}]}``, and as a page sends them, over ``call/``."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from pytest_django import DjangoAssertNumQueries

from mizan_htmx.forms import mizanFormMeta, mizanFormMixin
from tests.helpers.forms import (
    BAD_EMAIL,
    REQUIRED,
    VALID,
    declare_card,
    declare_contact,
    result,
    upload,
)
from tests.helpers.visitor import CALL, HEADER, Visitor, answer, misfit, over_wsgi
from tests.site.models import Board, Card

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]

ADA = {"name": "Ada", "email": "ada@example.org"}
BOB = {"name": "Bob", "email": "bob@example.org"}
BLANK = {"name": "", "email": ""}
NEEDED = [
    {"field": name, "errors": [{"message": REQUIRED, "code": "required"}]} for name in ("name", "email")
]
FUNCTIONS = ["contact.formset.schema", "contact.formset.validate", "contact.formset.submit"]


def declare(**options: Any) -> list[Any]:
    """Declare a formset that remembers what its rows had."""
    seen: list[Any] = []

    def on_formset_success(cls: Any, request: HttpRequest, formset: Any) -> dict[str, int]:
        seen.append([form.cleaned_data.get("name") for form in formset.forms])
        return {"rows": len(formset.forms)}

    hook = {"on_formset_success": classmethod(on_formset_success)}
    declare_contact(**{"enable_formset": True, "affects": "inbox", **hook, **options})
    return seen


def ask(visitor: Visitor, function: str, *rows: object) -> Any:
    """Call a function with these rows."""
    return result(visitor.call(function, forms=rows))


class TestSchema:
    """``formset.schema`` describes the rows that it is given."""

    @pytest.mark.parametrize("rows", [[], [{}], [ADA, {}, {"name": 5}]])
    def test_it_has_as_many_forms_as_rows(self, rows: list[object], visitor: Visitor) -> None:
        declare(title="People")
        plain = result(visitor.call("contact.formset.schema"))
        one = result(visitor.call("contact.schema"))
        assert ask(visitor, "contact.formset.schema", *rows) == {**plain, "forms": [one] * len(rows)}
        assert "forms" not in plain

    def test_rows_have_what_the_formset_adds(self, visitor: Visitor) -> None:
        declare(formset_options={"can_delete": True, "can_order": True})
        schema = ask(visitor, "contact.formset.schema", ADA)
        names = ["name", "email", "ORDER", "DELETE"]
        assert [each["name"] for each in schema["forms"][0]["fields"]] == names
        assert [each["name"] for each in schema["fields"]] == names

    def test_rows_begin_with_what_is_theirs(self, visitor: Visitor) -> None:
        declare(get_formset_kwargs=classmethod(lambda cls, request: {"initial": [ADA, BOB]}))
        schema = ask(visitor, "contact.formset.schema", {}, {}, {})
        initials = [[each["initial"] for each in form["fields"]] for form in schema["forms"]]
        assert initials == [[*ADA.values()], [*BOB.values()], [None, None]]

    def test_choices_are_asked_for_once(
        self, visitor: Visitor, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        Board.objects.create(title="Ada's")
        declare(board=forms.ModelChoiceField(Board.objects.all()))
        with django_assert_max_num_queries(4):
            schema = ask(visitor, "contact.formset.schema", *[{}] * 50)
        labels = [form["fields"][2]["choices"][-1][1] for form in schema["forms"]]
        assert labels == ["Ada's"] * 50

    def test_a_row_may_change_its_own_fields(self, visitor: Visitor) -> None:
        class StepForm(mizanFormMixin, forms.Form):
            mizan = mizanFormMeta(name="step", enable_formset=True)
            country = forms.CharField()

            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                if self.data.get(self.add_prefix("country")) == "US":
                    self.fields["state"] = forms.CharField()

        schema = ask(visitor, "step.formset.schema", {"country": "FR"}, {"country": "US"})
        assert [[each["name"] for each in form["fields"]] for form in schema["forms"]] == [
            ["country"],
            ["country", "state"],
        ]

    def test_so_may_the_formset(self, visitor: Visitor) -> None:
        class Numbered(forms.BaseFormSet):  # type: ignore[type-arg]
            def add_fields(self, form: Any, index: int | None) -> None:
                super().add_fields(form, index)
                form.fields["name"].help_text = f"Row {index}"

        declare(formset_options={"formset": Numbered})
        schema = ask(visitor, "contact.formset.schema", {}, {})
        assert [form["fields"][0]["help_text"] for form in schema["forms"]] == ["Row 0", "Row 1"]


class TestValidateAndSubmit:
    """Rows that a script sends are all meant."""

    def test_rows_that_fit(self, visitor: Visitor) -> None:
        seen = declare()
        assert ask(visitor, "contact.formset.validate", ADA, BOB) == {
            "errors": [],
            "rows": [[], []],
            "per_form": [{"errors": []}, {"errors": []}],
        }
        response = visitor.call("contact.formset.submit", forms=[ADA, BOB])
        submitted = {"success": True, "data": {"rows": 2}}
        assert answer(response) == (200, {"result": submitted, "invalidate": ["inbox"]})
        assert seen == [["Ada", "Bob"]]

    def test_rows_that_do_not_fit(self, visitor: Visitor) -> None:
        seen = declare()
        bad = [{"field": "email", "errors": [{"message": BAD_EMAIL, "code": "invalid"}]}]
        rows = [ADA, {"name": "Bob", "email": "bob"}]
        assert ask(visitor, "contact.formset.validate", *rows)["per_form"] == [
            {"errors": []},
            {"errors": bad},
        ]
        response = visitor.call("contact.formset.submit", forms=rows)
        assert result(response) == {
            "success": False,
            "errors": {
                "rows": [{}, {"email": [BAD_EMAIL]}],
                "__all__": [],
                "per_form": [{"errors": []}, {"errors": bad}],
            },
        }
        assert (HEADER in response.headers, seen) == (False, [])

    @pytest.mark.parametrize("row", [{}, BLANK, {"name": None, "email": None}])
    def test_a_row_is_not_excused_for_being_blank(self, row: object, visitor: Visitor) -> None:
        declare()
        assert ask(visitor, "contact.formset.validate", ADA, row)["per_form"][1] == {"errors": NEEDED}
        assert ask(visitor, "contact.formset.submit", row)["success"] is False

    def test_a_row_that_is_to_be_deleted_has_no_errors(self, visitor: Visitor) -> None:
        declare(formset_options={"can_delete": True})
        rows = [ADA, {"email": "bob", "DELETE": True}]
        assert ask(visitor, "contact.formset.validate", *rows)["per_form"] == [{"errors": []}] * 2
        assert ask(visitor, "contact.formset.submit", *rows)["success"] is True

    def test_no_rows_are_none(self, visitor: Visitor) -> None:
        declare(formset_options={"min_num": 1, "validate_min": True})
        report = ask(visitor, "contact.formset.validate")
        assert [each["field"] for each in report["errors"]] == ["__all__"]
        assert ask(visitor, "contact.formset.submit")["errors"]["per_form"] == []

    def test_what_the_formset_itself_refuses_stands_under_all(self, visitor: Visitor) -> None:
        declare(formset_options={"max_num": 1, "validate_max": True})
        text = "Please submit at most 1 form."
        report = ask(visitor, "contact.formset.validate", ADA, BOB)
        assert report["errors"] == [
            {"field": "__all__", "errors": [{"message": text, "code": "too_many_forms"}]}
        ]
        assert ask(visitor, "contact.formset.submit", ADA, BOB)["errors"]["__all__"] == [text]

    def test_a_row_that_equals_what_it_began_with_counts(self, visitor: Visitor) -> None:
        seen = declare(get_formset_kwargs=classmethod(lambda cls, request: {"initial": [ADA]}))
        assert ask(visitor, "contact.formset.submit", ADA)["success"] is True
        assert seen == [["Ada"]]

    @pytest.mark.parametrize("prefix", ["people", None, ""])
    def test_under_any_prefix(self, prefix: str | None, visitor: Visitor) -> None:
        seen = declare(get_formset_kwargs=classmethod(lambda cls, request: {"prefix": prefix}))
        assert ask(visitor, "contact.formset.submit", ADA, BOB)["success"] is True
        assert seen == [["Ada", "Bob"]]

    def test_names_that_the_form_does_not_declare_are_ignored(self, visitor: Visitor) -> None:
        seen = declare()
        junk = {"contact-0-name": "Eve", "contact-TOTAL_FORMS": 9, "id": {"a": 1}, "1-name": "Eve", "x": []}
        response = visitor.call("contact.formset.submit", forms=[{**ADA, **junk}], other=1, data={"a": 1})
        assert result(response)["success"] is True
        assert seen == [["Ada"]]


@over_wsgi
@pytest.mark.parametrize("function", FUNCTIONS)
class TestRowsThatAreNone:
    """What is no list of rows is refused before a form sees it."""

    @pytest.mark.parametrize("rows", [None, 5, "x", True, {"0": ADA}])
    def test_forms_is_a_list(self, rows: object, function: str, visitor: Visitor) -> None:
        declare()
        expected = misfit(forms=["Must be a list of objects, one for each row."])
        assert answer(visitor.call(function, forms=rows)) == expected

    @pytest.mark.parametrize("row", [None, 5, "x", [ADA]])
    def test_each_row_is_an_object(self, row: object, function: str, visitor: Visitor) -> None:
        declare()
        text = "Must be an object that maps field names to values."
        expected = misfit(**{"forms.1": [text], "forms.2": [text]})
        assert answer(visitor.call(function, forms=[ADA, row, row])) == expected

    @pytest.mark.parametrize("value", [{"a": 1}, [[1]]])
    def test_each_value_is_a_scalar_or_a_list_of_them(
        self, value: object, function: str, visitor: Visitor
    ) -> None:
        declare()
        expected = misfit(**{"forms.1.name": ["Must be a scalar or a list of scalars."]})
        assert answer(visitor.call(function, forms=[ADA, {**BOB, "name": value}])) == expected

    def test_there_are_no_more_than_there_can_be(self, function: str, visitor: Visitor) -> None:
        declare(formset_options={"max_num": 1, "absolute_max": 2})
        assert visitor.call(function, forms=[ADA, BOB]).status_code == 200
        expected = misfit(forms=["Must be at most 2 rows, not 3."])
        assert answer(visitor.call(function, forms=[ADA, BOB, ADA])) == expected

    def test_only_one_who_may_call_learns_what_is_wrong(self, function: str, visitor: Visitor) -> None:
        declare(auth=True)
        assert visitor.call(function, forms=5).status_code == 401


class TestModelFormset:
    """Rows with a key change an object, those without add one."""

    @pytest.fixture
    def board(self) -> Board:
        """Give a board with a formset of its two cards; there is a card of somebody else, too."""
        board = Board.objects.create(title="Ada's")
        Card.objects.create(board=Board.objects.create(title="Eve's"), title="Secret")
        for title in ("Milk", "Butter"):
            Card.objects.create(board=board, title=title)

        def own_cards(cls: Any, request: HttpRequest) -> dict[str, Any]:
            return {"queryset": Card.objects.filter(board=board)}

        declare_card(
            enable_formset=True,
            formset_options={"can_delete": True},
            get_formset_kwargs=classmethod(own_cards),
        )
        return board

    def row(self, of: str, **more: object) -> dict[str, object]:
        """Give what a card's row says."""
        card = Card.objects.get(title=of)
        return {"id": card.pk, "board": card.board_id, "title": of, **more}

    def test_rows_in_any_order(self, board: Board, visitor: Visitor) -> None:
        rows = [
            {"board": board.pk, "title": "Bread"},
            self.row("Butter", DELETE=True),
            {"id": "", "board": board.pk, "title": "Jam"},
            self.row("Milk", title="Oat milk"),
        ]
        assert ask(visitor, "card.formset.submit", *rows)["success"] is True
        titles = set(Card.objects.values_list("title", flat=True))
        assert titles == {"Secret", "Oat milk", "Bread", "Jam"}

    def test_errors_stand_in_the_order_of_the_rows(self, board: Board, visitor: Visitor) -> None:
        rows: list[Any] = [
            {"board": board.pk},
            self.row("Butter"),
            {"title": "Jam"},
            self.row("Milk", title=""),
        ]
        report = ask(visitor, "card.formset.validate", *rows)
        found = [[error["field"] for error in each["errors"]] for each in report["per_form"]]
        assert found == [["title"], [], ["board"], ["title"]]
        errors = ask(visitor, "card.formset.submit", *rows)["errors"]
        assert [list(each) for each in errors["rows"]] == found
        schema = ask(visitor, "card.formset.schema", *rows)
        ids = [next(each for each in form["fields"] if each["name"] == "id") for form in schema["forms"]]
        assert [each["initial"] for each in ids] == [None, rows[1]["id"], None, rows[3]["id"]]
        assert {each["type"] for each in ids} == {"hidden"}

    def test_a_schema_lists_no_object_that_is_not_offered(self, board: Board, visitor: Visitor) -> None:
        for args in ({}, {"forms": [{}, self.row("Milk")]}):
            text = visitor.call("card.formset.schema", **args).text
            assert [title in text for title in ("Secret", "Butter")] == [False, False]

    @over_wsgi
    @pytest.mark.parametrize("key", ["x", 0, -1, 10**30, True, [1], 1.5])
    def test_a_key_that_is_none_of_them_changes_nothing(
        self, key: object, board: Board, visitor: Visitor
    ) -> None:
        keys = [key, Card.objects.get(title="Secret").pk]
        for forged in keys:
            row = {"id": forged, "board": board.pk, "title": "Mine"}
            errors = ask(visitor, "card.formset.submit", row)["errors"]
            assert [list(each) for each in errors["rows"]] == [["id"]]
        assert set(Card.objects.values_list("title", flat=True)) == {"Secret", "Milk", "Butter"}


class TestAsAPageSendsThem:
    """A plain body with its management form, urlencoded or as multipart."""

    def fields(self, prefix: str, *rows: dict[str, Any]) -> dict[str, Any]:
        """Give the fields of a formset with these rows."""
        management = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
        filled = {
            f"{prefix}-{at}-{name}": value for at, row in enumerate(rows) for name, value in row.items()
        }
        return management | filled

    @pytest.mark.parametrize("prefix", ["contact", "form"])
    def test_under_its_own_prefix_and_that_of_any_formset(self, prefix: str, visitor: Visitor) -> None:
        seen = declare()
        fields = self.fields(prefix, ADA, BOB)
        for function, answered in (
            ("contact.formset.validate", {"errors": [], "rows": [[], []], "per_form": [{"errors": []}] * 2}),
            ("contact.formset.submit", {"success": True, "data": {"rows": 2}}),
        ):
            assert result(visitor.form(CALL, urlencode({"fn": function, **fields}))) == answered
            assert result(upload(visitor, CALL, {"fn": function, **fields})) == answered
        assert seen == [["Ada", "Bob"]] * 2

    @pytest.mark.parametrize("prefix", ["contact", "form"])
    def test_a_schema_has_a_form_for_each(self, prefix: str, visitor: Visitor) -> None:
        declare(formset_options={"max_num": 1, "absolute_max": 2})
        schema = "contact.formset.schema"
        expected = {**ask(visitor, schema, ADA, BOB), "prefix": prefix}
        fields = self.fields(prefix, ADA, BOB)
        assert result(visitor.form(CALL, urlencode({"fn": schema, **fields}))) == expected
        assert result(upload(visitor, CALL, {"fn": schema, **fields})) == expected
        body = urlencode({"fn": schema, **self.fields(prefix, ADA, BOB, ADA)})
        assert answer(visitor.form(CALL, body)) == misfit(forms=["Must be at most 2 rows, not 3."])

    def test_a_schema_without_rows_is_that_of_the_formset(self, visitor: Visitor) -> None:
        declare()
        plain = result(visitor.call("contact.formset.schema"))
        assert result(visitor.form(CALL, urlencode({"fn": "contact.formset.schema"}))) == plain

    def test_its_own_prefix_goes_first(self, visitor: Visitor) -> None:
        seen = declare()
        fields = {**self.fields("form", BOB), **self.fields("contact", ADA)}
        visitor.form(CALL, urlencode({"fn": "contact.formset.submit", **fields}))
        assert seen == [["Ada"]]

    def test_errors_stand_by_row(self, visitor: Visitor) -> None:
        declare()
        body = urlencode({"fn": "contact.formset.submit", **self.fields("form", ADA, {"email": "bob"})})
        bad = {"field": "email", "errors": [{"message": BAD_EMAIL, "code": "invalid"}]}
        assert result(visitor.form(CALL, body))["errors"] == {
            "rows": [{}, {"name": [REQUIRED], "email": [BAD_EMAIL]}],
            "__all__": [],
            "per_form": [{"errors": []}, {"errors": [NEEDED[0], bad]}],
        }

    def test_without_a_management_form_it_is_refused(self, visitor: Visitor) -> None:
        declare()
        errors = result(visitor.form(CALL, urlencode({"fn": "contact.formset.submit", **VALID})))["errors"]
        assert errors["__all__"][0].startswith("ManagementForm data is missing")

    @pytest.mark.parametrize("prefix", ["contact", "form"])
    def test_files_stand_in_their_rows(self, prefix: str, visitor: Visitor) -> None:
        got: list[Any] = []

        def on_formset_success(cls: Any, request: HttpRequest, formset: Any) -> None:
            got.extend(form.cleaned_data["file"].read() for form in formset.forms)

        declare(file=forms.FileField(), on_formset_success=classmethod(on_formset_success))
        rows = [{**each, "file": SimpleUploadedFile("a.txt", each["name"].encode())} for each in (ADA, BOB)]
        fields = {"fn": "contact.formset.submit", **self.fields(prefix, *rows)}
        assert result(upload(visitor, CALL, fields))["success"] is True
        assert got == [b"Ada", b"Bob"]


class TestHooksOfRows:
    """A formset without a hook of its own asks that of each row, as code that comes from mizan has it."""

    def declare(self, **options: Any) -> list[str]:
        """Declare a formset whose rows say what was asked of them."""
        said: list[str] = []

        def on_submit_success(self: Any, request: HttpRequest) -> dict[str, Any]:
            said.append(f"taken {self.cleaned_data['name']}")
            return {"not": "told"}

        def on_submit_failure(self: Any, request: HttpRequest, errors: Any) -> None:
            said.append(f"refused {sorted(errors)}")

        hooks = {"on_submit_success": on_submit_success, "on_submit_failure": on_submit_failure}
        declare_contact(
            **{"enable_formset": True, "formset_options": {"can_delete": True}, **hooks, **options}
        )
        return said

    def test_each_row_that_was_filled_in(self, visitor: Visitor) -> None:
        said = self.declare()
        rows = [ADA, {**BOB, "DELETE": True}, BOB]
        assert ask(visitor, "contact.formset.submit", *rows) == {"success": True, "data": {}}
        assert said == ["taken Ada", "taken Bob"]

    def test_rows_of_a_page_that_were_left_empty_are_not_asked(self, visitor: Visitor) -> None:
        said = self.declare()
        fields = {"contact-TOTAL_FORMS": 2, "contact-INITIAL_FORMS": 0, "contact-1-name": "Ada"}
        fields["contact-1-email"] = "ada@example.org"
        assert result(visitor.call("contact.formset.submit", **fields))["success"] is True
        assert said == ["taken Ada"]

    def test_of_rows_that_do_not_fit_those_are_asked(self, visitor: Visitor) -> None:
        said = self.declare()
        assert ask(visitor, "contact.formset.submit", ADA, {"name": "Bob"})["success"] is False
        assert said == ["refused ['email']"]

    def test_the_first_response_goes_out(self, visitor: Visitor) -> None:
        self.declare(on_submit_success=lambda self, request: HttpResponse(headers={"Location": "/thanks/"}))
        assert ask(visitor, "contact.formset.submit", ADA, BOB)["data"] == {"redirect": "/thanks/"}

    def test_validating_asks_nobody(self, visitor: Visitor) -> None:
        said = self.declare()
        ask(visitor, "contact.formset.validate", ADA, BLANK)
        assert said == []

    @pytest.mark.parametrize("saves", [True, False])
    def test_a_row_that_its_hook_saved_is_saved_once(self, saves: bool, visitor: Visitor) -> None:
        board = Board.objects.create(title="Ada's")

        def on_submit_success(self: Any, request: HttpRequest) -> None:
            if saves:
                self.save()
                Card.objects.filter(pk=self.instance.pk).update(title="By the hook")

        declare_card(enable_formset=True, on_submit_success=on_submit_success)
        row = {"board": board.pk, "title": "Milk"}
        assert ask(visitor, "card.formset.submit", row)["success"] is True
        assert [each.title for each in Card.objects.all()] == ["By the hook" if saves else "Milk"]

    def test_rows_that_are_not_saved_are_not_asked(self, visitor: Visitor) -> None:
        board = Board.objects.create(title="Ada's")
        asked: list[str] = []

        def on_submit_success(self: Any, request: HttpRequest) -> None:
            asked.append(self.cleaned_data["title"])

        milk, butter = (Card.objects.create(board=board, title=title) for title in ("Milk", "Butter"))
        declare_card(
            enable_formset=True,
            formset_options={"edit_only": True},
            get_formset_kwargs=classmethod(lambda cls, request: {"queryset": Card.objects.all()}),
            on_submit_success=on_submit_success,
        )
        old = [{"id": each.pk, "board": board.pk, "title": each.title} for each in (milk, butter)]
        rows = [{**old[0], "title": "Oat milk"}, old[1], {"board": board.pk, "title": "Bread"}]
        assert ask(visitor, "card.formset.submit", *rows)["success"] is True
        assert asked == ["Oat milk"]
        assert set(Card.objects.values_list("title", flat=True)) == {"Oat milk", "Butter"}
