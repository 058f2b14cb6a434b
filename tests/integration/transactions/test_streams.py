"""What a stream invalidates while it is written; its headers have been sent."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client
from pytest_django import Settings

from mizan_htmx import client, invalidate
from mizan_htmx.signals import invalidated
from tests.helpers.model_watch import Published
from tests.helpers.transactions import put
from tests.helpers.visitor import HEADER, Visitor, serve

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rooms_and_guests")]


class TestStreams:
    """What a stream names while it is written; its headers have been sent."""

    @pytest.mark.parametrize("middleware", [True, False])
    def test_it_is_told_as_it_is_committed(
        self, visitor: Visitor, settings: Settings, published: Published, middleware: bool
    ) -> None:
        heard: list[list[str]] = []

        @client(affects="guest")
        def export(request: HttpRequest) -> StreamingHttpResponse:
            def lines() -> Iterator[bytes]:
                heard.append(published.take())
                with transaction.atomic():
                    put()
                    invalidate(request, "guest", guest_id=1)
                    heard.append(published.take())
                heard.append(published.take())
                yield b"one"
                invalidate(request, "guest", guest_id=2)
                yield b"two"

            return StreamingHttpResponse(lines())

        if not middleware:
            settings.MIDDLEWARE = []
        serve(settings, {"export/": export})
        response: Any = visitor.form("/export/", "")
        assert (response.headers[HEADER], b"".join(response)) == ("guest", b"onetwo")
        assert heard[:2] == [["guest"], []]
        assert sorted(", ".join(heard[2]).split(", ")) == ["guest;guest_id=1", "room;room_id=1"]
        assert published == ["guest;guest_id=2"]

    @pytest.mark.usefixtures("atomic_requests")
    def test_it_belongs_to_no_answer(self, settings: Settings) -> None:
        heard: list[tuple[str, bool]] = []

        def hear(invalidations: Any, response: object, **kwargs: object) -> None:
            heard.append((", ".join(map(str, invalidations)), response is not None))

        @client(affects="guest")
        def export(request: HttpRequest) -> StreamingHttpResponse:
            def lines() -> Iterator[bytes]:
                with transaction.atomic():
                    invalidate(request, "guest", guest_id=1)
                yield b"one"

            return StreamingHttpResponse(lines())

        settings.MIDDLEWARE = []
        serve(settings, {"export/": export})
        invalidated.connect(hear)
        try:
            response: Any = Visitor(Client).form("/export/", "")
            assert b"".join(response) == b"one"
        finally:
            invalidated.disconnect(hear)
        assert heard == [("guest", True), ("guest;guest_id=1", False)]

    def test_so_is_what_is_named_when_it_is_closed(self, settings: Settings, published: Published) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            response = HttpResponse()
            response._resource_closers.append(lambda: invalidate(request, "guest"))  # type: ignore[attr-defined]
            return response

        serve(settings, {"view/": view})
        assert HEADER not in Visitor(Client).form("/view/", "").headers
        assert published == ["guest"]
