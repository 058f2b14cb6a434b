"""What is written to other databases than the default one, and what is invalidated in their transactions."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from pytest_django import Settings

from mizan_htmx import client, invalidate, register, watch_model
from tests.apps.watched.models import Guest, Item, Room
from tests.helpers.model_watch import Published, collected
from tests.helpers.transactions import put
from tests.helpers.visitor import HEADER, Visitor, serve

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rooms_and_guests")]


@pytest.mark.usefixtures("other", "atomic_requests")
class TestOtherDatabases:
    """Over WSGI, where the test and the site share a thread, and so the other database."""

    def post(self, settings: Settings, view: Any, status: int) -> str | None:
        """Send a form to a view; give what its answer names."""
        serve(settings, {"view/": view})
        response = Visitor(Client).form("/view/", "")
        assert response.status_code == status
        return response.headers.get(HEADER)

    def test_what_a_body_wrote_there_before_it_raised_is_told(
        self, settings: Settings, published: Published
    ) -> None:
        def change(request: HttpRequest) -> HttpResponse:
            Room.objects.using("other").update(name="changed")
            invalidate(request, "room", room_id=2)
            raise ValueError

        named = self.post(settings, client(affects="guest")(change), 500)
        assert (named, published) == ("guest, room;room_id=2", ["guest, room;room_id=2"])

    def test_what_it_only_read_there_is_not(self, settings: Settings, published: Published) -> None:
        def change(request: HttpRequest) -> HttpResponse:
            assert Room.objects.using("other").count() == 1
            with transaction.atomic(using="other"), transaction.atomic(using="other"):
                assert Room.objects.using("other").get(pk=1).name == "room 1"
            raise PermissionDenied

        named = self.post(settings, client(affects="guest")(change), 403)
        assert (named, published) == (None, [])

    def test_what_was_rolled_back_there_too_is_not(self, settings: Settings, published: Published) -> None:
        def change(request: HttpRequest) -> HttpResponse:
            with transaction.atomic(using="other"):
                Room.objects.using("other").update(name="changed")
                raise ValueError

        named = self.post(settings, client(affects="guest")(change), 500)
        assert (named, published) == (None, [])

    def test_what_a_transaction_of_its_own_has_committed_there_is(
        self, settings: Settings, published: Published
    ) -> None:
        def change(request: HttpRequest) -> HttpResponse:
            with transaction.atomic(using="other"):
                Room.objects.using("other").update(name="changed")
            transaction.set_rollback(True)
            return HttpResponse()

        named = self.post(settings, client(affects="guest")(change), 200)
        assert (named, published) == ("guest", ["guest"])

    def test_rows_that_are_watched_there_stand_by_themselves(
        self, settings: Settings, published: Published
    ) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            with transaction.atomic(using="other"):
                put(using="other")
            with suppress(ValueError), transaction.atomic():
                put(2)
                raise ValueError
            return HttpResponse()

        assert (self.post(settings, view, 200), published) == ("room;room_id=1", ["room;room_id=1"])

    def test_what_a_transaction_around_it_commits_there_is_told_once(
        self, settings: Settings, published: Published
    ) -> None:
        @client(affects="guest")
        def change(request: HttpRequest) -> HttpResponse:
            Room.objects.using("other").update(name="changed")
            raise PermissionDenied

        def view(request: HttpRequest) -> HttpResponse:
            with transaction.atomic(using="other"), suppress(PermissionDenied):
                change(request)
            return HttpResponse()

        assert (self.post(settings, view, 200), published) == ("guest", ["guest"])

    def test_what_a_transaction_around_it_rolls_back_there_is_not(
        self, settings: Settings, published: Published
    ) -> None:
        @client(affects="guest")
        def change(request: HttpRequest) -> HttpResponse:
            Room.objects.using("other").update(name="changed")
            raise PermissionDenied

        def view(request: HttpRequest) -> HttpResponse:
            with suppress(PermissionDenied), transaction.atomic(using="other"):
                change(request)
            return HttpResponse()

        assert (self.post(settings, view, 200), published) == (None, [])

    def test_the_function_comes_before_what_its_body_has_named(
        self, settings: Settings, published: Published
    ) -> None:
        def change(request: HttpRequest) -> HttpResponse:
            with transaction.atomic(using="other"):
                put(using="other")
            raise ValueError

        named = self.post(settings, client(affects="guest")(change), 500)
        assert (named, published) == ("guest, room;room_id=1", ["guest, room;room_id=1"])

    def test_what_was_named_before_the_function_falls_by_itself(
        self, settings: Settings, published: Published
    ) -> None:
        @client(affects="guest")
        def change(request: HttpRequest) -> HttpResponse:
            Room.objects.using("other").update(name="changed")
            raise PermissionDenied

        def view(request: HttpRequest) -> HttpResponse:
            with suppress(PermissionDenied), transaction.atomic():
                put(2)
                change(request)
            return HttpResponse()

        assert (self.post(settings, view, 200), published) == ("guest", ["guest"])

    def test_rows_that_are_rolled_back_there_are_not_told(
        self, settings: Settings, published: Published
    ) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            with suppress(ValueError), transaction.atomic(using="other"):
                put(using="other")
                raise ValueError
            return HttpResponse()

        assert (self.post(settings, view, 200), published) == (None, [])

    def test_a_database_that_can_not_be_used_hides_no_other(
        self, settings: Settings, published: Published, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def change(request: HttpRequest) -> HttpResponse:
            Room.objects.using("other").update(name="changed")
            invalidate(request, "room", room_id=2)
            raise ValueError

        with monkeypatch.context() as patch:
            patch.setattr(connections, "settings", beside_an_unusable_one())
            named = self.post(settings, client(affects="guest")(change), 500)
        assert (named, published) == ("guest, room;room_id=2", ["guest, room;room_id=2"])

    def test_a_database_that_can_not_be_used_is_left_alone_by_a_refusal(
        self, published: Published, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def change(request: HttpRequest) -> None:
            put()
            raise PermissionDenied

        register(client(affects="guest")(change))
        with monkeypatch.context() as patch:
            patch.setattr(connections, "settings", beside_an_unusable_one())
            response = Visitor(Client).call("change")
        assert (response.status_code, response.headers.get(HEADER), published) == (403, None, [])


def beside_an_unusable_one() -> dict[str, Any]:
    """Return the databases, with one that no backend serves among them."""
    known: dict[str, Any] = connections.settings
    return {"default": known["default"], "unusable": {**known["other"], "ENGINE": "nowhere"}, **known}


@pytest.mark.usefixtures("other")
def test_what_is_named_in_several_transactions_is_told_with_each_that_commits() -> None:
    with collected() as published, transaction.atomic():
        with transaction.atomic(using="other"):
            invalidate(None, "guest", guest_id=1)
            assert published == []
        inner = published.take()
        with suppress(ValueError), transaction.atomic(using="other"):
            invalidate(None, "guest", guest_id=2)
            raise ValueError
        assert published == []
    assert (inner, published) == (["guest;guest_id=1"], ["guest;guest_id=1, guest;guest_id=2"])


def move(item: Item) -> None:
    """Save a row that goes to another room."""
    item.room_id = 2
    item.save(using="other")


def move_by_query(item: Item) -> None:
    """Have it go there without a signal."""
    Item.objects.using("other").filter(pk=item.pk).update(room_id=2)


def delete(item: Item) -> None:
    """Delete it, while memory has it in another room."""
    item.room_id = 2
    item.delete(using="other")


def create(item: Item) -> None:
    """Create others."""
    Item.objects.using("other").bulk_create([Item(room_id=1), Item(room_id=2)])


@pytest.mark.usefixtures("other")
class TestWatchedRows:
    """They are compared with what is stored there, and published with the commit there."""

    @pytest.mark.parametrize("change", [move, move_by_query, delete, create])
    def test_a_row(self, change: Callable[[Item], None]) -> None:
        Room.objects.create(pk=3, name="room 3")
        Room.objects.using("other").create(pk=2, name="room 2")
        Item.objects.create(pk=7, room_id=3)
        item = Item.objects.using("other").create(pk=7, room_id=1)
        with collected() as published:
            with transaction.atomic(using="other"):
                change(item)
                assert published == []
            assert published == ["room;room_id=1, room;room_id=2"]

    def test_a_relation(self) -> None:
        watch_model(Room.guests.through, "guest", lambda stay: {"guest_id": stay.guest_id})
        guest = Guest.objects.using("other").create(pk=5)
        with collected() as published:
            with transaction.atomic(using="other"):
                Room.objects.using("other").get(pk=1).guests.add(guest)
                assert published == []
            assert published == ["guest;guest_id=5"]
