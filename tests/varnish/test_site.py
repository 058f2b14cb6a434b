"""The whole way: a real site, its exported VCL, a real Varnish, and visitors with cookies."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.varnish.server import SECONDS, Answer, Varnish, ask, running

ROOT = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class Visitor:
    """A browser behind the edge: it keeps cookies and sends the CSRF token."""

    edge: Varnish
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a path."""
        return self.keep(self.edge.get(path, **self.sent(), **headers))

    def post(self, path: str, body: str = "") -> Answer:
        """Post a form."""
        if "csrftoken" not in self.cookies:
            self.get("/api/mizan/session/")
        token = {
            "X_CSRFToken": self.cookies["csrftoken"],
            "Content_Type": "application/x-www-form-urlencoded",
        }
        return self.keep(self.edge.post(path, body, **self.sent(), **token))

    def sent(self) -> dict[str, str]:
        """Give the header with the cookies, if there are any."""
        text = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": text} if text else {}

    def keep(self, answer: Answer) -> Answer:
        """Note the cookie that an answer sets."""
        if found := re.match(r"(\w+)=([^;]*)", answer.headers.get("set-cookie", "")):
            self.cookies[found[1]] = found[2]
        return answer


@contextmanager
def site(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the site in a process until the end; it writes its VCL into the folder."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "error", "-m", "tests.varnish.site", str(port), str(folder)]
    process = subprocess.Popen(command, cwd=ROOT)
    deadline = time.monotonic() + SECONDS
    try:
        while not answers(port):
            assert process.poll() is None
            assert time.monotonic() < deadline
        yield process
    finally:
        process.terminate()
        process.wait(SECONDS)


def answers(port: int) -> bool:
    """Tell whether something listens."""
    try:
        return ask(port, "/profile/1/").status == 200
    except OSError:
        time.sleep(0.05)  # between two looks at what nothing tells of
        return False


@pytest.fixture(scope="module")
def in_front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Varnish]:
    """Run the site and the edge of this module."""
    folder = tmp_path_factory.mktemp("site")
    with site(folder), running((folder / "edge.vcl").read_text(encoding="utf-8")) as edge:
        yield edge


@pytest.fixture
def edge(in_front: Varnish) -> Varnish:
    """Give the edge with nothing in it."""
    in_front.purge('"*"')
    return in_front


PAGES = ("/profile/5/", "/api/mizan/ctx/user/?user_id=5", "/api/mizan/ctx/user/?greeting=Hi&user_id=5")
OTHERS = tuple(path.replace("5", "6") for path in PAGES)


def warm(edge: Varnish) -> None:
    """Have a copy of every page of the users 5 and 6."""
    for path in (*PAGES, *OTHERS):
        edge.get(path)
        assert edge.get(path).cache == "HIT"


def test_a_mutation_is_seen_at_once_and_others_keep_their_copies(edge: Varnish) -> None:
    warm(edge)
    renamed = Visitor(edge).post("/profile/5/rename/", "name=Ada")
    assert (renamed.status, renamed.headers["x-mizan-invalidate"]) == (204, "user;user_id=5")
    assert (renamed.headers["x-mizan-purged"], renamed.headers["cache-control"]) == ("3", "no-store")
    for path in PAGES:
        again = edge.get(path)
        assert (again.cache, "Ada" in again.text) == ("MISS", True)
    assert [edge.get(path).cache for path in OTHERS] == ["HIT"] * 3


def test_a_mutation_called_by_name_is_seen_too(edge: Varnish) -> None:
    warm(edge)
    visitor = Visitor(edge)
    visitor.post("/api/mizan/call/", "fn=rename&user_id=5&name=Eve")
    assert "Eve" in edge.get("/profile/5/").text
    assert edge.get("/profile/6/").cache == "HIT"


def test_nobody_decides_for_others_where_the_site_is(edge: Varnish) -> None:
    planted = edge.get("/api/mizan/ctx/place/", X_Scheme="https")
    assert (planted.cache, "https://site.test/" in planted.text) == ("MISS", True)
    for cache in ("MISS", "HIT"):
        answer = edge.get("/api/mizan/ctx/place/")
        assert (answer.cache, "http://site.test/" in answer.text) == (cache, True)
    again = edge.get("/api/mizan/ctx/place/", X_Scheme="https")
    assert (again.cache, again.text) == ("HIT", planted.text)


def test_a_bare_invalidation_purges_all_users(edge: Varnish) -> None:
    warm(edge)
    Visitor(edge).post("/api/mizan/call/", "fn=rename_all&name=Same")
    assert [edge.get(path).cache for path in (*PAGES, *OTHERS)] == ["MISS"] * 6


def test_a_list_as_long_as_it_may_be_arrives(edge: Varnish) -> None:
    warm(edge)
    answer = Visitor(edge).post("/rename-many/")
    assert answer.status == 204
    assert 2_000 < len(answer.headers["x-mizan-invalidate"]) <= 4_096
    assert [edge.get(path).cache for path in (*PAGES, *OTHERS)] == ["MISS"] * 6


def test_a_mutation_that_was_refused_purges_nothing(edge: Varnish) -> None:
    warm(edge)
    assert edge.post("/profile/5/rename/", "name=Ada").status == 403  # no CSRF token
    assert Visitor(edge).post("/profile/5/rename/").status == 422  # no name
    assert [edge.get(path).cache for path in PAGES] == ["HIT"] * 3


def test_odd_urls_show_the_new_state(edge: Varnish) -> None:
    paths = ("/profile/005/", "/profile/%35/", "/profile/5/?utm_source=x", "/api/mizan/ctx/user/?user_id=05")
    visitor = Visitor(edge)
    for name in ("One", "Two"):
        visitor.post("/profile/5/rename/", f"name={name}")
        for path in paths:
            assert name in edge.get(path).text
            assert name in edge.get(path).text


def test_a_public_page_is_nobody_s(edge: Varnish) -> None:
    ada, bob = Visitor(edge), Visitor(edge)
    ada.get("/enter/5/")
    bob.get("/enter/6/")
    first, second = ada.get(PAGES[1]), bob.get(PAGES[1])
    assert (first.cache, second.cache) == ("MISS", "HIT")
    assert first.text == second.text
    assert "AnonymousUser" in first.text


def test_a_private_context_is_never_another_visitor_s(edge: Varnish) -> None:
    ada, bob = Visitor(edge), Visitor(edge)
    ada.get("/enter/5/")
    bob.get("/enter/6/")
    for _ in range(2):
        seen = [each.get("/api/mizan/ctx/account/") for each in (ada, bob, Visitor(edge))]
        assert [answer.cache for answer in seen] == ["PASS"] * 3
        assert [answer.status for answer in seen] == [200, 200, 401]
        assert ["user5" in seen[0].text, "user6" in seen[1].text] == [True, True]


def test_a_private_page_below_a_public_url_is_the_visitor_s(edge: Varnish) -> None:
    ada, bob = Visitor(edge), Visitor(edge)
    ada.get("/enter/5/")
    bob.get("/enter/6/")
    for _ in range(2):
        seen = [each.get("/profile/edit/").text for each in (ada, bob, Visitor(edge))]
        assert seen == ["user5 edits", "user6 edits", "AnonymousUser edits"]


def test_a_browser_gets_a_304_until_its_copy_is_stale(edge: Varnish) -> None:
    tag = edge.get("/profile/5/").headers["etag"]
    assert edge.get("/profile/5/", If_None_Match=tag).status == 304
    Visitor(edge).post("/profile/5/rename/", "name=Someone+else")
    changed = edge.get("/profile/5/", If_None_Match=tag)
    assert (changed.status, changed.text) == (200, "<h1>Someone else</h1>")


def test_what_was_committed_before_a_crash_is_not_shown_as_before(tmp_path: Path) -> None:
    with site(tmp_path) as process:
        vcl = (tmp_path / "edge.vcl").read_text(encoding="utf-8")
        with running(vcl) as edge:
            warm(edge)
            assert Visitor(edge).post("/profile/5/crash/").status == 503
            assert process.wait(SECONDS) == 1
            # All users, because only the manifest is left to say what it affects.
            assert [edge.get(path).status for path in (*PAGES, *OTHERS)] == [503] * 6
