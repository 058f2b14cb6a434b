"""A cache for values that are computed from visitors' input."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

V = TypeVar("V")

_MISSING: Any = object()


class BoundedCache(dict[tuple[Any, ...], V]):
    """Values by the arguments of ``compute``, computed at the first lookup.

    ``cache[arguments]`` is a dictionary lookup: a hit runs no Python code but the arguments' own ``__hash__``
    and ``__eq__``. At most ``entries`` values are cached, and none whose arguments and value have more than
    ``longest`` characters together, because visitors send texts of any length. What ``compute`` raises is
    not cached.
    """

    __slots__ = ("_compute", "_half", "_longest", "_older")

    def __init__(self, compute: Callable[..., V], *, entries: int = 4096, longest: int = 2000) -> None:
        super().__init__()
        self._compute = compute
        self._longest = longest
        # Two generations approximate the order of use, which a dictionary does not record: an entry that is
        # looked up in the older one moves to the newer one, and the older one is dropped as a whole.
        self._half = entries // 2
        self._older: dict[tuple[Any, ...], V] = {}

    def __missing__(self, key: tuple[Any, ...]) -> V:
        """Return the value of the older generation, or compute it."""
        value: V = self._older.pop(key, _MISSING)
        if value is _MISSING:
            value = self._compute(*key)
            if _length((key, value)) > self._longest:
                return value
        if len(self) >= self._half:
            self._older = dict(self)
            self.clear()
        self[key] = value
        return value

    def __repr__(self) -> str:
        """Show no entries, because keys hold secrets and an error page shows local variables."""
        return f"<BoundedCache of {self._compute.__qualname__}: {len(self)} entries>"


def _length(part: object) -> int:
    """Return the number of characters in all texts and numbers of a value."""
    if isinstance(part, (str, bytes)):
        return len(part)
    if isinstance(part, int):
        return part.bit_length() // 3  # a decimal digit takes a little more than three bits
    if isinstance(part, (tuple, list)):
        return sum(map(_length, part))
    if isinstance(part, dict):
        return sum(map(_length, part)) + sum(map(_length, part.values()))
    # Objects that are compared by identity are declarations, which exist once in the process.
    if is_dataclass(part) and type(part).__eq__ is not object.__eq__:
        return sum([_length(getattr(part, each.name)) for each in fields(part) if each.compare])
    return 0
