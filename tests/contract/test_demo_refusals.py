"""What the demo refuses over HTTP, and that what people type is text."""

import pytest

from tests.helpers.demo import PEOPLE, Board, Visitor


def test_a_column_with_cards_is_not_removed(mara: Visitor, board: Board) -> None:
    mara.call("add_card", column_id=board.columns[0], title="Plan")
    refused = mara.call("delete_column", column_id=board.columns[0])
    assert (refused.status, refused.stale) == (422, None)
    for column_id in board.columns[1:]:
        assert mara.call("delete_column", column_id=column_id).status == 200
    mara.call("delete_card", card_id=mara.read("column", column_id=board.columns[0])["card_ids"][0])
    assert mara.call("delete_column", column_id=board.columns[0]).status == 422, "the last one"


def test_a_card_is_given_to_members_only(mara: Visitor, board: Board) -> None:
    card_id = mara.call("add_card", column_id=board.columns[0], title="Plan").result
    refused = mara.call("assign_card", card_id=card_id, assignee_id=PEOPLE["jonah"])
    assert (refused.status, refused.stale) == (422, None)
    assert "user;user_id=" not in mara.refresh(f"/cards/{card_id}/", f"card;card_id={card_id}")


def test_a_board_is_started_with_people_one_knows_only(mara: Visitor) -> None:
    answer = mara.post("/boards/new/", {"title": "Club", "member_ids": [PEOPLE["yuki"], 987654321]})
    assert answer.stale == "boards"
    board_id = int(answer.headers["HX-Redirect"].split("/")[-2])
    assert sorted(mara.read("board", board_id=board_id)["member_ids"]) == [1, 3]


@pytest.mark.parametrize("title", ["", "   ", "x" * 141, "a\0b"])
def test_a_title_that_is_none_is_refused(mara: Visitor, board: Board, title: str) -> None:
    refused = mara.call("add_card", column_id=board.columns[0], title=title)
    assert (refused.status, refused.stale) == (422, None)


@pytest.mark.parametrize(
    ("name", "arguments", "status"),
    [
        ("move_card", {"card_id": "1", "direction": "sideways"}, 422),
        ("move_card", {"card_id": "one", "direction": "up"}, 403),
        ("move_card", {"card_id": "9" * 40, "direction": "up"}, 404),
        ("move_card", {"direction": "up"}, 403),
        ("add_card", {"column_id": "-1", "title": "x"}, 404),
        ("unread", {"user_id": "1e9"}, 403),
        ("person", {"user_id": "1"}, 404),
        ("no_such_function", {}, 404),
    ],
)
def test_rubbish_is_refused(mara: Visitor, name: str, arguments: dict[str, object], status: int) -> None:
    refused = mara.call(name, **arguments)
    assert (refused.status, refused.stale) == (status, None)


@pytest.mark.parametrize("path", ["/boards/99999999999999999999/", "/cards/0/assign/", "/people/x/"])
def test_a_wrong_url_is_not_found(mara: Visitor, path: str) -> None:
    answer = mara.get(path)
    assert answer.status == 404
    assert "There is nothing here" in answer.text


def test_a_title_is_text_and_never_markup(mara: Visitor, board: Board) -> None:
    title = '"><script>alert(1)</script>'
    card_id = mara.call("add_card", column_id=board.columns[0], title=title).result
    for path in (board.path, f"/cards/{card_id}/"):
        page = mara.get(path).text
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
