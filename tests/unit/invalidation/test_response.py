"""What a response says of what its request has invalidated: its headers, and the cookie."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from mizan_htmx.blocks.freshness import OwnNote
from mizan_htmx.invalidation.cookie import COOKIE
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.invalidation.response import write_invalidations
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.request_state import state_of
from tests.helpers.visitor import HEADER

pytestmark = pytest.mark.usefixtures("registry", "user_context")


def test_a_response_that_invalidates_is_not_stored_unless_it_says_so_itself() -> None:
    request = RequestFactory().get("/")
    recorder = Recorder(request)
    response = HttpResponse()
    write_invalidations(request, response, recorder)
    assert (HEADER in response.headers, "Cache-Control" in response.headers) == (False, False)
    recorder.add([Invalidation.of("user", user_id=5)])
    write_invalidations(request, response, recorder)
    assert response.headers[HEADER] == "user;user_id=5"
    assert response.headers["Cache-Control"] == "no-store"
    kept = HttpResponse(headers={"Cache-Control": "private"})
    write_invalidations(request, kept, recorder)
    assert kept.headers["Cache-Control"] == "private"


@pytest.mark.parametrize(
    ("status", "shows_the_page"),
    [(200, True), (299, True), (300, False), (302, False), (399, False), (400, True), (500, True)],
)
def test_the_cookie_has_the_number_that_the_page_refers_to(status: int, shows_the_page: bool) -> None:
    request = RequestFactory().get("/", HTTP_SEC_FETCH_MODE="navigate")
    own = state_of(request).own_note = OwnNote()
    recorder = Recorder(request)
    recorder.put([Invalidation("user")], [None])
    response = HttpResponse(status=status)
    write_invalidations(request, response, recorder)
    number, _, text = response.cookies[COOKIE].value.partition(":")
    assert (number == own.number, text) == (shows_the_page, "user")
