"""What the demo's commands do: ``seed`` again and again, ``serve`` or say what is wrong, demo mode."""

import socket
from pathlib import Path

import pytest

from tests.helpers.demo import Visitor, manage, serving


def test_seeding_again_changes_nothing(tmp_path: Path) -> None:
    assert manage(tmp_path, "migrate", "--verbosity", "0").returncode == 0
    assert manage(tmp_path, "seed").returncode == 0
    first = manage(tmp_path, "dumpdata", "board").stdout
    assert first.count('"model": "board.card"') == 18
    assert manage(tmp_path, "seed").returncode == 0
    assert manage(tmp_path, "dumpdata", "board").stdout == first


def test_serving_again_keeps_what_people_did(tmp_path: Path) -> None:
    with serving(tmp_path) as site_url:
        answer = Visitor(site_url).sign_in("yuki").post("/people/3/rename/", {"name": "Yuki B."})
        assert answer.status == 204
    with serving(tmp_path) as site_url:
        page = Visitor(site_url).sign_in("yuki").get("/people/3/").text
    assert "Yuki B." in page
    assert "Yuki Brandt" not in page


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        answer = manage(tmp_path, "serve", PORT=str(port))
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr == (
        f"CommandError: Port {port} is taken by another program. Choose another one: make demo PORT=8001\n"
    )


@pytest.mark.parametrize("port", ["many", "-1", "65536", "8000 ", "٨"])
def test_a_port_that_is_none_is_named(tmp_path: Path, port: str) -> None:
    answer = manage(tmp_path, "serve", PORT=port)
    assert answer.returncode == 1
    assert answer.stderr == (
        f"CommandError: PORT={port!r} is not a port. Choose a number from 1024 to 65535.\n"
    )


def test_a_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    answer = manage(tmp_path, "serve", "--port", "0", DATABASE_URL=f"postgres://demo:x@127.0.0.1:{port}/demo")
    assert answer.returncode == 1
    assert answer.stderr.startswith("CommandError: The database can't be used: ")
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        (
            "DATABASE_URL",
            "sqlite:///{}",
            "CommandError: The database {} can't be used: unable to open database file",
        ),
        (
            "DATABASE_URL",
            "sqlite:///{}/a.txt/b/db.sqlite3",
            "The demo can't start: [Errno 20] Not a directory: '{}/a.txt/b'."
            " DATABASE_URL names another place.",
        ),
        (
            "MEDIA_ROOT",
            "{}/a.txt/media",
            "CommandError: {}/a.txt/media can't be written: Not a directory."
            " MEDIA_ROOT names another folder.",
        ),
    ],
)
def test_a_file_that_can_t_be_written_is_named(
    tmp_path: Path, setting: str, value: str, message: str
) -> None:
    folder = tmp_path / "taken"
    folder.mkdir()
    (folder / "a.txt").write_text("a file")
    answer = manage(tmp_path, "serve", "--port", "0", **{setting: value.format(folder)})
    assert (answer.returncode, answer.stderr) == (1, message.format(folder) + "\n")


@pytest.mark.parametrize("url", ["redis://127.0.0.1:{port}/0", "nonsense"])
def test_a_redis_that_does_not_answer_is_named(tmp_path: Path, url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    answer = manage(tmp_path, "serve", "--port", "0", REDIS_URL=url.format(port=port))
    assert answer.returncode == 1
    assert answer.stderr.startswith("CommandError: Redis can't be used: ")
    assert "Traceback" not in answer.stderr


def test_a_database_url_that_is_none_is_named(tmp_path: Path) -> None:
    answer = manage(tmp_path, "serve", "--port", "0", DATABASE_URL="nonsense")
    assert answer.returncode == 1
    assert answer.stderr == (
        "The demo can't start: DATABASE_URL begins with ''."
        " It must be like postgres://user:password@host/name.\n"
    )


def test_one_click_signs_in_only_in_demo_mode(tmp_path: Path) -> None:
    with serving(tmp_path, DEMO_MODE="off") as site_url:
        visitor = Visitor(site_url)
        page = visitor.get("/sign-in/").text
        assert "Mara" not in page
        assert 'type="password"' in page
        assert visitor.post("/sign-in/as/1/").status == 404
        assert visitor.get("/").status == 302


def test_demo_mode_is_off_where_others_can_reach_it(tmp_path: Path) -> None:
    with serving(tmp_path, ALLOWED_HOSTS="127.0.0.1,board.example") as site_url:
        visitor = Visitor(site_url)
        assert 'type="password"' in visitor.get("/sign-in/").text
        assert visitor.post("/sign-in/as/1/").status == 404
