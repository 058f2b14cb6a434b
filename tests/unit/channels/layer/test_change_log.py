"""What pages have missed: found by lookups, and always what ``covers()`` says."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mizan_htmx.channels.layer import change_log as module
from mizan_htmx.channels.layer.change_log import ChangeLog
from mizan_htmx.channels.layer.memory_versions import MemoryVersions
from mizan_htmx.channels.layer.versions import Changes, Version
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation, covers

LIFE = "0badcafe"
NAMES = "abcd"
KEYS = st.builds(
    lambda context, params: Invalidation(context, tuple(sorted(params.items()))),
    st.sampled_from(("board", "user")),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from("12")),
)
PUBLICATIONS = st.lists(st.lists(KEYS | st.just(EVERYTHING), min_size=1, max_size=4), max_size=25)

unhurried = settings(deadline=None)


def at(seq: int, life: str = LIFE) -> Version:
    """Return a version."""
    return Version(life, seq)


def log_of(*changes: Iterable[Invalidation]) -> ChangeLog:
    """Return a log of publications, each one version later."""
    log = ChangeLog(at(0), start=0, floor=0)
    for keys in changes:
        log.append_next(tuple(keys), at(log.now.seq + 1))
    return log


def last_by_hand(publications: list[list[Invalidation]], shown: Invalidation) -> int:
    """Return the last publication that covers a key, by comparing it with all."""
    return max(
        (seq for seq, keys in enumerate(publications, 1) if any(covers(k, shown) for k in keys)), default=0
    )


@unhurried
@given(PUBLICATIONS, st.lists(KEYS, max_size=10), st.integers(0, 30))
def test_it_finds_what_covers_says(
    publications: list[list[Invalidation]], shown: list[Invalidation], seq: int
) -> None:
    log = log_of(*publications)
    for key in shown:
        last = last_by_hand(publications, key)
        assert log.last(key) == last
        assert log.missed(key, at(seq)) == (at(last) if last > seq else None)


@unhurried
@given(PUBLICATIONS, st.lists(KEYS, max_size=6), st.integers(1, 8))
def test_a_log_that_drops_with_its_store_finds_the_same(
    publications: list[list[Invalidation]], shown: list[Invalidation], kept: int
) -> None:
    store = MemoryVersions(max_keys=kept)
    life = store.current().epoch
    log = ChangeLog.of(store.since(0, life), after=0)
    for number, keys in enumerate(publications):
        now = store.advance(keys)
        if number % 3:
            continue
        changes = store.since(log.now.seq, life)
        if changes.floor > log.now.seq:  # the log has to begin anew
            log = ChangeLog(now, start=now.seq, floor=changes.floor)
        else:
            log.add(changes.stale)
            log.now = changes.now
            log.drop(changes.floor)
        for key in shown:
            for seq in range(now.seq + 1):
                if seq < max(log.start, changes.floor):
                    assert log.missed(key, at(seq, life)) == now
                else:
                    last = last_by_hand(publications[: number + 1], key)
                    assert log.missed(key, at(seq, life)) == (at(last, life) if last > seq else None)


def test_dropped_changes_take_no_space() -> None:
    log = log_of(*([Invalidation.of("board", a=number, b=1)] for number in range(50)))
    log.last(Invalidation.of("board", a=3))
    log.drop(50)
    assert log._shapes == {}
    assert log.missed(Invalidation.of("user"), at(49)) == at(50)
    assert log.missed(Invalidation.of("user"), at(50)) is None


def test_all_is_stale_after_another_epoch_or_a_version_before_the_log() -> None:
    log = ChangeLog(at(7), start=5, floor=2)
    key = Invalidation.of("board")
    assert log.missed(key, at(7, "ffffffff")) == at(7)
    assert log.missed(key, at(4)) == at(7)
    assert log.missed(key, at(5)) is None
    assert log.missed(key, at(900)) is None


def test_only_the_next_publication_is_appended() -> None:
    log, board = log_of(), Invalidation.of("board")
    for version in (at(2), at(0), at(1, "ffffffff")):
        log.append_next([board], version)
    assert (log.now, log.last(board)) == (at(0), 0)
    log.append_next([board], at(1))
    assert (log.now, log.last(board)) == (at(1), 1)


def test_appended_keys_are_bounded_until_the_store_says_what_to_drop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_KEYS", 3)
    log = log_of(*([Invalidation.of("board", a=number)] for number in range(9)))
    assert log.now == at(3)
    log.drop(1)
    log.append_next([Invalidation.of("board")], at(4))
    assert log.now == at(4)


def test_the_number_of_indexes_is_bounded() -> None:
    names = [f"n{number}" for number in range(6)]
    full = Invalidation.of("board", **dict.fromkeys(names, 1))
    other = Invalidation.of("board", **dict.fromkeys(names, 2))
    log = log_of([full], [other])
    for chosen in range(2 ** len(names)):
        params = {name: 1 for bit, name in enumerate(names) if chosen >> bit & 1}
        # Never less than what covers() says, and exactly that for those who came first.
        assert log.last(Invalidation.of("board", **params)) >= (1 if params else 2)
    (shape,) = log._shapes["board"].values()
    assert len(shape._indexes) == module.MAX_INDEXES
    assert log.last(full) == 1
    assert log.last(other) == 2


class Counting(str):
    """A text that counts how often it is compared or looked up."""

    __slots__ = ()
    looked_at = 0

    def __hash__(self) -> int:
        Counting.looked_at += 1
        return super().__hash__()

    def __eq__(self, other: object) -> bool:
        Counting.looked_at += 1
        return super().__eq__(other)


def effort(changes: int) -> int:
    """Count how often a value is looked at to find one key among so many changes with two parameters."""
    stale = tuple(
        (Invalidation("board", (("board_id", Counting(number)), ("tab", Counting("same")))), at(number + 1))
        for number in range(changes)
    )
    log = ChangeLog.of(Changes(at(changes), stale), after=0)
    key = Invalidation("board", (("board_id", "3"), ("more", "x")))
    log.last(key)  # the first of its kind makes the index
    Counting.looked_at = 0
    assert log.last(key) == 4
    return Counting.looked_at


def test_finding_does_not_cost_more_when_more_has_changed() -> None:
    assert effort(5000) == effort(10)
