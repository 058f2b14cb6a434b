"""Transactions that a site ends itself, without ``atomic()``."""

from collections.abc import Callable, Iterator

import pytest
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from pytest_django import Settings

from mizan_htmx import invalidate
from tests.helpers.model_watch import Published
from tests.helpers.transactions import LOST, put
from tests.helpers.visitor import HEADER, Visitor, serve

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rooms_and_guests")]


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
    def test_each_commit_is_told_and_no_rollback(self, published: Published) -> None:
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
        heard: list[list[str]] = []
        transaction.set_autocommit(False)
        with transaction.atomic():
            transaction.on_commit(lambda: heard.append(published[:]))
            put()
        transaction.commit()
        transaction.set_autocommit(True)  # Django runs them here
        assert (heard, published) == ([[]], ["room;room_id=1"])

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
        heard: list[list[str]] = []

        def view(request: HttpRequest) -> HttpResponse:
            put()
            invalidate(request, "guest")
            heard.append(published[:])
            transaction.commit()
            return HttpResponse()

        settings.MIDDLEWARE = ["mizan_htmx.middleware.MizanMiddleware"]
        serve(settings, {"view/": view})
        response = Visitor(Client).form("/view/", "")
        named = "room;room_id=1, guest"
        assert (response.headers[HEADER], heard, published) == (named, [[]], [named])
