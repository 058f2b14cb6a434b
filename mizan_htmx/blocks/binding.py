"""How a block is bound: its contexts' parameters, from a template or from its URL."""

from collections.abc import Iterable, Mapping, Set
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from mizan_htmx.bounded_cache import BoundedCache
from mizan_htmx.declarations.graph import Group
from mizan_htmx.declarations.signature import validate
from mizan_htmx.errors import ValidationFailed, closest, listed, suggest
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.setup.registry import registry

#: The options of the tag; a parameter of one of these names is meant where a context has it.
ATTRIBUTES = ("tag", "class", "id", "swap", "partial", "announce", "poll", "lazy", "from_query")

# Immutable types that no code but Python's and pydantic's compares and validates.
_PLAIN = frozenset({int, str, bool, UUID})


class Bound(NamedTuple):
    """The validated values of each context, and what a block of them shows."""

    values: tuple[Mapping[str, Any], ...]
    shown: tuple[Invalidation, ...]


def find_groups(contexts: Iterable[str]) -> tuple[Group, ...]:
    """Return the groups of these contexts; raise ValueError for an unknown one."""
    groups = registry.graph.groups
    try:
        return tuple([groups[context] for context in contexts])
    except KeyError as error:
        (context,) = error.args
        hint = suggest(context, groups, what="contexts")
        raise ValueError(f"Unknown context {context!r} in {{% mizan_context %}}. {hint}") from None


def check_names(groups: tuple[Group, ...], names: Set[str]) -> None:
    """Raise ValueError for an unknown parameter or option, or a missing parameter that is required."""
    known = (
        groups[0].params.keys() if len(groups) == 1 else {name for group in groups for name in group.params}
    )
    if names <= known and all(group.required <= names for group in groups):
        return
    contexts = ", ".join(repr(group.context.name) for group in groups)
    for name in sorted(names - known):
        raise ValueError(
            f"Context {contexts} has no parameter {name!r} in {{% mizan_context %}}. {_hint(name, known)}"
        )
    missing = sorted({name for group in groups for name in group.required} - names)
    raise ValueError(
        f"{{% mizan_context %}} with context {contexts} needs {', '.join(missing)}."
        f" Known parameters: {', '.join(sorted(known))}."
    )


def _hint(name: str, known: Iterable[str]) -> str:
    guess = closest(name, [*sorted(known), *ATTRIBUTES])
    lists = f"{listed(known, what='parameters')} {listed(ATTRIBUTES, what='options')}"
    return f"Did you mean {guess!r}? {lists}" if guess else lists


def bound_names(groups: tuple[Group, ...], params: Iterable[str], attributes: Iterable[str]) -> set[str]:
    """Return the parameters that a tag passes: ``attributes`` count if a context has such a parameter."""
    return {*params, *[name for name in attributes if any(name in group.params for group in groups)]}


def fits(group: Group, name: str, text: str) -> bool:
    """Return whether a text is valid for one parameter of a context."""
    try:
        _bind(group, {name: text})
    except ValidationFailed:
        return False
    return True


def bind(groups: tuple[Group, ...], raw: Mapping[str, Any]) -> Bound:
    """Validate the parameters of each context in ``raw``; raise ValueError for invalid ones.

    Each value is parsed from its canonical text, so that a reader gets the same value from a template as from
    the URL of a refresh.
    """
    kinds = tuple(map(type, raw.values()))
    if _PLAIN.issuperset(kinds) and all(map(_is_plain, groups)):
        return _bound[groups, tuple(raw.items()), kinds]
    return _bind_each(groups, raw)


@lru_cache(4096)
def _is_plain(group: Group) -> bool:
    """Return whether only pydantic validates the parameters; a site's code might not repeat its result."""
    annotations = [parameter.annotation for parameter in group.params.values()]
    # Annotated[...] may hold a dictionary or a validator, which have no hash.
    return all(isinstance(each, type) and each in _PLAIN for each in annotations)


def _bind_plain(
    groups: tuple[Group, ...], raw: tuple[tuple[str, Any], ...], kinds: tuple[type, ...]
) -> Bound:
    # The types are part of the key because True, 1 and 1.0 are equal.
    return _bind_each(groups, dict(raw))


_bound = BoundedCache(_bind_plain)


def _bind_each(groups: tuple[Group, ...], raw: Mapping[str, Any]) -> Bound:
    check_names(groups, raw.keys())
    try:
        pairs = [_bind(group, raw) for group in groups]
    except ValidationFailed as error:
        raise ValueError(f"{{% mizan_context %}} got invalid parameters: {error.reasons}") from None
    values, shown = tuple([each for each, _ in pairs]), tuple([each for _, each in pairs])
    return Bound(values, shown)


def _bind(group: Group, raw: Mapping[str, Any]) -> tuple[Mapping[str, Any], Invalidation]:
    values = validate(group.adapter, raw)
    shown = group.shown(values)
    texts = dict(shown.params)
    if texts == {name: raw[name] for name in group.params if name in raw}:
        return values, shown
    values = validate(group.adapter, texts)
    return values, group.shown(values)
