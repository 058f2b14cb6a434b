"""Tells the edges what became stale: after the commit, out of the request's way, until they have taken it.

Each edge has a lane: what waits for it, and a thread that lives while something does. What becomes stale
while a call is on its way, or has to be tried again, goes out together with the next one. A process that
was forked starts with empty lanes; its parent looks after its own.
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
from mizan_htmx.invalidation.recorder import told
from mizan_htmx.invalidation.shutdown import at_exit
from mizan_htmx.protocol.cache_tags import Shape, purge_tags
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation, format_list, merge
from mizan_htmx.setup.registry import registry

logger = logging.getLogger("mizan_htmx.edge")

# What ends later than this is lost with the process; a supervisor sends SIGKILL after ten seconds or so.
EXIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How a lane takes its time, in seconds, and how many keys wait in it at most.

    ``gather``: a transaction's announcements go out as one batch. ``first`` doubles with each failure up to
    ``longest``; what was tried for ``give_up`` is logged and forgotten. With more keys than ``max_keys``,
    contexts with many of them are purged as a whole.
    """

    gather: float = 0.02
    first: float = 0.5
    longest: float = 60.0
    give_up: float = 3600.0
    max_keys: int = 5000


@dataclass(frozen=True, slots=True)
class _Waiting:
    """The tags of an invalidation, and whether it is to be said once more after it was."""

    tags: tuple[str, ...]
    repeats: int


_Batch: TypeAlias = dict[Invalidation, _Waiting]


class Lane:
    """What waits for one edge, and the thread that tells it."""

    def __init__(self, edge: Edge, pace: Pace) -> None:
        self._edge = edge
        self._pace = pace
        self._changed = threading.Condition()
        self._waiting: _Batch = {}
        self._repeats: deque[tuple[float, _Batch]] = deque()
        self._under_way: _Batch = {}
        self._thread: threading.Thread | None = None
        self._not_before = 0.0
        self._failures = 0
        self._failing_since = 0.0

    def put(self, stale: dict[Invalidation, tuple[str, ...]]) -> None:
        """Let these be purged soon; never block, never raise."""
        repeats = 0 if self._edge.repeat_after is None else 1
        with self._changed:
            if not self._waiting:
                self._not_before = max(self._not_before, time.monotonic() + self._pace.gather)
            self._add({each: _Waiting(tags, repeats) for each, tags in stale.items()})
            self._start()

    def drain(self, timeout: float) -> bool:
        """Wait until nothing is left to say, once more included; tell whether it came to that."""
        with self._changed:
            self._start()
            return self._changed.wait_for(lambda: not self._left(), timeout)

    def left(self) -> tuple[Invalidation, ...]:
        """List what has still to be said."""
        with self._changed:
            return self._left()

    def _left(self) -> tuple[Invalidation, ...]:
        later = (batch for _, batch in self._repeats)
        return tuple(
            dict.fromkeys(each for batch in (self._under_way, self._waiting, *later) for each in batch)
        )

    def _add(self, batch: _Batch) -> None:
        """Take in what waits, and widen it where it becomes too much."""
        for each, new in batch.items():
            known = self._waiting.get(each)
            self._waiting[each] = new if known is None or known.repeats < new.repeats else known
        if len(self._waiting) > self._pace.max_keys:
            self._waiting = _widened(self._waiting, max_bytes=self._pace.max_keys)
        self._changed.notify_all()

    def _start(self) -> None:
        if self._thread is not None or not self._left():
            return
        thread = threading.Thread(target=self._run, name="mizan_htmx.edge", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # no more threads, or the interpreter is at its end
            logger.error("%r can't be told of %s: %s", self._edge, format_list(self._left()), error)
        else:
            self._thread = thread

    def _run(self) -> None:
        while batch := self._next():
            rest = self._say(batch)
            with self._changed:
                self._under_way = {}
                self._add(rest)

    def _next(self) -> _Batch:
        """Wait for what is due; give nothing, and have no thread any more, when there is nothing left."""
        with self._changed:
            while True:
                now = time.monotonic()
                while self._repeats and self._repeats[0][0] <= now:
                    self._add(self._repeats.popleft()[1])
                if self._waiting and self._not_before <= now:
                    self._under_way, self._waiting = self._waiting, {}
                    return self._under_way
                due = [self._not_before] if self._waiting else []
                due += [at for at, _ in self._repeats][:1]
                if not due:
                    self._thread = None
                    return {}
                self._changed.wait(min(due) - now)

    def _say(self, batch: _Batch) -> _Batch:
        """Purge a batch; give what has to be tried again."""
        tags = dict.fromkeys(tag for waiting in batch.values() for tag in waiting.tags)
        try:
            self._edge.purge(tuple(tags), tuple(batch))
        except PurgeFailed as error:
            rest = {
                each: waiting for each, waiting in batch.items() if not error.done.issuperset(waiting.tags)
            }
            self._said({each: waiting for each, waiting in batch.items() if each not in rest})
            return self._failed(rest, error)
        except Exception as error:  # an edge of somebody else's
            logger.exception("%r raised what is no PurgeFailed", self._edge)
            return self._failed(batch, PurgeFailed(type(error).__name__))
        self._failures = 0
        self._said(batch)
        return {}

    def _said(self, batch: _Batch) -> None:
        """Remember what is to be said once more."""
        again = {each: replace(waiting, repeats=0) for each, waiting in batch.items() if waiting.repeats}
        if again and self._edge.repeat_after is not None:
            with self._changed:
                self._repeats.append((time.monotonic() + self._edge.repeat_after, again))

    def _failed(self, rest: _Batch, error: PurgeFailed) -> _Batch:
        """Decide what becomes of what was not purged, and when."""
        now = time.monotonic()
        if isinstance(error, PurgeLater):
            self._rest_until(now + (error.retry_after or self._pace.first))
            return rest
        keys = format_list(rest)
        if isinstance(error, PurgeRefused):
            logger.error("%r refused to purge %s: %s", self._edge, keys, error)
            return {}
        self._failing_since = self._failing_since if self._failures else now
        self._failures += 1
        if now - self._failing_since > self._pace.give_up:
            self._failures = 0
            logger.error("%r did not purge %s, and no more tries are made: %s", self._edge, keys, error)
            return {}
        wait = self._backoff() if error.retry_after is None else error.retry_after
        self._rest_until(now + wait)
        logger.warning("%r did not purge %s, next try in %.1f s: %s", self._edge, keys, wait, error)
        return rest

    def _rest_until(self, moment: float) -> None:
        with self._changed:
            self._not_before = moment

    def _backoff(self) -> float:
        """Give a random time below one that doubles: processes that failed together come back apart."""
        bound = min(self._pace.longest, self._pace.first * 2.0 ** min(self._failures - 1, 16))
        return bound * random.uniform(0.5, 1)


def _widened(batch: _Batch, *, max_bytes: int) -> _Batch:
    """Purge contexts as a whole where their keys are too many to wait one by one."""
    merged = merge(batch, max_bytes=max_bytes)
    if merged == (EVERYTHING,):
        merged = tuple(Invalidation(name) for name in dict.fromkeys(each.context for each in batch))
    repeats = max(waiting.repeats for waiting in batch.values())
    return {each: batch[each] if each.params else _Waiting((str(each),), repeats) for each in merged}


PACE = Pace()
_lanes: dict[tuple[int, Edge], Lane] = {}


def _lane(edge: Edge) -> Lane:
    """Give an edge's lane in this process: a thread, and perhaps a lock it held, stay behind at a fork."""
    key = (os.getpid(), edge)
    return _lanes.get(key) or _lanes.setdefault(key, Lane(edge, PACE))


def _own_lanes() -> Iterator[Lane]:
    return (lane for (pid, _), lane in list(_lanes.items()) if pid == os.getpid())


def forget(sender: object, invalidations: Iterable[Invalidation], **kwargs: object) -> None:
    """Let every edge forget what is public of this. Never blocks, never raises."""
    stale = purges(invalidations)
    if not stale:
        return
    try:
        fronts = edges()
    except ImproperlyConfigured as error:
        logger.error("%s was not purged anywhere: %s", format_list(stale), error)
        return
    at_exit(_say_what_is_left)
    for edge in fronts:
        _lane(edge).put(stale)


def purges(invalidations: Iterable[Invalidation]) -> dict[Invalidation, tuple[str, ...]]:
    """Map what shared caches may hold of this to the tags that purge it; ``*`` is every public context."""
    graph = registry.graph
    listed = tuple(invalidations)
    if EVERYTHING in listed:
        listed = tuple(map(Invalidation, sorted(graph.public)))
    return {each: purge_tags(each, graph.shapes.get(each.context, Shape())) for each in graph.shared(listed)}


def drain(timeout: float) -> bool:
    """Wait until every edge was told everything, for tests and shells; tell whether it came to that."""
    deadline = time.monotonic() + timeout
    return all(lane.drain(max(0.0, deadline - time.monotonic())) for lane in _own_lanes())


def connect() -> None:
    """Purge what is announced from now on."""
    told.connect(forget, dispatch_uid="mizan_htmx.edge.purge_queue.forget")


def _say_what_is_left() -> None:
    """Say what is left to say; log what there is no time for."""
    drain(EXIT_SECONDS)
    for lane in _own_lanes():
        left = lane.left()
        if left:
            logger.error("%s was not purged when the process ended", format_list(left))


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_lanes.clear)
