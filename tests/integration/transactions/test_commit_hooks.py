"""Hooks of ``on_commit()``: they run before anything is published, and one that fails hides nothing."""

from contextlib import suppress

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from tests.apps.watched.models import Item
from tests.helpers.model_watch import Published
from tests.helpers.transactions import put
from tests.helpers.visitor import HEADER, Visitor, serve

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rooms_and_guests")]


def fail() -> None:
    """Do as a broker that is down."""
    raise ConnectionError("The broker is down.")


class TestHooks:
    """A hook that fails, before what is recorded or behind it."""

    @pytest.mark.usefixtures("atomic_requests")
    @pytest.mark.parametrize("is_first", [True, False])
    def test_in_a_plain_view(
        self, visitor: Visitor, settings: Settings, published: Published, is_first: bool
    ) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            with transaction.atomic():
                if is_first:
                    transaction.on_commit(fail)
                put()
                invalidate(request, "guest", guest_id=1)
                if not is_first:
                    transaction.on_commit(fail)
            return HttpResponse()

        serve(settings, {"view/": view})
        response = visitor.form("/view/", "")
        assert (response.status_code, Item.objects.count()) == (500, 1)
        assert response.headers[HEADER] == "room;room_id=1, guest;guest_id=1"
        assert published == ["room;room_id=1, guest;guest_id=1"]

    @pytest.mark.usefixtures("atomic_requests")
    def test_in_a_function(self, visitor: Visitor, published: Published) -> None:
        def change(request: HttpRequest) -> None:
            transaction.on_commit(fail)
            put()

        register(client(affects="guest")(change))
        response = visitor.call("change")
        assert (response.status_code, response.headers[HEADER]) == (500, "guest, room;room_id=1")
        assert published == ["guest, room;room_id=1"]

    @pytest.mark.parametrize("error", [ConnectionError, SystemExit, KeyboardInterrupt])
    def test_without_a_request(self, published: Published, error: type[BaseException]) -> None:
        def end() -> None:
            assert published == []
            raise error

        @transaction.atomic
        def change() -> None:
            transaction.on_commit(end)
            put()
            with transaction.atomic():
                put(2)
            invalidate(None, "guest", guest_id=1)

        with pytest.raises(error):
            change()
        assert published == ["room;room_id=1", "room;room_id=2", "guest;guest_id=1"]

    def test_a_savepoint_that_was_rolled_back_is_not_told_for_all_that(self, published: Published) -> None:
        with suppress(ConnectionError), transaction.atomic():
            transaction.on_commit(fail)
            with suppress(ValueError), transaction.atomic():
                put(1)
                raise ValueError
            put(2)
        assert published == ["room;room_id=2"]

    def test_those_of_the_site_run_before_it_is_told(self, published: Published) -> None:
        heard: list[list[str]] = []
        with transaction.atomic():
            put()
            transaction.on_commit(lambda: heard.append(published[:]))
            with transaction.atomic():
                invalidate(None, "guest", guest_id=1)
            transaction.on_commit(lambda: heard.append(published[:]), robust=True)
        assert (heard, published) == ([[], []], ["room;room_id=1", "guest;guest_id=1"])

    def test_what_a_hook_changes_in_a_transaction_of_its_own_does_not_hurry_the_rest(
        self, published: Published
    ) -> None:
        heard: list[list[str]] = []

        def write() -> None:
            with transaction.atomic():
                put(2)

        with transaction.atomic():
            put(1)
            transaction.on_commit(write)
            transaction.on_commit(lambda: heard.append(published[:]))
        assert (heard, published) == ([["room;room_id=2"]], ["room;room_id=2", "room;room_id=1"])
