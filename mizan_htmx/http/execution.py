"""Run a declared function: authorize, validate, call it, record what it invalidates."""

from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from inspect import isawaitable
from typing import Any, TypeAlias

from asgiref.sync import async_to_sync
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.caching.anonymous import shared_or_own
from mizan_htmx.declarations.functions import Auth, Function
from mizan_htmx.declarations.graph import Group
from mizan_htmx.declarations.signature import validate
from mizan_htmx.errors import GONE, Forbidden, Unauthorized, ValidationFailed, blame_auth
from mizan_htmx.http.arguments import Arguments
from mizan_htmx.http.concurrency import in_thread
from mizan_htmx.http.refusal_detection import is_refused
from mizan_htmx.http.session_fingerprint import user_of
from mizan_htmx.invalidation.other_databases import WrittenElsewhere
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.request_address import as_routed
from mizan_htmx.setup.registry import registry

Then: TypeAlias = Callable[[Any], Any]


def admit(function: Function, request: HttpRequest, arguments: Arguments) -> dict[str, Any]:
    """Return the validated arguments, if the caller may call the function.

    Raises Unauthorized or Forbidden before any argument is validated, and ValidationFailed.
    """
    auth = registry.graph.auth_of(function)
    if auth is not None:
        with as_routed(request):
            if not (auth.check is not None and _call_auth(auth, auth.check, request, arguments)):
                admit_user(auth, request)
    return _values(function, arguments)


async def aadmit(function: Function, request: HttpRequest, arguments: Arguments) -> dict[str, Any]:
    """See ``admit``."""
    auth = registry.graph.auth_of(function)
    if auth is not None:
        with as_routed(request):
            if not (auth.check is not None and await _acall_auth(auth, auth.check, request, arguments)):
                await in_thread(admit_user, auth, request)
    return _values(function, arguments)


def _values(function: Function, arguments: Arguments) -> dict[str, Any]:
    wanted = function.parameters.values()
    if arguments.valid:
        return arguments.collect(wanted)
    return validate(function.arguments, arguments.offer(wanted))


def _call_auth(auth: Auth, check: Callable[..., Any], request: HttpRequest, arguments: Arguments) -> object:
    """Return the result of an ``auth`` callable, which gets the arguments that it names, as the body does."""
    wanted = _named_by(auth, arguments)
    if wanted is None:
        return False
    try:
        answer = async_to_sync(check)(request, **wanted) if auth.is_async else check(request, **wanted)
        if isawaitable(answer):  # such as from a lambda around a coroutine function
            answer = async_to_sync(_wait)(answer)
    except GONE as error:
        blame_auth(error)
        raise
    return answer


async def _acall_auth(
    auth: Auth, check: Callable[..., Any], request: HttpRequest, arguments: Arguments
) -> object:
    wanted = _named_by(auth, arguments)
    if wanted is None:
        return False
    answer = await (check(request, **wanted) if auth.is_async else in_thread(check, request, **wanted))
    return await answer if isawaitable(answer) else answer


def _named_by(auth: Auth, arguments: Arguments) -> dict[str, Any] | None:
    """Return the arguments that an ``auth`` callable names; ``None`` where they are invalid.

    A caller who may not call does not learn what would be valid.
    """
    wanted = {each.name: each.default for each in auth.parameters if not each.required}
    if auth.adapter is None:
        return wanted
    try:
        return wanted | validate(auth.adapter, arguments.collect(auth.parameters))
    except ValidationFailed:
        return None


async def _wait(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


def admit_user(auth: Auth, request: HttpRequest) -> None:
    """Raise Unauthorized or Forbidden unless the user has the level of this ``auth``.

    If ``auth`` is a callable, it has refused already, so this raises. The user is ``request.user``, which
    another middleware may have replaced.
    """
    user = user_of(request)
    if auth.check is None and auth.allows(user):
        return
    raise Forbidden() if getattr(user, "is_authenticated", False) else Unauthorized()


def _unchanged(returned: Any) -> Any:
    return returned


def execute(
    function: Function,
    request: HttpRequest,
    arguments: Arguments,
    recorder: Recorder,
    then: Then = _unchanged,
) -> Any:
    """Return the result of a function: admit the caller, run the body, record what it invalidates.

    On the RPC path the result is validated. ``then`` is applied to it inside the transaction, so a result
    that can't be serialized fails the call. A reader of a public context always gets the anonymous request.
    Async functions run in an event loop of their own.
    """
    if function.context is None or not registry.graph.public:  # the most common case: nothing is shared
        return _run_body(function, request, admit(function, request, arguments), recorder, then)
    with shared_or_own(request, contexts_of(function, request)) as request:
        return _run_body(function, request, admit(function, request, arguments), recorder, then)


async def aexecute(
    function: Function,
    request: HttpRequest,
    arguments: Arguments,
    recorder: Recorder,
    then: Then = _unchanged,
) -> Any:
    """See ``execute``. A sync function runs in one thread with its auth and validation, which may query."""
    if not function.is_async:
        return await in_thread(execute, function, request, arguments, recorder, then)
    if function.context is None or not registry.graph.public:
        values = await aadmit(function, request, arguments)
        return await _arun_body(function, request, values, recorder, then)
    with shared_or_own(request, contexts_of(function, request)) as request:
        values = await aadmit(function, request, arguments)
        return await _arun_body(function, request, values, recorder, then)


def read_group(group: Group, request: HttpRequest, values: dict[str, Any]) -> list[bytes]:
    """Serialize the results of a group whose readers are all sync and need no authorization.

    ``values`` are the arguments of all readers, validated together. Readers affect nothing.
    """
    if not group.context.public:
        return [_read(reader, group, request, values) for reader in group.answering]
    with shared_or_own(request, (group.context.name,)) as request:
        return [_read(reader, group, request, values) for reader in group.answering]


def _read(reader: Function, group: Group, request: HttpRequest, values: dict[str, Any]) -> bytes:
    if len(reader.parameters) < len(group.params):
        values = {name: values[name] for name in reader.parameters if name in values}
    result = _checked(reader, reader.func(request, **values))
    return reader.result.write(result)  # type: ignore[union-attr]


def contexts_of(function: Function, request: HttpRequest) -> tuple[str, ...]:
    """Return the names of the contexts that a function's response shows; none if a view changes something."""
    if function.context is None or (function.result is None and request.method not in ("GET", "HEAD")):
        return ()
    return (function.context.name,)


async def _arun_body(
    function: Function,
    request: HttpRequest,
    values: dict[str, Any],
    recorder: Recorder,
    then: Then,
) -> Any:
    start = len(recorder)
    recorder.may_stand = True
    try:
        returned = await function.func(request, **values)
        result, stale = _outcome(function, request, values, returned, then)
    except BaseException as error:  # the client may have disconnected
        try:
            if isinstance(error, CancelledError):
                with suppress(RuntimeError):  # raised by asgiref if the request's thread has ended
                    await in_thread(_pass)  # what the body awaited may still run in the request's thread
        finally:
            # What it wrote before it failed is unknown: an unneeded refresh is better than a stale page.
            recorder.add(_stale(function, request, values), at=start)
        raise
    recorder.add(stale, at=start)
    return result


def _pass() -> None:
    """Do nothing: calling it in the request's thread waits until earlier calls there have returned."""


def _run_body(
    function: Function,
    request: HttpRequest,
    values: dict[str, Any],
    recorder: Recorder,
    then: Then,
) -> Any:
    """Run a body, in a transaction if it is sync and changes something."""
    if function.is_transactional and _has_database():
        return _run_in_transaction(function, request, values, recorder, then)
    func = function.func
    if function.is_async:
        func, recorder.may_stand = async_to_sync(func), True
    elif not recorder.may_stand:
        recorder.may_stand = not _falls_with_request()
    if not (function.affects or function.is_transactional):
        return then(_checked(function, func(request, **values)))
    start = len(recorder)
    try:
        result, stale = _outcome(function, request, values, func(request, **values), then)
    except BaseException:
        recorder.add(_stale(function, request, values), at=start)  # as in _arun_body()
        raise
    recorder.add(stale, at=start)
    return result


def _run_in_transaction(
    function: Function,
    request: HttpRequest,
    values: dict[str, Any],
    recorder: Recorder,
    then: Callable[[Any], Any],
) -> Any:
    """Run a body in a transaction of the default database; its rollback does not undo writes to others."""
    start = len(recorder)
    connection = connections[DEFAULT_DB_ALIAS]
    with WrittenElsewhere(recorder) as elsewhere:
        try:
            with transaction.atomic():
                result, stale = _outcome(function, request, values, function.func(request, **values), then)
                is_kept = not connection.get_rollback()  # which the body may have set
                if is_kept:
                    # Before the commit, so that nothing can fail between the two.
                    recorder.may_stand = True
                    recorder.add(stale, at=start)
        except BaseException:
            recorder.may_stand = recorder.may_stand or elsewhere.may_stand
            elsewhere.record(_stale(function, request, values), start)
            raise
        if not is_kept:
            elsewhere.record(stale, start)
    return result


def _falls_with_request() -> bool:
    """Return whether ATOMIC_REQUESTS rolls back everything written now if the request fails."""
    databases = connections.settings
    if len(databases) > 1 or not databases[DEFAULT_DB_ALIAS]["ATOMIC_REQUESTS"]:
        return False
    return bool(connections[DEFAULT_DB_ALIAS].in_atomic_block)


def _outcome(
    function: Function, request: HttpRequest, values: dict[str, Any], returned: Any, then: Then
) -> tuple[Any, Sequence[Invalidation]]:
    """Return the validated result, with ``then`` applied, and what the call invalidates."""
    result = then(_checked(function, returned))
    if function.records_itself:
        return result, ()
    stale = _stale(function, request, values)
    refused = stale and function.result is None and is_refused(function, request, returned)
    return result, () if refused else stale


def _stale(function: Function, request: HttpRequest, values: dict[str, Any]) -> Sequence[Invalidation]:
    if not function.affects or request.method in function.silent:
        return ()
    return [target.invalidation(values) for target in registry.graph.plan(function)]


def _has_database() -> bool:
    return bool(connections.settings[DEFAULT_DB_ALIAS]["ENGINE"] != "django.db.backends.dummy")


def _checked(function: Function, returned: Any) -> Any:
    """Return what a body returned, validated; raise TypeError for a view that returned no response."""
    if function.result is not None:
        return function.result.validate(returned, from_attributes=True)
    if not isinstance(returned, HttpResponseBase):
        raise TypeError(
            f"{function.place} is annotated to return an HttpResponse, but returned {returned!r}."
        )
    return returned
