"""Every ``MIZAN_*`` setting with its default, read at its first use and again when a test changes it."""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from threading import RLock
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

T = TypeVar("T")

#: The default of each setting; ``docs/settings.md`` lists the same names.
DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "MIZAN_EDGE": MappingProxyType({}),
        "MIZAN_REPLICA_LAG": 0,
        "MIZAN_SCRIPT_INTEGRITY": False,
        "MIZAN_SINGLE_FLIGHT": False,
        "MIZAN_SOCKET_PATH": "/ws/",
        "MIZAN_STRICT": None,  # as DEBUG
    }
)


class Setting(Generic[T]):
    """An attribute with the parsed value of the setting ``name``.

    The first access parses the setting and stores the result in the instance's ``__dict__``, where the next
    access finds it without a Python call. What ``parse`` raises is raised by each access.
    """

    def __init__(self, name: str, parse: Callable[[Any], T], *, follows: str = "") -> None:
        self.name = name
        self.follows = follows
        self._parse = parse

    def __set_name__(self, owner: type, attribute: str) -> None:
        self._attribute = attribute

    def __get__(self, instance: "ParsedSettings", owner: type) -> T:
        with instance._lock:  # two threads must not create two edges, each with its own purge queue
            held = instance.__dict__
            if self._attribute not in held:
                held[self._attribute] = self._parse(
                    getattr(settings, self.name, instance.defaults[self.name])
                )
            value: T = held[self._attribute]
            return value


class ParsedSettings:
    """A holder of ``Setting`` attributes; a subclass declares them."""

    def __init__(self) -> None:
        self._lock = RLock()
        self.defaults = {**DEFAULTS}
        setting_changed.connect(self._discard)

    def _discard(self, *, setting: str, **kwargs: object) -> None:
        with self._lock:
            for attribute, declared in vars(type(self)).items():
                if isinstance(declared, Setting) and setting in (declared.name, declared.follows):
                    self.__dict__.pop(attribute, None)

    @contextmanager
    def defaulting(self, name: str, value: object) -> Iterator[None]:
        """Change the default of a setting inside the ``with`` block, for all threads."""
        before, self.defaults[name] = self.defaults[name], value
        self._discard(setting=name)
        try:
            yield
        finally:
            self.defaults[name] = before
            self._discard(setting=name)


def _lag(value: Any) -> float | Callable[[], Any]:
    if isinstance(value, str):
        try:
            value = import_string(value)
        except ImportError as error:
            raise ImproperlyConfigured(
                f"MIZAN_REPLICA_LAG names {value!r}, which can't be imported: {error}."
            ) from None
    return value if callable(value) else _seconds(value, "MIZAN_REPLICA_LAG")


def _may_lag(value: Any) -> bool:
    lag = _lag(value)
    return callable(lag) or lag > 0


def _seconds(value: Any, name: str) -> float:
    if not _is_number(value) or not value >= 0:
        raise ImproperlyConfigured(
            f"{name} is {value!r}. It must be a number of seconds, at least 0, or the dotted path of a"
            " function that returns one."
        )
    return float(value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and not math.isnan(value)


def _is_strict(value: Any) -> bool:
    return bool(settings.DEBUG if value is None else value)


class MizanSettings(ParsedSettings):
    """The settings of this package by name, without ``MIZAN_``."""

    #: Whether the response to a mutation contains the blocks that it invalidates.
    single_flight = Setting("MIZAN_SINGLE_FLIGHT", bool)
    #: Whether script tags have the hash of their file.
    script_integrity = Setting("MIZAN_SCRIPT_INTEGRITY", bool)
    #: Whether a variable of the page that a block uses, and was not given, is an error.
    strict = Setting("MIZAN_STRICT", _is_strict, follows="DEBUG")
    #: The path of the socket below the script prefix.
    socket_path = Setting("MIZAN_SOCKET_PATH", str)
    #: The seconds that a replica may lag, or a function that measures them. Raises ImproperlyConfigured.
    replica_lag = Setting("MIZAN_REPLICA_LAG", _lag)
    #: Whether a replica may lag behind at all. Raises ImproperlyConfigured.
    may_lag = Setting("MIZAN_REPLICA_LAG", _may_lag)

    def measured_lag(self) -> float:
        """Return the seconds that a replica may lag behind now; infinity if the site's function returns None.

        Raises ImproperlyConfigured if the setting, or what the site's function returns, is not such a number.
        """
        lag = self.replica_lag
        if not callable(lag):
            return lag
        measured = lag()
        if measured is None:
            return math.inf
        # Of two clocks that differ slightly, the replica's may be ahead.
        return _seconds(max(measured, 0) if _is_number(measured) else measured, "MIZAN_REPLICA_LAG()")


conf = MizanSettings()
