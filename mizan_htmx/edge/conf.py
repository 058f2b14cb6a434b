"""The edges that ``MIZAN_EDGE`` configures, and the response headers that they share."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from mizan_htmx.conf import ParsedSettings, Setting
from mizan_htmx.protocol.keys import Invalidation

_SETTING = "MIZAN_EDGE"

# Two tags that show how an edge encodes tags: a short one, and one longer than any edge accepts.
_SAMPLE_TAGS = ("user;user_id=5", f"user;name={'a' * 4000}")


class Untaggable(ValueError):
    """The tags of a response are too long for an edge's header, so no purge would find the response there."""


class Edge(Protocol):
    """A cache in front of the site; ``mizan_htmx.edge.backends.base`` has the class to derive from."""

    #: The header that it reads the time to live from, such as ``CDN-Cache-Control``.
    lifetime: str
    #: What it purges by: ``tags``, or ``addresses`` for URLs.
    by: str
    #: The request headers, in lower case, that are in its cache key; ``None`` if it obeys ``Vary``.
    vary: frozenset[str] | None
    #: Seconds after which a purge is repeated once, or ``None`` for never.
    repeat_after: float | None

    def tag_header(self, tags: Sequence[str]) -> tuple[str, str] | None:
        """Return the header, name and value, that carries the tags of a response; raise Untaggable."""
        ...

    def purge(self, tags: Sequence[str], invalidations: Sequence[Invalidation]) -> None:
        """Purge what has one of these tags or is covered by an invalidation; block until done, or raise."""
        ...


@dataclass(frozen=True, slots=True)
class LoadedEdges:
    """The edges of the setting that are valid, and a message for each problem of the others."""

    edges: tuple[Edge, ...]
    problems: tuple[str, ...]


def edges() -> tuple[Edge, ...]:
    """Return the edges of ``MIZAN_EDGE`` in its order; raise ImproperlyConfigured if it is invalid."""
    loaded = edge_settings.loaded
    if loaded.problems:
        raise ImproperlyConfigured(loaded.problems[0])
    return loaded.edges


def tag_headers(tags: Sequence[str]) -> dict[str, str]:
    """Return the headers, by name, that carry the tags of a response to every edge.

    Raises Untaggable if they are too long for one edge: then no shared cache may store the response.
    """
    headers = (edge.tag_header(tags) for edge in edges())
    return dict(header for header in headers if header is not None)


def lifetime_headers() -> frozenset[str]:
    """Return the names of the headers that the edges read the time to live from."""
    return frozenset(edge.lifetime for edge in edges())


def is_kept_apart(names: Iterable[str]) -> bool:
    """Return whether every edge keeps a copy for each value of these headers of ``Vary``, in lower case."""
    wanted = frozenset(names) - {"", "accept-encoding"}
    return all(edge.vary is None or wanted <= edge.vary for edge in edges())


def _load(setting: object) -> LoadedEdges:
    if not isinstance(setting, Mapping):
        return LoadedEdges(
            (), (f"{_SETTING} must be a dictionary of edges by name, not a {type(setting).__name__}.",)
        )
    edges, problems = [], []
    for alias, entry in setting.items():
        try:
            edges.append(_edge(f"{_SETTING}[{alias!r}]", entry))
        except ImproperlyConfigured as error:
            problems.append(str(error))
    return LoadedEdges(tuple(edges), (*problems, *_conflicts(edges)))


def _edge(place: str, entry: object) -> Edge:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("BACKEND"), str):
        raise ImproperlyConfigured(f'{place} has no "BACKEND", the dotted path of a class.')
    unknown = [repr(key) for key in entry if key not in ("BACKEND", "OPTIONS")]
    if unknown:
        raise ImproperlyConfigured(
            f'{place} has the unknown {", ".join(unknown)}. It takes "BACKEND" and "OPTIONS".'
        )
    options = entry.get("OPTIONS", {})
    if not isinstance(options, Mapping) or not all(isinstance(name, str) for name in options):
        raise ImproperlyConfigured(f'{place}["OPTIONS"] must be a dictionary of options by name.')
    try:
        edge: Edge = _class(entry["BACKEND"])(**options)
    except ImproperlyConfigured as error:
        raise ImproperlyConfigured(f"{place}: {error}") from None
    return edge


def _class(dotted: str) -> Any:
    try:
        backend = import_string(dotted)
    except ImportError as error:
        missing = (error.name or "").partition(".")[0]
        is_optional = missing not in ("", dotted.partition(".")[0])
        extra = ' Install it: pip install "mizan_htmx[edge]".' if is_optional else ""
        raise ImproperlyConfigured(f"{dotted!r} can't be imported: {error}.{extra}") from None
    if not (isinstance(backend, type) and callable(getattr(backend, "purge", None))):
        raise ImproperlyConfigured(f"{dotted!r} is not an edge: it must be a class with a method purge().")
    return backend


def _conflicts(edges: Sequence[Edge]) -> Iterator[str]:
    """Yield a problem for each header that two edges write differently: one would read the other's."""
    written: dict[str, tuple[Edge, str]] = {}
    for edge in edges:
        header = edge.tag_header(_SAMPLE_TAGS)
        if header is not None:
            name, value = header
            other, known = written.setdefault(name.lower(), (edge, value))
            if known != value:
                yield (
                    f"{_SETTING}: {type(other).__name__} and {type(edge).__name__} write the header {name!r}"
                    " differently. Choose another header for one of them, where it has an option for that."
                )


class _EdgeSettings(ParsedSettings):
    loaded = Setting(_SETTING, _load)


#: ``edge_settings.loaded`` has the edges of ``MIZAN_EDGE`` and their problems, created once.
edge_settings = _EdgeSettings()
