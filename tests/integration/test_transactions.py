"""What a transaction holds is published after its commit, whatever fails then, and on any database."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, InterfaceError, OperationalError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from mizan_htmx.invalidation.model_watch import watch_model
from mizan_htmx.signals import invalidated
from tests.apps.watched.models import Item, Room
from tests.helpers.model_watch import Published, collected
from tests.helpers.visitor import HEADER, Visitor, serve

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rooms_and_guests")]


@pytest.fixture(autouse=True)
def room(rooms_and_guests: None) -> None:
    """Watch the items of two rooms."""
    for pk in (1, 2):
        Room.objects.create(pk=pk, name=f"room {pk}")
    watch_model(Item, "room", lambda item: {"room_id": item.room_id})


@pytest.fixture(params=[True, False], ids=["ATOMIC_REQUESTS", "autocommit"])
def atomic_requests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Run requests in a transaction each, and once more without."""
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", request.param)
    return bool(request.param)


def put(room_id: int = 1, using: str = "default") -> None:
    """Put an item into a room."""
    Item.objects.using(using).create(room_id=room_id)


@transaction.atomic
def put_and_name() -> None:
    """Change something without a request."""
    put()
    invalidate(None, "guest")


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

    def test_a_savepoint_that_was_rolled_back_is_not_published_for_all_that(
        self, published: Published
    ) -> None:
        with suppress(ConnectionError), transaction.atomic():
            transaction.on_commit(fail)
            with suppress(ValueError), transaction.atomic():
                put(1)
                raise ValueError
            put(2)
        assert published == ["room;room_id=2"]

    def test_those_of_the_site_run_before_it_is_published(self, published: Published) -> None:
        received: list[list[str]] = []
        with transaction.atomic():
            put()
            transaction.on_commit(lambda: received.append(published[:]))
            with transaction.atomic():
                invalidate(None, "guest", guest_id=1)
            transaction.on_commit(lambda: received.append(published[:]), robust=True)
        assert (received, published) == ([[], []], ["room;room_id=1", "guest;guest_id=1"])

    def test_what_a_hook_changes_in_a_transaction_of_its_own_does_not_hurry_the_rest(
        self, published: Published
    ) -> None:
        received: list[list[str]] = []

        def write() -> None:
            with transaction.atomic():
                put(2)

        with transaction.atomic():
            put(1)
            transaction.on_commit(write)
            transaction.on_commit(lambda: received.append(published[:]))
        assert (received, published) == ([["room;room_id=2"]], ["room;room_id=2", "room;room_id=1"])


class TestNested:
    """A function whose body calls another one, as Django's views may be called."""

    def test_what_the_inner_one_did_falls_with_its_own_savepoint(
        self, visitor: Visitor, settings: Settings, published: Published
    ) -> None:
        @client(affects="guest", affects_params=[])
        def inner(request: HttpRequest, fails: bool = False) -> HttpResponse:
            put(1)
            if fails:
                raise PermissionDenied
            return HttpResponse()

        @client(affects="room", affects_params=[])
        def outer(request: HttpRequest, fails: bool = False) -> HttpResponse:
            with suppress(PermissionDenied):
                inner(request, fails=fails)
            return HttpResponse()

        serve(settings, {"outer/": outer})
        assert visitor.form("/outer/", "fails=true").headers[HEADER] == "room"
        assert Item.objects.count() == 0
        assert visitor.form("/outer/", "").headers[HEADER] == "room, guest"
        assert Item.objects.count() == 1
        assert published == ["room", "room, guest"]


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

    def test_while_it_is_published(self, settings: Settings, published: Published) -> None:
        """The receivers after the one that was interrupted are called as well."""
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

    def test_while_some_of_it_is_published(self, published: Published) -> None:
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
        assert published[-1] == "guest"

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


class TestTransactionsThatASiteEndsItself:
    """Without ``atomic()``: autocommit is off, for a while or by the settings."""

    @pytest.fixture
    def by_hand(self) -> Iterator[None]:
        """Turn autocommit off, and on again."""
        transaction.set_autocommit(False)
        try:
            yield
        finally:
            transaction.rollback()
            transaction.set_autocommit(True)

    @pytest.fixture
    def without_autocommit(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Connect as ``AUTOCOMMIT: False`` says."""
        connection.close()
        with monkeypatch.context() as settings:
            settings.setitem(connection.settings_dict, "AUTOCOMMIT", False)
            connection.ensure_connection()
            yield
            connection.close()

    @pytest.mark.usefixtures("by_hand")
    def test_each_commit_is_published_and_no_rollback(self, published: Published) -> None:
        put(1)
        invalidate(None, "guest", guest_id=1)
        assert published == []
        transaction.commit()
        assert published.take() == ["room;room_id=1", "guest;guest_id=1"]
        put(2)
        transaction.rollback()
        with transaction.atomic():
            put(1)
        assert published == []
        transaction.commit()
        assert published == ["room;room_id=1"]

    def test_hooks_of_the_site_run_before(self, published: Published) -> None:
        received: list[list[str]] = []
        transaction.set_autocommit(False)
        with transaction.atomic():
            transaction.on_commit(lambda: received.append(published[:]))
            put()
        transaction.commit()
        transaction.set_autocommit(True)  # Django runs them here
        assert (received, published) == ([[]], ["room;room_id=1"])

    def test_what_follows_such_a_hook_stands_or_falls_by_itself(self, published: Published) -> None:
        transaction.set_autocommit(False)
        with transaction.atomic():
            transaction.on_commit(list)
        put(1)
        transaction.commit()
        put(2)
        transaction.rollback()
        transaction.set_autocommit(True)
        assert published == ["room;room_id=1"]

    @pytest.mark.usefixtures("without_autocommit")
    def test_nothing_piles_up_on_a_connection_that_always_is_so(self, published: Published) -> None:
        for _ in range(3):
            with transaction.atomic():
                put()
            transaction.commit()
        assert (published, connection.run_on_commit) == (["room;room_id=1"] * 3, [])

    @pytest.mark.usefixtures("by_hand")
    def test_a_commit_whose_answer_is_lost(
        self, published: Published, lose: Callable[[BaseException], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put()
        lose(LOST)
        with pytest.raises(OperationalError):
            transaction.commit()
        assert published == ["room;room_id=1"]

    @pytest.mark.usefixtures("without_autocommit")
    def test_a_view(self, settings: Settings, published: Published) -> None:
        received: list[list[str]] = []

        def view(request: HttpRequest) -> HttpResponse:
            put()
            invalidate(request, "guest")
            received.append(published[:])
            transaction.commit()
            return HttpResponse()

        settings.MIDDLEWARE = ["mizan_htmx.middleware.MizanMiddleware"]
        serve(settings, {"view/": view})
        response = Visitor(Client).form("/view/", "")
        named = "room;room_id=1, guest"
        assert (response.headers[HEADER], received, published) == (named, [[]], [named])


@pytest.fixture
def lose(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Let COMMIT be carried out from now on, and its answer be this error."""

    def arm(error: BaseException) -> None:
        kind: Any = type(connections["default"])
        commit = kind._commit

        def lost(self: BaseDatabaseWrapper) -> None:
            commit(self)
            raise error

        monkeypatch.setattr(kind, "_commit", lost)

    return arm


LOST = OperationalError("server closed the connection unexpectedly")


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


@pytest.fixture
def other(tmp_path: Path) -> Iterator[BaseDatabaseWrapper]:
    """Have another database, in this thread alone, with the tables of the watched models."""
    own = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "other.sqlite3"), "OPTIONS": {}}
    connections.settings["other"] = {**connections.settings["default"], **own}
    made = connections["other"]
    # Django's test cases guard connections to databases that they do not know.
    for name in ("connect", "cursor", "chunked_cursor", "temporary_connection"):
        vars(made).pop(name, None)
    made.connect()
    with made.schema_editor() as editor:
        editor.create_model(Room)
        editor.create_model(Item)
    Room.objects.using("other").create(pk=1, name="room 1")
    yield made
    made.close()
    del connections["other"], connections.settings["other"]


@pytest.mark.usefixtures("other", "atomic_requests")
class TestOtherDatabases:
    """Over WSGI, where the test and the site share a thread, and so the other database."""

    def post(self, settings: Settings, view: Any, status: int) -> str | None:
        """Send a form to a view; give what its answer names."""
        serve(settings, {"view/": view})
        response = Visitor(Client).form("/view/", "")
        assert response.status_code == status
        return response.headers.get(HEADER)

    def test_what_a_body_wrote_there_before_it_raised_is_published(
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


@pytest.mark.usefixtures("other")
def test_what_is_named_in_several_transactions_is_published_with_each_that_commits() -> None:
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


class TestStreams:
    """What a stream names while it is written; its headers have been sent."""

    @pytest.mark.parametrize("middleware", [True, False])
    def test_it_is_published_as_it_is_committed(
        self, visitor: Visitor, settings: Settings, published: Published, middleware: bool
    ) -> None:
        received: list[list[str]] = []

        @client(affects="guest")
        def export(request: HttpRequest) -> StreamingHttpResponse:
            def lines() -> Iterator[bytes]:
                received.append(published.take())
                with transaction.atomic():
                    put()
                    invalidate(request, "guest", guest_id=1)
                    received.append(published.take())
                received.append(published.take())
                yield b"one"
                invalidate(request, "guest", guest_id=2)
                yield b"two"

            return StreamingHttpResponse(lines())

        if not middleware:
            settings.MIDDLEWARE = []
        serve(settings, {"export/": export})
        response: Any = visitor.form("/export/", "")
        assert (response.headers[HEADER], b"".join(response)) == ("guest", b"onetwo")
        assert received[:2] == [["guest"], []]
        assert sorted(", ".join(received[2]).split(", ")) == ["guest;guest_id=1", "room;room_id=1"]
        assert published == ["guest;guest_id=2"]

    @pytest.mark.usefixtures("atomic_requests")
    def test_it_belongs_to_no_answer(self, settings: Settings) -> None:
        received: list[tuple[str, bool]] = []

        def receive(invalidations: Any, response: object, **kwargs: object) -> None:
            received.append((", ".join(map(str, invalidations)), response is not None))

        @client(affects="guest")
        def export(request: HttpRequest) -> StreamingHttpResponse:
            def lines() -> Iterator[bytes]:
                with transaction.atomic():
                    invalidate(request, "guest", guest_id=1)
                yield b"one"

            return StreamingHttpResponse(lines())

        settings.MIDDLEWARE = []
        serve(settings, {"export/": export})
        invalidated.connect(receive)
        try:
            response: Any = Visitor(Client).form("/export/", "")
            assert b"".join(response) == b"one"
        finally:
            invalidated.disconnect(receive)
        assert received == [("guest", True), ("guest;guest_id=1", False)]

    def test_so_is_what_is_named_when_it_is_closed(self, settings: Settings, published: Published) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            response = HttpResponse()
            response._resource_closers.append(lambda: invalidate(request, "guest"))  # type: ignore[attr-defined]
            return response

        serve(settings, {"view/": view})
        assert HEADER not in Visitor(Client).form("/view/", "").headers
        assert published == ["guest"]
