"""What a block is bound to: as the parameters' types say, and kept only where it is the same again."""

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

import pytest
from django.core.validators import MinValueValidator
from django.http import HttpRequest
from pydantic import AfterValidator

from mizan_htmx import client, register
from mizan_htmx.blocks.binding import Bound, bind, find_groups
from mizan_htmx.testing import isolated_registry
from tests.helpers.blocks import OPTIONS

SOME_ID = UUID("12345678-1234-5678-1234-567812345678")


@pytest.fixture(autouse=True)
def registry() -> Iterator[None]:
    """Declare nothing yet."""
    with isolated_registry():
        yield


def declare(annotation: Any) -> None:
    """Declare a reader of ``item`` with one parameter of a type."""

    def item(request: HttpRequest, key: Any) -> str:
        return repr(key)

    item.__annotations__["key"] = annotation
    register(client(context="item")(item))


def bound(key: object) -> tuple[object, str]:
    """Bind ``item`` to a key; give the value that a reader gets, and what the block is bound to."""
    (values,), (shown,) = bind(find_groups(("item",)), {"key": key})
    return values["key"], str(shown)


@pytest.mark.parametrize(
    ("annotation", "given"),
    [
        (
            int,
            [(1, 1, "item;key=1"), (True, 1, "item;key=1"), ("1", 1, "item;key=1"), (1.0, 1, "item;key=1")],
        ),
        (
            bool,
            [(1, True, "item;key=true"), (False, False, "item;key=false"), ("no", False, "item;key=false")],
        ),
        (str, [("1", "1", "item;key=1"), ("\ud83d", "\ufffd", "item;key=%EF%BF%BD")]),
        (int | str, [(1, "1", "item;key=1"), ("1", "1", "item;key=1")]),
        (UUID, [(SOME_ID, SOME_ID, f"item;key={SOME_ID}"), (SOME_ID.hex, SOME_ID, f"item;key={SOME_ID}")]),
    ],
)
def test_equal_values_of_other_types_are_bound_each_as_it_is(
    annotation: Any, given: list[tuple[object, object, str]]
) -> None:
    declare(annotation)
    for _ in range(2):
        for key, value, shown in given:
            assert bound(key) == (value, shown)
            assert type(bound(key)[0]) is type(value)


@pytest.mark.parametrize("fact", [{"of": "shelf"}, MinValueValidator(1)], ids=["dict", "of Django"])
def test_what_a_type_is_annotated_with_may_have_no_hash(fact: object) -> None:
    declare(Annotated[int, fact])
    assert bound("05") == (5, "item;key=5")


def test_an_authors_own_validator_is_asked_each_time() -> None:
    asked: list[int] = []

    def is_known(key: int) -> int:
        asked.append(key)
        if len(asked) > 2:
            raise ValueError("not any more")
        return key

    declare(Annotated[int, AfterValidator(is_known)])
    assert bound(5) == (5, "item;key=5")
    assert asked == [5, 5]  # the value, and what its text means
    with pytest.raises(ValueError, match="not any more"):
        bound(5)


def test_a_text_that_is_its_own_is_validated_once() -> None:
    asked: list[str] = []

    def is_known(key: str) -> str:
        asked.append(key)
        return key

    declare(Annotated[str, AfterValidator(is_known)])
    assert bound("a") == ("a", "item;key=a")
    assert asked == ["a"]


def test_the_declaration_of_now_counts() -> None:
    declare(int)
    assert bound("05") == (5, "item;key=5")
    with isolated_registry():
        declare(str)
        assert bound("05") == ("05", "item;key=05")


@pytest.mark.parametrize(
    ("annotation", "short", "long"), [(str, "x" * 300, "x" * 2001), (int, -(10**250), 10**2001)]
)
def test_what_is_short_is_cached_and_what_visitors_may_send_at_any_length_is_not(
    annotation: Any, short: object, long: object
) -> None:
    declare(annotation)
    groups = find_groups(("item",))

    def again(key: object) -> tuple[Bound, Bound]:
        return bind(groups, {"key": key}), bind(groups, {"key": key})

    first, second = again(short)
    assert first is second
    first, second = again(long)
    assert first == second
    assert first is not second


@pytest.mark.parametrize("key", ["no number", None, 1.5])
def test_what_does_not_fit_is_refused_every_time(key: object) -> None:
    declare(int)
    for _ in range(2):
        with pytest.raises(ValueError, match="got invalid parameters") as raised:
            bound(key)
        reasons = str(raised.value).removeprefix("{% mizan_context %} got invalid parameters: ")
        assert reasons.startswith("{'key': ['")


def test_several_contexts_are_bound_each_to_its_own_parameters() -> None:
    def shelf(request: HttpRequest, row: int, key: str = "") -> str:
        return ""

    declare(int)
    register(client(context="shelf")(shelf))
    groups = find_groups(["item", "shelf"])
    assert [group.context.name for group in groups] == ["item", "shelf"]
    values, shown = bind(groups, {"key": "5", "row": "02"})
    assert values == ({"key": 5}, {"key": "5", "row": 2})
    assert [str(each) for each in shown] == ["item;key=5", "shelf;key=5;row=2"]
    with pytest.raises(ValueError, match="needs") as raised:
        bind(groups, {"key": "5"})
    assert str(raised.value) == (
        "{% mizan_context %} with context 'item', 'shelf' needs row. Known parameters: key, row."
    )
    with pytest.raises(ValueError, match="has no parameter") as raised:
        bind(groups, {"key": "5", "row": 2, "rows": 3, "Row": 3})
    assert str(raised.value) == (
        "Context 'item', 'shelf' has no parameter 'Row' in {% mizan_context %}."
        f" Did you mean 'row'? Known parameters: key, row.{OPTIONS}"
    )
