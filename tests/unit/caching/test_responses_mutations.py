"""What caches on the way read in a mutation's response."""

import json

import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from tests.helpers.public import (
    NEWS,
    PRIVATE,
    PublicSite,
    caching,
)
from tests.helpers.visitor import CALL, HEADER, Visitor, serve

pytestmark = pytest.mark.django_db


class TestMutations:
    """What caches read in a mutation's response."""

    @pytest.fixture(autouse=True)
    def mutations(self, public: PublicSite) -> None:
        """Register mutations of both paths, and a private reader."""
        register(client(context="inbox")(reader), "inbox_reader")

        @client(affects=[NEWS, "inbox"])
        def publish(request: HttpRequest, topic: str) -> None:
            """Add something."""

        @client(affects=NEWS)
        def write(request: HttpRequest, topic: str) -> HttpResponse:
            control = {"Cache-Control": "private, max-age=1"} if topic == "own" else {}
            return HttpResponse("x", headers=control)

        @client(affects="inbox")
        def hide(request: HttpRequest) -> None:
            """Change what one person sees."""

        @client(affects="elsewhere")
        def forward(request: HttpRequest) -> None:
            """Change what another process shows."""

        for function in (publish, write, hide, forward):
            register(function)
        self.write = write

    def test_it_names_the_groups_to_forget(self, visitor: Visitor) -> None:
        response = visitor.call("publish", topic="sport")
        assert response.headers["Cache-Group-Invalidation"] == '"news;topic=sport"'
        assert (response.headers[HEADER], caching(response)) == ("news;topic=sport, inbox", PRIVATE)

    def test_it_names_none_of_what_only_private_answers_show(self, visitor: Visitor) -> None:
        response = visitor.call("hide")
        assert (response.headers[HEADER], "Cache-Group-Invalidation" in response.headers) == ("inbox", False)

    def test_it_names_what_nobody_here_reads(self, visitor: Visitor) -> None:
        response = visitor.call("forward")
        assert response.headers["Cache-Group-Invalidation"] == '"elsewhere"'

    def test_a_view_keeps_a_cache_control_of_its_own(self, visitor: Visitor, settings: Settings) -> None:
        serve(settings, {"write/<str:topic>/": self.write})
        for topic, control in (("sport", "no-store"), ("own", "private, max-age=1")):
            response = visitor.form(f"/write/{topic}/", "", HX_Request="true")
            assert (response.headers["Cache-Control"], response.headers["Cache-Group-Invalidation"]) == (
                control,
                f'"news;topic={topic}"',
            )

    def test_a_refused_call_names_none(self, visitor: Visitor) -> None:
        response = visitor.send("POST", CALL, json.dumps({"fn": "publish", "args": {}}))
        assert ("Cache-Group-Invalidation" in response.headers, caching(response)) == (False, PRIVATE)

    def test_a_plain_view_that_invalidates_is_a_mutation(self, visitor: Visitor, settings: Settings) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            invalidate(request, "news", topic="sport")
            return JsonResponse({})

        serve(settings, {"view/": view})
        response = visitor.get("/view/", HX_Request="true")
        assert response.headers["Cache-Group-Invalidation"] == '"news;topic=sport"'
        assert caching(response) == PRIVATE

    def test_everything_names_all_public_contexts(self, visitor: Visitor, settings: Settings) -> None:
        names = [f"context_{number:0100}" for number in range(60)]
        for name in names:
            register(client(context=name)(reader), name)

        def view(request: HttpRequest) -> HttpResponse:
            for name in names:
                invalidate(request, name)
            return HttpResponse()

        serve(settings, {"view/": view})
        response = visitor.get("/view/", HX_Request="true")
        assert (response.headers[HEADER], response.headers["Cache-Group-Invalidation"]) == (
            "*",
            '"*", "news"',
        )


def reader(request: HttpRequest) -> int:
    """Read a number."""
    return 1
