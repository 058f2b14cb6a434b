"""What an author's hooks may do, what is saved, and what becomes of a submission when they fail."""

import logging
import re
from typing import Any

import pytest
from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseRedirect

from mizan_htmx import invalidate
from mizan_htmx.errors import NotFound, ValidationFailed
from tests.helpers.forms import (
    VALID,
    declare_card,
    declare_contact,
    form_url,
    post,
    submit,
)
from tests.helpers.visitor import HEADER, Visitor, answer, problem
from tests.site.models import Board, Card, Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("forms_site")]

CONTACT = form_url("contact")


@pytest.fixture
def board() -> Board:
    """Give a board."""
    return Board.objects.create(title="Ada's")


class TestSaving:
    """A ModelForm saves itself unless the hook did."""

    def test_it_saves_itself(self, board: Board, visitor: Visitor) -> None:
        declare_card()
        assert submit(visitor, "card", {"board": board.pk, "title": "Milk"})["success"] is True
        assert [(each.board, each.title) for each in Card.objects.all()] == [(board, "Milk")]

    def test_it_saves_itself_whatever_the_hook_returns(self, board: Board, visitor: Visitor) -> None:
        declare_card(on_submit_success=lambda self, request: HttpResponseRedirect("/"))
        post(visitor, form_url("card"), {"board": board.pk, "title": "Milk"})
        assert Card.objects.count() == 1

    def test_a_hook_that_saved_is_not_followed_by_another_save(self, board: Board, visitor: Visitor) -> None:
        def on_submit_success(self: Any, request: HttpRequest) -> dict[str, Any]:
            card = self.save()
            Card.objects.filter(pk=card.pk).update(title="By the hook")
            return {"pk": card.pk}

        declare_card(on_submit_success=on_submit_success)
        answered = submit(visitor, "card", {"board": board.pk, "title": "Milk"})
        assert answered == {"success": True, "data": {"pk": Card.objects.get(title="By the hook").pk}}

    def test_a_hook_may_save_without_commit_and_leave_it_at_that(
        self, board: Board, visitor: Visitor
    ) -> None:
        declare_card(on_submit_success=lambda self, request: self.save(commit=False) and None)
        assert submit(visitor, "card", {"board": board.pk, "title": "Milk"})["success"] is True
        assert not Card.objects.exists()

    def test_a_hook_may_save_without_commit_and_then_save_the_instance(
        self, board: Board, visitor: Visitor
    ) -> None:
        def on_submit_success(self: Any, request: HttpRequest) -> None:
            card = self.save(commit=False)
            card.title += "!"
            card.save()
            self.save_m2m()

        declare_card(on_submit_success=on_submit_success)
        submit(visitor, "card", {"board": board.pk, "title": "Milk"})
        assert Card.objects.get().title == "Milk!"

    def test_an_instance_is_changed_and_not_added(self, board: Board, visitor: Visitor) -> None:
        card = Card.objects.create(board=board, title="Milk")
        declare_card()
        post(visitor, form_url("card", card_id=card.pk), {"board": board.pk, "title": "Butter"})
        assert [(each.pk, each.title) for each in Card.objects.all()] == [(card.pk, "Butter")]

    def test_what_does_not_fit_is_not_saved(self, board: Board, visitor: Visitor) -> None:
        declare_card()
        assert submit(visitor, "card", {"board": board.pk, "title": ""})["success"] is False
        assert not Card.objects.exists()

    def test_a_plain_form_with_a_save_of_its_own_is_the_hooks_business(self, visitor: Visitor) -> None:
        declare_contact(save=lambda self: pytest.fail("It was saved."))
        assert submit(visitor, "contact", VALID)["success"] is True


def fail(self: Any, request: HttpRequest, *rest: Any) -> None:
    """Write something, say so, and fail."""
    Person.objects.create(name="Half done")
    invalidate(request, "board", board_id=5)
    raise RuntimeError("The password is swordfish.")


@pytest.mark.parametrize("affects", [None, "inbox"])
class TestFailing:
    """An exception in a hook is written to the log alone, and nothing stays of it."""

    def test_json_answers_500_and_nothing_else(
        self, affects: str | None, visitor: Visitor, caplog: pytest.LogCaptureFixture
    ) -> None:
        declare_contact(affects=affects, on_submit_success=fail)
        response = visitor.call("contact.submit", data=VALID)
        assert answer(response) == (500, problem("INTERNAL_ERROR", "Something went wrong."))
        assert HEADER not in response.headers
        assert not Person.objects.exists()
        assert "swordfish" in caplog.text

    @pytest.mark.parametrize("htmx", [True, False])
    def test_html_answers_the_sites_500(
        self, htmx: bool, affects: str | None, visitor: Visitor, caplog: pytest.LogCaptureFixture
    ) -> None:
        declare_contact(affects=affects, on_submit_success=fail)
        response = post(visitor, CONTACT, VALID, htmx=htmx, Accept="text/html")
        assert response.status_code == 500
        assert "swordfish" not in response.text
        assert HEADER not in response.headers
        assert "mizan_invalidate" not in response.cookies
        assert not Person.objects.exists()
        assert [each.levelno for each in caplog.records if each.exc_info] == [logging.ERROR]

    def test_the_failure_hook_may_fail_too(self, affects: str | None, visitor: Visitor) -> None:
        declare_contact(affects=affects, on_submit_failure=fail)
        response = post(visitor, CONTACT, {"name": "Ada"})
        assert (response.status_code, HEADER in response.headers) == (500, False)
        assert not Person.objects.exists()

    def test_a_save_that_fails_undoes_what_the_hook_did(self, affects: str | None, visitor: Visitor) -> None:
        def on_submit_success(self: Any, request: HttpRequest) -> None:
            Person.objects.create(name="Half done")
            self.instance.board_id = None

        declare_card(affects=affects, on_submit_success=on_submit_success)
        board = Board.objects.create(title="Ada's")
        response = post(visitor, form_url("card"), {"board": board.pk, "title": "Milk"})
        assert (response.status_code, HEADER in response.headers) == (500, False)
        assert not Person.objects.exists()

    def test_a_result_that_is_none_undoes_what_the_hook_did(
        self, affects: str | None, visitor: Visitor
    ) -> None:
        def on_submit_success(self: Any, request: HttpRequest) -> Any:
            Person.objects.create(name="Half done")
            return "done"

        declare_contact(affects=affects, on_submit_success=on_submit_success)
        assert visitor.call("contact.submit", data=VALID).status_code == 500
        assert not Person.objects.exists()

    def test_what_was_rolled_back_on_purpose_is_not_invalidated(
        self, affects: str | None, visitor: Visitor
    ) -> None:
        def on_submit_success(self: Any, request: HttpRequest) -> None:
            with transaction.atomic():
                Person.objects.create(name="Half done")
                invalidate(request, "board", board_id=5)
                transaction.set_rollback(True)

        declare_contact(affects=affects, on_submit_success=on_submit_success)
        response = visitor.call("contact.submit", data=VALID)
        assert (response.status_code, response.headers.get(HEADER)) == (200, affects)
        assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("error", "status"),
    [(PermissionDenied("Not yours."), 403), (Http404("Gone."), 404), (NotFound("Gone."), 404)],
)
@pytest.mark.parametrize("hook", ["get_init_kwargs", "on_submit_success"])
def test_a_hook_refuses_with_the_usual_exceptions(
    error: Exception, status: int, hook: str, visitor: Visitor
) -> None:
    def refuse(*args: Any) -> Any:
        raise error

    declare_contact(**{hook: classmethod(refuse) if hook == "get_init_kwargs" else refuse}, affects="inbox")
    for response in (post(visitor, CONTACT, VALID), visitor.call("contact.submit", data=VALID)):
        assert (response.status_code, HEADER in response.headers) == (status, False)


def test_a_hook_that_raises_a_validation_error_answers_422_and_invalidates_nothing(visitor: Visitor) -> None:
    def on_submit_success(self: Any, request: HttpRequest) -> None:
        raise forms.ValidationError({"name": "Taken meanwhile."})

    declare_contact(affects="inbox", on_submit_success=on_submit_success)
    response = visitor.call("contact.submit", data=VALID)
    assert (response.status_code, HEADER in response.headers) == (422, False)
    assert "Taken meanwhile." in response.text


@pytest.mark.parametrize(
    "error",
    [
        forms.ValidationError({"name": "Taken <meanwhile>.", "__all__": ["Not now."]}),
        ValidationFailed({"name": ["Taken <meanwhile>."], "other": ["Too odd."]}, "Not now."),
        ValidationFailed({"name.0": ["Taken <meanwhile>."], "__all__": ["Not now."]}),
    ],
    ids=repr,
)
def test_what_a_hook_refuses_stands_at_the_fields_of_the_form(error: Exception, visitor: Visitor) -> None:
    def on_submit_success(self: Any, request: HttpRequest) -> None:
        raise error

    declare_contact(affects="inbox", on_submit_success=on_submit_success)
    for htmx in (True, False):
        response = post(visitor, CONTACT, VALID, htmx=htmx)
        assert response.status_code == 422
        assert response.headers["X-Mizan-Error"] == "VALIDATION_ERROR"
        assert HEADER not in response.headers
        assert re.search(r'id="[^"]*name_error"[^>]*><li>Taken &lt;meanwhile&gt;.</li>', response.text)
        assert re.search(r'data-mizan-errors="__all__">.*Not now\.', response.text, re.DOTALL)
        assert ("other: Too odd." in response.text) is ("Too odd." in str(vars(error)))
