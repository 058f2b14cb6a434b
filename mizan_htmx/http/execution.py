"""The one way in: admit (auth, validation), the body, what it makes stale; for both colours."""

from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from inspect import isawaitable
from typing import Any, TypeAlias

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mizan_htmx.caching.anonymous import anonymous, as_anyone
from mizan_htmx.declarations.functions import Auth, Function
from mizan_htmx.declarations.graph import Group
from mizan_htmx.declarations.signature import validate
from mizan_htmx.errors import Forbidden, Unauthorized, ValidationFailed
from mizan_htmx.http.arguments import Arguments
from mizan_htmx.http.session_fingerprint import user_of
from mizan_htmx.http.steps import Steps, effect, run
from mizan_htmx.http.view_outcome import is_refused
from mizan_htmx.invalidation.other_databases import WrittenElsewhere
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.setup.registry import registry

Then: TypeAlias = Callable[[Any], Any]


def admit(function: Function, request: HttpRequest, arguments: Arguments) -> Steps[dict[str, Any]]:
    """Let the caller in, or raise Unauthorized or Forbidden; then give the validated arguments."""
    auth = registry.graph.auth_of(function)
    if auth is not None:
        yield from _authorise(auth, request, arguments)
    return _values(function, arguments)


def _admit_now(function: Function, request: HttpRequest, arguments: Arguments) -> dict[str, Any]:
    auth = registry.graph.auth_of(function)
    if auth is not None:
        if auth.check is None:
            admit_user(auth, request)
        else:
            run(_authorise(auth, request, arguments))
    return _values(function, arguments)


def _values(function: Function, arguments: Arguments) -> dict[str, Any]:
    wanted = function.parameters.values()
    if arguments.valid:
        return arguments.collect(wanted)
    return validate(function.arguments, arguments.offer(wanted))


def _authorise(auth: Auth, request: HttpRequest, arguments: Arguments) -> Steps[None]:
    if auth.check is not None:
        allowed = yield from _ask(auth, auth.check, request, arguments)
        if allowed:
            return
    yield effect(admit_user, False, auth, request)


def _ask(auth: Auth, check: Callable[..., Any], request: HttpRequest, arguments: Arguments) -> Steps[object]:
    """Ask an ``auth`` callable. It sees the arguments it names, as the body will."""
    wanted = {each.name: each.default for each in auth.parameters if not each.required}
    try:
        if auth.adapter is not None:
            wanted |= validate(auth.adapter, arguments.collect(auth.parameters))
    except ValidationFailed:
        return False  # one who may not call is not told what would fit
    answer = yield effect(check, auth.is_async, request, **wanted)
    if isawaitable(answer):  # such as from a lambda around a coroutine function
        answer = yield effect(_wait, True, answer)
    return answer


async def _wait(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


def admit_user(auth: Auth, request: HttpRequest) -> None:
    """Let in whom a level allows; after a callable that did not, nobody.

    It goes by ``request.user``, which another middleware may have replaced.
    """
    user = user_of(request)
    if auth.check is None and auth.allows(user):
        return
    raise Forbidden() if getattr(user, "is_authenticated", False) else Unauthorized()


def _as_it_is(returned: Any) -> Any:
    return returned


def execute(
    function: Function, request: HttpRequest, arguments: Arguments, recorder: Recorder, then: Then = _as_it_is
) -> Steps[Any]:
    """Admit, run the body, record what it makes stale, and give its result (validated, on the RPC path).

    ``then`` is done with the result inside the transaction: one that can't be written is a failure too.
    A reader of a public context gets a clean request, wherever it is read.
    """
    if not function.is_async:  # in one thread, where the ORM is free to use for what validates, too
        return (yield effect(execute_now, False, function, request, arguments, recorder, then))
    if not is_for_everyone(function, request):
        return (yield from _execute(function, request, arguments, recorder, then))
    clean = anonymous(request)
    with as_anyone(clean):
        return (yield from _execute(function, clean, arguments, recorder, then))


def execute_now(
    function: Function, request: HttpRequest, arguments: Arguments, recorder: Recorder, then: Then = _as_it_is
) -> Any:
    """Do as ``execute`` for a sync function, outside of event loops, without steps between."""
    if not is_for_everyone(function, request):
        return _run_body(function, request, _admit_now(function, request, arguments), recorder, then)
    clean = anonymous(request)
    with as_anyone(clean):
        return _run_body(function, clean, _admit_now(function, clean, arguments), recorder, then)


def read_now(group: Group, request: HttpRequest, values: dict[str, Any]) -> list[bytes]:
    """Write the results of a group's readers, of whom none has to be asked who may call, or to be waited for.

    ``values`` are those of all of them, validated together; readers are declared to affect nothing.
    """
    if not group.context.public:
        return [_read(reader, group, request, values) for reader in group.answering]
    clean = anonymous(request)
    with as_anyone(clean):
        return [_read(reader, group, clean, values) for reader in group.answering]


def _read(reader: Function, group: Group, request: HttpRequest, values: dict[str, Any]) -> bytes:
    if len(reader.parameters) < len(group.params):
        values = {name: values[name] for name in reader.parameters if name in values}
    result = _checked(reader, reader.func(request, **values))
    return reader.result.write(result)  # type: ignore[union-attr]


def is_for_everyone(function: Function, request: HttpRequest) -> bool:
    """Tell whether what a function answers to this request may be shared: it reads a public context."""
    if function.context is None or function.context.name not in registry.graph.public:
        return False
    return function.result is not None or request.method in ("GET", "HEAD")


def _execute(
    function: Function,
    request: HttpRequest,
    arguments: Arguments,
    recorder: Recorder,
    then: Then,
) -> Steps[Any]:
    values = yield from admit(function, request, arguments)
    start = len(recorder)
    recorder.may_stand = True
    try:
        returned = yield effect(function.func, True, request, **values)
        result, stale = _outcome(function, request, values, returned, then)
    except BaseException as error:  # the client may have hung up
        try:
            if isinstance(error, CancelledError):
                with suppress(RuntimeError):  # asgiref's: where there is no such thread any more
                    yield effect(_pass, False)  # what the body waited for goes on in the request's thread
        finally:
            # Nobody knows what it wrote before it failed: one refresh too many beats a stale page.
            recorder.add(_stale(function, request, values), at=start)
        raise
    recorder.add(stale, at=start)
    return result


def _pass() -> None:
    """Wait, as a call into the request's thread, until that has done what it had to do."""


def _run_body(
    function: Function,
    request: HttpRequest,
    values: dict[str, Any],
    recorder: Recorder,
    then: Then,
) -> Any:
    """Run a sync body, in a transaction if it changes something."""
    if function.is_transactional and _is_real(connections[DEFAULT_DB_ALIAS]):
        return _run_in_transaction(function, request, values, recorder, then)
    recorder.may_stand = recorder.may_stand or not _falls_with_request()
    if not (function.affects or function.is_transactional):
        return then(_checked(function, function.func(request, **values)))
    start = len(recorder)
    try:
        result, stale = _outcome(function, request, values, function.func(request, **values), then)
    except BaseException:
        recorder.add(_stale(function, request, values), at=start)  # as in _execute()
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
    """Run a body whose writes stand or fall as a whole; what it wrote to other databases may outlive it."""
    start = len(recorder)
    connection = connections[DEFAULT_DB_ALIAS]
    with WrittenElsewhere(recorder) as elsewhere:
        try:
            with transaction.atomic():
                result, stale = _outcome(function, request, values, function.func(request, **values), then)
                is_kept = not connection.get_rollback()  # for which the body may have asked
                if is_kept:
                    # Before the commit, which nothing can come between then.
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
    """Return whether all that is written now is undone where the request is refused (ATOMIC_REQUESTS)."""
    if len(connections.settings) > 1:
        return False
    connection = connections[DEFAULT_DB_ALIAS]
    return bool(connection.settings_dict["ATOMIC_REQUESTS"] and connection.in_atomic_block)


def _outcome(
    function: Function, request: HttpRequest, values: dict[str, Any], returned: Any, then: Then
) -> tuple[Any, Sequence[Invalidation]]:
    """Hold what a body returned to its declaration; give the result, and what is stale now."""
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


def _is_real(connection: BaseDatabaseWrapper) -> bool:
    return bool(connection.settings_dict["ENGINE"] != "django.db.backends.dummy")


def _checked(function: Function, returned: Any) -> Any:
    """Hold a result to what the function says it returns."""
    if function.result is not None:
        return function.result.validate(returned, from_attributes=True)
    if not isinstance(returned, HttpResponseBase):
        raise TypeError(
            f"{function.place} is annotated to return an HttpResponse, but returned {returned!r}."
        )
    return returned
