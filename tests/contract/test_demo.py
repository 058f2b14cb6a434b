"""The demo over HTTP: who may do what, and what each change says is stale."""

import re
from urllib.parse import unquote

import pytest

from tests.helpers.blocks import blocks_of
from tests.helpers.demo import PEOPLE, Board, Visitor


def test_signing_in_returns_to_the_page_that_asked_for_it(site_url: str) -> None:
    visitor = Visitor(site_url)
    assert unquote(visitor.get("/people/1/").headers["Location"]) == "/sign-in/?next=/people/1/"
    assert 'name="next" value="/people/1/"' in visitor.get("/sign-in/?next=/people/1/").text
    assert visitor.post("/sign-in/as/1/", {"next": "/people/1/"}).headers["Location"] == "/people/1/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(site_url: str, elsewhere: str) -> None:
    visitor = Visitor(site_url)
    visitor.get("/sign-in/")
    assert visitor.post("/sign-in/as/1/", {"next": elsewhere}).headers["Location"] == "/"


def test_who_signs_in_by_a_link_is_not_signed_in(site_url: str) -> None:
    visitor = Visitor(site_url)
    assert visitor.get("/sign-in/as/1/").status == 405
    assert visitor.post("/sign-in/as/1/").status == 403, "without a CSRF token"
    assert visitor.get("/").status == 302


def test_signing_out_signs_out(mara: Visitor) -> None:
    assert mara.get("/sign-out/").status == 405
    assert mara.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert unquote(mara.get("/").headers["Location"]) == "/sign-in/?next=/"


@pytest.mark.parametrize("version", ["2", "4"])
def test_the_chosen_htmx_stays(site_url: str, version: str) -> None:
    visitor = Visitor(site_url)
    assert f"django_htmx/htmx-{version}" in visitor.get(f"/sign-in/?htmx={version}").text
    assert f"django_htmx/htmx-{version}" in visitor.sign_in("mara").get("/").text
    visitor.post("/sign-out/")
    assert f"django_htmx/htmx-{version}" in visitor.get("/sign-in/?htmx=3").text


@pytest.mark.parametrize("path", ["/", "/people/1/", "/boards/99/", "/nowhere/", "/api/mizan/session/"])
def test_every_answer_has_the_strict_policy(mara: Visitor, path: str) -> None:
    answer = mara.get(path)
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert " style=" not in answer.text


def test_pages_are_for_who_is_signed_in(site_url: str, board: Board) -> None:
    nobody = Visitor(site_url)
    for path in ("/", board.path, "/people/1/"):
        assert unquote(nobody.get(path).headers["Location"]) == f"/sign-in/?next={path}"
        assert nobody.get(path, **{"HX-Request": "true"}).status == 401, path


def test_a_board_is_for_its_members_only(mara: Visitor, jonah: Visitor, board: Board) -> None:
    card_id = mara.call("add_card", column_id=board.columns[0], title="Secret").result
    for path in (
        board.path,
        f"/cards/{card_id}/",
        f"/cards/{card_id}/assign/",
        f"/api/mizan/ctx/board/?board_id={board.pk}",
        f"/api/mizan/ctx/columns/?board_id={board.pk}",
        f"/api/mizan/ctx/progress/?board_id={board.pk}",
        f"/api/mizan/ctx/column/?column_id={board.columns[0]}",
    ):
        assert mara.get(path).status == 200, path
        answer = jonah.get(path)
        assert answer.status == 404, path
        assert "Secret" not in answer.text
    for block in blocks_of(mara.get(board.path).text):
        if not block["data-mizan"].startswith(("user;", "notifications;")):
            assert re.fullmatch(r"<(\w+) [^>]*></\1>", jonah.get(block["hx-get"]).text), block["data-mizan"]


@pytest.mark.parametrize("context", ["activity", "card", "messages", "user"])
def test_what_only_templates_read_has_no_endpoint(mara: Visitor, context: str) -> None:
    query = "user_id=1&board_id=1&card_id=1"
    answer, unknown = (mara.get(f"/api/mizan/ctx/{name}/?{query}") for name in (context, "nothing"))
    assert (answer.status, answer.text) == (unknown.status, unknown.text) == (404, unknown.text)


def changes(board: Board, card_id: int) -> list[tuple[str, dict[str, object]]]:
    """List a call of every function that changes a board."""
    return [
        ("rename_board", {"board_id": board.pk, "title": "Mine"}),
        ("add_column", {"board_id": board.pk, "title": "Mine"}),
        ("rename_column", {"column_id": board.columns[0], "title": "Mine"}),
        ("move_column", {"column_id": board.columns[0], "side": "right"}),
        ("delete_column", {"column_id": board.columns[1]}),
        ("add_card", {"column_id": board.columns[0], "title": "Mine"}),
        ("rename_card", {"card_id": card_id, "title": "Mine"}),
        ("assign_card", {"card_id": card_id, "assignee_id": PEOPLE["jonah"]}),
        ("move_card", {"card_id": card_id, "direction": "right"}),
        ("delete_card", {"card_id": card_id}),
    ]


def test_who_is_no_member_changes_nothing(mara: Visitor, jonah: Visitor, board: Board) -> None:
    card_id = mara.call("add_card", column_id=board.columns[0], title="Ours").result
    before = mara.get(board.path).text
    nobody = Visitor(jonah.address)
    nobody.get("/sign-in/")
    for name, arguments in changes(board, card_id):
        refused = jonah.call(name, **arguments)
        assert (refused.status, refused.stale) == (404, None), name
        assert nobody.call(name, **arguments).status == 401, name
    assert len(mara.get(board.path).text) == len(before)
    assert mara.read("column", column_id=board.columns[0])["card_ids"] == [card_id]


def test_what_is_hidden_and_what_is_not_there_look_alike(jonah: Visitor, board: Board) -> None:
    hidden = jonah.call("rename_column", column_id=board.columns[0], title="x")
    missing = jonah.call("rename_column", column_id=987654321, title="x")
    assert (hidden.status, hidden.text) == (missing.status, missing.text)


def test_people_are_seen_by_who_shares_a_board_with_them(mara: Visitor, jonah: Visitor) -> None:
    yuki = PEOPLE["yuki"]
    assert "Design" in jonah.refresh(f"/people/{yuki}/", f"user;user_id={yuki}")
    stranger = mara.get("/people/987654321/")
    assert stranger.status == 404


def test_only_oneself_is_renamed(mara: Visitor) -> None:
    refused = mara.post(f"/people/{PEOPLE['tomas']}/rename/", {"name": "Tom"})
    assert (refused.status, refused.stale) == (403, None)
    assert "Tomás Okafor" in mara.refresh("/people/2/", "user;user_id=2")


def test_only_ones_own_notifications_are_opened(mara: Visitor) -> None:
    assert mara.post(f"/people/{PEOPLE['tomas']}/notifications/").status == 403
    assert mara.get(f"/api/mizan/ctx/notifications/?user_id={PEOPLE['tomas']}").status == 403


def test_renaming_oneself_invalidates_that_person(site_url: str) -> None:
    priya = Visitor(site_url).sign_in("priya")
    answer = priya.post("/people/4/rename/", {"name": "  Priya   R. "})
    assert (answer.status, answer.stale) == (204, "user;user_id=4")
    shown = priya.refresh("/people/4/", "user;user_id=4")
    assert ">Priya R.<" in shown
    assert ">PR<" in shown


def test_renaming_oneself_works_without_scripts(site_url: str) -> None:
    priya = Visitor(site_url).sign_in("priya")
    answer = priya.post("/people/4/rename/", {"name": "Priya Raman"}, **{"HX-Request": "false"})
    assert (answer.status, answer.headers["Location"]) == (302, "/people/4/")
    assert answer.stale == "user;user_id=4"
    assert re.search(r"mizan_invalidate=[0-9a-f]{16}:user%3Buser_id%3D4;", answer.headers["Set-Cookie"])


def test_what_a_change_of_a_card_invalidates(mara: Visitor, board: Board) -> None:
    todo, doing, _ = board.columns
    b = f"board_id={board.pk}"
    added = mara.call("add_card", column_id=todo, title="Plan")
    assert added.stale == f"column;column_id={todo}, activity;{b}, progress;{b}"
    card = f"card;card_id={added.result}"

    renamed = mara.call("rename_card", card_id=added.result, title="Build")
    assert renamed.stale == f"{card}, activity;{b}"

    assigned = mara.call("assign_card", card_id=added.result, assignee_id=PEOPLE["tomas"])
    assert assigned.stale == f"{card}, activity;{b}, notifications;user_id=2"

    moved = mara.call("move_card", card_id=added.result, direction="right")
    assert moved.stale == (
        f"{card}, column;column_id={todo}, column;column_id={doing},"
        f" progress;{b}, activity;{b}, notifications;user_id=2"
    )

    deleted = mara.call("delete_card", card_id=added.result)
    assert deleted.stale == (
        f"{card}, column;column_id={doing}, progress;{b}, activity;{b}, notifications;user_id=2"
    )


def test_what_a_change_of_a_column_invalidates(mara: Visitor, board: Board) -> None:
    todo, doing, done = board.columns
    b = f"board_id={board.pk}"
    assert mara.call("rename_board", board_id=board.pk, title="Play").stale == f"board;{b}"
    assert mara.call("rename_column", column_id=todo, title="Next").stale == f"column;column_id={todo}"
    added = mara.call("add_column", board_id=board.pk, title="Archive")
    assert added.stale == f"columns;{b}, progress;{b}"
    moved = mara.call("move_column", column_id=doing, side="left")
    assert moved.stale == f"column;column_id={doing}, columns;{b}, progress;{b}"
    deleted = mara.call("delete_column", column_id=done)
    assert deleted.stale == f"column;column_id={done}, columns;{b}, progress;{b}"
    assert mara.read("columns", board_id=board.pk)["columns_of"] == [doing, todo, added.result]


def test_nobody_is_notified_of_what_they_did_themselves(mara: Visitor, board: Board) -> None:
    card_id = mara.call("add_card", column_id=board.columns[0], title="Plan").result
    assigned = mara.call("assign_card", card_id=card_id, assignee_id=PEOPLE["mara"])
    assert assigned.stale == f"card;card_id={card_id}, activity;board_id={board.pk}"


def test_opening_the_notifications_marks_them_as_read(site_url: str, mara: Visitor, board: Board) -> None:
    tomas = Visitor(site_url).sign_in("tomas")
    tomas.post("/people/2/notifications/")
    card_id = mara.call("add_card", column_id=board.columns[0], title="Water the plants").result
    mara.call("assign_card", card_id=card_id, assignee_id=2)
    assert tomas.read("notifications", user_id=2) == {"unread": 1}
    opened = tomas.post("/people/2/notifications/")
    assert opened.stale == "notifications;user_id=2"
    assert "Water the plants" in opened.text
    assert opened.text.count("entry--new") == 1
    assert tomas.read("notifications", user_id=2) == {"unread": 0}


def test_cards_keep_their_order(mara: Visitor, board: Board) -> None:
    todo, doing, _ = board.columns
    first, second, third = (
        mara.call("add_card", column_id=todo, title=title).result for title in ("One", "Two", "Three")
    )

    def order(column_id: int) -> list[int]:
        cards: list[int] = mara.read("column", column_id=column_id)["card_ids"]
        return cards

    mara.call("move_card", card_id=third, direction="up")
    assert order(todo) == [first, third, second]
    mara.call("move_card", card_id=first, direction="up")
    mara.call("move_card", card_id=first, direction="left")
    mara.call("move_card", card_id=second, direction="down")
    assert order(todo) == [first, third, second]
    mara.call("move_card", card_id=second, direction="right")
    mara.call("move_card", card_id=first, direction="right")
    assert (order(todo), order(doing)) == ([third], [first, second])
    assert mara.read("progress", board_id=board.pk)["progress"] == {"done": 0, "total": 3}


def test_the_activity_is_not_read_before_it_is_seen(mara: Visitor, board: Board) -> None:
    mara.call("add_card", column_id=board.columns[0], title="Plan")
    page = mara.get(board.path).text
    lazy = re.search(r'<ol [^>]*data-mizan="activity;[^>]* data-mizan-lazy[^>]*>(.*?)</ol>', page, re.DOTALL)
    assert lazy
    assert "One moment" in lazy[1]
    assert "added" not in lazy[1]
    assert "added <q>Plan</q>" in mara.refresh(board.path, f"activity;board_id={board.pk}")
