"""A COMMIT whose response is lost may have been carried out."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from tests.apps.watched.models import Item
from tests.helpers.model_watch import Published
from tests.helpers.transactions import LOST, put
from tests.helpers.visitor import HEADER, Visitor, serve

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rooms_and_guests")]


class TestUnknownOutcome:
    """A COMMIT whose answer is lost may have been carried out."""

    @pytest.mark.parametrize("error", [LOST, InterfaceError("connection already closed"), SystemExit()])
    def test_without_a_request(
        self, published: Published, lose: Callable[[BaseException], None], error: BaseException
    ) -> None:
        @transaction.atomic
        def change() -> None:
            put()
            invalidate(None, "guest")

        lose(error)
        with pytest.raises(type(error)):
            change()
        assert (published, Item.objects.count()) == (["room;room_id=1", "guest"], 1)

    @pytest.mark.usefixtures("atomic_requests")
    @pytest.mark.parametrize("path", ["call", "view", "plain"])
    def test_in_a_request(
        self,
        visitor: Visitor,
        settings: Settings,
        published: Published,
        lose: Callable[[BaseException], None],
        path: str,
    ) -> None:
        def change(request: HttpRequest) -> HttpResponse:
            put()
            return HttpResponse()

        def plain(request: HttpRequest) -> HttpResponse:
            with transaction.atomic():
                put()
            return HttpResponse()

        declared = client(affects="guest")(change)
        register(declared)
        serve(settings, {"view/": declared, "plain/": plain})
        lose(LOST)
        response = visitor.call("change") if path == "call" else visitor.form(f"/{path}/", "")
        named = "room;room_id=1" if path == "plain" else "guest, room;room_id=1"
        assert (response.status_code, response.headers[HEADER], published) == (500, named, [named])

    def test_a_commit_that_the_database_refuses_is_known(
        self, published: Published, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(self: BaseDatabaseWrapper) -> None:
            self.connection.rollback()
            raise IntegrityError("a deferred constraint")

        monkeypatch.setattr(type(connections["default"]), "_commit", refuse)
        with pytest.raises(IntegrityError), transaction.atomic():
            put()
        assert (published, Item.objects.count()) == ([], 0)

    @pytest.mark.parametrize(
        ("facts", "may_stand"),
        [
            ({"sqlstate": "40001"}, False),  # serialization failure; psycopg 3
            ({"pgcode": "40P01"}, False),  # deadlock; psycopg 2
            ({"sqlstate": "40003"}, True),  # statement completion unknown
            ({"sqlstate": "08006"}, True),  # connection failure
            ({"sqlite_errorname": "SQLITE_BUSY"}, False),
            ({"sqlite_errorname": "SQLITE_IOERR"}, True),
        ],
    )
    def test_what_the_driver_knows_of_it_decides(
        self,
        published: Published,
        lose: Callable[[BaseException], None],
        facts: dict[str, str],
        may_stand: bool,
    ) -> None:
        error = OperationalError("COMMIT")
        error.__cause__ = Exception()
        vars(error.__cause__).update(facts)
        lose(error)
        with pytest.raises(OperationalError), transaction.atomic():
            put()
        assert published == (["room;room_id=1"] if may_stand else [])

    def test_the_next_transaction_starts_afresh(
        self, published: Published, lose: Callable[[BaseException], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lose(LOST)
        with pytest.raises(OperationalError), transaction.atomic():
            put(1)
        monkeypatch.undo()
        with transaction.atomic():
            put(2)
            put(1)
        assert published == ["room;room_id=1", "room;room_id=2, room;room_id=1"]
