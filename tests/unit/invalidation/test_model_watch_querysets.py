"""``WatchedQuerySet``: what Django sends no signals for."""

from typing import Any

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import NotSupportedError, connection
from django.db.models import F, Q, QuerySet
from django.template import Context, Engine
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from mizan_htmx.invalidation import model_watch as watch
from mizan_htmx.invalidation.model_watch import watch_model
from tests.apps.watched.models import Antique, Guest, Item, Room
from tests.helpers.model_watch import Do, Published

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rooms_and_guests")]


@pytest.fixture(autouse=True)
def rooms(rooms_and_guests: None) -> list[Room]:
    """Make four rooms, an item in each of the first two, and watch items from then on."""
    rooms = [Room.objects.create(pk=pk, name=f"room {pk}") for pk in (1, 2, 3, 4)]
    Item.objects.bulk_create([Item(pk=1, room_id=1, label="chair"), Item(pk=2, room_id=2, label="lamp")])
    watch_model(Item, "room", lambda item: None if item.room_id is None else {"room_id": item.room_id})
    return rooms


class TestUpdate:
    """``update()`` and ``aupdate()``."""

    def test_it_invalidates_the_rows_as_they_were_and_as_they_are_for_a_query_each(
        self, do: Do, published: Published, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(3):
            assert do(Item.objects.filter(pk=1).update, room_id=3) == 1
        assert do(Item.objects.filter(room_id__gt=2).update, room_id=F("room_id") + 1) == 1
        assert published == ["room;room_id=1, room;room_id=3", "room;room_id=3, room;room_id=4"]

    def test_a_row_that_does_not_match_any_more_is_invalidated_all_the_same(
        self, published: Published
    ) -> None:
        Item.objects.filter(room_id=1).update(room_id=2)
        assert published == ["room;room_id=1, room;room_id=2"]

    def test_no_rows_are_nothing_to_invalidate(
        self, published: Published, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(2):
            assert Item.objects.filter(label="none").update(room_id=3) == 0
        assert Item.objects.none().update(room_id=3) == 0
        assert published == []

    @pytest.mark.parametrize("count", [2, 1])
    def test_more_rows_than_are_worth_asking_about_invalidate_the_whole_context(
        self, published: Published, monkeypatch: pytest.MonkeyPatch, count: int
    ) -> None:
        monkeypatch.setattr(watch, "MAX_ROWS", count)
        with CaptureQueriesContext(connection) as queries:
            Item.objects.update(room_id=3)
        assert (published, len(queries)) == (
            (["room;room_id=1, room;room_id=2, room;room_id=3"], 3) if count == 2 else (["room"], 2)
        )

    @pytest.mark.parametrize(
        "narrowed",
        [
            lambda: Item.objects.order_by("-label").filter(~Q(label="lamp")),
            lambda: Item.objects.values_list("label").filter(label="chair"),
            lambda: Item.objects.select_related("room").filter(room__name="room 1").distinct(),
            lambda: Item.objects.annotate(length=F("pk")).filter(length=1),
            lambda: Item.objects.only("label").filter(pk=1),
            lambda: Room.objects.get(pk=1).items.all(),
            lambda: Antique.objects.filter(pk=1),
        ],
    )
    def test_any_queryset_that_can_be_updated(self, published: Published, narrowed: Any) -> None:
        assert narrowed().update(room_id=4) == 1
        assert published == ["room;room_id=1, room;room_id=4"]

    def test_what_can_not_be_updated_fails_as_ever(self, published: Published) -> None:
        with pytest.raises(TypeError, match=r"^Cannot update a query once a slice has been taken\.$"):
            Item.objects.all()[:1].update(room_id=3)
        with pytest.raises(NotSupportedError):
            Item.objects.all().union(Item.objects.all()).update(room_id=3)
        with pytest.raises(FieldDoesNotExist):
            Item.objects.update(**{"rom_id": 3})
        assert published == []

    def test_a_template_still_can_not_call_it(self, published: Published) -> None:
        text = "{{ items.update }}{{ items.bulk_create }}"
        assert Engine().from_string(text).render(Context({"items": Item.objects.all()})) == ""

    def test_relations_of_a_manager_are_invalidated_where_they_go_through_it(
        self, published: Published
    ) -> None:
        room = Room.objects.get(pk=1)
        room.items.clear()
        assert published.take() == ["room;room_id=1"]
        room.items.add(Item.objects.get(pk=1), bulk=False)
        assert published.take() == ["room;room_id=1"]
        room.items.add(Item.objects.get(pk=2))  # Django updates by the base manager
        assert published == []

    def test_relations_are_invalidated_where_the_base_manager_does(
        self, published: Published, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Item._meta, "base_manager_name", "objects")
        monkeypatch.delitem(vars(Item._meta), "base_manager", raising=False)
        Room.objects.get(pk=1).items.add(Item.objects.get(pk=2))
        item = Item.objects.get(pk=1)
        item.save()
        vars(Item._meta).pop("base_manager")
        assert published == ["room;room_id=2, room;room_id=1", "room;room_id=1"]


class TestBulk:
    """``bulk_create()``, ``bulk_update()`` and their twins."""

    def test_new_rows_are_published(self, do: Do, published: Published) -> None:
        (item,) = do(Item.objects.bulk_create, [Item(pk=9, room_id=3)])
        do(Item.objects.bulk_create, (Item(room_id=pk) for pk in (4, 3)), batch_size=1)
        do(Item.objects.bulk_create, [])
        assert (published, item.pk) == (["room;room_id=3", "room;room_id=4, room;room_id=3"], 9)

    def test_rows_that_may_exist_invalidate_the_whole_context(self, do: Do, published: Published) -> None:
        watch_model(Item, "guest", lambda item: {"guest_id": item.pk})
        do(
            Item.objects.bulk_create,
            [Item(pk=1, room_id=3)],
            update_conflicts=True,
            unique_fields=["pk"],
            update_fields=["room_id"],
        )
        do(Item.objects.bulk_create, [Item(pk=1, room_id=4)], ignore_conflicts=True)
        assert published == ["room, guest", "room;room_id=4, guest;guest_id=1"]

    def test_changed_rows_are_published_as_they_were_and_as_they_are(
        self, do: Do, published: Published
    ) -> None:
        items = list(Item.objects.order_by("pk"))
        for item in items:
            item.room_id = 3
        assert do(Item.objects.bulk_update, items, ["room"]) == 2
        assert published == ["room;room_id=1, room;room_id=2, room;room_id=3"]

    def test_batches_are_published_together(self, published: Published) -> None:
        items = list(Item.objects.order_by("pk"))
        for item in items:
            item.room_id = 3
        Item.objects.bulk_update(items, ["room"], batch_size=1)
        assert published == ["room;room_id=1, room;room_id=3, room;room_id=2"]

    def test_more_rows_than_are_worth_asking_about_invalidate_the_whole_context(
        self, published: Published, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watch, "MAX_ROWS", 1)
        Item.objects.bulk_create([Item(room_id=3), Item(room_id=4)])
        assert published == ["room"]


def test_a_queryset_of_a_model_that_nobody_watches_does_nothing_more(
    published: Published, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def change(guests: QuerySet[Guest]) -> None:
        guests.bulk_create([Guest(name="Ada")])
        guests.filter(name="Ada").update(name=guests.__class__.__name__)

    with CaptureQueriesContext(connection) as plain:  # Django 6.1 opens no transaction for one statement
        change(QuerySet(Guest))
    with django_assert_num_queries(len(plain)):
        change(watch.WatchedQuerySet(Guest))
    assert published == []
