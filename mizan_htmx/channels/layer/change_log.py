"""What was invalidated during one epoch of the version store, and when a key was last."""

from collections.abc import Collection, Iterable

from mizan_htmx.channels.layer.versions import MAX_KEYS, Changes, Version
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation

#: The most indexes over the changes of one shape: visitors choose which of its names their keys share.
MAX_INDEXES = 16

Values = tuple[str, ...]


class _Index:
    """When the values of some parameters were last invalidated, oldest first."""

    __slots__ = ("names", "times")

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        self.times: dict[Values, int] = {}

    def add(self, params: Iterable[tuple[str, str]], seq: int) -> None:
        values = tuple(value for name, value in params if name in self.names)
        self.times.pop(values, None)
        self.times[values] = seq

    def drop(self, floor: int) -> None:
        times = self.times
        while times and times[first := next(iter(times))] <= floor:
            del times[first]


class _Shape:
    """The changes of one context that name the same parameters.

    There is an index for each set of these names that a key has shared with them so far; the first one holds
    the changes themselves.
    """

    __slots__ = ("_indexes", "_names")

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        own = frozenset(self._names)
        self._indexes = {own: _Index(own)}
        if own:
            # For keys that share no name, and for those with one set of names more than ``MAX_INDEXES``.
            self._indexes[frozenset()] = _Index(frozenset())

    @property
    def changes(self) -> dict[Values, int]:
        return next(iter(self._indexes.values())).times

    def add(self, params: Iterable[tuple[str, str]], seq: int) -> None:
        for index in self._indexes.values():
            index.add(params, seq)

    def drop(self, floor: int) -> None:
        for index in self._indexes.values():
            index.drop(floor)

    def last(self, key: Invalidation) -> int:
        shared = frozenset(name for name, _ in key.params if name in self._names)
        index = self._indexes.get(shared) or self._index(shared)
        return index.times.get(tuple(value for name, value in key.params if name in index.names), 0)

    def _index(self, shared: frozenset[str]) -> _Index:
        if len(self._indexes) >= MAX_INDEXES:
            # Fewer names match more changes: an unnecessary refresh is better than a stale page.
            return max((index for index in self._indexes.values() if index.names <= shared), key=_width)
        index = self._indexes[shared] = _Index(shared)
        for values, seq in self.changes.items():
            index.add(tuple(zip(self._names, values, strict=True)), seq)
        return index


def _width(index: _Index) -> int:
    return len(index.names)


class ChangeLog:
    """What was invalidated after version ``start`` and up to ``now``, both of the same epoch.

    Changes up to ``floor`` have been dropped, here and in the store. Not thread-safe.
    """

    def __init__(self, now: Version, *, start: int, floor: int) -> None:
        self.now = now
        self.start = start
        self.floor = floor
        self._everything = 0
        self._appended = 0
        self._shapes: dict[str, dict[Values, _Shape]] = {}

    @classmethod
    def of(cls, changes: Changes, *, after: int) -> "ChangeLog":
        """Return the log of the changes that a store returned for the seq ``after``."""
        log = cls(changes.now, start=after, floor=changes.floor)
        log.add(changes.stale)
        return log

    def add(self, stale: Iterable[tuple[Invalidation, Version]]) -> None:
        """Append changes, oldest first; all must be later than those in the log."""
        for key, version in stale:
            if key == EVERYTHING:
                self._everything = version.seq
                continue
            names = tuple(name for name, _ in key.params)
            shapes = self._shapes.setdefault(key.context, {})
            shape = shapes.get(names) or shapes.setdefault(names, _Shape(names))
            shape.add(key.params, version.seq)

    def append_next(self, keys: Collection[Invalidation], version: Version) -> None:
        """Append a publication if it is the next one; the others are read from the store later."""
        # Bounded, because only the store knows up to which version changes may be dropped.
        if version == Version(self.now.epoch, self.now.seq + 1) and self._appended < MAX_KEYS:
            self._appended += len(keys)
            self.add((key, version) for key in keys)
            self.now = version

    def drop(self, floor: int) -> None:
        """Drop the changes up to the seq ``floor``."""
        self._appended = 0
        if floor <= self.floor:
            return
        self.floor = floor
        for context, shapes in tuple(self._shapes.items()):
            for names, shape in tuple(shapes.items()):
                shape.drop(floor)
                if not shape.changes:
                    del shapes[names]
            if not shapes:
                del self._shapes[context]

    def covers(self, version: Version) -> bool:
        """Return whether the log has all changes after a version of the same epoch."""
        return version.seq >= max(self.start, self.floor)

    def last(self, key: Invalidation) -> int:
        """Return the seq of the last publication that invalidated ``key``, or 0."""
        shapes = self._shapes.get(key.context)
        found = max((shape.last(key) for shape in shapes.values()), default=0) if shapes else 0
        return max(found, self._everything)

    def missed(self, key: Invalidation, shown: Version) -> Version | None:
        """Return the version that invalidated ``key`` after the one that a page shows, or ``None``."""
        if not shown.is_before(self.now):
            return None
        if shown.epoch != self.now.epoch or not self.covers(shown):
            return self.now
        last = self.last(key)
        return Version(self.now.epoch, last) if last > shown.seq else None
