"""The text that suggests another name for an unknown one."""

import pytest

from mizan_htmx.errors import suggest


@pytest.mark.parametrize(
    ("name", "known", "text"),
    [
        ("usr", ["user", "cart"], "Did you mean 'user'? Known contexts: cart, user."),
        ("weather", ["user", "cart"], "Known contexts: cart, user."),
        ("user", [], "Known contexts: none."),
        (
            "c07x",
            [f"c{number:02}" for number in range(30)],
            "Did you mean 'c07'? Known contexts: "
            + ", ".join(f"c{number:02}" for number in range(20))
            + ", ….",
        ),
    ],
    ids=["close", "far", "none", "many"],
)
def test_a_misspelt_name_is_answered_with_the_closest_and_the_known_ones(
    name: str, known: list[str], text: str
) -> None:
    assert suggest(name, known, what="contexts") == text
