"""What the templates of one request read: each reader once per distinct arguments, and only if used."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import SynchronousOnlyOperation
from django.http import HttpRequest
from django.template import TemplateSyntaxError

from mizan_htmx.caching.anonymous import AnonymousRequest, are_public
from mizan_htmx.declarations.functions import Function
from mizan_htmx.declarations.graph import Group
from mizan_htmx.errors import DENIED
from mizan_htmx.http.arguments import Arguments
from mizan_htmx.http.concurrency import loop_is_running
from mizan_htmx.http.execution import admit_user, contexts_of, execute
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.localization import Spoken, spoken_here
from mizan_htmx.request_state import STATE, RequestState, state_of
from mizan_htmx.setup.registry import registry

_Key = tuple[Any, ...]

# Readers by name, each with the number of the context that it is of.
Readers = Mapping[str, tuple[Function, int]]


@lru_cache(1024)
def readers_of(groups: tuple[Group, ...]) -> Readers:
    """Give the readers of some contexts together; of two with one name the last counts."""
    return {each.name: (each, number) for number, group in enumerate(groups) for each in group.readers}


class Readings(Mapping[str, Any]):
    """The results of some readers by name, each read when a template first asks for it.

    ``failure`` keeps the first exception: template conditions such as ``{% if a and b %}`` swallow them.
    """

    def __init__(
        self,
        request: HttpRequest,
        readers: Readers,
        values: Sequence[Mapping[str, Any]],
        spoken: Spoken | None = None,
    ) -> None:
        self._request = request
        self._readers = readers
        self._values = values
        self._spoken = spoken
        self.failure: Exception | None = None

    def __getitem__(self, name: str) -> Any:
        try:
            reader, number = self._readers[name]
            return read(reader, self._request, self._values[number], self._spoken)
        except Exception as error:
            self.failure = self.failure or error
            raise

    def __contains__(self, name: object) -> bool:
        return name in self._readers

    def __iter__(self) -> Iterator[str]:
        return iter(self._readers)

    def __len__(self) -> int:
        return len(self._readers)


class Unread(Readings):
    """Readers that must not run yet: reading one raises."""

    def __getitem__(self, name: str) -> Any:
        self.failure = TemplateSyntaxError(
            f"{{% placeholder %}} shows {name!r}, which is read when the block is loaded. It can show what"
            " 'with' passes in, and what the context processors give."
        )
        raise self.failure


def read(
    reader: Function, request: HttpRequest, values: Mapping[str, Any], spoken: Spoken | None = None
) -> Any:
    """Give a reader's result for these validated values; it runs once per request for equal ones.

    It runs again where another language or time zone is spoken, which may be in what it gives.
    """
    own = {name: values[name] for name in reader.parameters if name in values}
    # Not by its function, which may be declared twice, with another auth.
    key = (reader.declaration, spoken or spoken_here(), *own.items())
    state: RequestState = getattr(request, STATE, None) or state_of(request)
    results: dict[_Key, Any] = state.page.results
    if isinstance(request, AnonymousRequest) and not are_public(contexts_of(reader, request)):
        request.object(f"it shows {reader.name!r}, which is not public")
    if key not in results:
        try:
            results[key] = _read(reader, request, own, state.recorder)
        except Exception as failure:  # the border to the authors' readers: it is raised to whoever asks
            results[key] = _Failed(failure)
            if isinstance(failure, DENIED) and isinstance(request, AnonymousRequest):
                request.object(f"{reader.name!r} refused its data")
    result = results[key]
    if isinstance(result, _Failed):
        raise result.failure
    return result


@dataclass(frozen=True, slots=True)
class _Failed:
    """Stands where a reader refused or broke, so that it is not asked again."""

    failure: Exception


def _read(reader: Function, request: HttpRequest, values: dict[str, Any], recorder: Recorder | None) -> Any:
    if reader.waits and loop_is_running():
        raise SynchronousOnlyOperation(
            f"{reader.place} is async and was read while a template rendered inside the event loop."
            " In an async view, return a TemplateResponse: Django renders it in a thread."
        )
    if recorder is None:
        recorder = Recorder()  # a page without the middleware: nobody would carry what a reader makes stale
    assert reader.context is not None
    # What the context's adapter gave fits each reader, unless they declare it with several types.
    arguments = Arguments((values,), valid=registry.graph.groups[reader.context.name].uniform)
    return execute(reader, request, arguments, recorder)


def is_kept_from(request: HttpRequest, groups: Iterable[Group]) -> bool:
    """Return whether a block of these contexts shows this visitor nothing, whatever stands in its template.

    So it is where the site asks everybody to sign in and nobody who reads here says anything else: other
    parts of the template were as guarded as the readers then.
    """
    graph = registry.graph
    default = graph.default_auth
    if default is None:
        return False
    members = (each for group in groups for each in group.readers or group.pages)
    if any(graph.auth_of(each) is not default for each in members):
        return False
    try:
        admit_user(default, request)
    except DENIED:
        if isinstance(request, AnonymousRequest):
            request.object("it is not for everyone")
        return True
    return False
