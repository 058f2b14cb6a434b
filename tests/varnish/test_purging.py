"""What the edge purges: what a mutation's response names, before its client has it, and nothing else."""

import pytest

from mizan_htmx.protocol.cache_tags import Shape, purge_list
from mizan_htmx.protocol.keys import MAX_BYTES, Invalidation, parse
from tests.varnish.conftest import tags
from tests.varnish.origin import Origin
from tests.varnish.server import Answer, Varnish, ask

SHAPES = {"user": Shape.of(("tab", "user_id"), optional=("tab",)), "news": Shape()}

#: Every address that is kept, and what it shows.
PAGES = {
    "/": ("news",),
    "/api/mizan/partial/news/?block=abc": ("news",),
    "/profile/5/": tags(5),
    "/api/mizan/ctx/user/?user_id=5": tags(5),
    "/api/mizan/ctx/user/?tab=a&user_id=5": tags(5, "a"),
    "/api/mizan/ctx/user/?user_id=5&tab=b": tags(5, "b"),
    "/profile/6/": tags(6),
}


def groups(stale: str) -> str:
    """Write the tags of an invalidation as a response of the site does."""
    return ", ".join(f'"{tag}"' for tag in purge_list(parse(stale), SHAPES))


@pytest.fixture
def warm(edge: Varnish, origin: Origin) -> Varnish:
    """Give an edge that has a copy of every page."""
    for path, shown in PAGES.items():
        origin.shows(path, *shown)
        assert [edge.get(path).cache, edge.get(path).cache] == ["MISS", "HIT"]
    return edge


def purged_pages(edge: Varnish) -> set[str]:
    """Return the pages that have to be fetched from the origin."""
    return {path for path in PAGES if edge.get(path).cache == "MISS"}


FIVES = {path for path, shown in PAGES.items() if "user;user_id=5" in shown}
USERS = {path for path, shown in PAGES.items() if "user" in shown}


@pytest.mark.parametrize(
    ("stale", "pages"),
    [
        ("user;user_id=5", FIVES),
        ("user", USERS),
        ("news", PAGES.keys() - USERS),
        ("user;user_id=6, news", PAGES.keys() - FIVES),
        ("*", PAGES.keys()),
        ("user;user_id=7", set()),
        ("other", set()),
        # A copy that does not say its tab may show this one.
        ("user;tab=a;user_id=5", FIVES - {"/api/mizan/ctx/user/?user_id=5&tab=b"}),
        ("user;tab=a", USERS - {"/api/mizan/ctx/user/?user_id=5&tab=b"}),
    ],
)
def test_a_mutation_purges_what_its_answer_covers(
    warm: Varnish, origin: Origin, stale: str, pages: set[str]
) -> None:
    origin.answers_post("/m/", X_Mizan_Invalidate=stale, Cache_Group_Invalidation=groups(stale))
    assert warm.post("/m/").status == 200
    assert purged_pages(warm) == set(pages)
    assert purged_pages(warm) == set()


@pytest.mark.parametrize("status", [200, 302, 422, 500])
def test_a_mutation_purges_whatever_its_status(warm: Varnish, origin: Origin, status: int) -> None:
    origin.answers_post("/m/", status, Cache_Group_Invalidation=groups("news"))
    assert warm.post("/m/").headers["x-mizan-purged"] == "2"
    assert purged_pages(warm) == PAGES.keys() - USERS


def test_without_the_groups_the_contexts_of_the_list_are_purged(warm: Varnish, origin: Origin) -> None:
    origin.answers_post("/m/", X_Mizan_Invalidate="user;user_id=5, other;a=1")
    warm.post("/m/")
    assert purged_pages(warm) == USERS


def test_what_a_reader_invalidates_is_purged(warm: Varnish, origin: Origin) -> None:
    origin.answers["GET /seen/"] = (200, {"Cache-Group-Invalidation": groups("news")})
    warm.get("/seen/")
    assert purged_pages(warm) == PAGES.keys() - USERS


def test_it_shows_how_many_copies_are_gone(warm: Varnish, origin: Origin) -> None:
    origin.answers_post("/m/", Cache_Group_Invalidation=groups("user;user_id=5"))
    assert [warm.post("/m/").headers["x-mizan-purged"] for _ in range(2)] == ["4", "0"]


@pytest.mark.parametrize(
    ("path", "cache"),
    [
        ("/profile/5/?utm_source=x", ["MISS", "HIT"]),
        ("/profile/%35/", ["MISS", "HIT"]),
        ("/api/mizan/ctx/user/?user_id=%35", ["MISS", "HIT"]),
        ("/api/mizan/ctx/user/?user_id=7&user_id=5", ["MISS", "HIT"]),
        # Their values are not those that the answer has.
        ("/profile/005/", ["PASS", "PASS"]),
        ("/api/mizan/ctx/user/?user_id=+5", ["PASS", "PASS"]),
        ("/api/mizan/ctx/user/?user%5Fid=5", ["PASS", "PASS"]),
        ("/api/mizan/ctx/user/?user_id=5%zz", ["PASS", "PASS"]),
    ],
)
def test_an_unusual_url_of_the_same_is_purged_too(
    warm: Varnish, origin: Origin, path: str, cache: list[str]
) -> None:
    origin.shows(path, *tags(5))
    assert [warm.get(path).cache for _ in range(2)] == cache
    before = int(warm.get(path).text)
    origin.answers_post("/m/", Cache_Group_Invalidation=groups("user;user_id=5"))
    warm.post("/m/")
    assert int(warm.get(path).text) > before


@pytest.mark.parametrize("value", ["a b", "ä,;=/&?#+%", "x'(y)*!$:@", "A-z.0_~"])
def test_any_value_is_found_by_its_tag(edge: Varnish, origin: Origin, value: str) -> None:
    stale = Invalidation.of("user", user_id=value)
    text = str(stale).partition("=")[2]
    path = f"/profile/{text}/"
    origin.shows(path, *tags(text))
    assert [edge.get(path).cache for _ in range(2)] == ["MISS", "HIT"]
    origin.answers_post("/m/", Cache_Group_Invalidation=groups(str(stale)))
    edge.post("/m/")
    assert edge.get(path).cache == "MISS"


def test_a_list_of_4096_bytes_is_read_to_its_end(warm: Varnish, origin: Origin) -> None:
    listed = [6, *range(1000, 1193), 5]
    text = ", ".join(f'"user;user_id={number}"' for number in listed)
    assert MAX_BYTES - 30 < len(text) <= MAX_BYTES
    origin.answers_post("/m/", Cache_Group_Invalidation=text)
    assert warm.post("/m/").status == 200
    assert purged_pages(warm) == USERS


@pytest.mark.parametrize("count", [511, 512, 513, 900])
def test_more_tags_than_it_counts_purge_everything(warm: Varnish, origin: Origin, count: int) -> None:
    listed = ", ".join(['"a;b"'] * (count - 1) + ['"news"'])
    origin.answers_post("/m/", Cache_Group_Invalidation=listed)
    assert warm.post("/m/").status == 200
    assert purged_pages(warm) == (PAGES.keys() if count > 512 else PAGES.keys() - USERS)


def test_two_lines_of_a_list_are_one(warm: Varnish) -> None:
    purged = ask(
        warm.door,
        "/",
        method="PURGEKEYS",
        headers={"Cache-Group-Invalidation": '"user;user_id=6"', "cache-group-invalidation": '"news"'},
    )
    assert purged.status == 200
    assert purged_pages(warm) == PAGES.keys() - FIVES


@pytest.mark.parametrize("size", range(18_000, 31_000, 1_500))
def test_a_request_that_fills_the_workspace_leaves_nothing_stale(
    warm: Varnish, origin: Origin, size: int
) -> None:
    listed = ", ".join(f'"user;user_id={number}"' for number in range(5, 214))
    origin.answers_post("/m/", Cache_Group_Invalidation=listed)
    lines = {f"X_{at}": "x" * min(7_900, size - at) for at in range(0, size, 7_900)}
    warm.post("/m/", **lines)
    assert origin.asked[-1].method == "POST"
    assert purged_pages(warm) >= {"/profile/5/", "/profile/6/"}


def lost(edge: Varnish, origin: Origin, path: str, status: int) -> Answer:
    """Post to an origin that does not answer, or whose own proxy says so."""
    origin.answers_post(path, status)
    return edge.post(path)


@pytest.mark.parametrize("status", [0, 500, 502, 503, 504])
@pytest.mark.parametrize(
    ("path", "pages"),
    [
        ("/profile/5/rename/", USERS),
        ("/profile/5/rename/?next=x", USERS),
        ("/news/post/", PAGES.keys() - USERS),
        ("/api/mizan/call/", PAGES.keys()),
        ("/elsewhere/", set()),
    ],
)
def test_a_mutation_without_an_answer_purges_what_it_may_have_changed(
    warm: Varnish, origin: Origin, path: str, status: int, pages: set[str]
) -> None:
    assert lost(warm, origin, path, status).status == (status or 503)
    assert purged_pages(warm) == set(pages)


def test_a_mutation_that_failed_with_an_answer_purges_nothing(warm: Varnish, origin: Origin) -> None:
    origin.answers_post("/profile/5/rename/", 500, Cache_Control="no-store")
    warm.post("/profile/5/rename/")
    assert purged_pages(warm) == set()


def test_the_listener_purges_what_it_is_sent(warm: Varnish) -> None:
    answer = warm.purge(groups("user;user_id=5"))
    assert (answer.status, answer.text, answer.headers["x-mizan-purged"]) == (200, "Purged\n", "4")
    assert purged_pages(warm) == FIVES


def test_the_door_takes_the_list_of_a_mutation(warm: Varnish) -> None:
    ask(warm.door, "/", method="PURGEKEYS", headers={"X-Mizan-Invalidate": "user;user_id=5"})
    assert purged_pages(warm) == USERS


def test_the_door_does_nothing_else(warm: Varnish, origin: Origin) -> None:
    origin.asked.clear()
    assert ask(warm.door, "/").status == 405
    assert ask(warm.door, "/profile/5/rename/", method="POST").status == 405
    assert ask(warm.door, "/", method="PURGEKEYS").status == 400
    assert origin.asked == []
    assert purged_pages(warm) == set()


def test_there_is_no_door_to_the_street(warm: Varnish, origin: Origin) -> None:
    origin.asked.clear()
    headers = {"Cache-Group-Invalidation": groups("*"), "X-Mizan-Invalidate": "*"}
    assert ask(warm.port, "/", method="PURGEKEYS", headers=headers).status == 403
    assert ask(warm.port, "/", method="PURGE", headers=headers).status == 501
    assert purged_pages(warm) == set()
