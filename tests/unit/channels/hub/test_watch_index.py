"""The index finds whom an invalidation concerns: what ``covers()`` says, without looking at the rest."""

from hypothesis import given
from hypothesis import strategies as st

from mizan_htmx.channels.hub.watch_index import WatchIndex, restrict
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation, covers

NAMES = ("a", "b", "c")
CONTEXTS = ("board", "user")
KEYS = st.builds(
    lambda context, params: Invalidation(context, tuple(sorted(params.items()))),
    st.sampled_from(CONTEXTS),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from("123")),
)
STALE = KEYS | st.just(EVERYTHING)
STEPS = st.lists(st.tuples(st.booleans(), KEYS, st.integers(0, 3)) | STALE, max_size=60)


def covered(stale: Invalidation, watched: Invalidation) -> Invalidation:
    """Say by hand what a watcher of ``watched`` may be sent of ``stale``."""
    return restrict(stale, frozenset(name for name, _ in watched.params))


@given(STEPS)
def test_it_finds_what_covers_says_whatever_came_and_went(
    steps: list[tuple[bool, Invalidation, int] | Invalidation],
) -> None:
    index: WatchIndex[int] = WatchIndex()
    watched: set[tuple[Invalidation, int]] = set()
    for step in steps:
        if isinstance(step, Invalidation):
            expected: dict[Invalidation, set[int]] = {}
            for key, watcher in watched:
                if covers(step, key):
                    sent = step if step == EVERYTHING else covered(step, key)
                    expected.setdefault(sent, set()).add(watcher)
            assert {sent: set(found) for sent, found in index.find(step).items()} == expected
            continue
        adding, key, watcher = step
        if adding:
            index.add(key, watcher)
            watched.add((key, watcher))
        else:
            index.discard(key, watcher)
            watched.discard((key, watcher))
    assert len(index) == len({key for key, _ in watched})


def test_what_is_left_by_all_is_forgotten() -> None:
    index: WatchIndex[str] = WatchIndex()
    for number in range(3):
        key = Invalidation.of("board", board_id=number)
        index.add(key, "me")
        index.find(Invalidation.of("board", board_id=number, x=1))
    for number in range(3):
        index.discard(Invalidation.of("board", board_id=number), "me")
    assert (len(index), index._shapes, index._watchers) == (0, {}, {})


def test_one_who_does_not_watch_a_key_takes_it_from_nobody() -> None:
    index: WatchIndex[int] = WatchIndex()
    key = Invalidation.of("board", board_id=1)
    index.add(key, 0)
    index.add(key, 0)
    index.discard(key, 1)
    assert index.find(key) == {key: {0: None}}
    index.discard(key, 0)
    index.discard(key, 0)
    assert index.find(key) == {}


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


def effort(watched: int) -> int:
    """Count how often a value is looked at to find one key among so many with two parameters."""
    index: WatchIndex[int] = WatchIndex()
    for number in range(watched):
        params = (("board_id", Counting(number)), ("tab", Counting("same")))
        index.add(Invalidation("board", params), number)
    stale = Invalidation("board", (("board_id", "3"), ("tab", "same")))
    index.find(stale)  # the first of its kind builds the view
    Counting.looked_at = 0
    found = index.find(stale)
    assert found == {stale: {3: None}}
    return Counting.looked_at


def test_finding_does_not_cost_more_when_more_is_watched() -> None:
    assert effort(2000) == effort(10)
