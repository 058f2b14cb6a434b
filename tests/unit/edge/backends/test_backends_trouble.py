"""Every edge while its server refuses, hangs or is away: what is tried again, and no secret shows."""

import time
from email.utils import formatdate

import pytest

from mizan_htmx.edge.backends.base import EdgeBackend, PurgeFailed, PurgeLater, PurgeRefused
from tests.helpers.edge_pairs import TAGS, USER, Pair, pairs
from tests.helpers.edges import Reply, Trouble, serving

TRANSIENT = [408, 425, 429, 500, 502, 503, 504]
FINAL = [301, 302, 307, 400, 401, 403, 404, 405, 413]


@pairs()
@pytest.mark.parametrize("status", TRANSIENT)
def test_a_temporary_failure_can_be_tried_again(pair: Pair, status: int) -> None:
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
    timeout = 20 if trouble == "drop" else 1  # who is cut off needs no time-out, and may be slow to connect
    edge = type(pair.edge)(**{**pair.cdn.backend_options(), "timeout": timeout})
    pair.cdn.troubles.append(trouble)
    began = time.monotonic()
    with pytest.raises(PurgeFailed) as caught:
        edge.purge(TAGS, (USER,))
    assert type(caught.value) is PurgeFailed
    assert time.monotonic() - began < 50  # the server keeps it up for longer
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
def test_a_failure_names_which_tags_were_purged_before_it(pair: Pair) -> None:
    pair.cdn.troubles.extend([Reply(204), Reply(500)])
    with pytest.raises(PurgeFailed) as caught:
        pair.edge.purge(("a", "b", "c"), ())
    assert caught.value.done == {"a"}
