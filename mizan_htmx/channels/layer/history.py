"""What became stale in one life of the store of versions, and when last what concerns a key."""

from collections.abc import Collection, Iterable

from mizan_htmx.channels.layer.versions import KEPT, Changes, Version
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation

#: In how many ways the changes of one shape are looked up. Visitors choose which of its names they share.
MOST_VIEWS = 16

Values = tuple[str, ...]


class _View:
    """By the values of some parameters, when that was stale last; the oldest stands first."""

    __slots__ = ("names", "times")

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        self.times: dict[Values, int] = {}

    def add(self, params: Iterable[tuple[str, str]], seq: int) -> None:
        values = tuple(value for name, value in params if name in self.names)
        self.times.pop(values, None)
        self.times[values] = seq

    def forget(self, floor: int) -> None:
        times = self.times
        while times and times[first := next(iter(times))] <= floor:
            del times[first]


class _Shape:
    """The changes of one context that name the same parameters.

    ``_views`` has one for each set of these names that a key has shared with it so far; the first one is the
    changes themselves.
    """

    __slots__ = ("_names", "_views")

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        own = frozenset(self._names)
        self._views = {own: _View(own)}
        if own:
            # What a key is found by that shares nothing, or more sets of names than there are views for.
            self._views[frozenset()] = _View(frozenset())

    @property
    def changes(self) -> dict[Values, int]:
        return next(iter(self._views.values())).times

    def add(self, params: Iterable[tuple[str, str]], seq: int) -> None:
        for view in self._views.values():
            view.add(params, seq)

    def forget(self, floor: int) -> None:
        for view in self._views.values():
            view.forget(floor)

    def last(self, key: Invalidation) -> int:
        shared = frozenset(name for name, _ in key.params if name in self._names)
        view = self._views.get(shared) or self._view(shared)
        return view.times.get(tuple(value for name, value in key.params if name in view.names), 0)

    def _view(self, shared: frozenset[str]) -> _View:
        if len(self._views) >= MOST_VIEWS:
            # Agreeing in fewer names finds more: one refresh too many is better than one stale page.
            return max((view for view in self._views.values() if view.names <= shared), key=_width)
        view = self._views[shared] = _View(shared)
        for values, seq in self.changes.items():
            view.add(tuple(zip(self._names, values, strict=True)), seq)
        return view


def _width(view: _View) -> int:
    return len(view.names)


class History:
    """What became stale after version ``start`` and up to ``now``, both of the same life.

    What became stale up to ``floor`` is forgotten, here as in the store. For one thread.
    """

    def __init__(self, now: Version, *, start: int, floor: int) -> None:
        self.now = now
        self.start = start
        self.floor = floor
        self._everything = 0
        self._heard = 0
        self._shapes: dict[str, dict[Values, _Shape]] = {}

    @classmethod
    def of(cls, changes: Changes, *, after: int) -> "History":
        """Make one of all that became stale after the version ``after``."""
        history = cls(changes.now, start=after, floor=changes.floor)
        history.add(changes.stale)
        return history

    def add(self, stale: Iterable[tuple[Invalidation, Version]]) -> None:
        """Add what became stale, oldest first, and later than what is there."""
        for key, version in stale:
            if key == EVERYTHING:
                self._everything = version.seq
                continue
            names = tuple(name for name, _ in key.params)
            shapes = self._shapes.setdefault(key.context, {})
            shape = shapes.get(names) or shapes.setdefault(names, _Shape(names))
            shape.add(key.params, version.seq)

    def hear(self, keys: Collection[Invalidation], version: Version) -> None:
        """Add a publication if it is the next one; nothing is lost otherwise, the store has it."""
        # What is to be forgotten only the store says.
        if version == Version(self.now.epoch, self.now.seq + 1) and self._heard < KEPT:
            self._heard += len(keys)
            self.add((key, version) for key in keys)
            self.now = version

    def forget(self, floor: int) -> None:
        """Forget what became stale up to the version ``floor``."""
        self._heard = 0
        if floor <= self.floor:
            return
        self.floor = floor
        for context, shapes in tuple(self._shapes.items()):
            for names, shape in tuple(shapes.items()):
                shape.forget(floor)
                if not shape.changes:
                    del shapes[names]
            if not shapes:
                del self._shapes[context]

    def knows(self, version: Version) -> bool:
        """Return whether all is known that became stale after a version of the same life."""
        return version.seq >= max(self.start, self.floor)

    def last(self, key: Invalidation) -> int:
        """Return the seq of the last publication that made ``key`` stale, or 0."""
        shapes = self._shapes.get(key.context)
        found = max((shape.last(key) for shape in shapes.values()), default=0) if shapes else 0
        return max(found, self._everything)

    def missed(self, key: Invalidation, shown: Version) -> Version | None:
        """Return the version that made ``key`` stale after one that was shown; ``None`` where none did."""
        if not shown.is_before(self.now):
            return None
        if shown.epoch != self.now.epoch or not self.knows(shown):
            return self.now
        last = self.last(key)
        return Version(self.now.epoch, last) if last > shown.seq else None
