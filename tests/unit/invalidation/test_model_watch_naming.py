"""What a watched row names, which models are watched with it, and what can not be watched."""

import logging
import re
from collections.abc import Iterator
from typing import Any, cast
from uuid import uuid4

import pytest
from django.db import DatabaseError, models
from django.db.models import F, signals
from django.db.models.base import ModelBase
from django.test.utils import isolate_apps
from pytest_django import DjangoAssertNumQueries

from mizan_htmx.client import Context
from mizan_htmx.errors import DeclarationError
from mizan_htmx.invalidation.model_watch import watch_model
from tests.apps.watched.models import Antique, Item, Labelled, Lamp, Ticket
from tests.helpers.model_watch import Do, Published, its_room

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rooms_and_guests")]


class TestNaming:
    """What the callable may say."""

    @pytest.mark.parametrize(
        ("answer", "text"),
        [
            ({"room_id": 3}, ["room;room_id=3"]),
            ({"room_id": "03"}, ["room;room_id=3"]),
            ({"room_id": 3, "tab": None}, ["room;room_id=3"]),
            ({}, ["room"]),
            ([{"room_id": 3}, {"room_id": 4}, {"room_id": 3}], ["room;room_id=3, room;room_id=4"]),
            (({"room_id": pk} for pk in (3, 4)), ["room;room_id=3, room;room_id=4"]),
            (None, []),
            ([], []),
        ],
    )
    def test_parameters_several_or_nothing(
        self, published: Published, rooms: object, answer: Any, text: list[str]
    ) -> None:
        watch_model(Item, "room", lambda item: answer)
        Item(label="chair").save()
        assert published == text

    def test_as_a_decorator_and_a_generator(self, published: Published, rooms: object) -> None:
        @watch_model(Item, Context("room"))
        def both(item: Item) -> Iterator[dict[str, object]]:
            yield {"room_id": item.room_id}
            yield {"room_id": 9}

        Item(room_id=2).save()
        assert published == ["room;room_id=2, room;room_id=9"]
        assert [each["room_id"] for each in both(Item(room_id=5))] == [5, 9]

    def test_several_watches_of_a_model_are_published_together(
        self, published: Published, rooms: object
    ) -> None:
        watch_model(Item, "room", its_room)
        watch_model(Item, "room", lambda item: {"tab": item.label})
        watch_model(Item, "guest", lambda item: {"guest_id": 7})
        Item(room_id=1, label="chair").save()
        assert published == ["room;room_id=1, room;tab=chair, guest;guest_id=7"]

    @pytest.mark.parametrize(
        ("naming", "reason"),
        [
            (lambda item: {"room_id": F("room_id")}, "watch_model('room', …): {'room_id': ['Input should be"),
            (
                lambda item: {"rom_id": 3},
                "Context 'room' has no parameter 'rom_id' in watch_model(). Did you mean 'room_id'?"
                " Known parameters: room_id, tab.",
            ),
            (lambda item: [{"room_id": 3}, {"room_id": item.nothing}], "object has no attribute 'nothing'"),
            (lambda item: 5, "'int' object is not iterable"),
        ],
    )
    def test_what_fails_is_logged_and_invalidates_all_of_the_context(
        self, published: Published, rooms: object, caplog: pytest.LogCaptureFixture, naming: Any, reason: str
    ) -> None:
        watch_model(Item, "room", naming)
        item = Item.objects.create(room_id=1, label="chair")
        assert (published, Item.objects.count()) == (["room"], 1)
        (record,) = caplog.records
        code = naming.__code__
        assert (record.name, record.levelno) == ("mizan_htmx", logging.ERROR)
        assert record.getMessage() == (
            f"{__name__}.TestNaming.<lambda> ({code.co_filename}:{code.co_firstlineno}) failed for"
            f" watched.Item {item.pk}, so all of 'room' is invalidated."
        )
        assert reason in caplog.text

    def test_an_error_of_the_database_is_not_hidden(self, rooms: object) -> None:
        """In a transaction all that follows would be lost without a word."""

        def broken(item: Item) -> None:
            raise DatabaseError("The database is gone.")

        watch_model(Item, "room", broken)
        with pytest.raises(DatabaseError, match="gone"):
            Item(room_id=1).save()


class TestSubclasses:
    """Which classes a watch covers."""

    def test_a_watch_covers_children_and_proxies(self, do: Do, published: Published, rooms: object) -> None:
        watch_model(Item, "room", its_room)
        lamp = Lamp(room_id=1, label="lamp")
        do(lamp.save)
        lamp.room_id = 2
        do(lamp.save)
        antique = Antique(room_id=1, label="vase")
        do(antique.save)
        assert published.take() == ["room;room_id=1", "room;room_id=1, room;room_id=2", "room;room_id=1"]
        do(lamp.delete)
        do(Antique.objects.filter(pk=antique.pk).delete)
        assert published == ["room;room_id=2", "room;room_id=1"]

    def test_a_watch_of_a_child_does_not_concern_its_parent_alone(
        self, published: Published, rooms: object
    ) -> None:
        lamp = Lamp.objects.create(room_id=1, label="lamp")
        watch_model(Lamp, "room", its_room)
        item = Item.objects.get()
        item.save()
        assert published == []
        lamp.save()
        item.delete()  # with which the child goes
        assert published == ["room;room_id=1", "room;room_id=1"]

    def test_a_watch_of_an_abstract_model_covers_what_is_made_of_it(
        self, published: Published, rooms: object
    ) -> None:
        watch_model(cast("Any", Labelled), "room", its_room)
        Ticket.objects.create(room_id=2, pk=uuid4())
        assert published == ["room;room_id=2"]

    @isolate_apps("tests.apps.watched")
    def test_a_class_that_is_made_later_is_covered(self) -> None:
        watch_model(cast("Any", Labelled), "room", its_room)
        body = {"__module__": "tests.apps.watched.models", "id": models.BigAutoField(primary_key=True)}
        late = ModelBase("Late", (Labelled,), dict(body))
        stranger = ModelBase("Stranger", (models.Model,), dict(body))
        listening = [signals.post_save.has_listeners(each) for each in (late, stranger)]
        assert listening == [True, False]

    def test_a_proxy_is_refused(self) -> None:
        message = (
            "watch_model(Antique, 'room'): Antique is a proxy, which gets no signals of rows that are saved"
            " as Item. Watch Item."
        )
        with pytest.raises(DeclarationError, match=f"^{re.escape(message)}$"):
            watch_model(Antique, "room", its_room)


def test_a_coroutine_function_is_refused() -> None:
    async def naming(item: Item) -> None: ...

    message = (
        f"watch_model(Item, 'room'): {naming!r} must be a sync function of one row: Django calls"
        " it while it saves."
    )
    wrong: Any = naming
    with pytest.raises(DeclarationError, match=f"^{re.escape(message)}$"):
        watch_model(Item, "room", wrong)


def test_a_context_that_can_not_be_called_so_is_refused() -> None:
    with pytest.raises(DeclarationError, match=r"^Context name 'a room' is not allowed\."):
        watch_model(Item, "a room", its_room)


def test_a_model_that_is_not_watched_is_left_alone(
    published: Published, item: Item, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        item.save()
    with django_assert_num_queries(1):
        Item.objects.update(label="stool")
    assert published == []
