"""Checks of what ``@client`` takes: a plain function whose first argument is the request."""

import functools
import inspect
import types
import typing
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest
from typing_extensions import is_protocol

from mizan_htmx.declarations.scalars import class_of, members_of
from mizan_htmx.declarations.signature import where
from mizan_htmx.errors import DeclarationError

_CLASSES = (
    " @client takes functions, because what it declares is called by its name: move the work into a function"
    " at the top level of a module, '@client(…) def name(request: HttpRequest, …)'"
)
_FROM_VIEW = f"{_CLASSES}, and let the class call that."

# Where method_decorator asks a decorator what it does to a function, before there is a method.
_METHOD_DECORATOR = "django.utils.decorators"


def check_callable(func: Any) -> None:
    """Raise DeclarationError, with what to declare instead, for what is not a function."""
    if isinstance(func, str):
        raise DeclarationError(
            f"@client({func!r}) names nothing to declare. Its options have names: @client(context={func!r})."
        )
    if isinstance(func, type):
        raise DeclarationError(f"{_of_class(func)} is a class.{_FROM_VIEW}")
    view = getattr(func, "view_class", None) or getattr(func, "cls", None)  # Django's; REST framework's
    if isinstance(view, type):
        raise DeclarationError(f"{_of_class(view)}.as_view() is the view of a class.{_FROM_VIEW}")
    if isinstance(func, (staticmethod, classmethod, property)):
        inner = func.fget if isinstance(func, property) else func.__func__
        raise DeclarationError(
            f"{where(inner) if inner else repr(func)} is a {type(func).__name__} of a class.{_CLASSES}."
        )
    if inspect.ismethod(func):
        raise DeclarationError(f"{where(func)} is a method of {func.__self__!r}.{_CLASSES}.")
    if isinstance(func, (functools.partial, functools.partialmethod)):
        raise DeclarationError(
            f"{func!r} has no name and no types of its own. Write a function that calls it, with 'def'."
        )
    if getattr(func, "__module__", None) == _METHOD_DECORATOR:
        raise DeclarationError(
            f"@client is no decorator for methods, and so none for @method_decorator either.{_FROM_VIEW}"
        )
    # An object that stands for a function it wraps is a decorator's.
    is_function = inspect.isroutine(func) or hasattr(func, "__wrapped__")
    if not is_function or not hasattr(func, "__name__"):
        raise DeclarationError(
            f"{func!r} is no function. @client declares functions: write one that calls it, with 'def'."
        )
    if func.__name__ == "<lambda>":
        raise DeclarationError(
            f"{where(func)} can't say the types of its arguments and its result. Write it with 'def'."
        )
    _check_method(func)


def _of_class(cls: Any) -> str:
    return f"{getattr(cls, '__module__', '?')}.{getattr(cls, '__qualname__', repr(cls))}"


def _check_method(func: Callable[..., Any]) -> None:
    """Raise DeclarationError for a method, known by where it is defined or by its first argument."""
    first = next(iter(parameters_of(func)), None)
    name = first.name if first is not None else ""
    if name in ("self", "cls") or (_stands_in_class(func) and not _is_certain(func, first)):
        raise DeclarationError(f"{where(func)} is a method of a class.{_FROM_VIEW}")


def _stands_in_class(func: Callable[..., Any]) -> bool:
    # By the code: a function's own __qualname__ may have been changed, for messages that name another place.
    code = getattr(inspect.unwrap(func), "__code__", None)
    around = code.co_qualname.rpartition(".")[0] if code else ""
    return bool(around) and not around.endswith("<locals>")


def _is_certain(func: Callable[..., Any], first: inspect.Parameter | None) -> bool:
    """Return whether the name or type of a first argument says for certain that it is the request."""
    if first is None:
        return False
    if first.annotation is first.empty:
        return first.name == "request"
    return any(_is_class_of_requests(each) for each in members_of(_resolved(func, first.annotation)))


def parameters_of(func: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the parameters of a function; raise DeclarationError if it has no signature."""
    try:
        return list(inspect.signature(func).parameters.values())
    except (TypeError, ValueError) as error:  # one that is written in C
        raise DeclarationError(
            f"{func!r} does not say what it takes: {error}. Write a function that calls it, with 'def'."
        ) from None


def check_request(func: Callable[..., Any], *, of: str = "") -> None:
    """Raise DeclarationError for a first argument whose type is known and is not a request class.

    One without a type, ``Any``, a Protocol, a TypeVar, and a name that is imported for type checkers only may
    be a request. ``of`` says whose function it is where that is no declared one.
    """
    first = next(iter(parameters_of(func)), None)
    if first is None or first.annotation is first.empty or first.kind is first.VAR_POSITIONAL:
        return
    annotation = _resolved(func, first.annotation)
    members = [each for each in members_of(annotation) if each is not type(None)]
    if members and all(map(_may_be_request, members)):
        return
    shown = getattr(annotation, "__name__", None) or annotation
    raise DeclarationError(
        f"{of}{where(func)}: its first argument {first.name!r} is the request, and can't be {shown!s}."
        f" Write '{first.name}: HttpRequest', or let a request come before it."
    )


def _resolved(func: Callable[..., Any], annotation: Any) -> Any:
    """Return the type of an annotation, which may be text; ``Any`` if it can't be resolved here."""
    holder = types.SimpleNamespace(__annotations__={"first": annotation})
    namespace = getattr(_function_in(func), "__globals__", {})
    try:
        return typing.get_type_hints(holder, globalns=namespace, include_extras=True)["first"]
    except Exception:  # the border to the authors' annotations, which may be for type checkers alone
        return Any


def _function_in(found: Any) -> Any:
    """Return the function in the source code behind an object or a class that is called."""
    while isinstance(found, functools.partial):
        found = found.func
    if isinstance(found, type):
        return inspect.unwrap(found.__init__)  # type: ignore[misc]
    found = inspect.unwrap(found)
    return found if hasattr(found, "__globals__") else type(found).__call__


def _may_be_request(member: Any) -> bool:
    if member is Any or isinstance(member, (str, typing.ForwardRef)):
        return True
    if isinstance(member, TypeVar):
        bounds = member.__constraints__ or ([member.__bound__] if member.__bound__ is not None else [])
        return all(_may_be_request(each) for bound in bounds for each in members_of(bound))
    return _is_class_of_requests(member) or class_of(member) is object


def _is_class_of_requests(member: Any) -> bool:
    cls = class_of(member)
    if not isinstance(cls, type):
        return False
    # One that stands around a request, as REST framework's does, has its fields.
    return issubclass(cls, HttpRequest) or is_protocol(cls) or hasattr(cls, "POST")
