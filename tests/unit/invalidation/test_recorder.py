"""What is committed is invalidated: by ``invalidate()``, in the header."""

import asyncio
import re
from contextlib import nullcontext, suppress
from typing import Any
from weakref import WeakSet

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import DjangoCaptureOnCommitCallbacks

from mizan_htmx import client, invalidate, register
from mizan_htmx.invalidation import recorder as recorders
from mizan_htmx.invalidation import shutdown
from mizan_htmx.invalidation.publication import publish_anywhere, publish_invalidations, published
from mizan_htmx.invalidation.recorder import Recorder, current_recorder, open_recorder
from mizan_htmx.protocol.keys import Invalidation, format_list
from mizan_htmx.signals import invalidated
from mizan_htmx.testing import isolated_registry
from tests.helpers.visitor import (
    HEADER,
    SyncOrAsync,
    Visitor,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry", "user_context")]


class TestInvalidate:
    """``invalidate(request, context, **parameters)``."""

    def test_it_scopes_by_values_as_the_context_would_read_them(
        self, visitor: Visitor, sync_or_async: SyncOrAsync
    ) -> None:
        def change(request: HttpRequest) -> int:
            invalidate(request, "user", user_id="05", tab=None)
            invalidate(request, "user", user_id=6, tab="a,b;c=d\r\n")
            return 1

        register(client(sync_or_async(change)))
        response = visitor.call("change")
        assert response.headers[HEADER] == "user;user_id=5, user;tab=a%2Cb%3Bc%3Dd%0D%0A;user_id=6"
        assert response.json()["invalidate"] == [  # type: ignore[attr-defined]
            {"context": "user", "params": {"user_id": 5}},
            {"context": "user", "params": {"tab": "a,b;c=d\r\n", "user_id": 6}},
        ]

    def test_a_bare_name_swallows_what_is_scoped(self, visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
        def change(request: HttpRequest, user_id: int) -> int:
            invalidate(request, "user")
            return 1

        register(client(affects="user")(sync_or_async(change)))
        assert visitor.call("change", user_id=5).headers[HEADER] == "user"

    @pytest.mark.parametrize("request_or_none", [RequestFactory().get("/"), None])
    @pytest.mark.parametrize(
        ("name", "params", "message"),
        [
            ("usr", {}, "Unknown context 'usr' in invalidate(). Did you mean 'user'? Known contexts: user."),
            (
                *("user", {"userid": 5}),
                "Context 'user' has no parameter 'userid' in invalidate(). Did you mean 'user_id'?"
                " Known parameters: tab, user_id.",
            ),
            (
                *("user", {"user_id": "x"}),
                "invalidate('user', …): {'user_id': ['Input should be a valid integer,"
                " unable to parse string as an integer']}",
            ),
        ],
    )
    def test_what_can_not_be_meant_is_an_error(
        self, request_or_none: HttpRequest | None, name: str, params: dict[str, object], message: str
    ) -> None:
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            invalidate(request_or_none, name, **params)

    def test_a_request_that_nothing_looks_after_is_an_error(self) -> None:
        with pytest.raises(ImproperlyConfigured) as error:
            invalidate(RequestFactory().get("/"), "user")
        assert str(error.value) == (
            "invalidate() in a view that is not declared with @client needs"
            " 'mizan_htmx.middleware.MizanMiddleware' in MIDDLEWARE. So it does after any view, as in a hook"
            " of on_commit() with ATOMIC_REQUESTS."
        )

    def test_a_parameter_may_be_called_context_or_request(self, visitor: Visitor) -> None:
        def thing(request: HttpRequest, context: str) -> str:
            return context

        def change(request: HttpRequest) -> int:
            invalidate(request, "thing", context="a")
            return 1

        register(client(context="thing")(thing))
        register(client(change))
        assert visitor.call("change").headers[HEADER] == "thing;context=a"

    def test_where_nothing_is_declared_any_context_may_be_meant(self) -> None:
        """A worker that declares nothing can't tell a good name from a bad one."""
        request = RequestFactory().get("/")
        recorder, _ = open_recorder(request)
        with isolated_registry():
            invalidate(request, "board", board_id=3)
        assert format_list(recorder.invalidations()) == "board;board_id=3"

    @pytest.mark.django_db(transaction=True)
    def test_without_a_request_it_acts_after_commit(self, signals: list[Any]) -> None:
        with transaction.atomic():
            invalidate(None, "user", user_id=5)
            assert signals == []
        assert signals == [("user;user_id=5", None, False)]
        with transaction.atomic():
            invalidate(None, "user", user_id=6)
            transaction.set_rollback(True)
        invalidate(None, "user")
        assert signals[1:] == [("user", None, False)]


def test_an_open_recorder_is_not_opened_twice() -> None:
    request = RequestFactory().get("/")
    recorder, owned = open_recorder(request)
    assert (open_recorder(request), owned) == ((recorder, False), True)


class Wrapped:
    """A request as Django REST framework hands it on."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __getattr__(self, name: str) -> Any:
        return getattr(self._request, name)


def test_a_wrapped_request_has_the_recorder_of_the_one_inside() -> None:
    request = RequestFactory().get("/")
    recorder, _ = open_recorder(request)
    wrapped: Any = Wrapped(request)
    assert (open_recorder(wrapped), current_recorder()) == ((recorder, False), recorder)


def test_a_recorder_inserts_rewinds_and_merges() -> None:
    recorder = Recorder()
    recorder.add([Invalidation.of("b"), Invalidation.of("a", x=1)])
    recorder.add([Invalidation.of("c")], at=0)
    recorder.add([Invalidation.of("a"), Invalidation.of("b")])
    assert (len(recorder), format_list(recorder.invalidations())) == (5, "c, b, a")
    recorder.rewind(1)
    assert (len(recorder), format_list(recorder.invalidations())) == (1, "c")


class TestCurrentRecorder:
    """``current_recorder()``, for code that is not handed the request."""

    def test_it_is_that_of_the_request_being_answered(
        self, visitor: Visitor, sync_or_async: SyncOrAsync
    ) -> None:
        found: list[Recorder | None] = []

        def change(request: HttpRequest) -> int:
            recorder = current_recorder()
            assert recorder is not None
            found.append(recorder)
            recorder.add([Invalidation.of("user", user_id=5)])
            return 1

        register(client(sync_or_async(change)))
        assert visitor.call("change").headers[HEADER] == "user;user_id=5"
        assert len(found) == 1
        assert current_recorder() is None

    def test_a_request_that_was_given_up_leaves_none_behind(self) -> None:
        request = RequestFactory().get("/")
        open_recorder(request)
        assert current_recorder() is not None
        del request
        assert current_recorder() is None


@pytest.mark.django_db(transaction=True)
class TestTransactions:
    """What was recorded in a transaction stands with it, what was recorded outside of one at once."""

    def test_what_is_rolled_back_leaves_what_was_recorded_before(self) -> None:
        recorder = Recorder()
        recorder.add([Invalidation("one")])
        with suppress(ZeroDivisionError), transaction.atomic():
            recorder.add([Invalidation("two")])
            assert recorder.written() == "one, two"
            raise ZeroDivisionError
        assert (recorder.invalidations(), recorder.written()) == ((Invalidation("one"),), "one")

    def test_what_is_added_later_is_in_the_response_too(self) -> None:
        recorder = Recorder()
        for name, written in (("one", "one"), ("two", "one, two")):
            recorder.add([Invalidation(name)])
            assert recorder.written() == written
        recorder.rewind(1)
        assert recorder.written() == "one"

    def test_what_a_database_rolls_back_is_dropped_and_nothing_else(self) -> None:
        recorder = Recorder()
        recorder.add([Invalidation("before")])
        with transaction.atomic():
            recorder.add([Invalidation("committed")])
        recorder.drop([connections["default"]])
        assert recorder.written() == "before, committed"
        with transaction.atomic():
            recorder.add([Invalidation("open")])
            recorder.drop([])
            assert recorder.written() == "before, committed, open"
            recorder.drop([connections["default"]])
            assert recorder.written() == "before, committed"

    def test_what_was_taken_back_is_not_published_for_a_request_that_is_gone(
        self, signals: list[Any]
    ) -> None:
        with transaction.atomic():
            recorder = Recorder()
            recorder.add([Invalidation("one"), Invalidation("two")])
            recorder.add([Invalidation("one"), Invalidation("three")])
            recorder.rewind(2)
            del recorder
        assert signals == [("one, two", None, False)]

    def test_what_no_response_carries_is_published_with_its_request_after_the_commit(
        self, signals: list[Any]
    ) -> None:
        request = RequestFactory().get("/")
        recorder, _ = open_recorder(request)
        with transaction.atomic():
            recorder.add([Invalidation("one")])
            recorder.abandon()
            assert signals == []
        assert signals == [("one", request, False)]

    def test_what_is_committed_after_the_response_is_published_with_it(self) -> None:
        request, response = RequestFactory().get("/"), HttpResponse()
        heard: list[object] = []

        def hear(sender: object, **named: object) -> None:
            heard.append((named["invalidations"], named["request"], named["response"]))

        recorder, _ = open_recorder(request)
        invalidated.connect(hear)
        try:
            with transaction.atomic():
                recorder.add([Invalidation("one")])
                assert recorder.close(request, response) == ()
        finally:
            invalidated.disconnect(hear)
        assert heard == [((Invalidation("one"),), request, response)]

    @pytest.mark.django_db(transaction=False)
    def test_in_a_test_that_never_commits_a_request_is_published_once(
        self,
        signals: list[Any],
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        recorder = Recorder()
        with django_capture_on_commit_callbacks(execute=True):
            recorder.add([Invalidation("one")])
            with transaction.atomic():
                recorder.add([Invalidation("two")])
            recorder.abandon()
            assert signals == []
        assert [text for text, *_ in signals] == ["one, two"]


def test_what_is_neither_live_nor_public_is_received_only_by_who_listens(signals: list[Any]) -> None:
    received: list[object] = []

    def receive(sender: object, invalidations: object, **kwargs: object) -> None:
        received.append(invalidations)

    known, unknown = (Invalidation("user"),), (Invalidation("elsewhere"),)
    published.connect(receive)
    try:
        for stale in (known, unknown):
            publish_invalidations(None, stale)
    finally:
        published.disconnect(receive)
    assert (received, [text for text, *_ in signals]) == ([unknown], ["user", "elsewhere"])


@pytest.mark.parametrize("may_block", ["", "1"])
async def test_in_an_event_loop_the_sites_receivers_are_called_by_a_task(
    signals: list[Any], monkeypatch: pytest.MonkeyPatch, may_block: str
) -> None:
    received: list[object] = []

    def receive(sender: object, request: object, **kwargs: object) -> None:
        received.append(request)

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", may_block)
    request = RequestFactory().get("/")
    published.connect(receive)
    try:
        publish_anywhere(request, (Invalidation("elsewhere"),))
    finally:
        published.disconnect(receive)
    assert received == [request]
    assert bool(signals) is bool(may_block)
    async with asyncio.timeout(60):
        while not signals:
            await asyncio.sleep(0)
    assert [each[:2] for each in signals] == [("elsewhere", request)]
    assert received == [request]


@pytest.mark.django_db(transaction=True)
def test_what_no_response_carries_is_published_with_its_request(signals: list[Any]) -> None:
    request = RequestFactory().get("/")
    recorder = Recorder(request)
    recorder.add([Invalidation.of("user", user_id=5)])
    recorder.abandon()
    recorder.abandon()
    assert signals == [("user;user_id=5", request, False)]
    recorder.add([Invalidation.of("user", user_id=6)])
    assert signals[1:] == [("user;user_id=6", request, False)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("in_transaction", [True, False])
def test_what_is_published_is_what_the_header_says(in_transaction: bool) -> None:
    recorder = Recorder()
    with transaction.atomic() if in_transaction else nullcontext():
        recorder.add([Invalidation.of("user", user_id=user_id) for user_id in range(1000)])
    assert recorder.written() == "user"
    assert recorder.close(None) == (Invalidation("user"),)


def test_a_request_that_invalidates_nothing_has_nothing_to_say() -> None:
    recorder = Recorder()
    assert (recorder.written(), recorder.invalidations(), recorder.close(None)) == ("", (), ())


class TestTheEndOfTheProcess:
    """A server stops its event loop, and no response will be sent."""

    @pytest.fixture(autouse=True)
    def alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have nothing left of other tests."""
        monkeypatch.setattr(shutdown, "_works", {})
        monkeypatch.setattr(recorders, "_open", WeakSet())

    async def test_what_was_recorded_in_the_loop_is_published(self, signals: list[Any]) -> None:
        request = RequestFactory().get("/")
        recorder, closed = Recorder(request), Recorder(request)
        for each, name in ((recorder, "open"), (closed, "closed")):
            each.put([Invalidation(name)], [None])
        closed.close(request)
        shutdown.finish()
        assert [(text, of) for text, of, _ in signals] == [("open", request)]

    def test_what_was_recorded_in_a_thread_is_left_to_that_thread(self, signals: list[Any]) -> None:
        request = RequestFactory().get("/")
        recorder = Recorder(request)
        recorder.put([Invalidation("user")], [None])
        shutdown.finish()
        assert signals == []
        assert recorder.close(request) == (Invalidation("user"),)
