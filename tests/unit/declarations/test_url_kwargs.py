"""What a generic view takes from its URL, with the types of its model."""

import datetime
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import models
from django.views.generic import (
    ArchiveIndexView,
    CreateView,
    DateDetailView,
    DayArchiveView,
    DeleteView,
    DetailView,
    ListView,
    MonthArchiveView,
    TemplateView,
    TodayArchiveView,
    UpdateView,
    View,
    WeekArchiveView,
    YearArchiveView,
)

from mizan_htmx.declarations.url_kwargs import url_kwargs
from mizan_htmx.errors import DeclarationError
from tests.apps.watched.models import Item, Lamp, Ticket
from tests.site.models import Board

ITEMS = {"model": Item}


@pytest.mark.parametrize(
    ("view", "initkwargs", "expected"),
    [
        (ListView, ITEMS, {}),
        (TemplateView, {}, {}),
        (View, {}, {}),
        (DetailView, ITEMS, {"pk": int}),
        (UpdateView, ITEMS, {"pk": int}),
        (DeleteView, ITEMS, {"pk": int}),
        (CreateView, ITEMS, {}),
        (DetailView, {"model": Ticket}, {"pk": UUID}),
        (DetailView, {"model": Lamp}, {"pk": int}),  # by its parent's key
        (DetailView, {"queryset": Ticket.objects.all()}, {"pk": UUID}),
        (DetailView, {**ITEMS, "pk_url_kwarg": "item_id"}, {"item_id": int}),
        (DetailView, {**ITEMS, "query_pk_and_slug": True}, {"pk": int, "slug": str}),
        (ArchiveIndexView, ITEMS, {}),
        (YearArchiveView, ITEMS, {"year": int}),
        (YearArchiveView, {**ITEMS, "year": 2026}, {}),
        (MonthArchiveView, ITEMS, {"year": int, "month": str}),
        (MonthArchiveView, {**ITEMS, "month_format": "%m"}, {"year": int, "month": int}),
        (WeekArchiveView, ITEMS, {"year": int, "week": int}),
        (DayArchiveView, ITEMS, {"year": int, "month": str, "day": int}),
        (TodayArchiveView, ITEMS, {}),
        (DateDetailView, ITEMS, {"year": int, "month": str, "day": int, "pk": int}),
    ],
)
def test_they_follow_from_the_class(
    view: type[View], initkwargs: Mapping[str, Any], expected: dict[str, Any]
) -> None:
    assert url_kwargs(view, initkwargs) == expected


def test_attributes_of_the_class_count() -> None:
    class Ticketed(DetailView):  # type: ignore[type-arg]
        model = Ticket
        pk_url_kwarg = "ticket"

    assert url_kwargs(Ticketed, {}) == {"ticket": UUID}


def keyed(field: Any) -> Any:
    """Return a model with this primary key, which no app has."""

    class Keyed(models.Model):
        key = field

        class Meta:
            app_label = "site"

        def __str__(self) -> str:
            return str(self.key)

    return Keyed


@pytest.fixture(autouse=True)
def no_new_models() -> Iterator[None]:
    """Forget the models that a test makes."""
    yield
    apps.all_models["site"].pop("keyed", None)
    apps.clear_cache()


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (models.BigAutoField(primary_key=True), int),
        (models.SmallIntegerField(primary_key=True), int),
        (models.CharField(primary_key=True, max_length=5), str),
        (models.SlugField(primary_key=True), str),
        (models.TextField(primary_key=True), str),
        (models.GenericIPAddressField(primary_key=True), str),
        (models.DecimalField(primary_key=True, max_digits=5, decimal_places=2), Decimal),
        (models.FloatField(primary_key=True), float),
        (models.DateField(primary_key=True), datetime.date),
        (models.DateTimeField(primary_key=True), datetime.datetime),
        (models.TimeField(primary_key=True), datetime.time),
        (models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="+"), UUID),
        (models.OneToOneField(Board, models.CASCADE, primary_key=True, related_name="+"), int),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, models.Field) else "",
)
def test_a_key_has_the_type_of_its_field(field: Any, expected: type) -> None:
    assert url_kwargs(DetailView, {"model": keyed(field)}) == {"pk": expected}


def test_a_key_of_unknown_type_is_an_error() -> None:
    with pytest.raises(DeclarationError) as caught:
        url_kwargs(DetailView, {"model": keyed(models.BinaryField(primary_key=True))})
    assert str(caught.value) == (
        "django.views.generic.detail.DetailView: the primary key of Keyed is a BinaryField, which says no"
        " type for 'pk'. Write read_view(DetailView, params={'pk': int}), or params={} for none."
    )


def test_so_is_a_view_that_names_no_model() -> None:
    with pytest.raises(DeclarationError) as caught:
        url_kwargs(DetailView, {})
    assert str(caught.value) == (
        "django.views.generic.detail.DetailView names no model, so the type of 'pk' is not known. Write"
        " read_view(DetailView, params={'pk': int}), or params={} for none."
    )
