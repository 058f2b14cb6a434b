"""The URL keyword arguments that Django's generic views take, with types that follow from their classes."""

import datetime
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.views.generic import View
from django.views.generic.dates import BaseTodayArchiveView, DayMixin, MonthMixin, WeekMixin, YearMixin
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import BaseCreateView

from mizan_htmx.errors import DeclarationError

# The first that fits; a subclass stands before its base.
_TYPES: "tuple[tuple[type[models.Field[Any, Any]], type], ...]" = (
    (models.UUIDField, UUID),
    (models.IntegerField, int),
    (models.DecimalField, Decimal),
    (models.FloatField, float),
    (models.DateTimeField, datetime.datetime),
    (models.DateField, datetime.date),
    (models.TimeField, datetime.time),
    (models.GenericIPAddressField, str),
    (models.CharField, str),
    (models.TextField, str),
)


def url_kwargs(view: type[View], initkwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a view takes from its URL, by name, with its type; empty for a list.

    A detail view takes the primary key, in its model's type; ``initkwargs`` are those of ``as_view()``. Raise
    DeclarationError where the type is not known.
    """
    attributes = _Attributes(view, initkwargs)
    return {**dict(_of_a_date(attributes)), **dict(_of_an_object(attributes))}


class _Attributes:
    """The attributes that an instance of a view begins with."""

    def __init__(self, view: type[View], initkwargs: Mapping[str, Any]) -> None:
        self.view = view
        self._initkwargs = initkwargs

    def get(self, name: str) -> Any:
        """Return an attribute, or ``None``."""
        return self._initkwargs.get(name, getattr(self.view, name, None))


def _of_a_date(attributes: _Attributes) -> Iterator[tuple[str, Any]]:
    view = attributes.view
    if issubclass(view, BaseTodayArchiveView):
        return
    month = int if attributes.get("month_format") == "%m" else str
    mixins: tuple[tuple[type, str, type], ...] = (
        (YearMixin, "year", int),
        (MonthMixin, "month", month),
        (WeekMixin, "week", int),
        (DayMixin, "day", int),
    )
    for mixin, name, kind in mixins:
        if issubclass(view, mixin) and attributes.get(name) is None:
            yield name, kind


def _of_an_object(attributes: _Attributes) -> Iterator[tuple[str, Any]]:
    if not issubclass(attributes.view, SingleObjectMixin) or _creates(attributes.view):
        return
    name = attributes.get("pk_url_kwarg")
    yield name, _type_of_key(attributes, name)
    if attributes.get("query_pk_and_slug"):
        yield attributes.get("slug_url_kwarg"), str


def _creates(view: type[View]) -> bool:
    """Return whether a view makes a new object, as ``CreateView`` does, and so takes no key."""
    return issubclass(view, BaseCreateView)


def _type_of_key(attributes: _Attributes, name: str) -> type:
    place = f"{attributes.view.__module__}.{attributes.view.__qualname__}"
    instead = (
        f"Write read_view({attributes.view.__name__}, params={{{name!r}: int}}), or params={{}} for none."
    )
    queryset = attributes.get("queryset")
    model = attributes.get("model") or getattr(queryset, "model", None)
    if model is None:
        raise DeclarationError(f"{place} names no model, so the type of {name!r} is not known. {instead}")
    field: Any = model._meta.pk
    while getattr(field, "remote_field", None) is not None:
        field = field.target_field
    for kind, type_ in _TYPES:
        if isinstance(field, kind):
            return type_
    raise DeclarationError(
        f"{place}: the primary key of {model.__name__} is a {type(field).__name__}, which says no type for"
        f" {name!r}. {instead}"
    )
