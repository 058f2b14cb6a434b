"""What a submission makes stale, narrowed down by the form's own values."""

from typing import Any

import pytest
from django import forms
from django.http import HttpRequest
from django.test import RequestFactory

from mizan_htmx import invalidate
from mizan_htmx.forms import mizanFormMeta, mizanFormMixin
from mizan_htmx.setup.registry import get_function
from tests.helpers.forms import VALID, declare_card, declare_contact, form_url, post
from tests.helpers.visitor import HEADER, Visitor
from tests.site.models import Board, Card

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]

Header = str | None


class TaskForm(forms.Form):
    """Fields that share their names with parameters of contexts, and fields that don't."""

    board_id = forms.IntegerField(required=False)
    board = forms.ModelChoiceField(Board.objects.all(), required=False)
    owner = forms.IntegerField(required=False)
    tags = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], required=False)
    text = forms.CharField(required=False)


def declare_task(**options: Any) -> None:
    """Declare a form of tasks."""

    class Declared(mizanFormMixin, TaskForm):
        mizan = mizanFormMeta("task", **options)

    assert Declared.mizan.name == "task"


def stale(visitor: Visitor, name: str = "task", /, **data: object) -> Header:
    """Submit as JSON and give the header, which must be the same for HTML."""
    by_json = visitor.call(f"{name}.submit", data=data).headers.get(HEADER)
    by_html = post(visitor, form_url(name), {"csrf": "", **data}).headers.get(HEADER)
    assert by_json == by_html
    return by_json


def test_without_affects_nothing_is_stale(visitor: Visitor) -> None:
    declare_task()
    assert stale(visitor, board_id=5) is None


def test_a_context_without_parameters_is_stale_as_a_whole(visitor: Visitor) -> None:
    declare_task(affects="inbox")
    assert stale(visitor, board_id=5) == "inbox"


def test_fields_that_share_a_name_with_a_parameter_narrow_it_down(visitor: Visitor) -> None:
    declare_task(affects="board")
    assert stale(visitor, board_id="05") == "board;board_id=5"


def test_a_field_that_is_empty_narrows_nothing_down(visitor: Visitor) -> None:
    declare_task(affects="board")
    assert stale(visitor, board_id="") == "board"


def test_several_contexts_are_stale_in_their_order(visitor: Visitor) -> None:
    declare_task(affects=["inbox", "board", "card"])
    assert stale(visitor, board_id=5) == "inbox, board;board_id=5, card"


def test_a_chosen_object_stands_for_its_key(visitor: Visitor) -> None:
    board = Board.objects.create(title="Ada's")
    declare_task(affects="card")
    assert stale(visitor, board=board.pk) == f"card;board={board.pk}"


def test_named_keys_narrow_it_down_and_no_others(visitor: Visitor) -> None:
    board = Board.objects.create(title="Ada's")
    declare_task(affects=["board", "card"], affects_params=["board"])
    assert stale(visitor, board_id=5, board=board.pk) == f"board, card;board={board.pk}"


def test_one_key_may_be_named_alone(visitor: Visitor) -> None:
    declare_task(affects="board", affects_params="board_id")
    assert stale(visitor, board_id=5) == "board;board_id=5"


def test_no_keys_narrow_nothing_down(visitor: Visitor) -> None:
    declare_task(affects="board", affects_params=[])
    assert stale(visitor, board_id=5) == "board"


def test_a_mapping_fills_a_parameter_from_a_key_of_another_name(visitor: Visitor) -> None:
    board = Board.objects.create(title="Ada's")
    declare_task(affects=["board", "card"], affects_params={"board_id": "board", "card_id": "owner"})
    assert stale(visitor, board=board.pk, owner=7) == f"board;board_id={board.pk}, card;card_id=7"


def test_what_is_no_scalar_or_does_not_fit_narrows_nothing_down(visitor: Visitor) -> None:
    declare_task(affects=["board", "card"], affects_params={"board_id": "text", "card_id": "tags"})
    assert stale(visitor, text="five", tags=["a"]) == "board, card"


def test_values_are_written_as_the_grammar_says(visitor: Visitor) -> None:
    declare_task(affects="board", affects_params={"board_id": "text"})
    assert stale(visitor, text=" 5 ") == "board;board_id=5"
    assert stale(visitor, text="5, *;x=1") == "board"


def test_a_hook_that_changes_cleaned_data_changes_what_is_stale(visitor: Visitor) -> None:
    class Declared(mizanFormMixin, TaskForm):
        mizan = mizanFormMeta("task", affects="board")

        def on_submit_success(self, request: HttpRequest) -> None:
            self.cleaned_data["board_id"] = 8

    assert stale(visitor, board_id=5) == "board;board_id=8"


def test_what_the_hook_invalidates_stands_beside_it(visitor: Visitor) -> None:
    declare_contact(
        affects="inbox", on_submit_success=lambda self, request: invalidate(request, "board", board_id=3)
    )
    assert stale(visitor, "contact", **VALID) == "board;board_id=3, inbox"


def test_a_submission_that_does_not_fit_invalidates_nothing(visitor: Visitor) -> None:
    declare_contact(affects="inbox")
    assert stale(visitor, "contact", name="Ada") is None


def test_reading_and_validating_invalidate_nothing(visitor: Visitor) -> None:
    declare_contact(affects="inbox")
    assert HEADER not in visitor.get(form_url("contact")).headers
    assert HEADER not in visitor.call("contact.schema").headers
    assert HEADER not in post(visitor, f"{form_url('contact')}validate/", VALID).headers
    assert HEADER not in visitor.call("contact.validate", data=VALID).headers


class TestModelForm:
    """The saved instance fills what the fields do not."""

    def test_a_new_instance_gives_its_key(self, visitor: Visitor) -> None:
        board = Board.objects.create(title="Ada's")
        declare_card(affects=["board", "card"], affects_params={"board_id": "board_id", "card_id": "pk"})
        response = visitor.call("card.submit", data={"board": board.pk, "title": "Milk"})
        card = Card.objects.get()
        assert response.headers[HEADER] == f"board;board_id={board.pk}, card;card_id={card.pk}"

    def test_an_edited_instance_gives_its_key(self, visitor: Visitor) -> None:
        board = Board.objects.create(title="Ada's")
        card = Card.objects.create(board=board, title="Milk")
        declare_card(affects="card", affects_params={"card_id": "id"})
        fields = {"board": board.pk, "title": "Butter"}
        response = post(visitor, form_url("card", card_id=card.pk), fields)
        assert response.headers[HEADER] == f"card;card_id={card.pk}"

    def test_a_field_goes_before_an_attribute(self, visitor: Visitor) -> None:
        board = Board.objects.create(title="Ada's")
        declare_card(affects="board", affects_params={"board_id": "board"})
        fields = {"board": board.pk, "title": "Milk"}
        assert post(visitor, form_url("card"), fields).headers[HEADER] == f"board;board_id={board.pk}"

    def test_an_attribute_that_is_a_method_narrows_nothing_down(self, visitor: Visitor) -> None:
        board = Board.objects.create(title="Ada's")
        declare_card(affects="board", affects_params={"board_id": "delete"})
        response = visitor.call("card.submit", data={"board": board.pk, "title": "Milk"})
        assert response.headers[HEADER] == "board"
        assert Card.objects.count() == 1

    def test_a_hook_that_saves_nothing_leaves_no_key(self, visitor: Visitor) -> None:
        board = Board.objects.create(title="Ada's")
        declare_card(
            affects="card",
            affects_params={"card_id": "pk"},
            on_submit_success=lambda self, request: self.save(commit=False) and None,
        )
        response = visitor.call("card.submit", data={"board": board.pk, "title": "Milk"})
        assert response.headers[HEADER] == "card"


class TestFormset:
    """Each row that was filled in narrows down by itself."""

    @staticmethod
    def rows(*boards: object) -> dict[str, object]:
        """Give the fields of a formset with these boards."""
        fields: dict[str, object] = {"task-TOTAL_FORMS": len(boards), "task-INITIAL_FORMS": 0}
        return fields | {f"task-{at}-board_id": board for at, board in enumerate(boards)}

    def post(self, visitor: Visitor, *boards: object) -> Header:
        """Submit rows with these boards and give the header."""
        declare_task(affects="board", enable_formset=True)
        path = form_url("task", kind="formset")
        return post(visitor, path, self.rows(*boards)).headers.get(HEADER)

    def test_each_row_counts_once(self, visitor: Visitor) -> None:
        assert self.post(visitor, 1, 2, 1) == "board;board_id=1, board;board_id=2"

    def test_a_row_that_was_left_empty_does_not_widen_it(self, visitor: Visitor) -> None:
        assert self.post(visitor, 1, "") == "board;board_id=1"

    def test_no_row_at_all_says_nothing_about_which(self, visitor: Visitor) -> None:
        assert self.post(visitor, "", "") == "board"

    def test_json_says_the_same(self, visitor: Visitor) -> None:
        declare_task(affects="board", enable_formset=True)
        response = visitor.call("task.formset.submit", data=self.rows(1, "", 2))
        assert response.headers[HEADER] == "board;board_id=1, board;board_id=2"


def test_without_javascript_the_list_travels_in_the_cookie(visitor: Visitor) -> None:
    declare_contact(affects="inbox")
    response = post(visitor, form_url("contact"), VALID, htmx=False)
    assert (response.status_code, response.headers[HEADER]) == (302, "inbox")
    assert response.cookies["mizan_invalidate"].value.partition(":")[2] == "inbox"


def test_a_context_that_nobody_reads_is_stale_as_a_whole(visitor: Visitor) -> None:
    declare_task(affects="nothing")
    assert stale(visitor, board_id=5) == "nothing"


def test_called_from_python_a_submission_has_no_response_for_what_it_invalidates() -> None:
    declare_task(affects="board")
    function: Any = get_function("task.submit")
    request = RequestFactory().post("/", "{}", "application/json")
    assert function(request, {"text": "x"}).model_dump() == {"success": True, "data": {}}
