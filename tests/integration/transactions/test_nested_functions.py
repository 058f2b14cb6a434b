"""A function whose body calls another one, as Django's views may be called."""

from contextlib import suppress

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from mizan_htmx import client
from tests.apps.watched.models import Item
from tests.helpers.model_watch import Published
from tests.helpers.transactions import put
from tests.helpers.visitor import HEADER, Visitor, serve

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rooms_and_guests")]


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
