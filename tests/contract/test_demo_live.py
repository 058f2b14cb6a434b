"""The demo's socket: the chat of a board, who is here, what is live, and whose business it is not."""

from pathlib import Path
from time import monotonic

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.helpers.demo import PEOPLE, Board, Line, Visitor, manage, serving
from tests.helpers.redis import RedisServer

REFUSED = {"error": "Not authorized", "code": "FORBIDDEN"}


@pytest.fixture
def tomas(site_url: str) -> Visitor:
    """Give a visitor who is signed in as Tomás."""
    return Visitor(site_url).sign_in("tomas")


def say(line: Line, board: Board, text: str, **more: object) -> None:
    """Send a message to a board's chat."""
    line.send("message", channel="chat", params={"board_id": board.pk}, data={"text": text}, **more)


def said(visitor: Visitor, board: Board) -> list[str]:
    """List what was said on a board."""
    return [line["text"] for line in visitor.read("chat", board_id=board.pk)["chat"]]


def here(visitor: Visitor, board: Board) -> list[int]:
    """List who is on a board's page now."""
    people: list[int] = visitor.read("here", board_id=board.pk)["people_here"]
    return people


def stale(frame: dict[str, object]) -> object:
    """Give what a frame says is stale, which has a version for it and nothing else."""
    assert frame.keys() == {"invalidate", "versions"}
    assert frame["versions"].keys() == {frame["invalidate"]}  # type: ignore[attr-defined]
    return frame["invalidate"]


def test_what_is_said_is_kept_and_passed_on(mara: Visitor, tomas: Visitor, board: Board) -> None:
    with mara.socket() as hers, tomas.socket() as his:
        for line in (hers, his):
            answer = {"subscribed": True, "channel": "chat", "params": {"board_id": board.pk}}
            assert line.subscribe("chat", board.pk) == answer
        say(hers, board, "  Shall we\nship?  ")
        received = hers.receive()["data"]
        frame = his.receive()
        assert frame == {
            "channel": "chat",
            "params": {"board_id": board.pk},
            "type": "DjangoMessage",
            "data": received,
        }
    assert tomas.read("chat", board_id=board.pk) == {"chat": [received]}
    author = {"author_id": PEOPLE["mara"], "name": "Mara Lindqvist", "initials": "ML", "tone": 0}
    assert {**received, **author, "text": "Shall we\nship?"} == received


@pytest.mark.parametrize("text", ["", " \n ", "x" * 1001, "a\0b", None, 7])
def test_what_does_not_fit_is_refused_and_not_kept(mara: Visitor, board: Board, text: object) -> None:
    with mara.socket() as line:
        line.subscribe("chat", board.pk)
        line.send("message", channel="chat", params={"board_id": board.pk}, data={"text": text}, id="1")
        refusal = line.receive()
    assert (refusal["id"], refusal["error"], refusal["code"]) == ("1", "Invalid message", "VALIDATION_ERROR")
    assert list(refusal["details"]["fields"]) == ["text"]
    assert said(mara, board) == []


@pytest.mark.parametrize("channel", ["chat", "here"])
def test_who_is_no_member_receives_and_sends_nothing(
    site_url: str, mara: Visitor, jonah: Visitor, board: Board, channel: str
) -> None:
    nobody = Visitor(site_url)
    for stranger in (jonah, nobody):
        with stranger.socket() as line:
            for board_id in (board.pk, 987654321, 10**30):
                refused = {**REFUSED, "channel": channel, "params": {"board_id": board_id}}
                assert line.subscribe(channel, board_id) == refused
            say(line, board, "Let me in")
            assert line.receive()["error"] == "Not subscribed"
    assert (said(mara, board), here(mara, board)) == ([], [])


def test_what_a_board_shows_is_watched_by_its_members_only(
    mara: Visitor, tomas: Visitor, jonah: Visitor, board: Board
) -> None:
    card_id = mara.call("add_card", column_id=board.columns[0], title="Plan").result
    keys = [
        f"{name};board_id={board.pk}" for name in ("activity", "board", "chat", "columns", "here", "progress")
    ]
    keys += [f"card;card_id={card_id}", f"column;column_id={board.columns[0]}"]
    with tomas.socket() as his, jonah.socket() as other:
        assert sorted(his.watch(", ".join(keys))["data"]["watching"].split(", ")) == sorted(keys)
        for key in keys:
            refused = {"id": "watch", **REFUSED, "contexts": key}
            assert other.watch(key) == refused
            assert other.receive() == {"id": "watch", "ok": True, "data": {"watching": ""}}
        answer = mara.call("rename_card", card_id=card_id, title="Build")
        frames = [his.receive(), his.receive()]
        assert [stale(frame) for frame in frames] == [
            f"card;card_id={card_id}",
            f"activity;board_id={board.pk}",
        ]
        versions = {version for frame in frames for version in frame["versions"].values()}
        assert versions == {answer.headers["X-Mizan-Version"]}


def test_ones_letters_to_us_are_not_live(mara: Visitor) -> None:
    with mara.socket() as line:
        answer = line.watch("messages;user_id=1, notifications;user_id=1")
    assert answer == {"id": "watch", "ok": True, "data": {"watching": "notifications;user_id=1"}}


def test_who_is_here_counts_people_and_not_pages(mara: Visitor, tomas: Visitor, board: Board) -> None:
    key = f"here;board_id={board.pk}"
    with mara.socket() as first:
        first.watch(key)
        first.subscribe("here", board.pk)
        assert stale(first.receive()) == key
        with mara.socket() as second, tomas.socket() as his:
            second.subscribe("here", board.pk)
            his.subscribe("here", board.pk)
            assert stale(first.receive()) == key, "for Tomás, not for the second page"
            assert here(tomas, board) == [PEOPLE["mara"], PEOPLE["tomas"]]
        assert stale(first.receive()) == key
        assert here(mara, board) == [PEOPLE["mara"]]
        first.send("unsubscribe", channel="here", params={"board_id": board.pk})
        assert sorted(map(len, (first.receive(), first.receive()))) == [2, 3]
        assert here(mara, board) == []


def test_who_signs_out_is_gone_and_receives_nothing_more(mara: Visitor, tomas: Visitor, board: Board) -> None:
    key = f"here;board_id={board.pk}"
    with mara.socket() as hers, tomas.socket() as his:
        his.watch(key)
        hers.subscribe("here", board.pk)
        assert stale(his.receive()) == key
        assert mara.post("/sign-out/").status == 302
        assert hers.receive() == {"error": "Not authorized", "code": "UNAUTHORIZED"}
        with pytest.raises(ConnectionClosed) as closed:
            hers.receive()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401
        assert stale(his.receive()) == key
        assert here(tomas, board) == []


def test_another_site_gets_no_socket(mara: Visitor) -> None:
    with pytest.raises(InvalidStatus) as refused, mara.socket(Origin="https://evil.example"):
        pass
    assert refused.value.response.status_code == 403


def test_who_said_something_is_renamed_there_too(tomas: Visitor, board: Board) -> None:
    with tomas.socket() as line:
        line.subscribe("chat", board.pk)
        say(line, board, "Hello")
        assert line.receive()["data"]["name"] == "Tomás Okafor"
        answer = tomas.post(f"/people/{PEOPLE['tomas']}/rename/", {"name": "Tom Okafor"})
        assert answer.stale == f"user;user_id=2, chat;board_id=1, chat;board_id={board.pk}"
        say(line, board, "It is still me")
        assert line.receive()["data"]["name"] == "Tom Okafor"
    assert {line["name"] for line in tomas.read("chat", board_id=board.pk)["chat"]} == {"Tom Okafor"}
    tomas.post(f"/people/{PEOPLE['tomas']}/rename/", {"name": "Tomás Okafor"})


def test_what_is_said_is_text_and_never_markup(mara: Visitor, board: Board) -> None:
    with mara.socket() as line:
        line.subscribe("chat", board.pk)
        say(line, board, '"><script>alert(1)</script>')
        line.receive()
    page = mara.get(board.path).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_who_has_no_scripts_reads_that_the_chat_needs_them(mara: Visitor, board: Board) -> None:
    page = mara.get(board.path).text
    assert '<noscript><p class="hint">Saying something needs JavaScript.</p></noscript>' in page
    assert 'id="chat-form" method="dialog" mizan-send="chat"' in page, "so it leads nowhere else"


SHELL = (
    "from demo.board.models import Activity; Activity.objects.create(board_id=1, actor_id=3, verb='added')"
)


def test_two_servers_and_a_shell_share_what_happens(tmp_path: Path, redis_server: RedisServer) -> None:
    board, here_key, url = Board(1, "/boards/1/", []), "here;board_id=1", redis_server.url
    with serving(tmp_path, REDIS_URL=url) as one, serving(tmp_path, REDIS_URL=url) as other:
        mara, tomas = Visitor(one).sign_in("mara"), Visitor(other).sign_in("tomas")
        with mara.socket() as hers:
            hers.watch(f"{here_key}, activity;board_id=1, board;board_id=1")
            hers.subscribe("chat", 1)
            with tomas.socket() as his:
                his.subscribe("here", 1)
                assert stale(hers.receive()) == here_key
                assert here(mara, board) == [PEOPLE["tomas"]]
                his.subscribe("chat", 1)
                say(his, board, "From next door")
                assert hers.receive()["data"]["text"] == "From next door"
                tomas.call("rename_board", board_id=1, title="Summer release")
                assert stale(hers.receive()) == "board;board_id=1"
            assert stale(hers.receive()) == here_key
            assert here(mara, board) == []
            assert manage(tmp_path, "shell", "-c", SHELL, REDIS_URL=url).returncode == 0
            assert stale(hers.receive()) == "activity;board_id=1"


def test_the_demo_works_while_redis_is_frozen_and_while_it_is_down(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    with serving(tmp_path, REDIS_URL=redis_server.url) as site_url:
        visitor = Visitor(site_url).sign_in("mara")
        began = monotonic()
        redis_server.freeze()
        for name in ("First", "Second", "Third"):
            answer = visitor.post(f"/people/{PEOPLE['mara']}/rename/", {"name": name})
            assert (answer.status, answer.stale) == (204, "user;user_id=1")
            assert name in visitor.get(f"/people/{PEOPLE['mara']}/").text
        jonah = Visitor(site_url).sign_in("jonah")
        # A request waits a second for Redis at most. Before, each of these mutations took 17.
        assert monotonic() - began < 45
        redis_server.thaw()
        redis_server.stop()
        assert jonah.post("/help/helped/").status == 204
        assert "It helped 1 time." in jonah.get("/help/").text
        assert visitor.get("/").status == 200


GHOST = """
from datetime import timedelta
from uuid import uuid4
from django.utils import timezone
from demo.board.models import Presence
ago = timezone.now() - timedelta(seconds={seconds})
Presence.objects.create(board_id=1, person_id={person}, page=uuid4(), seen_at=ago)
"""


def haunt(folder: Path, person: str, seconds: int) -> None:
    """Leave what a server leaves that is killed: somebody who was last seen a while ago."""
    answer = manage(folder, "shell", "-c", GHOST.format(seconds=seconds, person=PEOPLE[person]))
    assert answer.returncode == 0, answer.stderr


def test_a_server_that_was_killed_leaves_no_ghosts(tmp_path: Path) -> None:
    release = Board(1, "/boards/1/", [])
    with serving(tmp_path):
        pass
    haunt(tmp_path, "tomas", 1)
    with serving(tmp_path) as site_url:
        mara = Visitor(site_url).sign_in("mara")
        assert here(mara, release) == [], "nobody is connected to a server that has just started"

        haunt(tmp_path, "yuki", 1)
        assert here(mara, release) == [PEOPLE["yuki"]]
        haunt(tmp_path, "tomas", 101)
        with mara.socket() as line:
            line.watch("here;board_id=1")
            assert here(mara, release) == [PEOPLE["yuki"]]
            line.subscribe("here", 1)
            assert stale(line.receive()) == "here;board_id=1"
            assert here(mara, release) == [PEOPLE["mara"], PEOPLE["yuki"]]
            haunt(tmp_path, "priya", 101)
            line.send("message", channel="here", params={"board_id": 1}, data={})
            assert stale(line.receive()) == "here;board_id=1", "those who are there see who is gone"
