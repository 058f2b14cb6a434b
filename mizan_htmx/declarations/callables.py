"""Checks of what ``@client`` takes: a plain function whose first argument is the request."""

import functools
import inspect
import types
import typing
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest
from django.views import View
from typing_extensions import is_protocol

from mizan_htmx.declarations.scalars import class_of, members_of
from mizan_htmx.declarations.signature import where
from mizan_htmx.errors import DeclarationError

_CLASSES = (
    " @client declares functions only. Move the code into a function at the top level of a module,"
    " '@client(…) def name(request: HttpRequest, …)'"
)
_FROM_VIEW = f"{_CLASSES}, and call that from the class."

# The module in which method_decorator() calls a decorator with a placeholder, before there is a method.
_METHOD_DECORATOR = "django.utils.decorators"


def check_callable(func: Any) -> None:
    """Raise DeclarationError, with what to declare instead, unless ``func`` is a function."""
    if isinstance(func, str):
        raise DeclarationError(
            f"@client({func!r}): options are keyword arguments. Write @client(context={func!r})."
        )
    if isinstance(func, type):
        raise DeclarationError(f"{_of_class(func)} is a class.{_FROM_VIEW}{_reader_of(func)}")
    view = getattr(func, "view_class", None) or getattr(func, "cls", None)  # Django's; REST framework's
    if isinstance(view, type):
        raise DeclarationError(
            f"{_of_class(view)}.as_view() is a class-based view.{_FROM_VIEW}{_reader_of(view)}"
        )
    if isinstance(func, (staticmethod, classmethod, property)):
        inner = func.fget if isinstance(func, property) else func.__func__
        raise DeclarationError(
            f"{where(inner) if inner else repr(func)} is a {type(func).__name__}.{_CLASSES}."
        )
    if inspect.ismethod(func):
        raise DeclarationError(f"{where(func)} is a method of {func.__self__!r}.{_CLASSES}.")
    if isinstance(func, (functools.partial, functools.partialmethod)):
        raise DeclarationError(
            f"{func!r} has no name or annotations of its own. Write a function with 'def' that calls it."
        )
    if getattr(func, "__module__", None) == _METHOD_DECORATOR:
        raise DeclarationError(
            f"@client can't decorate methods, so @method_decorator can't apply it.{_FROM_VIEW}"
        )
    # An object with __wrapped__ is what a decorator made of a function.
    is_function = inspect.isroutine(func) or hasattr(func, "__wrapped__")
    if not is_function or not hasattr(func, "__name__"):
        raise DeclarationError(f"{func!r} is not a function. Write a function with 'def' that calls it.")
    if func.__name__ == "<lambda>":
        raise DeclarationError(
            f"{where(func)} is a lambda, which can't have type annotations. Write it with 'def'."
        )
    _check_method(func)


def _of_class(cls: Any) -> str:
    return f"{getattr(cls, '__module__', '?')}.{getattr(cls, '__qualname__', repr(cls))}"


def _reader_of(cls: type) -> str:
    """Return how blocks can show what a class-based view shows."""
    if not issubclass(cls, View):
        return ""
    return (
        " What it shows can be read in blocks: client(context=…)(read_view"
        f"({cls.__name__})), from mizan_htmx.generic."
    )


def _check_method(func: Callable[..., Any]) -> None:
    """Raise DeclarationError for a method, recognized by its place of definition or its first argument."""
    first = next(iter(parameters_of(func)), None)
    name = first.name if first is not None else ""
    if name in ("self", "cls") or (_is_in_class(func) and not _is_certain(func, first)):
        raise DeclarationError(f"{where(func)} is a method of a class.{_FROM_VIEW}")


def _is_in_class(func: Callable[..., Any]) -> bool:
    # From the code object: a function's own __qualname__ may have been changed for messages.
    code = getattr(inspect.unwrap(func), "__code__", None)
    around = code.co_qualname.rpartition(".")[0] if code else ""
    return bool(around) and not around.endswith("<locals>")


def _is_certain(func: Callable[..., Any], first: inspect.Parameter | None) -> bool:
    """Return whether a first argument is certainly the request, by its name or type."""
    if first is None:
        return False
    if first.annotation is first.empty:
        return first.name == "request"
    return any(_is_class_of_requests(each) for each in members_of(_resolved(func, first.annotation)))


def parameters_of(func: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the parameters of a function; raise DeclarationError if it has no signature."""
    try:
        return list(inspect.signature(func).parameters.values())
    except (TypeError, ValueError) as error:  # some functions written in C
        raise DeclarationError(
            f"{func!r} has no signature: {error}. Write a function with 'def' that calls it."
        ) from None


def check_request(func: Callable[..., Any], *, of: str = "") -> None:
    """Raise DeclarationError for a first argument whose type is known and is not a request class.

    An argument without a type, ``Any``, a Protocol, a TypeVar, and a name that is imported for type checkers
    only may be a request. ``of`` is put before the function's name, such as ``"… its auth "``.
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
        f"{of}{where(func)}: its first argument must be the request, but {first.name!r} is a {shown!s}."
        f" Write '{first.name}: HttpRequest', or add a request before it."
    )


def _resolved(func: Callable[..., Any], annotation: Any) -> Any:
    """Return the type of an annotation, which may be text; ``Any`` if it can't be resolved here."""
    holder = types.SimpleNamespace(__annotations__={"first": annotation})
    namespace = getattr(_function_in(func), "__globals__", {})
    try:
        return typing.get_type_hints(holder, globalns=namespace, include_extras=True)["first"]
    except Exception:  # the border to the site's annotations, which may be for type checkers only
        return Any


def _function_in(found: Any) -> Any:
    """Return the function that runs when an object or a class is called."""
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
    # A wrapper of a request, as REST framework's, has the same fields.
    return issubclass(cls, HttpRequest) or is_protocol(cls) or hasattr(cls, "POST")
