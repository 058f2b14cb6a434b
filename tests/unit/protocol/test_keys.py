"""The codec, ``covers()`` and ``merge()``: the vectors shared with the browser, and what goes beyond them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mizan_htmx.protocol import keys
from mizan_htmx.protocol.keys import (
    EVERYTHING,
    MAX_BYTES,
    Invalidation,
    covers,
    format_list,
    is_name,
    merge,
    merged,
    parse,
)

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "invalidation.json").read_text(encoding="utf-8")
)


def vectors(section: str) -> pytest.MarkDecorator:
    """Run a test once for each vector of a section."""
    return pytest.mark.parametrize("vector", VECTORS[section], ids=lambda each: each.get("why"))


def entry(context: str, params: dict[str, str]) -> Invalidation:
    """Build what a vector calls an entry."""
    return EVERYTHING if context == "*" else Invalidation.of(context, **params)


# A busy machine is no fault of the codec.
unhurried = settings(deadline=None)

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}", fullmatch=True)
FEW_NAMES = st.sampled_from(["user", "cart", "board"])
ENTRIES = st.one_of(
    st.just(EVERYTHING),
    st.builds(entry, NAMES, st.dictionaries(NAMES, st.text(max_size=8), max_size=3)),
    st.builds(entry, FEW_NAMES, st.dictionaries(st.sampled_from("abc"), st.sampled_from("12"), max_size=2)),
)
LISTS = st.lists(ENTRIES, max_size=12)
HEADERS = st.one_of(st.text(), st.text(alphabet="user=5;, \t*%4G\r\n\0é", max_size=40))


@vectors("parse")
def test_parse_reads_what_the_vectors_say(vector: dict[str, Any]) -> None:
    found = [[each.context, dict(each.params)] for each in parse(vector["header"])]
    assert found == vector["entries"]


@vectors("format")
def test_format_list_writes_what_the_vectors_say(vector: dict[str, Any]) -> None:
    entries = [entry(context, params) for context, params in vector["entries"]]
    assert format_list(entries, max_bytes=vector.get("max_bytes", MAX_BYTES)) == vector["header"]


@vectors("covers")
def test_covers_says_what_the_vectors_say(vector: dict[str, Any]) -> None:
    (stale,), (shown,) = parse(vector["invalidation"]), parse(vector["block"])
    assert covers(stale, shown) is vector["covers"]


@unhurried
@given(LISTS)
def test_what_is_formatted_parses_to_the_merged_list(entries: list[Invalidation]) -> None:
    assert parse(format_list(entries)) == merge(entries)


@unhurried
@given(HEADERS)
def test_parse_is_total_and_gives_entries_that_can_be_written_again(header: str) -> None:
    for each in parse(header):
        assert each == EVERYTHING or is_name(each.context)
        assert parse(str(each)) == (each,)


@unhurried
@given(LISTS, st.integers(0, MAX_BYTES))
def test_a_formatted_list_is_short_printable_ascii(entries: list[Invalidation], max_bytes: int) -> None:
    text = format_list(entries, max_bytes=max_bytes)
    assert all(" " <= character <= "~" for character in text)
    assert len(text) <= max_bytes or text == "*"
    assert len(format_list(entries * 300)) <= MAX_BYTES


@unhurried
@given(ENTRIES)
def test_an_entry_covers_itself_and_a_star_covers_it(stale: Invalidation) -> None:
    assert covers(stale, stale)
    assert covers(EVERYTHING, stale)


@unhurried
@given(LISTS, st.integers(0, 60))
def test_merge_is_idempotent(entries: list[Invalidation], max_bytes: int) -> None:
    merged = merge(entries, max_bytes=max_bytes)
    assert merge(merged, max_bytes=max_bytes) == merged


@unhurried
@given(LISTS, ENTRIES, st.integers(0, 60))
def test_merge_never_forgets_a_block(entries: list[Invalidation], shown: Invalidation, size: int) -> None:
    if any(covers(each, shown) for each in entries):
        assert any(covers(each, shown) for each in merge(entries, max_bytes=size))


def merged_step_by_step(entries: list[Invalidation], max_bytes: int) -> tuple[Invalidation, ...]:
    """Do what ``merge`` promises, word by word: write the list, collapse one context, and look again."""
    kept = list(dict.fromkeys(entries))
    if EVERYTHING in kept:
        kept = [EVERYTHING]
    bare = {each.context for each in kept if not each.params}
    kept = [each for each in kept if not each.params or each.context not in bare]
    while len(", ".join(map(str, kept))) > max_bytes:
        scoped = Counter(each.context for each in kept if each.params)
        if not scoped:
            return (EVERYTHING,)
        most = scoped.most_common(1)[0][0]
        kept = list(dict.fromkeys(Invalidation(most) if each.context == most else each for each in kept))
    return tuple(kept)


MANY = st.lists(
    st.builds(
        entry,
        st.sampled_from(["a", "user", "cart", "a-long-name-of-a-context", "b.c"]),
        st.dictionaries(st.sampled_from(["x", "y"]), st.text("ab1é ", max_size=4), max_size=2),
    ),
    max_size=40,
)


@unhurried
@given(st.one_of(LISTS, MANY), st.integers(0, 400))
def test_merge_does_in_one_pass_what_it_promises_step_by_step(
    entries: list[Invalidation], max_bytes: int
) -> None:
    assert merged(entries, max_bytes=max_bytes) == (
        merged_step_by_step(entries, max_bytes),
        ", ".join(map(str, merged_step_by_step(entries, max_bytes))),
    )


@pytest.mark.parametrize("scoped", [1, 2, 5])
def test_merge_writes_each_entry_at_most_twice_however_many_collapse(
    scoped: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: Counter[Invalidation] = Counter()
    write = Invalidation.__str__

    def counted(self: Invalidation) -> str:
        written[self] += 1
        return write(self)

    hostile = [Invalidation.of(f"c{context}", x=x) for context in range(3000) for x in range(scoped)]
    monkeypatch.setattr(Invalidation, "__str__", counted)
    assert merge(hostile, max_bytes=30_000)
    assert max(written.values()) <= 2
    assert written.total() <= 2 * len(hostile) + 1


def test_of_two_contexts_with_as_many_entries_the_first_collapses() -> None:
    entries = parse("b;x=1, a;x=1, b;x=2, a;x=2")
    assert format_list(entries, max_bytes=len("b, a;x=1, a;x=2")) == "b, a;x=1, a;x=2"


def test_the_context_with_most_scoped_entries_collapses_first() -> None:
    users = [Invalidation.of("user", user_id=number) for number in range(400)]
    carts = [Invalidation.of("cart", cart_id=number) for number in range(10)]
    written = ", ".join(f"cart;cart_id={number}" for number in range(10))
    assert format_list([*carts, *users]) == f"{written}, user"


def test_a_list_of_too_many_bare_names_is_a_star() -> None:
    assert format_list(Invalidation.of(f"context{number}") for number in range(500)) == "*"


def test_a_list_of_exactly_the_limit_stands() -> None:
    fits = Invalidation.of("user", q="a" * (MAX_BYTES - len("user;q=")))
    assert len(format_list([fits])) == MAX_BYTES
    assert format_list([Invalidation.of("user", q="a" * (MAX_BYTES - len("user;q=") + 1))]) == "user"


def test_what_is_not_given_is_left_out() -> None:
    assert Invalidation.of("user", user_id=5, tab=None) == Invalidation.of("user", user_id=5)
    assert str(Invalidation.of("user", user_id=None)) == "user"


def test_a_parameter_may_have_any_name_of_pythons() -> None:
    stale = Invalidation.of("user", **{"cls": 1, "context": 2, "self": 3, "a-b.c": 4})
    assert str(stale) == "user;a-b.c=4;cls=1;context=2;self=3"


@pytest.mark.parametrize(
    ("context", "params", "bad"),
    [("us er", {}, "us er"), ("*", {}, "*"), ("user", {"1": 5}, "1"), ("user\n", {}, "user\n")],
)
def test_a_bad_name_is_refused(context: str, params: dict[str, int], bad: str) -> None:
    with pytest.raises(ValueError, match="is not a name") as caught:
        Invalidation.of(context, **params)
    assert (
        str(caught.value)
        == f"{bad!r} is not a name. Use a letter or '_', then letters, digits, '_', '-' or '.'."
    )


@pytest.mark.parametrize(("name", "times"), [("a" * 100, 1), ("a" * 101, 0)], ids=["short", "long"])
def test_names_are_remembered_unless_only_clients_send_such_long_ones(name: str, times: int) -> None:
    keys._is_short_name.cache_clear()
    for _ in range(2):
        assert is_name(name)
        assert not is_name(f"{name[1:]} ")
    known = keys._is_short_name.cache_info()
    assert (known.hits, known.currsize) == (2 * times, 2 * times)


@pytest.mark.parametrize(
    "text", ["user\r\nSet-Cookie: a=b", "user\0", "user;user_id=5, cart"], ids=["crlf", "nul", "list"]
)
def test_a_bad_name_never_comes_out_even_of_an_entry_built_by_hand(text: str) -> None:
    with pytest.raises(ValueError, match="is not a name"):
        format_list([Invalidation(text)])


def test_a_single_entry_of_exactly_the_limit_stands() -> None:
    stale = Invalidation.of("user", user_id=5)
    limit = len(str(stale))
    assert merged([stale], max_bytes=limit) == ((stale,), "user;user_id=5")
    assert merged([stale], max_bytes=limit - 1) == ((Invalidation("user"),), "user")
    assert merge(iter([stale]), max_bytes=limit - 1) == (Invalidation("user"),)


def test_a_value_with_a_sign_that_it_cannot_hold_drops_the_entry() -> None:
    assert parse("user;user_id=5=6, user;=5, cart") == (Invalidation("cart"),)


def test_how_a_value_was_given_does_not_matter_for_equality() -> None:
    assert Invalidation.of("user", user_id=5) == Invalidation.of("user", user_id="5")
    assert merge([Invalidation.of("user", user_id=5), Invalidation.of("user", user_id="5")]) == (
        Invalidation.of("user", user_id=5),
    )
