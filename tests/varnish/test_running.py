"""The edge as it runs: a restart, another VCL under load, an origin that is away, sockets."""

import json
import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from mizan_htmx.edge.varnish.vcl import compile_vcl
from tests.varnish.conftest import MANIFEST, tags
from tests.varnish.origin import Origin, serving
from tests.varnish.server import SECONDS, Varnish, ask, running

FIVE = '"user;user_id=5"'


def vcl(origin: Origin) -> str:
    """Compile for this origin."""
    return compile_vcl(MANIFEST, origin=f"127.0.0.1:{origin.port}")


def test_a_restart_begins_with_nothing(origin: Origin) -> None:
    origin.shows("/profile/5/", *tags(5))
    seen = []
    for _ in range(2):
        with running(vcl(origin)) as edge:
            seen += [edge.get("/profile/5/").cache, edge.get("/profile/5/").cache]
    assert seen == ["MISS", "HIT", "MISS", "HIT"]


def child(edge: Varnish) -> int:
    """Give the process id of the child that serves."""
    with open(f"/proc/{edge.process.pid}/task/{edge.process.pid}/children", encoding="ascii") as file:
        return int(file.read().split()[0])


def test_a_child_that_crashes_leaves_nothing_stale(origin: Origin) -> None:
    origin.shows("/profile/5/", *tags(5))
    with running(vcl(origin)) as edge:
        edge.purge(FIVE)
        edge.get("/profile/5/")
        first = child(edge)
        os.kill(first, signal.SIGKILL)
        deadline = time.monotonic() + SECONDS
        while "running" not in edge.admin("status") or child(edge) == first:
            assert time.monotonic() < deadline
        assert [edge.get("/profile/5/").cache for _ in range(2)] == ["MISS", "HIT"]


def test_what_was_kept_and_what_was_forgotten_outlives_another_vcl(edge: Varnish, origin: Origin) -> None:
    """Generations that began anew would make copies reachable again that are stale."""
    origin.shows("/profile/5/", *tags(5))
    origin.shows("/profile/6/", *tags(6))
    for user in (5, 6):
        edge.get(f"/profile/{user}/")
    edge.purge(FIVE)
    edge.reload(vcl(origin), "again")
    assert edge.get("/profile/5/").cache == "MISS"
    assert edge.get("/profile/6/").cache == "HIT"
    edge.purge(FIVE)
    assert edge.get("/profile/5/").cache == "MISS"


def test_a_key_is_never_used_again_after_another_vcl(edge: Varnish, origin: Origin) -> None:
    """The copy of a slow reader, who began before the purge, comes under the key of that time."""
    origin.shows("/profile/5/", *tags(5))
    released = origin.holds("/profile/5/")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(edge.get, "/profile/5/")
        released.arrived.wait(SECONDS)
        edge.purge(FIVE)
        edge.reload(vcl(origin), "meanwhile")
        released.go.set()
        assert slow.result().text == "1"
    assert [edge.get("/profile/5/").text for _ in range(2)] == ["2", "2"]


def test_a_key_is_never_used_again_after_a_vcl_with_other_names(origin: Origin) -> None:
    """A parameter with another name begins with the numbers that the old one had before it was purged."""
    user = {"endpoints": [], "max_age": 600, "params": ["user_id"], "views": ["/profile/:user_id/"]}
    manifest = {"contexts": {"user": user}, "mutations": {}}
    renamed = json.loads(json.dumps(manifest).replace("user_id", "person"))
    address = f"127.0.0.1:{origin.port}"
    origin.shows("/profile/5/", "user", "user;user_id=5")
    released = origin.holds("/profile/5/")
    with running(compile_vcl(manifest, origin=address)) as edge, ThreadPoolExecutor(1) as pool:
        slow = pool.submit(edge.get, "/profile/5/")
        released.arrived.wait(SECONDS)
        edge.purge(FIVE)
        released.go.set()
        assert slow.result().text == "1"
        origin.shows("/profile/5/", "user", "user;person=5")
        edge.reload(compile_vcl(renamed, origin=address), "renamed")
        assert [edge.get("/profile/5/").text for _ in range(2)] == ["2", "2"]


def test_another_vcl_under_load_loses_no_request_and_shows_nothing_stale(
    edge: Varnish, origin: Origin
) -> None:
    origin.shows("/profile/5/", *tags(5))
    origin.answers_post("/m/", Cache_Group_Invalidation=FIVE)
    done = Event()

    def read() -> tuple[int, set[int]]:
        stale, seen = 0, set()
        while not done.is_set():
            floor = floors[-1]
            answer = edge.get("/profile/5/")
            seen.add(answer.status)
            stale += int(answer.text) < floor
        return stale, seen

    floors = [0]
    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        for number in range(4):
            for _ in range(10):
                floors.append(int(edge.post("/m/").text))
            edge.reload(vcl(origin), f"under_load_{number}")
        done.set()
        results = [reader.result() for reader in readers]
    assert results == [(0, {200})] * 4


def test_what_is_kept_is_served_while_the_origin_is_away() -> None:
    with serving() as origin:
        origin.shows("/profile/5/", *tags(5))
        with running(vcl(origin)) as edge:
            edge.get("/profile/5/")
            origin.away = True
            assert edge.get("/profile/5/").cache == "HIT"
            assert edge.get("/profile/6/").status == 503
            # Nobody knows whether it was committed, so nothing is handed out rather than something stale.
            assert edge.post("/profile/5/rename/").status == 503
            assert edge.get("/profile/5/").status == 503


def upgrade(edge: Varnish, path: str) -> bytes:
    """Ask for a WebSocket and give the first bytes that come back."""
    with socket.create_connection(("127.0.0.1", edge.port), timeout=SECONDS) as wire:
        head = f"GET {path} HTTP/1.1\r\nHost: site.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        wire.sendall(head.encode())
        return wire.recv(4096)


def test_a_socket_is_piped_through_where_there_are_sockets(edge: Varnish, origin: Origin) -> None:
    origin.answers["GET /ws/"] = (101, {"Upgrade": "websocket", "Connection": "Upgrade"})
    assert upgrade(edge, "/ws/").startswith(b"HTTP/1.1 101 ")
    asked = origin.asked[0].headers
    assert (asked["upgrade"], asked["connection"]) == ("websocket", "Upgrade")


def test_no_other_url_is_piped(edge: Varnish, origin: Origin) -> None:
    """In a pipe a mutation would pass the edge unseen."""
    origin.shows("/profile/5/", *tags(5))
    edge.get("/profile/5/")
    assert b"X-Cache: HIT" in upgrade(edge, "/profile/5/")
    posted = ask(edge.port, "/ws/", method="POST", headers={"Upgrade": "websocket", "Connection": "Upgrade"})
    assert posted.cache == "PASS"
