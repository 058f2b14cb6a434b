"""What a block is bound to: its contexts' parameters, from a template or from its address."""

from collections.abc import Iterable, Mapping, Set
from functools import lru_cache
from typing import Any

from mizan_htmx.errors import ValidationFailed
from mizan_htmx.graph import Group, suggest
from mizan_htmx.invalidation import Invalidation, canonical
from mizan_htmx.setup.registry import registry
from mizan_htmx.signature import validate

# What these make of a text again is what the text was made of.
_PLAIN = frozenset({int, str, bool})

# How many names of what is shown are kept, of about 200 bytes each.
_REMEMBERED = 4096


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


def bind(
    groups: tuple[Group, ...], raw: Mapping[str, Any]
) -> tuple[tuple[Mapping[str, Any], ...], tuple[Invalidation, ...]]:
    """Validate each context's parameters among ``raw``; raise ValueError for what does not fit.

    What is bound is what the canonical text means, so that a reader gets the same value from a template as
    from the URL of the refresh. Gives the values for each context, and what they are bound to.
    """
    check_names(groups, raw.keys())
    try:
        pairs = [_bind(group, raw) for group in groups]
    except ValidationFailed as error:
        raise ValueError(f"{{% mizan_context %}} got parameters that do not fit: {error.fields}") from None
    return tuple([values for values, _ in pairs]), tuple([shown for _, shown in pairs])


def _bind(group: Group, raw: Mapping[str, Any]) -> tuple[Mapping[str, Any], Invalidation]:
    context, values = group.context.name, validate(group.adapter, raw)
    plain_texts = _texts(group, values)
    if plain_texts is not None:
        return values, _shown(context, plain_texts)
    texts = dict(Invalidation.of(context, **values).params)
    if texts != {name: raw[name] for name in group.params if name in raw}:
        values = validate(group.adapter, texts)
    return values, Invalidation.of(context, **values)


def _texts(group: Group, values: Mapping[str, Any]) -> tuple[tuple[str, str], ...] | None:
    """Write values, sorted by name; ``None`` if one may not be what is made of its text."""
    pairs = []
    for name, parameter in group.params.items():
        if name in values:
            value = values[name]
            if type(value) is not parameter.annotation or parameter.annotation not in _PLAIN:
                return None
            text = canonical(value)
            if type(value) is str and text != value:
                return None
            pairs.append((name, text))
    return tuple(pairs)


@lru_cache(_REMEMBERED)
def _shown(context: str, params: tuple[tuple[str, str], ...]) -> Invalidation:
    return Invalidation(context, params)
