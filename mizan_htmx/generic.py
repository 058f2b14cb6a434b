"""Readers that are made of Django's class-based views: ``read_view(MovieList)``."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Annotated, Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.views.generic import View

from mizan_htmx.declarations.scalars import members_of
from mizan_htmx.declarations.signature import where
from mizan_htmx.declarations.template_types import TEMPLATES_ONLY
from mizan_htmx.declarations.url_kwargs import url_kwargs
from mizan_htmx.errors import DeclarationError
from mizan_htmx.http.class_views import ClassView, ViewContext, aread, read

__all__ = ["read_view"]

_EXAMPLE = "Pass the class, as in read_view(MovieList), or what its as_view() returns."


def read_view(
    view: type[View] | Callable[..., Any],
    /,
    *,
    params: Mapping[str, Any] | None = None,
    query: str | Mapping[str, Any] = "",
    name: str = "",
    **initkwargs: Any,
) -> Callable[..., Any]:
    """Return a reader, for ``@client(context=…)``, that returns the context of a class-based view.

    The view's own ``dispatch`` runs; what it refuses empties the block. ``view`` is the class, with
    ``initkwargs`` as for ``as_view()``, or what ``as_view()`` returned.

    ``params`` are the keyword arguments of its URL with their types; without it those of a generic view: a
    detail view's ``pk`` has the type of the model's primary key. A type with ``None`` in it may be missing.
    ``query`` are parameters that the view reads from ``request.GET``: names, or names with types, and
    ``page:movies_page`` for one that has another name there. The reader's ``name`` is that of the class
    where nothing is said: ``movie_list`` for a ``MovieList`` or a ``MovieListView``. Raises DeclarationError.
    """
    cls, call, initkwargs = _resolve(view, initkwargs)
    read_from = _query(query, cls)
    found = url_kwargs(cls, initkwargs) if params is None else _checked(params, cls)
    declared = ClassView(
        cls=cls,
        call=call,
        initkwargs=initkwargs,
        query={parameter: key for parameter, key, _ in read_from},
        is_decorated=_layers(call) != _layers(cls.as_view(**initkwargs)),
    )
    types = {**found, **{parameter: kind for parameter, _, kind in read_from}}
    if len(types) < len(found) + len(read_from):
        raise DeclarationError(f"{declared.place}: params and query name the same parameter. Rename one.")
    reader = _areader(declared) if iscoroutinefunction(call) else _reader(declared)
    here = inspect.currentframe()
    caller = here and here.f_back
    assert caller is not None  # CPython and PyPy have frames
    return _described(reader, declared, name or _name_of(cls), types, caller)


def _reader(view: ClassView) -> Any:
    def read_it(request: HttpRequest, /, **values: Any) -> ViewContext:
        return read(view, request, values)

    return read_it


def _areader(view: ClassView) -> Any:
    async def read_it(request: HttpRequest, /, **values: Any) -> ViewContext:
        return await aread(view, request, values)

    return read_it


def _resolve(view: Any, initkwargs: dict[str, Any]) -> tuple[type[View], Any, dict[str, Any]]:
    """Return the class, what ``as_view()`` returns, and its arguments."""
    cls = view if isinstance(view, type) else getattr(view, "view_class", None)
    if not (isinstance(cls, type) and issubclass(cls, View)):
        shown = where(view) if inspect.isroutine(view) else repr(view)
        raise DeclarationError(
            f"read_view() reads class-based views, and {shown} is none. {_EXAMPLE} For any other, write a"
            " function that returns what its block shows, and declare that with @client(context=…)."
        )
    place = f"{cls.__module__}.{cls.__qualname__}"
    if "get" not in cls.http_method_names or not hasattr(cls, "get"):
        raise DeclarationError(f"{place} has no get(), so that a block has nothing to read from it.")
    if view is not cls:
        if initkwargs:
            raise DeclarationError(
                f"read_view({cls.__name__}.as_view(…), {', '.join(initkwargs)}=…) has arguments of as_view()"
                " in two places. Write all of them into as_view()."
            )
        return cls, view, dict(view.view_initkwargs)
    try:
        return cls, cls.as_view(**initkwargs), initkwargs
    except TypeError as error:
        raise DeclarationError(f"{place}: {error}") from error


def _layers(view: Any) -> list[Any]:
    """Return the code of a view and of what it wraps; a decorated ``dispatch`` is among the latter."""
    found = []
    while view is not None:
        found.append(getattr(view, "__code__", view))
        view = getattr(view, "__wrapped__", None)
    return found


def _checked(params: Any, cls: type[View]) -> dict[str, Any]:
    if isinstance(params, Mapping):
        return dict(params)
    raise DeclarationError(
        f"read_view({cls.__name__}, params={params!r}): write names with their types, params={{'pk': int}}."
    )


def _query(query: Any, cls: type[View]) -> list[tuple[str, str, Any]]:
    """Return parameters, each with its key in the address and its type; any of them may be missing."""
    if isinstance(query, str):
        query = dict.fromkeys(query.split(), str)
    if not isinstance(query, Mapping):
        raise DeclarationError(
            f"read_view({cls.__name__}, query={query!r}): write names, query='page q', or names with their"
            " types, query={'page': int}."
        )
    parts = [(*str(each).partition(":"), kind) for each, kind in query.items()]
    return [(parameter, key or parameter, kind | None) for parameter, _, key, kind in parts]


def _name_of(cls: type[View]) -> str:
    stem = cls.__name__.strip("_")
    stem = stem.removesuffix("View") or stem
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", stem).lower()


def _described(
    reader: Any, view: ClassView, name: str, types: Mapping[str, Any], caller: FrameType
) -> Callable[..., Any]:
    """Give a reader its name, the place where ``read_view()`` is called, and its signature."""
    if not name.isidentifier() or name.startswith("_"):
        raise DeclarationError(f"{view.place}: name={name!r} can't be a variable of a template.")
    reader.__module__ = caller.f_globals.get("__name__", view.cls.__module__)
    reader.declared_at = f"{caller.f_code.co_filename}:{caller.f_lineno}"
    reader.class_view = view  # for the system checks
    reader.__name__ = reader.__qualname__ = name
    reader.__doc__ = view.cls.__doc__
    returns = Annotated[dict[str, Any], TEMPLATES_ONLY]
    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_ONLY, annotation=HttpRequest)
    try:
        reader.__signature__ = inspect.Signature([request, *_parameters(types)], return_annotation=returns)
    except ValueError as error:
        raise DeclarationError(f"{view.place}: {error}.") from error
    reader.__annotations__ = {"request": HttpRequest, **types, "return": returns}
    if getattr(view.call, "login_required", True) is False:  # Django's login_not_required
        reader.login_required = False
    return reader  # type: ignore[no-any-return]


def _parameters(types: Mapping[str, Any]) -> Iterator[inspect.Parameter]:
    for name, kind in types.items():
        default = None if type(None) in members_of(kind) else inspect.Parameter.empty
        yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)
