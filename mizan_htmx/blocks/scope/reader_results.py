"""The results of readers in the templates of one request: each is computed once, when it is first used."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import SynchronousOnlyOperation
from django.db import Error as DatabaseError
from django.http import HttpRequest
from django.template import TemplateSyntaxError

from mizan_htmx.blocks.page_address import on_its_page
from mizan_htmx.caching.anonymous import AnonymousRequest, anonymous, are_public
from mizan_htmx.declarations.functions import Function
from mizan_htmx.declarations.graph import Group
from mizan_htmx.errors import DENIED, HIDING
from mizan_htmx.http.arguments import Arguments
from mizan_htmx.http.concurrency import loop_is_running
from mizan_htmx.http.execution import admit_user, contexts_of, execute
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.localization import Locale, current_locale
from mizan_htmx.request_address import as_routed
from mizan_htmx.request_state import state_of
from mizan_htmx.setup.registry import registry

_Key = tuple[Any, ...]

# What a queryset may raise while it is iterated: a refusal, or a failure that must not look like no rows.
_LATE = (*DENIED, DatabaseError, SynchronousOnlyOperation)


class Readers(dict[str, tuple[Function, int]]):
    """Readers by name, each with the index of its context.

    ``may_refuse_late``: some are for templates, and what they return may refuse while it is used.
    """

    def __init__(self, groups: tuple[Group, ...]) -> None:
        super().__init__(
            {each.name: (each, number) for number, group in enumerate(groups) for each in group.readers}
        )
        self.may_refuse_late = any(reader.for_templates for reader, _ in self.values())


@lru_cache(1024)
def readers_of(groups: tuple[Group, ...]) -> Readers:
    """Return the readers of these contexts by name; of two with one name, the last one is used."""
    return Readers(groups)


class LazyResults(Mapping[str, Any]):
    """The results of some readers by name, each resolved when a template first uses it.

    ``failure`` is the first exception: template conditions such as ``{% if a and b %}`` swallow it.
    ``note`` is for those that are raised later, by what a reader for templates has returned.
    ``failed`` is the name of the reader that raised it.
    """

    def __init__(
        self,
        request: HttpRequest,
        readers: Readers,
        values: Sequence[Mapping[str, Any]],
        locale: Locale | None = None,
    ) -> None:
        self._request = request
        self._readers = readers
        self._values = values
        self._locale = locale
        self._handed_on = ""
        self.may_refuse_late = readers.may_refuse_late or registry.graph.hands_on_everywhere
        self.failure: Exception | None = None
        self.failed = ""

    def __getitem__(self, name: str) -> Any:
        try:
            reader, number = self._readers[name]
            if reader.for_templates:
                self._handed_on = name
            return resolve(reader, self._request, self._values[number], self._locale, in_block=True)
        except Exception as error:
            if self.failure is None:
                self.failure, self.failed = error, name
            raise

    def __contains__(self, name: object) -> bool:
        return name in self._readers

    def __iter__(self) -> Iterator[str]:
        return iter(self._readers)

    def __len__(self) -> int:
        return len(self._readers)

    def note(self, error: Exception) -> None:
        """Note an exception of the template, if it may be of a result that the template was handed."""
        if not self.may_refuse_late or not isinstance(error, _LATE):
            return
        handed_on = self._handed_on or state_of(self._request).page.handed_on
        if handed_on:
            if self.failure is None:
                self.failure, self.failed = error, handed_on
            if isinstance(self._request, AnonymousRequest):
                self._request.object(f"a result such as {handed_on!r} refused access")


class NotRead(TemplateSyntaxError):
    """A template uses a reader where none runs."""


class NoResults(LazyResults):
    """The results of readers in a fallback such as a placeholder: looking one up raises NotRead.

    ``tag`` is the tag around the fallback.
    """

    tag = "placeholder"

    def __getitem__(self, name: str) -> Any:
        why = "read only when the block is loaded" if self.tag == "placeholder" else "not read there"
        self.failure = NotRead(
            f"{{% {self.tag} %}} uses {name!r}, which is {why}. It can use what 'with' passes, and what"
            " context processors return."
        )
        raise self.failure


def resolve(
    reader: Function,
    request: HttpRequest,
    values: Mapping[str, Any],
    locale: Locale | None = None,
    *,
    in_block: bool = False,
) -> Any:
    """Return a reader's result for validated values; the reader runs once per request for equal ones.

    It runs again for another language, time zone or address, on which its result may depend. Raise what it
    raises, and SynchronousOnlyOperation for an async reader in the event loop's thread.
    """
    own = {name: values[name] for name in reader.parameters if name in values}
    # Not the function, which may be declared twice with different auth.
    key: _Key = (reader.declaration, locale or current_locale(), *own.items())
    state = state_of(request)
    if state.readdressing is not None and state.readdressing.scope:
        key = (*key, state.readdressing.scope)
    results: dict[_Key, Any] = state.page.results
    if isinstance(request, AnonymousRequest) and not are_public(contexts_of(reader, request)):
        request.object(f"it shows {reader.name!r}, which is not public")
    if key not in results:
        try:
            if in_block and registry.graph.public:
                with _as_block_of(reader, request):
                    results[key] = _read(reader, request, own, state.recorder)
            else:
                results[key] = _read(reader, request, own, state.recorder)
        except Exception as failure:  # the border to the site's readers; raised at each lookup
            results[key] = _Failed(failure)
            if isinstance(failure, HIDING) and isinstance(request, AnonymousRequest):
                request.object(f"{reader.name!r} refused access")
    result = results[key]
    if isinstance(result, _Failed):
        raise result.failure
    return result


def _as_block_of(reader: Function, request: HttpRequest) -> AbstractContextManager[None]:
    """Have a public reader see what it sees in a block of its own, in a block with private contexts, too."""
    context = reader.context
    if context is None or isinstance(request, AnonymousRequest) or not are_public((context.name,)):
        return _UNCHANGED
    return on_its_page(anonymous(request), context.name)


_UNCHANGED = nullcontext()


@dataclass(frozen=True, slots=True)
class _Failed:
    """The exception of a reader, stored so that the reader does not run again."""

    failure: Exception


def _read(reader: Function, request: HttpRequest, values: dict[str, Any], recorder: Recorder | None) -> Any:
    if reader.waits and loop_is_running():
        raise SynchronousOnlyOperation(
            f"{reader.place} is async and was read while a template rendered inside the event loop."
            " In an async view, return a TemplateResponse: Django renders it in a thread."
        )
    if recorder is None:
        recorder = Recorder()  # without the middleware, what a reader invalidates is lost
    assert reader.context is not None
    # The context's adapter has validated the values, unless readers declare different types.
    arguments = Arguments((values,), valid=registry.graph.groups[reader.context.name].uniform)
    return execute(reader, request, arguments, recorder)


def is_denied(request: HttpRequest, groups: Iterable[Group]) -> bool:
    """Return whether a block of these contexts is empty for this visitor, whatever its template contains.

    It is where the site requires login by default and all readers keep that default: the rest of the template
    is then protected as the readers are.
    """
    graph = registry.graph
    default = graph.default_auth
    if default is None:
        return False
    members = (each for group in groups for each in group.readers or group.pages)
    if any(graph.auth_of(each) is not default for each in members):
        return False
    try:
        with as_routed(request):
            admit_user(default, request)
    except DENIED:
        if isinstance(request, AnonymousRequest):
            request.object("it requires login")
        return True
    return False
