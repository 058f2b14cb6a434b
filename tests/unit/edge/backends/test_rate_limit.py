"""A token bucket: bursts up to its size, then its rate."""

import pytest

from mizan_htmx.edge.backends.base import PurgeLater
from mizan_htmx.edge.backends.cloudflare import CloudflareEdge
from mizan_htmx.edge.backends.rate_limit import Bucket
from mizan_htmx.edge.backends.varnish import header_values
from tests.helpers.cdns import Cloudflare
from tests.helpers.edges import Reply, serving


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_the_rate() -> None:
    clock = Clock()
    bucket = Bucket(0.5, 3, clock)
    assert [bucket.take() for _ in range(4)] == [0, 0, 0, 2.0]
    clock.now += 1
    assert bucket.take() == 1.0
    clock.now += 1
    assert [bucket.take(), bucket.take()] == [0, 2.0]
    clock.now += 1000
    assert [bucket.take() for _ in range(4)] == [0, 0, 0, 2.0]


def test_a_bucket_that_the_other_side_calls_empty_is() -> None:
    bucket = Bucket(0.5, 3, Clock())
    bucket.empty()
    assert bucket.take() == 2.0


def test_cloudflare_is_asked_no_more_than_the_plan_allows() -> None:
    with serving(Cloudflare()) as cdn:
        edge = CloudflareEdge(**{**cdn.backend_options(), "plan": "free"})
        tags = tuple(f"user;user_id={number}" for number in range(2600))
        with pytest.raises(PurgeLater) as caught:
            edge.purge(tags, ())
        assert len(cdn.calls) == 25
        assert caught.value.done == set(tags[:2500])
        assert caught.value.retry_after == pytest.approx(12, abs=1)


def test_cloudflare_is_left_alone_after_it_said_that_the_rate_is_reached() -> None:
    with serving(Cloudflare()) as cdn:
        edge = CloudflareEdge(**{**cdn.backend_options(), "plan": "free"})
        cdn.troubles.append(Reply(429))
        for _ in range(2):
            with pytest.raises(Exception, match=r"429|rate limit"):
                edge.purge(("user",), ())
        assert len(cdn.calls) == 1


def test_lists_for_varnish_hold_4096_bytes_and_widen_what_is_longer() -> None:
    tags = [f"user;user_id={number}" for number in range(1000)]
    written = [*header_values(tags)]
    assert all(len(each) <= 4096 for each in written)
    assert ", ".join(written) == ", ".join(f'"{tag}"' for tag in tags)
    assert [*header_values([f"user;name={'a' * 5000}", "user;user_id=5"])] == ['"user", "user;user_id=5"']
    assert [*header_values(["u" * 4094])] == [f'"{"u" * 4094}"']
    assert [*header_values([])] == []
