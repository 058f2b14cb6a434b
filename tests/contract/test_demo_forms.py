"""The demo's forms over HTTP: who may send them, what they refuse, what they change and say is stale."""

import re

import pytest

from tests.helpers.blocks import blocks_of
from tests.helpers.demo import PEOPLE, Board, Visitor, serving


@pytest.fixture
def nobody(site_url: str) -> Visitor:
    """Give a visitor who is not signed in, and has a CSRF token."""
    visitor = Visitor(site_url)
    visitor.get("/sign-up/")
    return visitor


@pytest.fixture
def card(mara: Visitor, board: Board) -> int:
    """Give a card on that board, which nobody has."""
    key: int = mara.call("add_card", column_id=board.columns[0], title="Plan").result
    return key


def text_of(html: str) -> str:
    """Give a page's text on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def account(username: str, **fields: str) -> dict[str, str]:
    """Give what a sign-up sends."""
    return {"display_name": "Noor Haddad", "username": username, "password": "a-calm-lake-42", **fields}


def test_who_signs_up_is_signed_in_and_has_a_place_on_the_first_board(site_url: str, nobody: Visitor) -> None:
    answer = nobody.post("/api/mizan/form/sign_up/", account("noor"))
    assert (answer.status, answer.headers["HX-Redirect"]) == (200, "/boards/1/")
    assert re.fullmatch(r"board;board_id=1, boards;user_id=\d+", answer.stale or "")
    assert "Noor Haddad" in nobody.get("/boards/1/").text
    again = Visitor(site_url)
    again.get("/sign-in/")
    fields = {"username": "noor", "password": "a-calm-lake-42"}
    assert again.post("/sign-in/", fields).status == 302


def test_a_made_account_is_nobody_elses_to_be(site_url: str, nobody: Visitor) -> None:
    answer = nobody.post("/api/mizan/form/sign_up/", account("own", display_name="Own Account"))
    key = (answer.stale or "").split("user_id=")[1]
    other = Visitor(site_url)
    assert "Own Account" not in other.get("/sign-in/").text
    assert other.post(f"/sign-in/as/{key}/").status == 404


@pytest.mark.parametrize("taken", ["mara", "MARA"])
def test_a_taken_name_is_refused_while_typing_and_when_sent(nobody: Visitor, taken: str) -> None:
    typed = nobody.post("/api/mizan/form/sign_up/validate/", {"username": taken, "mizan_touched": "username"})
    assert typed.status == 200
    assert f"“{taken}” is taken. “{taken}2” is free." in typed.text
    assert "This field is required" not in typed.text
    sent = nobody.post("/api/mizan/form/sign_up/", account(taken))
    assert (sent.status, sent.stale) == (422, None)
    assert f"“{taken}” is taken." in sent.text


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("short", "This password is too short. It must contain at least 10 characters."),
        ("password1234", "This password is too common."),
        ("noorhaddad", "The password is too similar to the display name."),
    ],
)
def test_a_weak_password_is_refused(nobody: Visitor, password: str, problem: str) -> None:
    answer = nobody.post("/api/mizan/form/sign_up/", account("weak", password=password))
    assert answer.status == 422
    assert problem in text_of(answer.text)
    assert f'value="{password}"' not in answer.text


def test_signing_up_without_scripts(nobody: Visitor) -> None:
    refused = nobody.send("/api/mizan/form/sign_up/", account("mara"))
    assert refused.status == 422
    assert "is taken" in refused.text
    assert "board/board.css" in refused.text, "in the demo's own page"
    answer = nobody.send("/api/mizan/form/sign_up/", account("plain"))
    assert (answer.status, answer.headers["Location"]) == (302, "/boards/1/")


def test_outside_of_demo_mode_nobody_signs_up(tmp_path_factory: pytest.TempPathFactory) -> None:
    with serving(tmp_path_factory.mktemp("closed"), DEMO_MODE="off") as site_url:
        visitor = Visitor(site_url)
        assert visitor.get("/sign-up/").status == 404
        assert "sign-up" not in visitor.get("/sign-in/").text
        assert visitor.get("/api/mizan/form/sign_up/").status == 404
        assert visitor.post("/api/mizan/form/sign_up/", account("closed")).status == 404
        assert visitor.call("sign_up.validate").status == 404


def test_who_is_signed_in_needs_no_account(site_url: str) -> None:
    assert Visitor(site_url).sign_in("mara").get("/sign-up/").headers["Location"] == "/"


CONTACT = "/api/mizan/form/contact/"


def letter(**fields: str) -> dict[str, str]:
    """Give what the contact form sends."""
    return {"name": "Ada", "email": "ada@example.org", "subject": "idea", "text": "A calendar.", **fields}


def test_a_message_is_kept_with_its_sender(mara: Visitor) -> None:
    answer = mara.post(CONTACT, letter(text="A <b>calendar</b>."))
    assert (answer.status, answer.stale) == (200, "messages;user_id=1")
    assert "We will answer to ada@example.org" in text_of(answer.text)
    page = mara.get("/contact/").text
    assert "A &lt;b&gt;calendar&lt;/b&gt;." in page
    assert 'value="Mara Lindqvist"' in page, "the name is filled in"


def test_a_message_is_its_senders_only(site_url: str, mara: Visitor) -> None:
    assert mara.post(CONTACT, letter(text="Between us")).status == 200
    assert "Between us" not in Visitor(site_url).sign_in("jonah").get("/contact/").text
    block = next(each for each in blocks_of(mara.get("/contact/").text) if each["tag"] == "ol")
    assert "Between us" in mara.get(block["hx-get"]).text
    for other in (Visitor(site_url).sign_in("jonah"), Visitor(site_url)):
        assert other.get(block["hx-get"]).text.endswith("></ol>")


def test_somebody_unknown_writes_without_scripts(nobody: Visitor) -> None:
    assert 'href="/contact/"' in nobody.get("/sign-in/").text
    refused = nobody.send(CONTACT, letter(email="nowhere", subject="gossip"))
    assert refused.status == 422
    assert "Enter a valid email address." in refused.text
    assert "Select a valid choice. gossip is not one of the available choices." in refused.text
    assert "A calendar." in refused.text, "what was written is still there"
    answer = nobody.send(CONTACT, letter())
    assert (answer.status, answer.headers["Location"]) == (302, CONTACT)
    assert "Thank you. Your message has arrived." in nobody.get("/contact/").text


def title_of(visitor: Visitor, card: int) -> str:
    """Read the title of a card off its page."""
    shown = visitor.refresh(f"/cards/{card}/", f"card;card_id={card}")
    found = re.search(r"<h1 data-page-title>(.*?)</h1>", shown)
    assert found, shown
    return found[1]


def details(**fields: object) -> dict[str, object]:
    """Give what the form of a card's details sends."""
    return {"title": "Plan", "description": "", "due": "", "assignee": "", **fields}


def test_a_cards_details_are_saved(mara: Visitor, board: Board, card: int) -> None:
    fields = details(title=" Plan  B ", description="Two\nlines", due="2099-04-14", assignee=PEOPLE["tomas"])
    answer = mara.post(f"/api/mizan/form/card_details/?card_id={card}", fields)
    assert answer.status == 200
    assert answer.stale == f"activity;board_id={board.pk}, notifications;user_id=2, card;card_id={card}"
    assert "Saved." in answer.text
    shown = mara.refresh(board.path, f"card;card_id={card}")
    assert all(text in shown for text in (">Plan B<", "2099-04-14", "user;user_id=2", ">Tomás Okafor<"))
    page = text_of(mara.get(board.path).text)
    assert "14 Apr" in page
    assert "edited <q>Plan B</q>" in mara.refresh(board.path, f"activity;board_id={board.pk}")


def test_saving_details_does_not_move_a_card_back(mara: Visitor, board: Board, card: int) -> None:
    mara.call("move_card", card_id=card, direction="right")
    mara.post(f"/api/mizan/form/card_details/?card_id={card}", details(title="Build"))
    assert ">Build<" in mara.refresh(board.path, f"card;card_id={card}")
    assert mara.read("column", column_id=board.columns[1]) == {"card_ids": [card]}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"title": ""}, "This field is required."),
        ({"due": "2001-01-01"}, "This day is over."),
        ({"due": "soon"}, "Enter a valid date."),
        ({"assignee": 5}, "Select a valid choice."),
    ],
)
def test_details_that_do_not_fit(mara: Visitor, card: int, fields: dict[str, object], problem: str) -> None:
    answer = mara.post(f"/api/mizan/form/card_details/?card_id={card}", details(**fields))
    assert (answer.status, answer.stale) == (422, None)
    assert problem in answer.text
    assert title_of(mara, card) == "Plan"


def test_a_cards_forms_are_for_members(site_url: str, mara: Visitor, card: int) -> None:
    jonah = Visitor(site_url).sign_in("jonah")
    nobody = Visitor(site_url)
    nobody.get("/sign-in/")
    for form in ("form/card_details", "formset/checklist"):
        path = f"/api/mizan/{form}/?card_id={card}"
        assert mara.get(path).status == 200
        assert jonah.get(path).status == 404
        assert jonah.post(path, details(title="Mine")).status == 404
        assert nobody.post(path, details(title="Mine")).status == 401
    assert (jonah.get(f"/cards/{card}/").status, mara.get(f"/cards/{card}/").status) == (404, 200)
    for nonsense in ("", "?card_id=x", "?card_id=-1", "?card_id=99999999999999999999", "?card_id=²"):
        path = f"/api/mizan/form/card_details/{nonsense}".replace("²", "%C2%B2")
        assert mara.get(path).status == 404, nonsense
    assert title_of(mara, card) == "Plan"


def test_a_file_is_for_members_and_never_runs_here(site_url: str, mara: Visitor, card: int) -> None:
    path = f"/api/mizan/form/card_details/?card_id={card}"
    page = b"<script>alert(1)</script>"
    assert mara.upload(path, details(), attachment=("../notes.html", page)).status == 200
    assert "Has a file" in mara.refresh(f"/cards/{card}/", f"card;card_id={card}")
    answer = mara.get(f"/cards/{card}/attachment/")
    assert (answer.status, answer.text) == (200, page.decode())
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="notes.html"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert Visitor(site_url).sign_in("jonah").get(f"/cards/{card}/attachment/").status == 404
    assert Visitor(site_url).get(f"/cards/{card}/attachment/").status == 302


def test_a_file_is_replaced_removed_and_limited(
    tmp_path_factory: pytest.TempPathFactory, mara: Visitor, card: int
) -> None:
    folder = tmp_path_factory.mktemp("files")
    with serving(folder) as site_url:
        visitor = Visitor(site_url).sign_in("mara")
        board = visitor.start_board("Files")
        own = visitor.call("add_card", column_id=board.columns[0], title="Plan").result
        path = f"/api/mizan/form/card_details/?card_id={own}"

        def kept() -> list[str]:
            return sorted(
                file.read_text() for file in (folder / "media").rglob("*.txt") if file.stat().st_size < 9
            )

        for content in (b"one", b"two"):
            assert visitor.upload(path, details(), attachment=("a.txt", content)).status == 200
            assert kept() == [content.decode()]
        refused = visitor.upload(path, details(), attachment=("b.txt", b"x" * (1024 * 1024 + 1)))
        assert refused.status == 422
        assert "A card takes up to 1.0\xa0MB." in refused.text.replace("&nbsp;", "\xa0")
        assert visitor.get(f"/cards/{own}/attachment/").text == "two"
        assert visitor.upload(path, details(**{"attachment-clear": "on"})).status == 200
        assert (kept(), visitor.get(f"/cards/{own}/attachment/").status) == ([], 404)


def rows(*texts: str, known: tuple[int, ...] = (), **fields: object) -> dict[str, object]:
    """Give what the checklist sends: a row for each text, the first of them for the ``known`` items."""
    sent: dict[str, object] = {"checklist-TOTAL_FORMS": len(texts), "checklist-INITIAL_FORMS": len(known)}
    for number, text in enumerate(texts):
        sent |= {f"checklist-{number}-text": text, f"checklist-{number}-ORDER": number + 1}
        sent[f"checklist-{number}-id"] = known[number] if number < len(known) else ""
    return {**sent, **{name.replace("__", "-"): value for name, value in fields.items()}}


def item_ids(visitor: Visitor, card: int) -> tuple[int, ...]:
    """Read the keys of a card's items off its form."""
    html = visitor.get(f"/api/mizan/formset/checklist/?card_id={card}").text
    found = re.findall(r'name="checklist-\d+-id" value="(\d+)"', html)
    return tuple(map(int, found))


def test_a_checklist_is_written_ordered_and_shortened(mara: Visitor, board: Board, card: int) -> None:
    path = f"/api/mizan/formset/checklist/?card_id={card}"
    answer = mara.post(path, rows("Ask", "Write", checklist__0__done="on"))
    assert (answer.status, answer.stale) == (200, f"activity;board_id={board.pk}, card;card_id={card}")
    assert "Checklist: 1 / of 2" in text_of(mara.get(board.path).text)

    first, second = item_ids(mara, card)
    turned = rows("Ask", "Write", known=(first, second), **{"checklist-0-ORDER": 2, "checklist-1-ORDER": 1})
    assert mara.post(path, turned).status == 200
    assert item_ids(mara, card) == (second, first)

    gone = rows("Write", "Ask", known=(second, first), **{"checklist-0-DELETE": "on"})
    assert mara.post(path, gone).stale == f"activity;board_id={board.pk}, card;card_id={card}"
    assert item_ids(mara, card) == (first,)


def test_a_checklist_refuses_empty_and_too_many_rows_and_leaves_other_cards_alone(
    mara: Visitor, board: Board, card: int
) -> None:
    path = f"/api/mizan/formset/checklist/?card_id={card}"
    assert mara.post(path, rows("Ask")).status == 200
    known = item_ids(mara, card)
    assert mara.post(path, rows(" ", known=known)).status == 422
    many = mara.post(path, rows(*["x"] * 21))
    assert many.status == 422
    assert "Please submit at most 20 forms." in many.text

    other = mara.call("add_card", column_id=board.columns[0], title="Other").result
    forged = mara.post(f"/api/mizan/formset/checklist/?card_id={other}", rows("Stolen", known=known))
    assert forged.status == 200, "a row that is not there any more becomes a new one"
    assert item_ids(mara, card) == known
    assert "Stolen" not in mara.get(path).text


def test_a_forged_management_form_is_an_error(mara: Visitor, card: int) -> None:
    answer = mara.post(f"/api/mizan/formset/checklist/?card_id={card}", {"checklist-0-text": "Ask"})
    assert answer.status == 422
    assert "ManagementForm data is missing" in answer.text
