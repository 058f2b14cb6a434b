"""Who watches which key, and whom an invalidation concerns; finding costs what matches."""

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

from mizan_htmx.protocol.keys import EVERYTHING, Invalidation

Watcher = TypeVar("Watcher", bound=Hashable)
Name = TypeVar("Name", bound=Hashable)
Member = TypeVar("Member", bound=Hashable)
Keys = dict[Invalidation, None]
Values = tuple[str, ...]


class _Groups(dict[Name, "Member | dict[Member, None]"], Generic[Name, Member]):
    """Members by name, each once and in order; one alone without a dictionary, which is larger than most."""

    def add(self, name: Name, member: Member) -> None:
        there = self.get(name)
        if there is None or there == member:
            self[name] = member
        elif isinstance(there, dict):
            there[member] = None
        else:
            self[name] = {there: None, member: None}

    def discard(self, name: Name, member: Member) -> None:
        left = self.of(name)
        left.pop(member, None)
        if not left:
            self.pop(name, None)

    def of(self, name: Name) -> dict[Member, None]:
        there = self.get(name)
        if there is None:
            return {}
        return there if isinstance(there, dict) else {there: None}


class _Shape:
    """The watched keys of one context that have the same parameter names.

    ``_views`` has one for each set of these names that an invalidation has shared with this shape so far:
    that is as many as there are kinds of mutations.
    """

    __slots__ = ("_keys", "_views")

    def __init__(self) -> None:
        self._keys: Keys = {}
        self._views: dict[frozenset[str], _Groups[Values, Invalidation]] = {}

    def __bool__(self) -> bool:
        return bool(self._keys)

    def add(self, key: Invalidation) -> None:
        self._keys[key] = None
        for names, view in self._views.items():
            view.add(_values(key, names), key)

    def discard(self, key: Invalidation) -> None:
        del self._keys[key]
        for names, view in self._views.items():
            view.discard(_values(key, names), key)

    def find(self, stale: Invalidation, shared: frozenset[str]) -> tuple[Invalidation, Keys]:
        """Give what ``stale`` says in the ``shared`` names, and the keys that agree with it."""
        restricted = restrict(stale, shared)
        if not shared:
            return restricted, self._keys
        view = self._views.get(shared)
        if view is None:
            view = self._views[shared] = _Groups()
            for key in self._keys:
                view.add(_values(key, shared), key)
        return restricted, view.of(_values(stale, shared))


class WatchIndex(Generic[Watcher]):
    """The watched keys with their watchers; not thread-safe."""

    def __init__(self) -> None:
        self._watchers: _Groups[Invalidation, Watcher] = _Groups()
        self._shapes: dict[str, dict[frozenset[str], _Shape]] = {}

    def __len__(self) -> int:
        return len(self._watchers)

    def add(self, key: Invalidation, watcher: Watcher) -> None:
        """Let ``watcher`` hear of what makes ``key`` stale."""
        if key not in self._watchers:
            self._shapes.setdefault(key.context, {}).setdefault(_names(key), _Shape()).add(key)
        self._watchers.add(key, watcher)

    def discard(self, key: Invalidation, watcher: Watcher) -> None:
        """Undo ``add``; do nothing where it was not called."""
        if key not in self._watchers:
            return
        self._watchers.discard(key, watcher)
        if key not in self._watchers:
            self._forget(key)

    def _forget(self, key: Invalidation) -> None:
        shapes = self._shapes[key.context]
        names = _names(key)
        shapes[names].discard(key)
        if not shapes[names]:
            del shapes[names]
        if not shapes:
            del self._shapes[key.context]

    def find(self, stale: Invalidation) -> dict[Invalidation, dict[Watcher, None]]:
        """Give the watchers of all keys that ``stale`` covers, by what each may be told.

        That is ``stale`` restricted to the parameter names of the watched key: nobody learns values of
        parameters that he does not watch by.
        """
        found: dict[Invalidation, dict[Watcher, None]] = {}
        for told, keys in self._matches(stale):
            watchers = found.setdefault(told, {})
            for key in keys:
                watchers.update(self._watchers.of(key))
        return {told: watchers for told, watchers in found.items() if watchers}

    def _matches(self, stale: Invalidation) -> Iterator[tuple[Invalidation, Keys]]:
        if stale == EVERYTHING:
            yield EVERYTHING, dict.fromkeys(self._watchers)
            return
        stated = _names(stale)
        for names, shape in self._shapes.get(stale.context, {}).items():
            yield shape.find(stale, stated & names)


def restrict(key: Invalidation, names: frozenset[str]) -> Invalidation:
    """Leave only the parameters called ``names``."""
    return Invalidation(key.context, tuple(pair for pair in key.params if pair[0] in names))


def _values(key: Invalidation, names: frozenset[str]) -> Values:
    return tuple(value for name, value in key.params if name in names)


def _names(key: Invalidation) -> frozenset[str]:
    return frozenset(name for name, _ in key.params)
