"""Every edge against a server that speaks its interface: requests, batches, trouble, secrets, soundness."""

import time
from collections.abc import Iterator
from email.utils import formatdate
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mizan_htmx.edge.backends.akamai import AkamaiEdge
from mizan_htmx.edge.backends.base import EdgeBackend, PurgeFailed, PurgeLater, PurgeRefused, TagEdge, hashed
from mizan_htmx.edge.backends.bunny import BunnyEdge
from mizan_htmx.edge.backends.cloudflare import CloudflareEdge
from mizan_htmx.edge.backends.cloudfront import CloudFrontEdge
from mizan_htmx.edge.backends.fastly import FastlyEdge
from mizan_htmx.edge.backends.recording import RecordingEdge
from mizan_htmx.edge.backends.varnish import VarnishEdge
from mizan_htmx.invalidation import Invalidation, covers
from mizan_htmx.setup.conf import Untaggable
from mizan_htmx.tags import Shape, group_list, purge_tags, tags_of
from tests.support_cdns import Akamai, Bunny, Cloudflare, CloudFront, Door, Fastly
from tests.support_edges import Cdn, Reply, Trouble, serving

KINDS: dict[str, tuple[type[EdgeBackend], type[Cdn]]] = {
    "akamai": (AkamaiEdge, Akamai),
    "bunny": (BunnyEdge, Bunny),
    "cloudflare": (CloudflareEdge, Cloudflare),
    "cloudfront": (CloudFrontEdge, CloudFront),
    "fastly": (FastlyEdge, Fastly),
    "varnish": (VarnishEdge, Door),
}
USER = Invalidation.of("user", user_id=5)
TAGS = ("user;user_id=5", "user;user_id")


class Pair(NamedTuple):
    """A server, and the edge that talks to it."""

    cdn: Cdn
    edge: EdgeBackend


def pairs(*kinds: str) -> pytest.MarkDecorator:
    """Run a test once for each of these kinds, or for all."""
    return pytest.mark.parametrize("pair", kinds or KINDS, indirect=True)


@pytest.fixture
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """Start the server of a kind, and make its edge."""
    backend, server = KINDS[request.param]
    with serving(server()) as cdn:
        yield Pair(cdn, backend(**cdn.backend_options()))


def tag_header(edge: EdgeBackend, tags: tuple[str, ...]) -> tuple[str, str]:
    """Write the tags as the edge reads them; Varnish reads what every response has."""
    return edge.tag_header(tags) or ("Cache-Groups", group_list(tags))


@pairs()
def test_a_purge_forgets_what_has_the_tag_and_nothing_else(pair: Pair) -> None:
    for number in (5, 6):
        name, value = tag_header(pair.edge, ("user", f"user;user_id={number}"))
        assert name == pair.cdn.header
        pair.cdn.keep(f"/profile/{number}/", value)
    pair.edge.purge(("user;user_id=5",), (USER,))
    assert set(pair.cdn.copies) == {"/profile/6/"}
    pair.edge.purge(("user",), (Invalidation("user"),))
    assert pair.cdn.copies == {}


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("akamai", "user,user|user_id!5,user|name!a%20b"),
        ("bunny", "user,user;user_id=5,user;name=a%20b"),
        ("cloudflare", "user,user;user_id=5,user;name=a%20b"),
        ("cloudfront", "user,user;user_id=5,user;name=a%20b"),
        ("fastly", "user user;user_id=5 user;name=a%20b"),
    ],
    indirect=["pair"],
)
def test_the_header_on_the_wire(pair: Pair, value: str) -> None:
    assert pair.edge.tag_header(("user", "user;user_id=5", "user;name=a%20b")) == (pair.cdn.header, value)


@pytest.mark.parametrize(
    ("pair", "method", "path", "content"),
    [
        (
            "akamai",
            "POST",
            "/ccu/v3/delete/tag/production",
            {"objects": ["user|user_id!5", "user|user_id"]},
        ),
        (
            "cloudflare",
            "POST",
            "/zones/023e105f4ecef8ad9ca31a8372d0c353/purge_cache",
            {"tags": [*TAGS]},
        ),
        ("fastly", "POST", "/service/SU1Z0isxPaozGVKXdv0eY/purge", {"surrogate_keys": [*TAGS]}),
    ],
    indirect=["pair"],
)
def test_the_call_on_the_wire(pair: Pair, method: str, path: str, content: object) -> None:
    pair.edge.purge(TAGS, (USER,))
    calls = [(call.method, call.path, call.headers["content-type"], call.json) for call in pair.cdn.calls]
    assert calls == [(method, path, "application/json", content)]


@pairs("bunny")
def test_bunny_is_told_one_tag_a_call(pair: Pair) -> None:
    pair.edge.purge(TAGS, (USER,))
    assert [call.json for call in pair.cdn.calls] == [{"CacheTag": tag} for tag in TAGS]


@pairs("varnish")
def test_varnish_is_told_what_a_mutation_answers(pair: Pair) -> None:
    pair.edge.purge(TAGS, (USER,))
    assert [
        (call.method, call.path, call.headers["cache-group-invalidation"]) for call in pair.cdn.calls
    ] == [("PURGEKEYS", "/", '"user;user_id=5", "user;user_id"')]


def test_cloudfront_is_told_tags_with_a_hash_sign_and_never_repeats_by_itself() -> None:
    with serving(CloudFront()) as cdn:
        edge = CloudFrontEdge(**cdn.backend_options())
        edge.purge(TAGS, (USER,))
        edge.purge(TAGS, (USER,))
        assert cdn.items == [["#user;user_id=5", "#user;user_id"]] * 2
        assert len(cdn.references) == 2
        assert edge.repeat_after is None


@pytest.mark.parametrize(
    ("pair", "calls"),
    [("akamai", 2), ("cloudflare", 6), ("cloudfront", 1), ("fastly", 3), ("varnish", 3)],
    indirect=["pair"],
)
def test_many_tags_go_in_as_many_calls_as_the_edge_takes(pair: Pair, calls: int) -> None:
    tags = tuple(f"user;user_id={number}" for number in range(600))
    for tag in tags:
        pair.cdn.keep(f"/{tag}", tag_header(pair.edge, (tag,))[1])
    pair.edge.purge(tags, ())
    assert (len(pair.cdn.calls), pair.cdn.copies) == (calls, {})


TRANSIENT = [408, 425, 429, 500, 502, 503, 504]
FINAL = [301, 302, 307, 400, 401, 403, 404, 405, 413]


@pairs()
@pytest.mark.parametrize("status", TRANSIENT)
def test_what_may_pass_is_a_failure(pair: Pair, status: int) -> None:
    pair.cdn.troubles.append(Reply(status))
    with pytest.raises(PurgeFailed) as caught:
        pair.edge.purge(TAGS, (USER,))
    assert type(caught.value) is PurgeFailed
    purge_when_the_rate_allows(pair.edge)


def purge_when_the_rate_allows(edge: EdgeBackend) -> None:
    """Purge, or find out what is wrong; wait where the edge holds back by itself."""
    while True:
        try:
            edge.purge(TAGS, (USER,))
        except PurgeLater:
            continue
        return


@pairs()
@pytest.mark.parametrize("status", FINAL)
def test_what_would_be_refused_again_is_a_refusal_and_no_redirect_is_followed(
    pair: Pair, status: int
) -> None:
    pair.cdn.troubles.append(Reply(status, headers={"Location": f"{pair.cdn.url}/elsewhere"}))
    with pytest.raises(PurgeRefused):
        pair.edge.purge(TAGS, (USER,))
    assert [call.path for call in pair.cdn.calls if call.path == "/elsewhere"] == []


@pairs("akamai", "bunny", "cloudflare", "fastly", "varnish")
def test_retry_after_is_handed_on_as_seconds_or_date(pair: Pair) -> None:
    cases = [
        ("7", 7.0),
        (formatdate(time.time() + 60, usegmt=True), 60.0),
        ("soon", None),
        ("999999", 3600.0),
    ]
    for text, seconds in cases:
        pair.cdn.troubles.append(Reply(503, headers={"Retry-After": text}))
        with pytest.raises(PurgeFailed) as caught:
            pair.edge.purge(TAGS, (USER,))
        assert caught.value.retry_after == (seconds if seconds is None else pytest.approx(seconds, abs=2))


@pairs()
@pytest.mark.parametrize("trouble", ["hang", "drop"])
def test_a_server_that_hangs_up_or_does_not_answer_is_a_failure_soon(pair: Pair, trouble: Trouble) -> None:
    given_up_soon(pair, trouble)


@pairs("akamai", "bunny", "cloudflare", "fastly", "varnish")
def test_a_server_that_answers_byte_by_byte_is_a_failure_soon(pair: Pair) -> None:
    given_up_soon(pair, "dribble")


def given_up_soon(pair: Pair, trouble: Trouble) -> None:
    """Let a server make trouble, and see how its edge takes it."""
    edge = type(pair.edge)(**{**pair.cdn.backend_options(), "timeout": 0.3})
    pair.cdn.troubles.append(trouble)
    began = time.monotonic()
    with pytest.raises(PurgeFailed) as caught:
        edge.purge(TAGS, (USER,))
    assert type(caught.value) is PurgeFailed
    assert time.monotonic() - began < 6  # the server keeps it up for longer
    assert len(pair.cdn.calls) == 1


@pairs()
def test_a_server_that_is_not_there_is_a_failure(pair: Pair) -> None:
    with serving(type(pair.cdn)()) as gone:
        options = gone.backend_options()
    with pytest.raises(PurgeFailed) as caught:
        type(pair.edge)(**options).purge(TAGS, (USER,))
    assert type(caught.value) is PurgeFailed


@pairs("akamai", "bunny", "cloudflare", "cloudfront", "fastly")
def test_a_bad_token_is_refused_and_no_secret_shows(pair: Pair) -> None:
    wrong = {
        name: f"wrong-{value}" if value in pair.cdn.secrets else value
        for name, value in pair.cdn.backend_options().items()
    }
    edge = type(pair.edge)(**wrong)
    with pytest.raises(PurgeRefused) as refused:
        edge.purge(TAGS, (USER,))
    pair.cdn.troubles.append(Reply(500, repr(wrong).encode()))
    with pytest.raises(PurgeFailed) as echoed:
        edge.purge(TAGS, (USER,))
    shown = f"{edge!r} {refused.value!r} {refused.value} {echoed.value} {vars(edge)['_secrets']!r}"
    assert [secret for secret in pair.cdn.secrets if secret in shown] == []


@pairs("cloudflare")
def test_cloudflare_saying_no_with_status_200_is_a_failure(pair: Pair) -> None:
    for body in (b'{"success": false, "errors": [{"code": 1}]}', b"<html>", b"[]"):
        pair.cdn.troubles.append(Reply(200, body))
        with pytest.raises(PurgeFailed) as caught:
            pair.edge.purge(TAGS, (USER,))
        assert type(caught.value) is PurgeFailed


@pairs("bunny")
def test_a_failure_tells_which_tags_were_purged_before_it(pair: Pair) -> None:
    pair.cdn.troubles.extend([Reply(204), Reply(500)])
    with pytest.raises(PurgeFailed) as caught:
        pair.edge.purge(("a", "b", "c"), ())
    assert caught.value.done == {"a"}


LONG = f"user;name={'a' * 500}"


@pairs("akamai", "bunny", "cloudflare", "cloudfront", "fastly")
def test_a_long_tag_is_its_hash_on_both_sides(pair: Pair) -> None:
    name, value = tag_header(pair.edge, ("user", LONG))
    pair.cdn.keep("/long/", value)
    assert value.endswith(hashed(LONG.translate({59: 124, 61: 33}) if name == "Edge-Cache-Tag" else LONG))
    pair.edge.purge((LONG,), ())
    assert pair.cdn.copies == {}


@pairs("akamai", "bunny", "cloudfront")
def test_tags_that_do_not_fit_are_refused_and_never_cut_off(pair: Pair) -> None:
    tags = tuple(f"user;parameter_{number}={'x' * 60}" for number in range(130))
    with pytest.raises(Untaggable, match="do not fit into"):
        pair.edge.tag_header(tags)
    limit = next(size for size in range(130, 0, -1) if _fits(pair.edge, tags[:size]))
    assert pair.cdn.tags_in(tag_header(pair.edge, tags[:limit])[1]).__len__() == limit


def _fits(edge: EdgeBackend, tags: tuple[str, ...]) -> bool:
    try:
        edge.tag_header(tags)
    except Untaggable:
        return False
    return True


@pairs("akamai", "bunny", "cloudflare", "cloudfront", "fastly")
@pytest.mark.parametrize("size", [1, 40, 54, 55, 120, 500])
def test_fourteen_parameters_fit_every_edge_however_long_their_values_are(pair: Pair, size: int) -> None:
    shown = Invalidation.of("user", **{f"p{number:02}": "x" * size for number in range(14)})
    tags = tags_of(shown, Shape.of(name for name, _ in shown.params))
    assert len(pair.cdn.tags_in(tag_header(pair.edge, tags)[1])) == len(tags) == 16


def test_the_recording_edge_writes_down_what_it_is_told() -> None:
    edge = RecordingEdge(header="X-Tags")
    edge.purge(TAGS, (USER,))
    assert [(each.tags, each.invalidations) for each in edge.purges] == [(TAGS, (USER,))]
    assert edge.tag_header(TAGS) == ("X-Tags", "user;user_id=5,user;user_id")
    assert isinstance(edge, TagEdge)


NAMES = ("page", "room", "tab", "team_id", "user_id")
VALUES = st.sampled_from(["", "a", "A", "~", "a;b=1", "a, b", "é" * 30, "x" * 100, "x" * 300, 5, 55, True])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Shape, Invalidation, Invalidation]:
    """Draw a context's shape, what became stale of it, and what a copy shows."""
    params = draw(st.sets(st.sampled_from(NAMES)))
    shape = Shape.of(params, optional=draw(st.sets(st.sampled_from(sorted(params)))) if params else ())
    lacking = draw(st.sets(st.sampled_from(sorted(shape.optional)))) if shape.optional else set()
    shown = {name: draw(VALUES) for name in shape.params if name not in lacking}
    named = draw(st.sets(st.sampled_from(sorted(params)))) if params else set()
    stale = {name: draw(st.one_of(st.just(shown.get(name)), VALUES)) for name in sorted(named)}
    return shape, Invalidation.of("user", **stale), Invalidation.of("user", **shown)


@pairs()
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds())
def test_what_an_invalidation_covers_is_not_there_after_its_purge(
    pair: Pair, world: tuple[Shape, Invalidation, Invalidation]
) -> None:
    shape, stale, shown = world
    pair.cdn.copies = {}
    pair.cdn.keep("/page/", tag_header(pair.edge, tags_of(shown, shape))[1])
    pair.edge.purge(purge_tags(stale, shape), (stale,))
    assert pair.cdn.copies == {} or not covers(stale, shown)


@pairs("akamai", "bunny", "fastly", "varnish")
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds())
def test_where_case_matters_nothing_else_is_forgotten_with_three_parameters(
    pair: Pair, world: tuple[Shape, Invalidation, Invalidation]
) -> None:
    shape, stale, shown = world
    assume(len(shape.params) <= 3)
    pair.cdn.copies = {}
    pair.cdn.keep("/page/", tag_header(pair.edge, tags_of(shown, shape))[1])
    pair.edge.purge(purge_tags(stale, shape), (stale,))
    assert (pair.cdn.copies == {}) == covers(stale, shown)
