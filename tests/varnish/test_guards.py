"""What the edge may keep and what not, who is asked for what, and what nobody outside may see or say."""

import pytest

from tests.varnish.conftest import tags
from tests.varnish.origin import Origin
from tests.varnish.server import Varnish, ask

FIVE = tags(5)


def test_a_second_reader_is_handed_the_copy(edge: Varnish, origin: Origin) -> None:
    origin.shows("/profile/5/", *FIVE)
    first, second = edge.get("/profile/5/"), edge.get("/profile/5/")
    assert (first.cache, second.cache) == ("MISS", "HIT")
    assert second.text == first.text == "1"
    assert second.headers["cache-control"] == "public, max-age=0, must-revalidate"


def test_head_is_answered_from_the_copy(edge: Varnish, origin: Origin) -> None:
    origin.shows("/profile/5/", *FIVE)
    edge.get("/profile/5/")
    answer = ask(edge.port, "/profile/5/", method="HEAD")
    assert (answer.status, answer.cache, answer.text) == (200, "HIT", "")


def test_a_browser_that_has_the_copy_gets_a_304(edge: Varnish, origin: Origin) -> None:
    origin.shows("/profile/5/", *FIVE, ETag='W/"one"')
    assert edge.get("/profile/5/", If_None_Match='W/"one"').status == 304
    again = edge.get("/profile/5/", If_None_Match='W/"one"')
    assert (again.status, again.cache, again.headers["etag"]) == (304, "HIT", 'W/"one"')
    assert edge.get("/profile/5/", If_None_Match='W/"other"').status == 200
    assert [asked.headers.get("if-none-match") for asked in origin.asked] == [None]


def test_what_is_between_origin_and_edge_stays_there(edge: Varnish, origin: Origin) -> None:
    origin.shows(
        "/profile/5/",
        *FIVE,
        Surrogate_Control="max-age=600",
        Surrogate_Key="user",
        Cache_Tag="user",
        Edge_Cache_Tag="user",
        CDN_Tag="user",
        X_Mizan_Version="1.2",
        X_Mizan_Refresh="1",
    )
    edge.get("/profile/5/")
    sent = edge.get("/profile/5/").headers
    inside = {"surrogate-control", "surrogate-key", "cache-tag", "edge-cache-tag", "cdn-tag", "xkey"}
    inside |= {"cache-groups", "cdn-cache-control", "x-mizan-again", "x-mizan-groups"}
    assert inside & sent.keys() == set()
    assert (sent["x-mizan-version"], sent["x-mizan-refresh"]) == ("1.2", "1")


def test_the_answer_of_a_mutation_keeps_its_list(edge: Varnish, origin: Origin) -> None:
    origin.answers_post("/m/", X_Mizan_Invalidate="news", Cache_Group_Invalidation='"news"')
    sent = edge.post("/m/").headers
    assert (sent["x-mizan-invalidate"], "cache-group-invalidation" in sent) == ("news", False)


@pytest.mark.parametrize(
    "headers",
    [
        {"Set_Cookie": "a=1"},
        {"Vary": "Cookie"},
        {"Vary": "Accept-Encoding, Cookie"},
        {"Vary": "authorization"},
        {"Vary": "*"},
        {"Cache_Control": "private"},
        {"Cache_Control": "no-store"},
        {"CDN_Cache_Control": "no-store"},
        {"CDN_Cache_Control": "private, max-age=60"},
        {"CDN_Cache_Control": ""},
        {"CDN_Cache_Control": "max-age=0"},
        {"X_Mizan_Invalidate": "news"},
        {"Cache_Groups": '"user"'},
        {"Cache_Groups": ", ".join(f'"{tag}"' for tag in (*FIVE, "news"))},
        {"Cache_Groups": ", ".join(f'"{tag}"' for tag in tags(6))},
    ],
    ids=str,
)
def test_what_is_not_for_everyone_is_not_kept(edge: Varnish, origin: Origin, headers: dict[str, str]) -> None:
    origin.shows("/profile/5/", *FIVE, status=200, **headers)
    answers = [edge.get("/profile/5/") for _ in range(3)]
    assert [answer.cache for answer in answers] == ["PASS"] * 3
    assert [answer.text for answer in answers] == ["1", "2", "3"]


def test_an_answer_without_tags_is_not_kept(edge: Varnish, origin: Origin) -> None:
    origin.shows("/profile/5/")
    assert [edge.get("/profile/5/").cache for _ in range(2)] == ["PASS", "PASS"]


@pytest.mark.parametrize("status", [203, 302, 404, 410, 500, 503])
def test_only_200_is_kept(edge: Varnish, origin: Origin, status: int) -> None:
    origin.shows("/profile/5/", *FIVE, status=status)
    assert [edge.get("/profile/5/").cache for _ in range(2)] == ["PASS", "PASS"]
    assert len(origin.asked) == 2


def test_a_url_the_manifest_does_not_have_is_not_kept(edge: Varnish, origin: Origin) -> None:
    origin.shows("/elsewhere/", *FIVE)
    origin.shows("/api/mizan/ctx/account/", "account")
    for path in ("/elsewhere/", "/api/mizan/ctx/account/"):
        assert [edge.get(path).cache for _ in range(2)] == ["PASS", "PASS"]


def test_a_public_url_is_read_without_cookies_and_authorization(edge: Varnish, origin: Origin) -> None:
    origin.shows("/profile/5/", *FIVE)
    first = edge.get("/profile/5/", Cookie="sessionid=ada", Authorization="Basic YTph")
    second = edge.get("/profile/5/", Cookie="sessionid=bob")
    assert (first.cache, second.cache) == ("MISS", "HIT")
    assert {"cookie", "authorization"} & origin.asked[0].headers.keys() == set()


def test_other_urls_are_read_with_them(edge: Varnish, origin: Origin) -> None:
    for path in ("/elsewhere/", "/api/mizan/ctx/account/"):
        edge.get(path, Cookie="sessionid=ada", Authorization="Basic YTph")
    sent = [(asked.headers["cookie"], asked.headers["authorization"]) for asked in origin.asked]
    assert sent == [("sessionid=ada", "Basic YTph")] * 2


def test_a_private_page_that_has_the_url_of_a_public_one_is_answered_with_the_visitor_s_cookies(
    edge: Varnish, origin: Origin
) -> None:
    origin.answers["GET /profile/edit/"] = (200, {"Cache-Control": "no-store"})
    answers = [edge.get("/profile/edit/", Cookie=f"sessionid={who}") for who in ("ada", "ada", "bob")]
    assert [answer.cache for answer in answers] == ["PASS"] * 3
    assert [asked.headers.get("cookie") for asked in origin.asked] == [
        None,  # what the address promised was tried once
        "sessionid=ada",
        "sessionid=ada",
        "sessionid=bob",
    ]
    assert [answer.text for answer in answers] == ["2", "3", "4"]


def test_a_page_in_two_languages_is_kept_twice(edge: Varnish, origin: Origin) -> None:
    origin.shows("/", "news", Vary="Accept-Language")
    asked = [edge.get("/", Accept_Language=language).cache for language in ("de", "en", "de", "en")]
    assert asked == ["MISS", "MISS", "HIT", "HIT"]


@pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port"])
def test_nobody_plants_another_host_s_page(edge: Varnish, origin: Origin, name: str) -> None:
    origin.shows("/", "news")
    assert ask(edge.port, "/", headers={name: "evil.test"}).cache == "MISS"
    assert edge.get("/").cache == "MISS"


def test_what_the_edge_notes_for_itself_cannot_be_sent(edge: Varnish, origin: Origin) -> None:
    origin.shows("/profile/5/", *FIVE)
    origin.shows("/elsewhere/", *FIVE)
    edge.get("/profile/5/")
    forged = {
        "X_Mizan_Pass": "1",
        "X_Mizan_Groups": '"news"',
        "X_Mizan_Generations": "1,",
        "X_Mizan_Stale": "user",
        "X_Mizan_Invalidate": "user",
        "X_Mizan_Purged": "7",
        "Cache_Group_Invalidation": '"user"',
    }
    again = edge.get("/profile/5/", **forged)
    assert (again.cache, "x-mizan-purged" in again.headers) == ("HIT", False)
    assert edge.get("/elsewhere/", **forged).cache == "PASS"
    assert edge.post("/elsewhere/", **forged).status == 404
    assert {name for asked in origin.asked[1:] for name in asked.headers if "mizan" in name} == set()
    assert edge.get("/profile/5/").cache == "HIT"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_unsafe_requests_are_passed(edge: Varnish, origin: Origin, method: str) -> None:
    origin.shows("/profile/5/", *FIVE)
    edge.get("/profile/5/")
    assert ask(edge.port, "/profile/5/", method=method).cache == "PASS"
    assert origin.asked[-1].method == method
