"""The parameters of a block, which stand in it under their names."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from mizan_htmx.blocks.binding import find_groups
from mizan_htmx.declarations.graph import Group


class Defaults(NamedTuple):
    """The values of parameters that a block is not given.

    ``undecided`` says why a parameter has none: readers of the block declare different ones.
    """

    values: Mapping[str, object]
    undecided: Mapping[str, str]


@lru_cache(1024)
def defaults_of(groups: tuple[Group, ...]) -> Defaults:
    """Return the defaults that the readers of these contexts declare."""
    found: dict[str, dict[str, object]] = {}
    for reader in (each for group in groups for each in group.readers):
        for parameter in reader.parameters.values():
            if not parameter.required:
                found.setdefault(parameter.name, {})[reader.name] = parameter.default
    values: dict[str, object] = {}
    undecided: dict[str, str] = {}
    for name, by_reader in found.items():
        first, *others = by_reader.values()
        if all(type(each) is type(first) and each == first for each in others):
            values[name] = first
        else:
            told = ", ".join(f"{default!r} in {reader}" for reader, default in by_reader.items())
            undecided[name] = (
                f"is a parameter that the block was not given, and readers have different defaults: {told}."
                f" Pass it in the tag, as in {name}={first!r}, or give the readers one default."
            )
    return Defaults(values, undecided)


def parameters_in(contexts: Iterable[str], values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the parameters of a block by name: validated values, and the defaults of those not given.

    If two contexts take a parameter, the value is that of the last one, as in the block's URL.
    """
    defaults = defaults_of(find_groups(contexts)).values
    parameters = {**defaults, **values[0]}
    if len(values) > 1:
        for given in values:
            parameters.update(given)
    return parameters


def undecided_in(contexts: Iterable[str]) -> Mapping[str, str]:
    """Return the parameters without one default, and for each why a template can't show it."""
    return defaults_of(find_groups(contexts)).undecided
