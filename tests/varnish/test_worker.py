"""What did not pass through the edge: a worker's purge goes to the listener for purges."""

from mizan_htmx.edge.backends.varnish import VarnishEdge
from mizan_htmx.protocol.cache_tags import Shape, purge_tags
from mizan_htmx.protocol.keys import Invalidation
from tests.varnish.conftest import tags
from tests.varnish.origin import Origin
from tests.varnish.server import Varnish

SHAPE = Shape.of(("tab", "user_id"), optional=("tab",))


def test_a_worker_s_purge_removes_what_it_names(edge: Varnish, origin: Origin) -> None:
    paths = {number: f"/profile/{number}/" for number in (5, 6, 7)}
    for number, path in paths.items():
        origin.shows(path, *tags(number))
        assert [edge.get(path).cache, edge.get(path).cache] == ["MISS", "HIT"]
    stale = Invalidation.of("user", user_id=5, tab="a")
    VarnishEdge(doors=f"http://127.0.0.1:{edge.door}").purge(purge_tags(stale, SHAPE), (stale,))
    assert [edge.get(path).cache for path in paths.values()] == ["MISS", "HIT", "HIT"]


def test_a_long_list_goes_in_several_requests(edge: Varnish, origin: Origin) -> None:
    paths = [f"/profile/{number}/" for number in (1, 600, 1200)]
    for path in (*paths, "/profile/5000/"):
        origin.shows(path, *tags(path.split("/")[2]))
        assert edge.get(path).cache == "MISS"
    listed = [f"user;user_id={number}" for number in range(1, 1201)]
    VarnishEdge(doors=[f"http://127.0.0.1:{edge.door}"]).purge(listed, ())
    assert [edge.get(path).cache for path in (*paths, "/profile/5000/")] == ["MISS", "MISS", "MISS", "HIT"]
