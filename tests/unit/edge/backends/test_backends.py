"""Every edge against a server that speaks its interface: requests, batches, tags, soundness."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mizan_htmx.edge.backends.base import EdgeBackend, TagEdge, hash_of
from mizan_htmx.edge.backends.cloudfront import CloudFrontEdge
from mizan_htmx.edge.backends.recording import RecordingEdge
from mizan_htmx.edge.conf import Untaggable
from mizan_htmx.protocol.cache_tags import Shape, group_list, purge_tags, tags_of
from mizan_htmx.protocol.keys import Invalidation, covers
from tests.helpers.cdns import CloudFront
from tests.helpers.edge_pairs import TAGS, USER, Pair, pairs
from tests.helpers.edges import serving


def tag_header(edge: EdgeBackend, tags: tuple[str, ...]) -> tuple[str, str]:
    """Write the tags as the edge reads them; Varnish reads what every response has."""
    return edge.tag_header(tags) or ("Cache-Groups", group_list(tags))


@pairs()
def test_a_purge_removes_what_has_the_tag_and_nothing_else(pair: Pair) -> None:
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
def test_bunny_purges_one_tag_a_request(pair: Pair) -> None:
    pair.edge.purge(TAGS, (USER,))
    assert [call.json for call in pair.cdn.calls] == [{"CacheTag": tag} for tag in TAGS]


@pairs("varnish")
def test_varnish_is_sent_what_a_mutation_responds(pair: Pair) -> None:
    pair.edge.purge(TAGS, (USER,))
    assert [
        (call.method, call.path, call.headers["cache-group-invalidation"]) for call in pair.cdn.calls
    ] == [("PURGEKEYS", "/", '"user;user_id=5", "user;user_id"')]


def test_cloudfront_purges_tags_with_a_hash_sign_and_never_repeats_by_itself() -> None:
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


LONG = f"user;name={'a' * 500}"


@pairs("akamai", "bunny", "cloudflare", "cloudfront", "fastly")
def test_a_long_tag_is_its_hash_on_both_sides(pair: Pair) -> None:
    name, value = tag_header(pair.edge, ("user", LONG))
    pair.cdn.keep("/long/", value)
    assert value.endswith(hash_of(LONG.translate({59: 124, 61: 33}) if name == "Edge-Cache-Tag" else LONG))
    pair.edge.purge((LONG,), ())
    assert pair.cdn.copies == {}


@pairs("akamai", "bunny", "cloudfront")
def test_tags_that_do_not_fit_are_refused_and_never_cut_off(pair: Pair) -> None:
    tags = tuple(f"user;parameter_{number}={'x' * 60}" for number in range(130))
    with pytest.raises(Untaggable, match="exceed the limits of"):
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


def test_the_recording_edge_records_its_purges() -> None:
    edge = RecordingEdge(header="X-Tags")
    edge.purge(TAGS, (USER,))
    assert [(each.tags, each.invalidations) for each in edge.purges] == [(TAGS, (USER,))]
    assert edge.tag_header(TAGS) == ("X-Tags", "user;user_id=5,user;user_id")
    assert isinstance(edge, TagEdge)


NAMES = ("page", "room", "tab", "team_id", "user_id")
VALUES = st.sampled_from(["", "a", "A", "~", "a;b=1", "a, b", "é" * 30, "x" * 100, "x" * 300, 5, 55, True])


@st.composite
def worlds(draw: st.DrawFn, *, most: int = len(NAMES)) -> tuple[Shape, Invalidation, Invalidation]:
    """Draw a context's shape of so many parameters, what became stale of it, and what a copy shows."""
    params = draw(st.sets(st.sampled_from(NAMES), max_size=most))
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
@given(world=worlds(most=3))
def test_where_case_matters_nothing_else_is_forgotten_with_three_parameters(
    pair: Pair, world: tuple[Shape, Invalidation, Invalidation]
) -> None:
    shape, stale, shown = world
    pair.cdn.copies = {}
    pair.cdn.keep("/page/", tag_header(pair.edge, tags_of(shown, shape))[1])
    pair.edge.purge(purge_tags(stale, shape), (stale,))
    assert (pair.cdn.copies == {}) == covers(stale, shown)
