"""The one way in: admit (auth, validation), the body, what it makes stale; for both colours.

What has to wait for somebody else's code is yielded as an ``Effect`` that knows both its colours; ``run`` and
``arun`` carry a generator through. Everything between the yields is written once.
"""

from collections.abc import Awaitable, Callable, Generator
from functools import partial
from inspect import isawaitable
from typing import Any, NamedTuple, TypeVar

from asgiref.sync import async_to_sync, sync_to_async
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.asyncio import async_unsafe

from mizan_htmx.anonymous import anonymous, as_anyone
from mizan_htmx.arguments import Arguments
from mizan_htmx.csrf import tell_refusal
from mizan_htmx.errors import Forbidden, Unauthorized, ValidationFailed
from mizan_htmx.functions import Auth, Function
from mizan_htmx.recorder import Recorder, aannounce, announce, close_recorder, write
from mizan_htmx.session_word import tell_change
from mizan_htmx.setup.registry import registry
from mizan_htmx.signature import validate

T = TypeVar("T")


class Effect(NamedTuple):
    """A call into somebody else's code, in both colours."""

    sync: Callable[[], Any]
    aio: Callable[[], Awaitable[Any]]


Steps = Generator[Effect, Any, T]


def effect(func: Callable[..., Any], is_async: bool, /, *args: Any, **kwargs: Any) -> Effect:
    """Make an effect of a call to a function of either colour."""
    if is_async:
        return Effect(partial(_in_loop, func, *args, **kwargs), partial(func, *args, **kwargs))
    return Effect(partial(func, *args, **kwargs), partial(_in_thread, func, *args, **kwargs))


def _in_loop(func: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    return async_to_sync(func)(*args, **kwargs)


async def _in_thread(func: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    return await sync_to_async(func)(*args, **kwargs)


def run(steps: Steps[T]) -> T:
    """Carry steps through in a thread."""
    try:
        step = next(steps)
        while True:
            try:
                value = step.sync()
            except Exception as error:  # whatever it is belongs to the steps: they know what to do about it
                step = steps.throw(error)
            else:
                step = steps.send(value)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]


async def arun(steps: Steps[T]) -> T:
    """Carry steps through in a coroutine."""
    try:
        step = next(steps)
        while True:
            try:
                value = await step.aio()
            except Exception as error:  # as in run()
                step = steps.throw(error)
            else:
                step = steps.send(value)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]


def admit(function: Function, request: HttpRequest, arguments: Arguments) -> Steps[dict[str, Any]]:
    """Let the caller in, or raise Unauthorized or Forbidden; then give the validated arguments."""
    if function.auth is not None:
        yield from _authorise(function.auth, request, arguments)
    return validate(function.arguments, arguments.collect(function.parameters.values()))


def _admit_valid(function: Function, request: HttpRequest, values: dict[str, Any]) -> Steps[dict[str, Any]]:
    if function.auth is not None:
        yield from _authorise(function.auth, request, Arguments((values,)))
    return values


def _authorise(auth: Auth, request: HttpRequest, arguments: Arguments) -> Steps[None]:
    if auth.check is not None:
        allowed = yield from _ask(auth, auth.check, request, arguments)
        if allowed:
            return
    user = yield effect(_user, False, request)
    if auth.check is None and auth.allows(user):
        return
    raise Forbidden() if user is not None else Unauthorized()


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


@async_unsafe(
    "A block or page that asks who the user is was rendered inside the event loop. Return a TemplateResponse."
)
def _user(request: HttpRequest) -> Any:
    """Give who is logged in, or ``None``: by ``request.user``, which another middleware may have replaced."""
    user = getattr(request, "user", None)
    return user if getattr(user, "is_authenticated", False) else None


def _as_it_is(returned: Any) -> Any:
    return returned


def execute(
    function: Function,
    request: HttpRequest,
    arguments: Arguments,
    recorder: Recorder,
    then: Callable[[Any], Any] = _as_it_is,
) -> Steps[Any]:
    """Admit, run the body, record what it makes stale, and give its result (validated, on the RPC path).

    ``then`` is done with the result inside the transaction: one that can't be written is a failure too.
    A reader of a public context gets a clean request, wherever it is read.
    """
    return _admitted(partial(admit, function, arguments=arguments), function, request, recorder, then)


def execute_valid(
    function: Function,
    request: HttpRequest,
    values: dict[str, Any],
    recorder: Recorder,
    then: Callable[[Any], Any] = _as_it_is,
) -> Steps[Any]:
    """Do as ``execute`` with the function's own values, valid already and none of the required missing."""
    return _admitted(partial(_admit_valid, function, values=values), function, request, recorder, then)


def _admitted(
    admission: Callable[..., Steps[dict[str, Any]]],
    function: Function,
    request: HttpRequest,
    recorder: Recorder,
    then: Callable[[Any], Any],
) -> Steps[Any]:
    if not is_for_everyone(function, request):
        return (yield from _execute(admission(request=request), function, request, recorder, then))
    clean = anonymous(request)
    with as_anyone(clean):
        return (yield from _execute(admission(request=clean), function, clean, recorder, then))


def is_for_everyone(function: Function, request: HttpRequest) -> bool:
    """Tell whether what a function answers to this request may be shared: it reads a public context."""
    if function.context is None or function.context.name not in registry.graph.public:
        return False
    return function.result is not None or request.method in ("GET", "HEAD")


def _execute(
    admission: Steps[dict[str, Any]],
    function: Function,
    request: HttpRequest,
    recorder: Recorder,
    then: Callable[[Any], Any],
) -> Steps[Any]:
    values = yield from admission
    start = len(recorder)
    transactional = function.is_transactional

    def settle(returned: Any) -> Any:
        result = then(_checked(function, returned))
        refused = function.result is None and returned.status_code >= 400
        if function.affects and not refused and not function.records_itself:
            _record(function, values, recorder, start)
        return result

    try:
        if function.is_async:
            return settle((yield effect(function.func, True, request, **values)))
        body = _atomically if transactional and _has_database() else _plainly
        return (yield effect(body, False, settle, partial(function.func, request, **values)))
    except Exception:
        if transactional:
            recorder.rewind(start)
        elif function.affects:
            # Nobody knows what it wrote before it failed: one refresh too many beats a stale page.
            _record(function, values, recorder, start)
        raise


def _plainly(settle: Callable[[Any], Any], body: Callable[[], Any]) -> Any:
    return settle(body())


def _atomically(settle: Callable[[Any], Any], body: Callable[[], Any]) -> Any:
    with transaction.atomic():
        return settle(body())


def _has_database() -> bool:
    return bool(connections[DEFAULT_DB_ALIAS].settings_dict["ENGINE"] != "django.db.backends.dummy")


def _checked(function: Function, returned: Any) -> Any:
    """Hold a result to what the function says it returns."""
    if function.result is not None:
        return function.result.validator.validate_python(returned, from_attributes=True)
    if not isinstance(returned, HttpResponseBase):
        raise TypeError(
            f"{function.place} is annotated to return an HttpResponse, but returned {returned!r}."
        )
    return returned


def _record(function: Function, values: dict[str, Any], recorder: Recorder, start: int) -> None:
    plan = registry.graph.plan(function)
    recorder.add([target.invalidation(values) for target in plan], at=start)


def finish(
    request: HttpRequest, response: HttpResponseBase, recorder: Recorder, *, owned: bool
) -> Steps[HttpResponseBase]:
    """Write what is stale into the response, and what its status does not say.

    Whoever opened the recorder also announces what is stale.
    """
    write(request, response, recorder.announced())
    tell_change(request, response)
    tell_refusal(request, response)
    if owned:
        yield from publish(request, recorder, response)
    return response


def publish(
    request: HttpRequest, recorder: Recorder, response: HttpResponseBase | None = None
) -> Steps[None]:
    """Announce what this request made stale to the rest of the process, and take nothing more."""
    stale = recorder.announced()
    close_recorder(request)
    if stale:
        told = (request, stale, response)
        yield Effect(partial(announce, *told), partial(aannounce, *told))
