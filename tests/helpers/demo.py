"""The demo as its visitors have it: started by its own command, asked over HTTP; and fixtures of both."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

from websockets.sync.client import ClientConnection, connect

from tests.helpers.blocks import blocks_of

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = {"mara": 1, "tomas": 2, "yuki": 3, "priya": 4, "jonah": 5}


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Give an environment in which the demo keeps its database and files in ``folder``."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    own = {"DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}", "MEDIA_ROOT": str(folder / "media")}
    return {**clean, **own, "SECRET_KEY": "test", "STRICT": "1", **more}


def manage(folder: Path, *command: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of the demo to its end."""
    return subprocess.run(
        [sys.executable, "-m", "demo", *command],
        cwd=ROOT,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextmanager
def serving(folder: Path, port: int = 0, **more: str) -> Iterator[str]:
    """Run ``serve``, by default on a free port, and give the address it says it has."""
    process = subprocess.Popen(
        [sys.executable, "-m", "demo", "serve", "--port", str(port)],
        cwd=ROOT,
        env=environment(folder, **more),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process:
        try:
            line = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            assert found, f"serve said {line!r}"
            yield found[0]
        finally:
            process.terminate()
            process.wait(timeout=60)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the demo answered."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def stale(self) -> str | None:
        """The list of what the answer says is stale."""
        return self.headers.get("X-Mizan-Invalidate")

    @property
    def result(self) -> Any:
        """What a called function returned."""
        return json.loads(self.text)["result"]


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        """Follow no redirect: a test wants to see it."""


class Visitor:
    """Somebody with cookies of their own."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.cookies = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self.cookies), _Stay)

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self._open(Request(self.address + path, headers=headers))

    def post(self, path: str, fields: Mapping[str, object] | None = None, **headers: str) -> Answer:
        """Send a form as htmx does."""
        token = next((cookie.value for cookie in self.cookies if cookie.name == "csrftoken"), None)
        own = {"HX-Request": "true", "X-CSRFToken": token or ""}
        body = urlencode(fields or {}, doseq=True).encode()
        return self._open(Request(self.address + path, data=body, headers={**own, **headers}))

    def send(self, path: str, fields: Mapping[str, object]) -> Answer:
        """Send a form as a browser without scripts does."""
        token = next((cookie.value for cookie in self.cookies if cookie.name == "csrftoken"), None)
        body = urlencode({"csrfmiddlewaretoken": token or "", **fields}, doseq=True).encode()
        return self._open(Request(self.address + path, data=body))

    def upload(self, path: str, fields: Mapping[str, object], **files: tuple[str, bytes]) -> Answer:
        """Send a form with files as htmx does; a file is its name and its content."""
        parts = [(f'name="{name}"', str(value).encode()) for name, value in fields.items()]
        parts += [(f'name="{name}"; filename="{file[0]}"', file[1]) for name, file in files.items()]
        disposition = b"--edge\r\nContent-Disposition: form-data; "
        body = b"".join(disposition + head.encode() + b"\r\n\r\n" + value + b"\r\n" for head, value in parts)
        token = next((cookie.value for cookie in self.cookies if cookie.name == "csrftoken"), None)
        headers = {"HX-Request": "true", "X-CSRFToken": token or ""}
        headers["Content-Type"] = "multipart/form-data; boundary=edge"
        return self._open(Request(self.address + path, data=body + b"--edge--\r\n", headers=headers))

    def call(self, name: str, **arguments: object) -> Answer:
        """Call a function."""
        return self.post("/api/mizan/call/", {"fn": name, **arguments})

    def read(self, context: str, **params: object) -> Any:
        """Read a context."""
        return json.loads(self.get(f"/api/mizan/ctx/{context}/?{urlencode(params)}").text)

    def refresh(self, path: str, key: str) -> str:
        """Refresh the blocks of a page that are bound to ``key``, and give their HTML, joined."""
        found = [each["hx-get"] for each in blocks_of(self.get(path).text) if each["data-mizan"] == key]
        assert found, f"No block of {path} shows {key}."
        return "".join(self.get(url).text for url in found)

    def sign_in(self, username: str) -> "Visitor":
        """Sign in with one click."""
        self.get("/sign-in/")
        assert self.post(f"/sign-in/as/{PEOPLE[username]}/").status == 302
        return self

    def start_board(self, title: str, *members: str) -> "Board":
        """Start a board with three empty columns, for oneself and some members."""
        answer = self.post(
            "/boards/new/", {"title": title, "member_ids": [PEOPLE[username] for username in members]}
        )
        path = answer.headers["HX-Redirect"]
        board_id = int(path.split("/")[-2])
        return Board(board_id, path, self.read("columns", board_id=board_id)["columns_of"])

    @contextmanager
    def socket(self, **headers: str) -> Iterator["Line"]:
        """Open the socket as a page of the demo does."""
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)
        own = {"Origin": self.address, "Cookie": cookies, **headers}
        address = self.address.replace("http", "ws", 1) + "/ws/"
        with connect(address, additional_headers=own, proxy=None) as connection:
            yield Line(connection)

    def _open(self, request: Request) -> Answer:
        try:
            response = self._opener.open(request, timeout=60)
        except HTTPError as error:
            response = error
        with response:
            return Answer(response.status, response.headers, response.read().decode())


@dataclass(frozen=True, slots=True)
class Line:
    """An open socket."""

    connection: ClientConnection

    def send(self, action: str, **frame: object) -> None:
        """Send a frame."""
        self.connection.send(json.dumps({"action": action, **frame}))

    def receive(self) -> dict[str, Any]:
        """Wait for the next frame; raise websockets' ConnectionClosed, or TimeoutError."""
        frame: dict[str, Any] = json.loads(self.connection.recv(timeout=60))
        return frame

    def subscribe(self, channel: str, board_id: int) -> dict[str, Any]:
        """Subscribe to a channel of a board, and give the answer."""
        self.send("subscribe", channel=channel, params={"board_id": board_id})
        return self.receive()

    def watch(self, contexts: str) -> dict[str, Any]:
        """Watch some contexts, and give the answer."""
        self.send("watch", contexts=contexts, id="watch")
        return self.receive()


@dataclass(frozen=True, slots=True)
class Board:
    """A board that a test made for itself."""

    pk: int
    path: str
    columns: list[int]
