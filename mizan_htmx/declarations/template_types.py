"""Types whose values are for templates: models, querysets, forms and the like, anywhere in an annotation."""

from collections.abc import AsyncIterator, Callable, Iterator
from inspect import isasyncgenfunction, isgeneratorfunction
from typing import Annotated, Any, Final, get_args, get_origin

from django.core import paginator
from django.db.models import Model, QuerySet
from django.db.models.manager import BaseManager
from django.db.models.query import RawQuerySet
from django.forms import BaseForm, BaseFormSet

from mizan_htmx.declarations.scalars import class_of, members_of
from mizan_htmx.declarations.signature import where
from mizan_htmx.errors import DeclarationError

# The last two are new in Django 6.0.
_PAGES = ("Page", "Paginator", "AsyncPage", "AsyncPaginator")
_CLASSES: tuple[type, ...] = (
    *(Model, QuerySet, RawQuerySet, BaseManager, BaseForm, BaseFormSet),
    *(getattr(paginator, name) for name in _PAGES if hasattr(paginator, name)),
)

# The base classes of tables and filtersets, by module and name: a site need not have the packages.
_NAMED = frozenset({("django_tables2.tables", "Table"), ("django_filters.filterset", "BaseFilterSet")})

_FIELDS = (
    "For a Django model, declare a pydantic model with the fields to show and"
    " ConfigDict(from_attributes=True)."
)

# How pydantic asks a class, or a fact in ``Annotated``, how its values are read and written.
_SAYS_HOW = "__get_pydantic_core_schema__"


class TemplatesOnly:
    """The class of ``TEMPLATES_ONLY``."""

    def __repr__(self) -> str:
        return "TEMPLATES_ONLY"


#: In ``Annotated[…, TEMPLATES_ONLY]`` it says that the values are for templates, whatever their type is.
TEMPLATES_ONLY: Final = TemplatesOnly()


def template_type(annotation: Any) -> Any:
    """Return the first type in an annotation whose values are for templates; ``None`` if there is none.

    What says itself how pydantic writes it is data: a class with ``__get_pydantic_core_schema__``, and what
    ``Annotated`` gives a serializer.
    """
    return next(_found_in(annotation, set()), None)


def _found_in(annotation: Any, aliases: set[int]) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        annotation, *facts = get_args(annotation)
        if TEMPLATES_ONLY in facts:
            yield TEMPLATES_ONLY
        if any(hasattr(fact, _SAYS_HOW) for fact in facts):
            return
    kind = class_of(annotation)
    if isinstance(kind, type):
        if _is_for_templates(kind):
            yield kind
    elif id(kind) not in aliases:  # an alias may be recursive
        aliases.add(id(kind))
        yield from _found_in(getattr(kind, "__value__", getattr(kind, "__supertype__", None)), aliases)
    for each in get_args(annotation):
        yield from _found_in(each, aliases)


def _is_for_templates(kind: type) -> bool:
    if hasattr(kind, _SAYS_HOW):
        return False
    return issubclass(kind, _CLASSES) or any(
        (each.__module__, each.__qualname__) in _NAMED for each in kind.__mro__
    )


def is_read_once(annotation: Any, func: Callable[..., Any]) -> bool:
    """Return whether a function returns an iterator, which is empty for the second one who iterates it."""
    kinds = [class_of(each) for each in members_of(annotation)]
    is_iterator = any(
        isinstance(each, type) and issubclass(each, (Iterator, AsyncIterator)) for each in kinds
    )
    return is_iterator or isgeneratorfunction(func) or isasyncgenfunction(func)


def is_for_templates(
    func: Callable[..., Any],
    returns: Any,
    *,
    data: bool,
    reads: bool,
    affects: bool,
    is_view: bool,
    websocket: bool,
) -> bool:
    """Return whether a function is a reader for templates: it has ``data=False``, or returns such a type.

    ``reads``: it has ``context=``; ``affects``: it has ``affects=``. Raise DeclarationError where its other
    options contradict that.
    """
    found = None if is_view else template_type(returns)
    if data and found is None:
        return False
    reason = _why(func, found if data else None)
    if is_view:
        raise DeclarationError(
            f"{reason}, but it returns an HttpResponse, which templates can't show. Remove data=False."
        )
    if affects:
        raise DeclarationError(
            f"{reason}, but a mutation answers its caller. Return None or an HttpResponse, and let a reader"
            f" with context= return what blocks show. {_FIELDS}"
        )
    if not reads:
        raise DeclarationError(
            f"{reason}, but it reads no context, so no template has it. Declare it with context=. {_FIELDS}"
        )
    if websocket:
        raise DeclarationError(
            f"{reason}, but it has websocket=True, and nobody can call it. Remove websocket=True. {_FIELDS}"
        )
    if is_read_once(returns, func):
        raise DeclarationError(
            f"{reason}, but it returns an iterator, which only the first block could show. Return a list."
        )
    return True


def _why(func: Callable[..., Any], found: Any) -> str:
    name = getattr(found, "__name__", None)
    what = f"returns {name}" if name else "has data=False"
    return f"{where(func)} {what}: its result is for templates"
