"""The index from keys to their watchers; a lookup costs as much as it finds."""

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

from mizan_htmx.protocol.keys import EVERYTHING, Invalidation

Watcher = TypeVar("Watcher", bound=Hashable)
Name = TypeVar("Name", bound=Hashable)
Member = TypeVar("Member", bound=Hashable)
Keys = dict[Invalidation, None]
Values = tuple[str, ...]


class _Groups(dict[Name, "Member | dict[Member, None]"], Generic[Name, Member]):
    """Members by name, each once and in order; a single one without a dictionary, to save memory."""

    def add(self, name: Name, member: Member) -> None:
        current = self.get(name)
        if current is None or current == member:
            self[name] = member
        elif isinstance(current, dict):
            current[member] = None
        else:
            self[name] = {current: None, member: None}

    def discard(self, name: Name, member: Member) -> None:
        left = self.of(name)
        left.pop(member, None)
        if not left:
            self.pop(name, None)

    def of(self, name: Name) -> dict[Member, None]:
        current = self.get(name)
        if current is None:
            return {}
        return current if isinstance(current, dict) else {current: None}


class _Shape:
    """The watched keys of one context that have the same parameter names.

    There is an index for each set of these names that an invalidation has shared with them so far: as many
    as there are kinds of mutations.
    """

    __slots__ = ("_indexes", "_keys")

    def __init__(self) -> None:
        self._keys: Keys = {}
        self._indexes: dict[frozenset[str], _Groups[Values, Invalidation]] = {}

    def __bool__(self) -> bool:
        return bool(self._keys)

    def add(self, key: Invalidation) -> None:
        self._keys[key] = None
        for names, index in self._indexes.items():
            index.add(_values(key, names), key)

    def discard(self, key: Invalidation) -> None:
        del self._keys[key]
        for names, index in self._indexes.items():
            index.discard(_values(key, names), key)

    def find(self, stale: Invalidation, shared: frozenset[str]) -> tuple[Invalidation, Keys]:
        """Return ``stale`` restricted to the ``shared`` names, and the keys with the same values of these."""
        restricted = restrict(stale, shared)
        if not shared:
            return restricted, self._keys
        index = self._indexes.get(shared)
        if index is None:
            index = self._indexes[shared] = _Groups()
            for key in self._keys:
                index.add(_values(key, shared), key)
        return restricted, index.of(_values(stale, shared))


class WatchIndex(Generic[Watcher]):
    """The watched keys with their watchers. Not thread-safe."""

    def __init__(self) -> None:
        self._watchers: _Groups[Invalidation, Watcher] = _Groups()
        self._shapes: dict[str, dict[frozenset[str], _Shape]] = {}

    def __len__(self) -> int:
        return len(self._watchers)

    def add(self, key: Invalidation, watcher: Watcher) -> None:
        """Add a watcher of ``key``."""
        if key not in self._watchers:
            self._shapes.setdefault(key.context, {}).setdefault(_names(key), _Shape()).add(key)
        self._watchers.add(key, watcher)

    def discard(self, key: Invalidation, watcher: Watcher) -> None:
        """Remove a watcher of ``key``, if it is one."""
        if key not in self._watchers:
            return
        self._watchers.discard(key, watcher)
        if key not in self._watchers:
            self._discard_key(key)

    def _discard_key(self, key: Invalidation) -> None:
        shapes = self._shapes[key.context]
        names = _names(key)
        shapes[names].discard(key)
        if not shapes[names]:
            del shapes[names]
        if not shapes:
            del self._shapes[key.context]

    def find(self, stale: Invalidation) -> dict[Invalidation, dict[Watcher, None]]:
        """Return the watchers of all keys that ``stale`` covers, by the key that is sent to them.

        That is ``stale`` restricted to the parameter names of the watched key: a watcher must not learn the
        values of other parameters.
        """
        found: dict[Invalidation, dict[Watcher, None]] = {}
        for visible, keys in self._matches(stale):
            watchers = found.setdefault(visible, {})
            for key in keys:
                watchers.update(self._watchers.of(key))
        return {visible: watchers for visible, watchers in found.items() if watchers}

    def _matches(self, stale: Invalidation) -> Iterator[tuple[Invalidation, Keys]]:
        if stale == EVERYTHING:
            yield EVERYTHING, dict.fromkeys(self._watchers)
            return
        names_given = _names(stale)
        for names, shape in self._shapes.get(stale.context, {}).items():
            yield shape.find(stale, names_given & names)


def restrict(key: Invalidation, names: frozenset[str]) -> Invalidation:
    """Return the key with only the parameters called ``names``."""
    return Invalidation(key.context, tuple(pair for pair in key.params if pair[0] in names))


def _values(key: Invalidation, names: frozenset[str]) -> Values:
    return tuple(value for name, value in key.params if name in names)


def _names(key: Invalidation) -> frozenset[str]:
    return frozenset(name for name, _ in key.params)
