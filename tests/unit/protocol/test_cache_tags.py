"""The tags of shared caches: a purge finds exactly what ``covers()`` finds."""

import datetime
import doctest
import uuid
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mizan_htmx.protocol import cache_tags as tags
from mizan_htmx.protocol.cache_tags import Shape, group_list, purge_list, purge_tags, subsets, tags_of
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation, covers, parse

# A busy machine is no fault of the scheme.
unhurried = settings(deadline=None)

NAMES = ("page", "room", "tab", "team_id", "user_id", "year")
VALUES = st.sampled_from(["", "a", "b", "~", "tab", "user_id=5", "a;b", "a, b", "é", 5, 6, True, 0.5])


@st.composite
def shapes(draw: st.DrawFn, least: int, most: int) -> Shape:
    """Draw a shape with so many parameters."""
    names = draw(st.sets(st.sampled_from(NAMES), min_size=least, max_size=most))
    optional = draw(st.sets(st.sampled_from(NAMES)))
    return Shape.of(names, optional=[each for each in names if each in optional])


@st.composite
def shown_in(draw: st.DrawFn, shape: Shape) -> Invalidation:
    """Draw what an object of this shape may show."""
    lacking = draw(st.sets(st.sampled_from(sorted(shape.optional)))) if shape.optional else set()
    values = {name: draw(VALUES) for name in shape.params if name not in lacking}
    return Invalidation.of("user", **values)


@st.composite
def stale_in(draw: st.DrawFn, shape: Shape, *, is_scoped: bool = False) -> Invalidation:
    """Draw an invalidation of any of its parameters, and of one that no context has.

    ``is_scoped``: it has one at least that the shape has.
    """
    names = draw(st.sets(st.sampled_from([*shape.params, "unknown"])))
    if is_scoped:
        names.add(draw(st.sampled_from(shape.params)))
    return Invalidation.of("user", **{name: draw(VALUES) for name in names})


@st.composite
def worlds(
    draw: st.DrawFn, *, least: int = 0, most: int = 6, is_scoped: bool = False
) -> tuple[Shape, Invalidation, Invalidation]:
    """Draw a shape of so many parameters, what is stale and what is shown."""
    shape = draw(shapes(least, most))
    return shape, draw(stale_in(shape, is_scoped=is_scoped)), draw(shown_in(shape))


def test_the_docstring_is_true() -> None:
    assert doctest.testmod(tags).failed == 0


@unhurried
@given(worlds())
def test_what_is_covered_carries_a_purged_tag(world: tuple[Shape, Invalidation, Invalidation]) -> None:
    shape, stale, shown = world
    found = bool(set(purge_tags(stale, shape)) & set(tags_of(shown, shape)))
    assert found or not covers(stale, shown)


@unhurried
@given(worlds(most=3))
def test_up_to_three_parameters_nothing_else_is_purged(
    world: tuple[Shape, Invalidation, Invalidation],
) -> None:
    shape, stale, shown = world
    found = bool(set(purge_tags(stale, shape)) & set(tags_of(shown, shape)))
    assert found == covers(stale, shown)


@unhurried
@given(worlds(least=4, is_scoped=True))
def test_above_three_a_scoped_purge_is_held_to_one_parameter_at_least(
    world: tuple[Shape, Invalidation, Invalidation],
) -> None:
    shape, stale, shown = world
    known = {name: text for name, text in stale.params if name in shape.params}
    assert "user" not in purge_tags(stale, shape)
    bound = dict(shown.params)
    if set(purge_tags(stale, shape)) & set(tags_of(shown, shape)):
        assert any(bound.get(name, text) == text for name, text in known.items())


@unhurried
@given(worlds())
def test_the_lists_are_short_and_each_tag_stands_once(
    world: tuple[Shape, Invalidation, Invalidation],
) -> None:
    shape, stale, shown = world
    carried, purged = tags_of(shown, shape), purge_tags(stale, shape)
    assert len(set(carried)) == len(carried) == len(subsets(shape.params)) <= 8
    assert len(set(purged)) == len(purged) <= 8
    assert not set("".join(carried + purged)) & set(' ,"\t\r\n')


@unhurried
@given(worlds())
def test_a_tag_is_what_the_grammar_writes_or_nothing_that_it_reads(
    world: tuple[Shape, Invalidation, Invalidation],
) -> None:
    shape, _, shown = world
    given = dict(shown.params)
    for tag in tags_of(shown, shape):
        read = parse(tag)
        assert [str(each) for each in read] in ([tag], [])
        assert all(given[name] == text for each in read for name, text in each.params)


def test_the_tags_of_the_contract() -> None:
    shape = Shape.of(["user_id"])
    assert tags_of(Invalidation.of("user", user_id=5), shape) == ("user", "user;user_id=5")
    assert purge_tags(Invalidation.of("user", user_id=5), shape) == ("user;user_id=5",)
    assert tags_of(Invalidation.of("notifications"), Shape()) == ("notifications",)
    assert purge_tags(Invalidation.of("notifications"), Shape()) == ("notifications",)


def test_values_are_canonical() -> None:
    shown = Invalidation.of(
        "log", day=datetime.date(2026, 1, 31), key=uuid.UUID(int=5), text="é a", flag=True
    )
    assert tags_of(shown, Shape.of(["text"], optional=["text"])) == ("log", "log;text=%C3%A9%20a")
    assert tags_of(shown, Shape.of(["day"])) == ("log", "log;day=2026-01-31")
    assert tags_of(shown, Shape.of(["flag"])) == ("log", "log;flag=true")
    assert tags_of(shown, Shape.of(["key"])) == ("log", "log;key=00000000-0000-0000-0000-000000000005")


def test_the_order_is_bare_then_singles_then_pairs_then_all() -> None:
    shown = Invalidation.of("a", x=1, y=2, z=3)
    assert tags_of(shown, Shape.of(["z", "x", "y"])) == (
        *("a", "a;x=1", "a;y=2", "a;z=3"),
        *("a;x=1;y=2", "a;x=1;z=3", "a;y=2;z=3", "a;x=1;y=2;z=3"),
    )
    four = Invalidation.of("a", w=0, x=1, y=2, z=3)
    assert tags_of(four, Shape.of(["w", "x", "y", "z"])) == (
        *("a", "a;w=0", "a;x=1", "a;y=2", "a;z=3"),
        "a;w=0;x=1;y=2;z=3",
    )


def test_of_three_parameters_a_purge_of_two_names_both() -> None:
    assert purge_tags(Invalidation.of("a", x=1, y=2), Shape.of(["x", "y", "z"])) == ("a;x=1;y=2",)


def test_above_three_parameters_a_purge_takes_the_one_that_none_lacks() -> None:
    shape = Shape.of(["w", "x", "y", "z"], optional=["w", "x"])
    assert purge_tags(Invalidation.of("a", w=0, y=2), shape) == ("a;y=2",)
    assert purge_tags(Invalidation.of("a", w=0, x=1), shape) == ("a;w=0", "a;w")
    assert len(purge_tags(Invalidation.of("a", w=0, x=1, y=2, z=3), shape)) == 4


def test_what_many_optional_parameters_would_multiply_into_is_one_of_them() -> None:
    shape = Shape.of(["v", "w", "x", "y"], optional=["v", "w", "x", "y"])
    assert purge_tags(Invalidation.of("a", v=0, w=1, x=2, y=3), shape) == ("a;v=0", "a;v")


def test_three_optional_parameters_multiply_into_eight() -> None:
    shape = Shape.of(["x", "y", "z"], optional=["x", "y", "z"])
    assert purge_tags(Invalidation.of("a", x=1, y=2, z=3), shape) == (
        *("a;x=1;y=2;z=3", "a;x=1;y=2;z", "a;x=1;y;z=3", "a;x=1;y;z"),
        *("a;x;y=2;z=3", "a;x;y=2;z", "a;x;y;z=3", "a;x;y;z"),
    )


def test_an_object_that_no_purge_would_find_has_no_tags() -> None:
    with pytest.raises(ValueError, match=r"^'user' has no user_id, which is required in its context\.$"):
        tags_of(Invalidation.of("user"), Shape.of(["user_id"]))
    with pytest.raises(
        ValueError, match=r"^'user;tab=a' has no team_id, user_id, which is required in its context"
    ):
        tags_of(
            Invalidation.of("user", tab="a"),
            Shape.of(["user_id", "team_id", "tab", "year"], optional=["year"]),
        )


def test_a_marker_is_no_value() -> None:
    """The empty text, and a text like the marker, are other objects than one that lacks the parameter."""
    shape = Shape.of(["tab"], optional=["tab"])
    given = [Invalidation.of("user"), *(Invalidation.of("user", tab=text) for text in ("", "tab", "=", ";"))]
    for one, other in combinations(given, 2):
        assert set(tags_of(one, shape)) & set(tags_of(other, shape)) == {"user"}


def test_a_list_holds_each_tag_once_and_bare_contexts_swallow_theirs() -> None:
    known = {"user": Shape.of(["user_id"]), "cart": Shape()}
    five, six, bare = (
        Invalidation.of("user", user_id=5),
        Invalidation.of("user", user_id=6),
        Invalidation.of("user"),
    )
    assert purge_list([five, Invalidation.of("cart"), six, five], known) == (
        "user;user_id=5",
        "user;user_id=6",
        "cart",
    )
    for order in ([five, bare], [bare, five], [six, bare, five]):
        assert purge_list(order, known) == ("user",)
    assert purge_list([five, EVERYTHING], known) == ("*",)
    assert purge_list([Invalidation.of("elsewhere", a=1)], known) == ("elsewhere",)
    assert purge_list([], known) == ()


def test_a_header_has_the_tags_as_strings() -> None:
    assert group_list(("user", "user;tab;user_id=5")) == '"user", "user;tab;user_id=5"'
    assert group_list(()) == ""


def test_a_list_that_is_too_long_collapses_the_largest_context_first() -> None:
    known = {"user": Shape.of(["user_id"]), "cart": Shape.of(["cart_id"])}
    many = [Invalidation.of("user", user_id=number) for number in range(200)]
    one = Invalidation.of("cart", cart_id=7)
    assert purge_list([one, *many], known, max_bytes=400) == ("cart;cart_id=7", "user")
    assert purge_list([one, *many], known, max_bytes=16) == ("cart", "user")
    assert purge_list([one, *many], known, max_bytes=15) == ("*",)
    bare = [Invalidation.of(f"context_{number}") for number in range(1000)]
    assert purge_list(bare, {}) == ("*",)


def test_the_context_collapses_that_saves_most_whatever_the_length_of_its_name() -> None:
    long = "a_long_name_of_a_context_with_one_entry"
    known = {"b": Shape.of(["x"]), long: Shape.of(["x"])}
    stale = [Invalidation.of(long, x=1), *(Invalidation.of("b", x=x) for x in range(5))]
    assert purge_list(stale, known, max_bytes=80) == (f"{long};x=1", "b")


@unhurried
@given(st.lists(stale_in(Shape.of(NAMES[:2])), max_size=30), st.integers(20, 200))
def test_a_list_fits_and_still_finds_what_its_entries_find(stale: list[Invalidation], limit: int) -> None:
    shape = Shape.of(NAMES[:2], optional=NAMES[:1])
    listed = purge_list(stale, {"user": shape}, max_bytes=limit)
    assert len(", ".join(f'"{tag}"' for tag in listed)) <= limit
    for each in stale:
        assert listed == ("user",) or set(purge_tags(each, shape)) <= set(listed)
