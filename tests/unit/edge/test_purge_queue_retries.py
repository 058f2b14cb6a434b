"""The purge queue of an edge: batches, retries, giving up, and how long its thread lives."""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pytest

from mizan_htmx.edge.backends.base import EdgeBackend, PurgeFailed, PurgeLater, batches
from mizan_htmx.edge.backends.bunny import BunnyEdge
from mizan_htmx.edge.backends.fastly import FastlyEdge
from mizan_htmx.edge.backends.options import Options
from mizan_htmx.edge.purge_queue import PurgePolicy, PurgeQueue
from mizan_htmx.protocol.keys import Invalidation
from tests.helpers.cdns import Bunny, Fastly
from tests.helpers.edges import Cdn, Reply, keys, serving, until

QUICK = PurgePolicy(gather=0.01, first_retry=0.02, longest_retry=0.05)


def of(*numbers: int) -> dict[Invalidation, tuple[str, ...]]:
    """Name users that became stale, and their tags."""
    return {Invalidation.of("user", user_id=each): (f"user;user_id={each}",) for each in numbers}


@pytest.fixture
def fastly() -> Iterator[Fastly]:
    """Start a server of Fastly's."""
    with serving(Fastly()) as cdn:
        yield cdn


def queue_to(cdn: Cdn, policy: PurgePolicy = QUICK, **options: Any) -> PurgeQueue:
    """Make the queue of a server, without a repeated purge unless an option says so."""
    return PurgeQueue(FastlyEdge(**{"repeat_after": None, **cdn.backend_options(), **options}), policy)


def test_failures_are_logged_with_the_keys_and_tried_again(
    fastly: Fastly, caplog: pytest.LogCaptureFixture
) -> None:
    fastly.troubles.extend([Reply(503, b"busy"), "drop", Reply(500)])
    fastly.keep("/profile/5/", "user user;user_id=5")
    queue = queue_to(fastly)
    queue.put(of(5))
    assert queue.drain(60)
    assert keys(fastly) == [["user;user_id=5"]] * 4
    assert fastly.copies == {}
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 3
    start = f"{queue._edge!r} did not purge user;user_id=5, next try in 0."
    assert all(message.startswith(start) for message in caplog.messages)
    assert "fastly-token-1" not in caplog.text


def test_the_time_between_tries_doubles_up_to_a_bound_and_is_never_quite_the_same(
    fastly: Fastly, caplog: pytest.LogCaptureFixture
) -> None:
    fastly.troubles.extend([Reply(500)] * 5)
    queue = queue_to(fastly, PurgePolicy(gather=0, first_retry=0.01, longest_retry=0.08))
    queue.put(of(5))
    assert queue.drain(60)
    waits: list[float] = [record.args[2] for record in caplog.records]  # type: ignore[index,misc]
    for wait, bound in zip(waits, (0.01, 0.02, 0.04, 0.08, 0.08), strict=True):
        assert bound / 2 <= wait <= bound
    assert len(set(waits)) == 5


def test_retry_after_is_obeyed(fastly: Fastly) -> None:
    fastly.troubles.append(Reply(429, headers={"Retry-After": "1"}))
    queue = queue_to(fastly)
    began = time.monotonic()
    queue.put(of(5))
    assert queue.drain(60)
    assert len(fastly.calls) == 2
    assert time.monotonic() - began >= 1


def test_a_refusal_is_logged_and_not_tried_again(fastly: Fastly, caplog: pytest.LogCaptureFixture) -> None:
    queue = queue_to(fastly, token="another")
    queue.put(of(5))
    assert queue.drain(60)
    assert len(fastly.calls) == 1
    assert [(record.levelname, record.getMessage().partition(": POST")[0]) for record in caplog.records] == [
        ("ERROR", f"{queue._edge!r} refused to purge user;user_id=5")
    ]
    queue.put(of(6))
    assert queue.drain(60)
    assert keys(fastly) == [["user;user_id=5"], ["user;user_id=6"]]


def test_what_failed_for_too_long_is_logged_and_dropped(
    fastly: Fastly, caplog: pytest.LogCaptureFixture
) -> None:
    fastly.troubles.extend([Reply(500)] * 2)
    queue = queue_to(fastly, PurgePolicy(gather=0, first_retry=0.02, give_up=0.001))
    queue.put(of(5))
    assert queue.drain(60)
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
    assert " did not purge user;user_id=5 and will not be retried: " in caplog.messages[1]
    queue.put(of(6))
    assert queue.drain(60)
    assert keys(fastly) == [["user;user_id=5"], ["user;user_id=5"], ["user;user_id=6"]]


def test_what_becomes_stale_meanwhile_goes_out_with_the_next_call(fastly: Fastly) -> None:
    fastly.troubles.append(Reply(503, headers={"Retry-After": "1"}))
    queue = queue_to(fastly)
    queue.put(of(5))
    until(lambda: fastly.calls)
    queue.put(of(6))
    queue.put(of(6, 7))
    assert queue.drain(60)
    assert [sorted(each) for each in keys(fastly)] == [
        ["user;user_id=5"],
        ["user;user_id=5", "user;user_id=6", "user;user_id=7"],
    ]


def test_a_copy_that_was_on_its_way_falls_to_the_repeated_purge(fastly: Fastly) -> None:
    queue = queue_to(fastly, repeat_after=0.1)
    queue.put(of(5))
    until(lambda: fastly.calls)
    with fastly.lock:
        fastly.keep("/profile/5/", "user user;user_id=5")
    assert queue.drain(60)
    assert keys(fastly) == [["user;user_id=5"]] * 2
    assert fastly.copies == {}


def test_what_became_stale_anew_is_purged_twice_whatever_else_is_repeated(fastly: Fastly) -> None:
    queue = queue_to(fastly, PurgePolicy(gather=0.4), repeat_after=0.1)
    queue.put(of(5))
    until(lambda: fastly.calls)
    queue.put(of(5))  # waits longer than the second purge of the first time
    assert queue.drain(60)
    assert keys(fastly) == [["user;user_id=5"]] * 3


def test_only_what_was_not_purged_is_tried_again() -> None:
    with serving(Bunny()) as cdn:
        cdn.troubles.extend([Reply(204), Reply(500)])
        queue = PurgeQueue(BunnyEdge(**cdn.backend_options(), repeat_after=0.2), QUICK)
        queue.put(of(5, 6, 7))
        assert queue.drain(60)
        purged = [call.json["CacheTag"] for call in cdn.calls]
    assert purged[:4] == [f"user;user_id={number}" for number in (5, 6, 6, 7)]
    assert sorted(purged[4:]) == [f"user;user_id={number}" for number in (5, 6, 7)]


class GatedEdge(EdgeBackend):
    """An edge of a site's own: a purge waits until its gate is open, and fails as the test says."""

    default_repeat = None

    def configure(self, options: Options) -> None:
        self.gate = threading.Event()
        self.failures: list[Exception] = []
        self.purged: list[tuple[str, ...]] = []

    def purge(self, tags: Sequence[str], invalidations: Sequence[Invalidation]) -> None:
        self.purged.append(tuple(tags))
        assert self.gate.wait(60)
        if self.failures:
            raise self.failures.pop(0)


def test_more_than_may_wait_widens_to_its_context() -> None:
    edge = GatedEdge()
    queue = PurgeQueue(edge, PurgePolicy(gather=0, max_keys=50))
    queue.put(of(5))
    until(lambda: edge.purged)
    for numbers in batches([*map(str, range(100))], 10):
        queue.put(of(*map(int, numbers)))
    queue.put({Invalidation("news"): ("news",)})
    assert len(queue.pending()) <= 60
    edge.gate.set()
    assert queue.drain(60)
    assert edge.purged[0] == ("user;user_id=5",)
    assert set(edge.purged[1]) >= {"user", "news"}
    assert len(edge.purged) == 2


def test_contexts_without_end_do_not_widen_to_what_no_edge_knows() -> None:
    edge = GatedEdge()
    queue = PurgeQueue(edge, PurgePolicy(gather=0, max_keys=10))
    names = [f"context_{number}" for number in range(20)]
    queue.put({Invalidation(name): (name,) for name in names})
    edge.gate.set()
    assert queue.drain(60)
    assert edge.purged == [tuple(names)]


def test_an_edge_that_raises_something_else_is_logged_and_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    edge = GatedEdge()
    edge.gate.set()
    edge.failures.append(ZeroDivisionError("oops"))
    queue = PurgeQueue(edge, QUICK)
    queue.put(of(5))
    assert queue.drain(60)
    assert edge.purged == [("user;user_id=5",)] * 2
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert caplog.records[0].exc_info is not None


def test_an_edge_that_holds_back_by_itself_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "mizan_htmx.edge")
    edge = GatedEdge()
    edge.gate.set()
    edge.failures.append(PurgeLater("not yet", retry_after=0.02, done=["user;user_id=5"]))
    queue = PurgeQueue(edge, QUICK)
    queue.put(of(5, 6))
    assert queue.drain(60)
    assert edge.purged == [("user;user_id=5", "user;user_id=6"), ("user;user_id=6",)]
    assert caplog.messages == []


def test_an_edge_may_hand_on_the_text_of_a_header() -> None:
    edge = GatedEdge()
    edge.gate.set()
    text: Any = "0"
    edge.failures.append(PurgeFailed("busy", retry_after=text))
    queue = PurgeQueue(edge, QUICK)
    queue.put(of(5))
    assert queue.drain(60)
    assert edge.purged == [("user;user_id=5",)] * 2


def threads_running() -> Iterable[str]:
    """List the threads of queues."""
    return [thread.name for thread in threading.enumerate() if thread.name == "mizan_htmx.edge"]


def test_a_thread_lives_while_there_is_something_to_purge(fastly: Fastly) -> None:
    until(lambda: not threads_running())
    queue = queue_to(fastly)
    for number in (5, 6):
        queue.put(of(number))
        assert threads_running() == ["mizan_htmx.edge"]
        assert queue.drain(60)
        until(lambda: not threads_running())
    assert keys(fastly) == [["user;user_id=5"], ["user;user_id=6"]]


def fifty(thread: int) -> list[dict[Invalidation, tuple[str, ...]]]:
    """Name what one of many threads makes stale."""
    return [of(thread * 100 + number) for number in range(50)]


def test_many_threads_at_once_lose_nothing(fastly: Fastly) -> None:
    queue = queue_to(fastly, PurgePolicy(gather=0))
    threads = [
        threading.Thread(target=lambda each=each: deque(map(queue.put, fifty(each)), maxlen=0))
        for each in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert queue.drain(30)
    purged = {key for each in keys(fastly) for key in each}
    assert purged == {f"user;user_id={each * 100 + number}" for each in range(8) for number in range(50)}


def test_drain_returns_false_while_something_is_pending(fastly: Fastly) -> None:
    queue = queue_to(fastly, PurgePolicy(gather=0, first_retry=30, longest_retry=30))
    fastly.troubles.append(Reply(500))
    queue.put(of(5))
    assert queue.drain(0.1) is False
    assert queue.pending() == tuple(of(5))
