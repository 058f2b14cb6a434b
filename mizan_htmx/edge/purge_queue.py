"""Purge CDNs in the background after the commit, with retries.

Each edge has a queue of invalidations, and a thread that runs while the queue holds any. What is invalidated
during a call, or has to be retried, is purged with the next call. A forked process starts with empty queues;
its parent keeps its own.
"""

import logging
import os
import random
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from django.core.exceptions import ImproperlyConfigured

from mizan_htmx.edge.backends.base import PurgeFailed, PurgeLater, PurgeRefused
from mizan_htmx.edge.conf import Edge, edges
from mizan_htmx.invalidation.publication import published
from mizan_htmx.invalidation.shutdown import at_exit
from mizan_htmx.protocol.cache_tags import Shape, purge_tags
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation, format_list, merge
from mizan_htmx.setup.registry import registry

logger = logging.getLogger("mizan_htmx.edge")

# Of its own: the site may have seeded the one of the module ``random``.
_jitter = random.Random()

# Purges that take longer are lost with the process: supervisors send SIGKILL after some ten seconds.
EXIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class PurgePolicy:
    """When a queue purges and retries, in seconds, and how many invalidations it holds at most.

    ``gather`` is the wait for more of the same transaction, so that they form one batch. A failed purge is
    retried after ``first_retry``, which doubles with each failure up to ``longest_retry``; after ``give_up``
    it is logged and dropped. Above ``max_keys`` invalidations, contexts with many are purged as a whole.
    """

    gather: float = 0.02
    first_retry: float = 0.5
    longest_retry: float = 60.0
    give_up: float = 3600.0
    max_keys: int = 5000


@dataclass(frozen=True, slots=True)
class _Entry:
    """The tags of an invalidation, and how often its purge is repeated after it succeeded."""

    tags: tuple[str, ...]
    repeats: int


_Batch: TypeAlias = dict[Invalidation, _Entry]


class PurgeQueue:
    """The invalidations to purge at one edge, and the thread that purges them."""

    def __init__(self, edge: Edge, policy: PurgePolicy) -> None:
        self._edge = edge
        self._policy = policy
        self._changed = threading.Condition()
        self._waiting: _Batch = {}
        self._repeats: deque[tuple[float, _Batch]] = deque()
        self._in_progress: _Batch = {}
        self._thread: threading.Thread | None = None
        self._not_before = 0.0
        self._failures = 0
        self._failing_since = 0.0

    def put(self, invalidations: dict[Invalidation, tuple[str, ...]]) -> None:
        """Add invalidations with their tags. Never blocks, never raises."""
        repeats = 0 if self._edge.repeat_after is None else 1
        with self._changed:
            if not self._waiting:
                self._not_before = max(self._not_before, time.monotonic() + self._policy.gather)
            self._add({each: _Entry(tags, repeats) for each, tags in invalidations.items()})
            self._start()

    def drain(self, timeout: float) -> bool:
        """Wait at most ``timeout`` seconds until nothing is pending; return whether nothing is."""
        with self._changed:
            self._start()
            return self._changed.wait_for(lambda: not self._pending(), timeout)

    def pending(self) -> tuple[Invalidation, ...]:
        """Return what is not purged yet, or will be purged again."""
        with self._changed:
            return self._pending()

    def _pending(self) -> tuple[Invalidation, ...]:
        later = (batch for _, batch in self._repeats)
        return tuple(
            dict.fromkeys(each for batch in (self._in_progress, self._waiting, *later) for each in batch)
        )

    def _add(self, batch: _Batch) -> None:
        """Add a batch, and widen the queue if it becomes too long."""
        for each, new in batch.items():
            known = self._waiting.get(each)
            self._waiting[each] = new if known is None or known.repeats < new.repeats else known
        if len(self._waiting) > self._policy.max_keys:
            self._waiting = _widened(self._waiting, max_bytes=self._policy.max_keys)
        self._changed.notify_all()

    def _start(self) -> None:
        if self._thread is not None or not self._pending():
            return
        thread = threading.Thread(target=self._run, name="mizan_htmx.edge", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # no thread can be started, or the interpreter shuts down
            logger.error("%r can't purge %s: %s", self._edge, format_list(self._pending()), error)
        else:
            self._thread = thread

    def _run(self) -> None:
        while batch := self._next():
            rest = self._purge(batch)
            with self._changed:
                self._in_progress = {}
                self._add(rest)

    def _next(self) -> _Batch:
        """Wait for the next batch and return it; without one, end the thread and return an empty batch."""
        with self._changed:
            while True:
                now = time.monotonic()
                while self._repeats and self._repeats[0][0] <= now:
                    self._add(self._repeats.popleft()[1])
                if self._waiting and self._not_before <= now:
                    self._in_progress, self._waiting = self._waiting, {}
                    return self._in_progress
                due = [self._not_before] if self._waiting else []
                due += [at for at, _ in self._repeats][:1]
                if not due:
                    self._thread = None
                    return {}
                self._changed.wait(min(due) - now)

    def _purge(self, batch: _Batch) -> _Batch:
        """Purge a batch; return the part of it to retry."""
        tags = dict.fromkeys(tag for entry in batch.values() for tag in entry.tags)
        try:
            self._edge.purge(tuple(tags), tuple(batch))
        except PurgeFailed as error:
            rest = {each: entry for each, entry in batch.items() if not error.done.issuperset(entry.tags)}
            self._schedule_repeats({each: entry for each, entry in batch.items() if each not in rest})
            return self._after_failure(rest, error)
        except Exception as error:  # the edge may be a class of the site's own
            logger.exception("%r raised an exception that is not a PurgeFailed", self._edge)
            return self._after_failure(batch, PurgeFailed(type(error).__name__))
        self._failures = 0
        self._schedule_repeats(batch)
        return {}

    def _schedule_repeats(self, batch: _Batch) -> None:
        again = {each: replace(entry, repeats=0) for each, entry in batch.items() if entry.repeats}
        if again and self._edge.repeat_after is not None:
            with self._changed:
                self._repeats.append((time.monotonic() + self._edge.repeat_after, again))

    def _after_failure(self, rest: _Batch, error: PurgeFailed) -> _Batch:
        """Return what to retry of a batch that was not purged, and set the time for it."""
        now = time.monotonic()
        if isinstance(error, PurgeLater):
            self._wait_until(now + (error.retry_after or self._policy.first_retry))
            return rest
        keys = format_list(rest)
        if isinstance(error, PurgeRefused):
            logger.error("%r refused to purge %s: %s", self._edge, keys, error)
            return {}
        self._failing_since = self._failing_since if self._failures else now
        self._failures += 1
        if now - self._failing_since > self._policy.give_up:
            self._failures = 0
            logger.error("%r did not purge %s and will not be retried: %s", self._edge, keys, error)
            return {}
        wait = self._backoff() if error.retry_after is None else error.retry_after
        self._wait_until(now + wait)
        logger.warning("%r did not purge %s, next try in %.1f s: %s", self._edge, keys, wait, error)
        return rest

    def _wait_until(self, moment: float) -> None:
        with self._changed:
            self._not_before = moment

    def _backoff(self) -> float:
        """Return the seconds to the next try, with jitter, so that processes do not retry together."""
        longest = self._policy.longest_retry
        bound = min(longest, self._policy.first_retry * 2.0 ** min(self._failures - 1, 16))
        return bound * _jitter.uniform(0.5, 1)


def _widened(batch: _Batch, *, max_bytes: int) -> _Batch:
    """Return the batch with whole contexts in place of their many invalidations."""
    merged = merge(batch, max_bytes=max_bytes)
    if merged == (EVERYTHING,):
        merged = tuple(Invalidation(name) for name in dict.fromkeys(each.context for each in batch))
    repeats = max(entry.repeats for entry in batch.values())
    return {each: batch[each] if each.params else _Entry((str(each),), repeats) for each in merged}


POLICY = PurgePolicy()
_queues: dict[tuple[int, Edge], PurgeQueue] = {}


def _queue_of(edge: Edge) -> PurgeQueue:
    """Return an edge's queue in this process: a fork has neither its parent's thread nor a usable lock."""
    key = (os.getpid(), edge)
    return _queues.get(key) or _queues.setdefault(key, PurgeQueue(edge, POLICY))


def _own_queues() -> Iterator[PurgeQueue]:
    return (queue for (pid, _), queue in list(_queues.items()) if pid == os.getpid())


def enqueue(sender: object, invalidations: Iterable[Invalidation], **kwargs: object) -> None:
    """Purge those of public contexts at every edge, in the background. Never blocks, never raises."""
    stale = tags_to_purge(invalidations)
    if not stale:
        return
    try:
        configured = edges()
    except ImproperlyConfigured as error:
        logger.error("%s was not purged anywhere: %s", format_list(stale), error)
        return
    at_exit(_drain_at_exit)
    for edge in configured:
        _queue_of(edge).put(stale)


def tags_to_purge(invalidations: Iterable[Invalidation]) -> dict[Invalidation, tuple[str, ...]]:
    """Map each invalidation of a public context to the tags that purge it; ``*`` is every public context."""
    graph = registry.graph
    listed = tuple(invalidations)
    if EVERYTHING in listed:
        listed = tuple(map(Invalidation, sorted(graph.public)))
    return {each: purge_tags(each, graph.shapes.get(each.context, Shape())) for each in graph.shared(listed)}


def drain(timeout: float) -> bool:
    """Wait at most ``timeout`` seconds until every edge is purged, repeats included; return whether it is.

    For tests and shells.
    """
    deadline = time.monotonic() + timeout
    return all(queue.drain(max(0.0, deadline - time.monotonic())) for queue in _own_queues())


def connect() -> None:
    """Purge what is invalidated from now on."""
    published.connect(enqueue, dispatch_uid="mizan_htmx.edge.purge_queue.enqueue")


def _drain_at_exit() -> None:
    """Purge what is pending; log what there is no time for."""
    drain(EXIT_SECONDS)
    for queue in _own_queues():
        pending = queue.pending()
        if pending:
            logger.error("%s was not purged when the process ended", format_list(pending))


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_queues.clear)
