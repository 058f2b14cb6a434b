"""Settings, read when they are first needed: the edges that keep copies of public pages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from mizan_htmx.protocol.keys import Invalidation

SETTING = "MIZAN_EDGE"

# Shows how an edge spells tags: a plain one, and one that is longer than any edge takes.
_PROBE = ("user;user_id=5", f"user;name={'a' * 4000}")


class Untaggable(ValueError):
    """The tags of a response do not fit what an edge takes, so that no purge would find it there."""


class Edge(Protocol):
    """What stands in front of the site; ``mizan_htmx.edge.backends.base`` has the class to start from."""

    #: The header it takes the time to live from, such as ``CDN-Cache-Control``.
    lifetime: str
    #: What it purges by: ``tags``, or ``addresses``.
    by: str
    #: The request headers, in lower case, that it keeps copies apart by; ``None`` for all in ``Vary``.
    vary: frozenset[str] | None
    #: Seconds after which a purge is said once more, or ``None``.
    repeat_after: float | None

    def tag_header(self, tags: Sequence[str]) -> tuple[str, str] | None:
        """Write the tags of a response as a header; raise Untaggable if they do not fit."""
        ...

    def purge(self, tags: Sequence[str], invalidations: Sequence[Invalidation]) -> None:
        """Forget what carries one of these tags, or is covered; block until it is done, or raise."""
        ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was made of the setting: the edges, and what is wrong with the others."""

    edges: tuple[Edge, ...]
    problems: tuple[str, ...]


class _Held:
    """What was made of the settings, until they change."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._loaded: Loaded | None = None

    def loaded(self) -> Loaded:
        """Give it, made now if need be; one thread makes it, the others wait."""
        loaded = self._loaded
        if loaded is not None:
            return loaded
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(getattr(settings, SETTING, {}))
            return self._loaded

    def forget(self, *, setting: str, **kwargs: object) -> None:
        """Read again when a test changes the setting."""
        if setting == SETTING:
            self._loaded = None


_held = _Held()
setting_changed.connect(_held.forget, dispatch_uid="mizan_htmx.setup.conf")


def edges() -> tuple[Edge, ...]:
    """List the edges of ``MIZAN_EDGE``; raise ImproperlyConfigured if it can't be meant."""
    found = loaded()
    if found.problems:
        raise ImproperlyConfigured(found.problems[0])
    return found.edges


def loaded() -> Loaded:
    """Give the edges of ``MIZAN_EDGE`` that can be meant, and say what is wrong with the rest."""
    return _held.loaded()


def tag_headers(tags: Sequence[str]) -> dict[str, str]:
    """Write the tags of a response for every edge, by the name of its header.

    Raises Untaggable if one of them can't take them: no shared cache may keep that response then.
    """
    written = (edge.tag_header(tags) for edge in edges())
    return dict(header for header in written if header is not None)


def lifetime_headers() -> frozenset[str]:
    """Name the headers that the edges take their time to live from."""
    return frozenset(edge.lifetime for edge in edges())


def is_kept_apart(names: Iterable[str]) -> bool:
    """Tell whether every edge keeps copies apart by these request headers, in lower case, of a ``Vary``."""
    wanted = frozenset(names) - {"", "accept-encoding"}
    return all(edge.vary is None or wanted <= edge.vary for edge in edges())


def _load(setting: object) -> Loaded:
    if not isinstance(setting, Mapping):
        return Loaded((), (f"{SETTING} is {type(setting).__name__}, not a dictionary of edges by name.",))
    edges, found = [], []
    for alias, entry in setting.items():
        try:
            edges.append(_edge(f"{SETTING}[{alias!r}]", entry))
        except ImproperlyConfigured as error:
            found.append(str(error))
    return Loaded(tuple(edges), (*found, *_clashes(edges)))


def _edge(place: str, entry: object) -> Edge:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("BACKEND"), str):
        raise ImproperlyConfigured(f'{place} has no "BACKEND", the dotted path of a class.')
    unknown = [repr(key) for key in entry if key not in ("BACKEND", "OPTIONS")]
    if unknown:
        raise ImproperlyConfigured(f'{place} has {", ".join(unknown)}. It takes "BACKEND" and "OPTIONS".')
    options = entry.get("OPTIONS", {})
    if not isinstance(options, Mapping) or not all(isinstance(name, str) for name in options):
        raise ImproperlyConfigured(f'{place}["OPTIONS"] is no dictionary of options by name.')
    try:
        edge: Edge = _class(place, entry["BACKEND"])(**options)
    except ImproperlyConfigured as error:
        raise ImproperlyConfigured(f"{place}: {error}") from None
    return edge


def _class(place: str, dotted: str) -> Any:
    try:
        backend = import_string(dotted)
    except ImportError as error:
        missing = (error.name or "").partition(".")[0]
        extra = "" if missing in ("", dotted.partition(".")[0]) else ' pip install "mizan_htmx[edge]" has it.'
        raise ImproperlyConfigured(f"{dotted!r} can't be imported: {error}.{extra}") from None
    if not (isinstance(backend, type) and callable(getattr(backend, "purge", None))):
        raise ImproperlyConfigured(f"{dotted!r} is no edge: it is no class with purge().")
    return backend


def _clashes(edges: Sequence[Edge]) -> Iterator[str]:
    """Name headers that two edges write differently: one of them would read what is not for it."""
    written: dict[str, tuple[Edge, str]] = {}
    for edge in edges:
        header = edge.tag_header(_PROBE)
        if header is not None:
            name, value = header
            other, known = written.setdefault(name.lower(), (edge, value))
            if known != value:
                yield (
                    f"{SETTING}: {type(other).__name__} and {type(edge).__name__} write the header {name!r}"
                    " differently. Let one of them use another, where it has an option for that."
                )
