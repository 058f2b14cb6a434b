"""``SystemExit``, as a server's worker raises it whose time is over."""

import threading
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from mizan_htmx.signals import invalidated
from tests.apps.watched.models import Item
from tests.helpers.model_watch import Published
from tests.helpers.transactions import put
from tests.helpers.visitor import serve

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rooms_and_guests")]


@transaction.atomic
def put_and_name() -> None:
    """Change something without a request."""
    put()
    invalidate(None, "guest")
    with transaction.atomic():
        invalidate(None, "guest", guest_id=2)


class TestTheEndOfTheProcess:
    """``SystemExit``, as a server's worker raises it whose time is over."""

    @pytest.mark.parametrize("middleware", [True, False])
    @pytest.mark.parametrize("atomic", [True, False])
    def test_after_the_commit(
        self, settings: Settings, published: Published, middleware: bool, atomic: bool
    ) -> None:
        @client(affects="guest", atomic=atomic)
        def change(request: HttpRequest) -> HttpResponse:
            with transaction.atomic():
                put()
                transaction.on_commit(end)
            return HttpResponse()

        self.serve_alone(settings, change, middleware)
        with pytest.raises(SystemExit):
            Client().post("/change/")
        assert published == ["guest, room;room_id=1"]

    @pytest.mark.parametrize("middleware", [True, False])
    def test_before_the_commit(self, settings: Settings, published: Published, middleware: bool) -> None:
        @client(affects="guest")
        def change(request: HttpRequest) -> HttpResponse:
            put()
            raise SystemExit

        self.serve_alone(settings, change, middleware)
        with pytest.raises(SystemExit):
            Client().post("/change/")
        assert (published, Item.objects.count()) == ([], 0)

    def test_between_commit_and_answer(self, settings: Settings, published: Published) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            put()
            raise SystemExit

        self.serve_alone(settings, view, middleware=True)
        with pytest.raises(SystemExit):
            Client().post("/change/")
        assert published == ["room;room_id=1"]

    def test_in_a_call(self, published: Published) -> None:
        def change(request: HttpRequest) -> None:
            transaction.on_commit(end)

        register(client(affects="guest")(change))
        with pytest.raises(SystemExit):
            Client().post("/api/mizan/call/", {"fn": "change"})
        assert published == ["guest"]

    def test_while_it_is_told(self, settings: Settings, published: Published) -> None:
        """Those who come after the one that was interrupted hear of it as well."""
        times: list[int] = []

        def interrupted(**kwargs: Any) -> None:
            times.append(1)
            if len(times) == 1:
                raise SystemExit

        former = invalidated.receivers[:]
        invalidated.receivers.clear()
        invalidated.connect(interrupted)
        invalidated.receivers += former
        try:
            with pytest.raises(SystemExit):
                invalidate(None, "guest")
            for thread in threads("mizan_htmx.invalidation.publication"):
                thread.join(30)
        finally:
            invalidated.disconnect(interrupted)
        assert (published, len(times)) == (["guest"], 2)

    def test_while_some_of_it_is_told(self, published: Published) -> None:
        """What else the transaction made stale is published as well."""
        times: list[int] = []

        def interrupted(**kwargs: Any) -> None:
            times.append(1)
            if len(times) == 1:
                raise SystemExit

        invalidated.connect(interrupted)
        try:
            with pytest.raises(SystemExit):
                put_and_name()
            for thread in threads("mizan_htmx.invalidation.publication"):
                thread.join(30)
        finally:
            invalidated.disconnect(interrupted)
        assert [each for each in published if "guest" in each] == ["guest", "guest;guest_id=2"]

    def serve_alone(self, settings: Settings, view: Any, middleware: bool) -> None:
        """Serve one view."""
        settings.MIDDLEWARE = ["mizan_htmx.middleware.MizanMiddleware"] if middleware else []
        serve(settings, {"change/": view})


def end() -> None:
    """End the process, as the main thread of a worker does whose time is over."""
    raise SystemExit


def threads(name: str) -> list[Any]:
    """List the threads of this name."""
    return [each for each in threading.enumerate() if each.name == name]
