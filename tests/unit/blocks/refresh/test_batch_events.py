"""What the readers of several blocks have to say to htmx is in one answer, once."""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from pytest_django import Settings

from mizan_htmx import client, register
from tests.helpers.blocks import MIDDLEWARE, Site, blocks_of
from tests.helpers.single_flight import names, send

pytestmark = pytest.mark.django_db

PAGE = (
    '{% for id in "56" %}{% mizan_context "said" user_id=id %}{{ said }}{% endmizan_context %}{% endfor %}'
    '{% mizan_context "user" user_id=5 %}{{ user_profile.name }}{% endmizan_context %}'
)


def gathering(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Write what was said for a request into one header, as ``docs/shim.md`` has it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        said: list[str] = []
        request.said = said  # type: ignore[attr-defined]
        response = get_response(request)
        if said:
            response.headers["HX-Trigger"] = json.dumps({"said": said})
        return response

    return middleware


@pytest.fixture(autouse=True)
def talking(flight: Site, settings: Settings) -> None:
    """Declare a reader that says something each time, and a mutation of what it reads."""
    settings.MIDDLEWARE = [f"{__name__}.gathering", *MIDDLEWARE]

    @client(context="said")
    def said(request: HttpRequest, user_id: int) -> str:
        request.said.append(f"read {user_id}")  # type: ignore[attr-defined]
        return flight.names[user_id]

    @client(affects="said")
    def speak(request: HttpRequest) -> HttpResponse:
        request.said.append("spoken")  # type: ignore[attr-defined]
        return HttpResponse("Done")

    for each in (said, speak):
        register(each)


def test_several_blocks_have_one_answer_to_say_it_in(flight: Site) -> None:
    html = flight.page(PAGE)
    queries = "&".join(urlsplit(block["hx-get"]).query for block in blocks_of(html))
    response = flight.get(f"/api/mizan/partials/?{queries}", HX_Request="true")
    assert json.loads(response.headers["HX-Trigger"]) == {"said": ["read 5", "read 6"]}
    assert [each["status"] for each in json.loads(response.content)["blocks"]] == [200, 200, 200]


def test_so_do_those_that_a_change_brings_along(flight: Site) -> None:
    html = flight.page(PAGE)
    flight.names.update({5: "Grace", 6: "Edsger"})
    answer = send(flight, "/api/mizan/call/", names(html), body='{"fn": "speak"}')
    assert (answer.body, len(answer.brought or {})) == ("Done", 2)
    assert json.loads(answer.headers["HX-Trigger"]) == {"said": ["spoken", "read 5", "read 6"]}
