"""Formsets of a ModelForm: rows of the database, changed, added and deleted all at once."""

from typing import Any

import pytest
from django.http import HttpRequest

from tests.helpers.forms import (
    declare_card,
    elements,
    errors_of,
    field,
    form_url,
    post,
    result,
    submit,
)
from tests.helpers.visitor import HEADER, Visitor
from tests.site.models import Board, Card

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("forms_site")]

PATH = form_url("card", kind="formset")


@pytest.fixture
def board() -> Board:
    """Give a board with two cards; there is another board with a card of somebody else."""
    other = Board.objects.create(title="Eve's")
    Card.objects.create(board=other, title="Secret")
    board = Board.objects.create(title="Ada's")
    for title in ("Milk", "Butter"):
        Card.objects.create(board=board, title=title)
    return board


def declare(board: Board, **options: Any) -> None:
    """Declare a formset of a board's cards."""

    def get_formset_kwargs(cls: Any, request: HttpRequest) -> dict[str, Any]:
        return {"queryset": Card.objects.filter(board=board).order_by("pk")}

    declare_card(
        **{
            "enable_formset": True,
            "formset_options": {"can_delete": True},
            "get_formset_kwargs": classmethod(get_formset_kwargs),
            "affects": "board",
            "affects_params": {"board_id": "board_id"},
            **options,
        }
    )


def fields(*rows: dict[str, object], initial: int = 2) -> dict[str, object]:
    """Give the fields of a formset with these rows."""
    filled = {f"card-{at}-{name}": value for at, row in enumerate(rows) for name, value in row.items()}
    return {"card-TOTAL_FORMS": len(rows), "card-INITIAL_FORMS": initial, **filled}


def stored(board: Board) -> list[dict[str, object]]:
    """Give what a board's rows would say as they are."""
    cards = Card.objects.filter(board=board).order_by("pk")
    return [{"id": card.pk, "board": card.board_id, "title": card.title} for card in cards]


def titles() -> list[str]:
    """List the titles of all cards."""
    return list(Card.objects.order_by("pk").values_list("title", flat=True))


def test_it_shows_the_rows_that_its_hook_chose(board: Board, visitor: Visitor) -> None:
    declare(board)
    html = visitor.get(PATH).text
    assert [field(html, f"card-{at}-title").get("value") for at in range(3)] == ["Milk", "Butter", None]
    assert field(html, "card-INITIAL_FORMS")["value"] == "2"
    assert "Secret" not in html


def nothing(cls: Any, request: HttpRequest) -> dict[str, Any]:
    """Choose no rows."""
    return {}


class TestWithoutAQueryset:
    """A hook that chooses no rows offers none: a table is not for anyone to see and change."""

    def test_it_shows_none(self, board: Board, visitor: Visitor) -> None:
        declare(board, get_formset_kwargs=classmethod(nothing))
        html = visitor.get(PATH).text
        assert field(html, "card-INITIAL_FORMS")["value"] == "0"
        assert [field(html, "card-0-title").get("value"), "Milk" in html] == [None, False]

    def test_it_changes_none(self, board: Board, visitor: Visitor) -> None:
        declare(board, get_formset_kwargs=classmethod(nothing))
        milk, butter = stored(board)
        forged = [{**milk, "title": "Oat milk"}, {**butter, "DELETE": "on"}]
        post(visitor, PATH, fields(*forged))
        submit(visitor, "card.formset", fields(*forged))
        assert result(visitor.call("card.formset.submit", forms=forged))["success"] is False
        assert titles() == ["Secret", "Milk", "Butter"]

    def test_it_adds_some(self, board: Board, visitor: Visitor) -> None:
        declare(board, get_formset_kwargs=classmethod(nothing))
        new = {"board": board.pk, "title": "Bread"}
        assert post(visitor, PATH, fields(new, initial=0)).status_code == 200
        assert titles() == ["Secret", "Milk", "Butter", "Bread"]


def test_rows_are_changed_added_and_deleted(board: Board, visitor: Visitor) -> None:
    declare(board)
    milk, butter = stored(board)
    new = {"board": board.pk, "title": "Bread"}
    answered = submit(
        visitor, "card.formset", fields({**milk, "title": "Oat milk"}, {**butter, "DELETE": "on"}, new)
    )
    assert answered == {"success": True, "data": {}}
    assert titles() == ["Secret", "Oat milk", "Bread"]


@pytest.mark.parametrize("commit", [True, False])
def test_a_hook_that_saved_is_not_followed_by_another_save(
    commit: bool, board: Board, visitor: Visitor
) -> None:
    def on_formset_success(cls: Any, request: HttpRequest, formset: Any) -> None:
        formset.save(commit=commit)
        Card.objects.filter(title="Oat milk").update(title="By the hook")

    declare(board, on_formset_success=classmethod(on_formset_success))
    milk, butter = stored(board)
    submit(visitor, "card.formset", fields({**milk, "title": "Oat milk"}, butter))
    assert titles() == ["Secret", "By the hook" if commit else "Milk", "Butter"]


def test_nothing_is_saved_when_one_row_does_not_fit(board: Board, visitor: Visitor) -> None:
    declare(board)
    milk, butter = stored(board)
    response = post(visitor, PATH, fields({**milk, "title": "Oat milk"}, {**butter, "title": ""}))
    assert (response.status_code, HEADER in response.headers) == (422, False)
    assert errors_of(response.text) == ["This field is required."]
    assert field(response.text, "card-0-title")["value"] == "Oat milk"
    assert titles() == ["Secret", "Milk", "Butter"]


def test_nothing_stays_when_the_hook_fails(board: Board, visitor: Visitor) -> None:
    def on_formset_success(cls: Any, request: HttpRequest, formset: Any) -> None:
        formset.save()
        raise RuntimeError("The password is swordfish.")

    declare(board, on_formset_success=classmethod(on_formset_success))
    milk, butter = stored(board)
    response = post(visitor, PATH, fields({**milk, "title": "Oat milk"}, butter))
    assert (response.status_code, HEADER in response.headers) == (500, False)
    assert titles() == ["Secret", "Milk", "Butter"]


def test_after_success_the_rows_are_shown_as_they_are_now(board: Board, visitor: Visitor) -> None:
    declare(board)
    milk, butter = stored(board)
    new = {"board": board.pk, "title": "Bread"}
    html = post(visitor, PATH, fields({**milk, "DELETE": "on"}, butter, new)).text
    assert [field(html, f"card-{at}-title").get("value") for at in range(3)] == ["Butter", "Bread", None]
    assert elements(html, class_="mizan-form-message success")[0]["text"] == "Done."


def test_it_invalidates_what_the_rows_belong_to(board: Board, visitor: Visitor) -> None:
    declare(board)
    milk, butter = stored(board)
    other = Board.objects.get(title="Eve's")
    response = post(visitor, PATH, fields(milk, {**butter, "board": other.pk}, {"title": ""}))
    assert response.headers[HEADER] == f"board;board_id={board.pk}, board;board_id={other.pk}"


class TestForgedRows:
    """A row that was not offered is neither shown nor changed, as with any formset of Django."""

    @pytest.mark.parametrize("attack", [{"title": "Mine"}, {"title": "Mine", "DELETE": "on"}])
    def test_somebody_elses_row(self, attack: dict[str, object], board: Board, visitor: Visitor) -> None:
        declare(board)
        milk, butter = stored(board)
        forged = {**milk, "id": Card.objects.get(title="Secret").pk, **attack}
        for path in (PATH, f"{PATH}validate/"):
            assert "Secret" not in post(visitor, path, fields(forged, butter)).text
        submit(visitor, "card.formset", fields(forged, butter))
        assert titles() == ["Secret", "Milk", "Butter"]

    @pytest.mark.parametrize("pk", ["", "x", "0", "-1", "99999999999999999999", "\x00"])
    def test_a_row_that_does_not_exist(self, pk: str, board: Board, visitor: Visitor) -> None:
        declare(board)
        milk, butter = stored(board)
        assert post(visitor, PATH, fields({**milk, "id": pk, "title": "Mine"}, butter)).status_code == 422
        assert titles() == ["Secret", "Milk", "Butter"]

    def test_an_id_for_a_new_row_adds_one_and_changes_none(self, board: Board, visitor: Visitor) -> None:
        declare(board)
        secret = Card.objects.get(title="Secret")
        milk, butter = stored(board)
        new = {"id": secret.pk, "board": board.pk, "title": "Mine"}
        post(visitor, PATH, fields(milk, butter, new))
        assert Card.objects.get(pk=secret.pk).title == "Secret"

    def test_rows_that_are_called_initial_and_have_no_key(self, board: Board, visitor: Visitor) -> None:
        declare(board)
        new = {"board": board.pk, "title": "Mine"}
        response = post(visitor, PATH, fields(*stored(board), new, initial=3))
        assert response.status_code in (200, 422)
        assert Card.objects.filter(title__in=["Secret", "Milk", "Butter"]).count() == 3

    def test_a_missing_row_is_left_as_it_is(self, board: Board, visitor: Visitor) -> None:
        declare(board)
        milk, _ = stored(board)
        assert post(visitor, PATH, fields(milk, initial=1)).status_code == 200
        assert titles() == ["Secret", "Milk", "Butter"]
