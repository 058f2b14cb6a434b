"""Work in steps, for both colours.

What has to wait for somebody else's code is yielded as an ``Effect`` that knows both its colours; ``run`` and
``arun`` carry a generator through. Everything between the yields is written once.
"""

from collections.abc import Awaitable, Callable, Generator
from functools import partial
from typing import Any, NamedTuple, TypeVar

from asgiref.sync import async_to_sync, sync_to_async

from mizan_htmx.declarations.signature import where

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
    return await sync_to_async(_bearable)(func, *args, **kwargs)


def _bearable(func: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call a function that must not raise what no future carries: whoever waits would wait for ever."""
    try:
        return func(*args, **kwargs)
    except StopIteration as error:
        raise RuntimeError(f"{where(func)} raised StopIteration.") from error


def run(steps: Steps[T]) -> T:
    """Carry steps through in a thread."""
    try:
        step = next(steps)
        while True:
            try:
                value = step.sync()
            except BaseException as error:  # whatever it is belongs to the steps: they know what to do
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
            except BaseException as error:  # as in run(); the client has hung up, for example
                step = steps.throw(error)
            else:
                step = steps.send(value)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
