"""What a block is bound to: its contexts' parameters, from a template or from its address."""

from collections.abc import Iterable, Mapping, Set
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from mizan_htmx.bounded_cache import BoundedCache
from mizan_htmx.declarations.graph import Group
from mizan_htmx.declarations.signature import validate
from mizan_htmx.errors import ValidationFailed, suggest
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.setup.registry import registry

# What does not change, and is compared and validated by Python and pydantic alone.
_PLAIN = frozenset({int, str, bool, UUID})


class Bound(NamedTuple):
    """The validated values for each context, and what a block of them shows."""

    values: tuple[Mapping[str, Any], ...]
    shown: tuple[Invalidation, ...]


def find_groups(contexts: Iterable[str]) -> tuple[Group, ...]:
    """Look contexts up; raise ValueError for an unknown one."""
    groups = registry.graph.groups
    for context in contexts:
        if context not in groups:
            hint = suggest(context, groups, what="contexts")
            raise ValueError(f"Unknown context {context!r} in {{% mizan_context %}}. {hint}")
    return tuple([groups[context] for context in contexts])


def check_names(groups: tuple[Group, ...], names: Set[str]) -> None:
    """Raise ValueError unless these parameters are known, and enough to bind a block."""
    known = (
        groups[0].params.keys() if len(groups) == 1 else {name for group in groups for name in group.params}
    )
    if names <= known and all(group.required <= names for group in groups):
        return
    contexts = ", ".join(repr(group.context.name) for group in groups)
    for name in sorted(names - known):
        hint = suggest(name, known, what="parameters")
        raise ValueError(f"Context {contexts} has no parameter {name!r} in {{% mizan_context %}}. {hint}")
    missing = sorted({name for group in groups for name in group.required} - names)
    raise ValueError(
        f"{{% mizan_context %}} with context {contexts} needs {', '.join(missing)}."
        f" Known parameters: {', '.join(sorted(known))}."
    )


def bound_names(groups: tuple[Group, ...], params: Iterable[str], attributes: Iterable[str]) -> set[str]:
    """List the parameters a tag gives: an attribute's word is one where the context has such a parameter."""
    return {*params, *[name for name in attributes if any(name in group.params for group in groups)]}


def bind(groups: tuple[Group, ...], raw: Mapping[str, Any]) -> Bound:
    """Validate each context's parameters among ``raw``; raise ValueError for what does not fit.

    What is bound is what the canonical text means, so that a reader gets the same value from a template as
    from the URL of the refresh.
    """
    kinds = tuple(map(type, raw.values()))
    if _PLAIN.issuperset(kinds) and all(map(_is_plain, groups)):
        return _bound[groups, tuple(raw.items()), kinds]
    return _bind_each(groups, raw)


@lru_cache(4096)
def _is_plain(group: Group) -> bool:
    """Tell whether no code of an author's takes part in validation, which might not find the same again."""
    annotations = [parameter.annotation for parameter in group.params.values()]
    # What is annotated with a dictionary, or with one of Django's validators, has no hash.
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
        raise ValueError(f"{{% mizan_context %}} got parameters that do not fit: {error.reasons}") from None
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
