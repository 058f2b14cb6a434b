"""The limits of CDNs: the rate of a plan, and the length of a list."""

import pytest

from mizan_htmx.edge.backends.base import PurgeLater
from mizan_htmx.edge.backends.cloudflare import CloudflareEdge
from mizan_htmx.edge.backends.varnish import header_values
from tests.helpers.cdns import Cloudflare
from tests.helpers.edges import Reply, serving


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
