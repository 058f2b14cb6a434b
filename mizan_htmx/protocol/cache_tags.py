"""The tags of cached responses: which ones an object carries, and which ones a purge names.

An object carries its context with every subset of its parameters. A parameter that the object lacks is one of
them, written without a value, because an invalidation that names the parameter covers the object as well.

>>> user = Shape.of(("tab", "user_id"), optional=("tab",))
>>> tags_of(Invalidation.of("user", user_id=5, tab="a"), user)
('user', 'user;tab=a', 'user;user_id=5', 'user;tab=a;user_id=5')
>>> tags_of(Invalidation.of("user", user_id=5), user)
('user', 'user;tab', 'user;user_id=5', 'user;tab;user_id=5')
>>> purge_tags(Invalidation.of("user", user_id=5), user)
('user;user_id=5',)
>>> purge_tags(Invalidation.of("user", user_id=5, tab="a"), user)
('user;tab=a;user_id=5', 'user;tab;user_id=5')

So a purge finds by equal texts what ``covers()`` finds by comparison. No tag has a space or a comma, and each
follows the grammar of ``keys``, except for the parameters without a value. Standard library only,
so that an edge worker or a script can use it without Django.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import TypeVar

from mizan_htmx.protocol.keys import EVERYTHING, MAX_BYTES, Invalidation

T = TypeVar("T")

# RFC 9875: caches support at least 32 groups a response; each further parameter would double the subsets.
MAX_PARAMS = 3

# The most tags that a purge of optional parameters may multiply into.
_MAX_PURGES = 2**MAX_PARAMS


@dataclass(frozen=True, slots=True)
class Shape:
    """The names of a context's parameters, sorted, and those among them that an object may lack."""

    params: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()

    @classmethod
    def of(cls, params: Iterable[str], *, optional: Iterable[str] = ()) -> "Shape":
        """Return the shape for names in any order, as the manifest lists them."""
        return cls(tuple(sorted(params)), frozenset(optional))


def subsets(parts: Sequence[T]) -> tuple[tuple[T, ...], ...]:
    """Return the subsets that get a tag: all; for more than ``MAX_PARAMS`` parts: none, each one, and all."""
    sizes = range(len(parts) + 1) if len(parts) <= MAX_PARAMS else (0, 1, len(parts))
    return tuple(chosen for size in sizes for chosen in combinations(parts, size))


def written(context: str, parts: Iterable[str]) -> str:
    """Return a tag: ``user;tab;user_id=5`` of ``user`` and its parts in order."""
    return ";".join((context, *parts))


def tags_of(shown: Invalidation, shape: Shape) -> tuple[str, ...]:
    """Return the tags of an object that shows this: the context, single parameters, pairs, …, all.

    Raises ValueError if a purge would not find the object, because a required parameter is missing.
    """
    given = _parts(shown)
    missing = [name for name in shape.params if name not in given and name not in shape.optional]
    if missing:
        raise ValueError(f"{str(shown)!r} has no {', '.join(missing)}, which is required in its context.")
    parts = [given.get(name, name) for name in shape.params]
    return tuple(written(shown.context, chosen) for chosen in subsets(parts))


def purge_tags(stale: Invalidation, shape: Shape) -> tuple[str, ...]:
    """Return tags of which every object has at least one that ``stale`` covers.

    If subsets of its size have no tag, it is the tag of a single parameter, which covers more. ``*`` yields
    ``*``: no object carries it, and it purges everything.
    """
    given = _parts(stale)
    names = [name for name in shape.params if name in given]
    if len(shape.params) > MAX_PARAMS and 1 < len(names) < len(shape.params):
        names = _narrowest(names, shape)
    choices = [_choices(name, given, shape) for name in names]
    if 2 ** sum(len(each) - 1 for each in choices) > _MAX_PURGES:
        choices = [_choices(name, given, shape) for name in _narrowest(names, shape)]
    return tuple(written(stale.context, parts) for parts in product(*choices))


def _parts(entry: Invalidation) -> dict[str, str]:
    """Return each parameter as it is written in a tag: ``{"user_id": "user_id=5"}``."""
    names = (name for name, _ in entry.params)
    return dict(zip(names, str(entry).split(";")[1:], strict=True))


def _choices(name: str, given: Mapping[str, str], shape: Shape) -> tuple[str, ...]:
    """Return what a covered object may have in the place of a parameter."""
    return (given[name], name) if name in shape.optional else (given[name],)


def _narrowest(names: Sequence[str], shape: Shape) -> list[str]:
    """Return the one name to purge by: a required one, if there is one."""
    return [next((name for name in names if name not in shape.optional), names[0])]


def purge_list(
    invalidations: Iterable[Invalidation], shapes: Mapping[str, Shape], *, max_bytes: int = MAX_BYTES
) -> tuple[str, ...]:
    """Return the tags that purge all of these, each once; a bare context replaces its scoped ones.

    While the text of the tags is longer than ``max_bytes``, the context that has most of it collapses to its
    bare name; if bare names alone do not fit, the list is ``*``. A context without a shape is purged whole.
    """
    by_context: dict[str, tuple[str, ...]] = {}
    for stale in invalidations:
        if stale == EVERYTHING:
            return (str(EVERYTHING),)
        more = purge_tags(stale, shapes.get(stale.context, Shape()))
        known = by_context.get(stale.context, ())
        bare = stale.context in more or stale.context in known
        by_context[stale.context] = (stale.context,) if bare else tuple(dict.fromkeys((*known, *more)))
    while sum(map(_size, by_context.values())) > max_bytes:
        largest = max(by_context, key=lambda context: _size(by_context[context]) - len(context))
        if by_context[largest] == (largest,):
            return (str(EVERYTHING),)
        by_context[largest] = (largest,)
    return tuple(chain.from_iterable(by_context.values()))


def _size(tags: tuple[str, ...]) -> int:
    """Count the bytes of these tags in a list of quoted strings."""
    return sum(len(tag) + len('"", ') for tag in tags)


def group_list(tags: Iterable[str]) -> str:
    """Return tags as a list of strings, ``"user", "user;user_id=5"``: RFC 9875 and RFC 9651, section 3.1."""
    return ", ".join(f'"{tag}"' for tag in tags)
