"""What is invalidated where something fails at the commit of a mutation, or after it."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from tests.helpers.visitor import HEADER, Visitor, serve
from tests.site.models import Card, Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("registry")]


def fail() -> None:
    """Do as a mail server that does not answer."""
    raise RuntimeError


def look(request: HttpRequest) -> int:
    """Read something."""
    return 1


def named_before(request: HttpRequest) -> None:
    """Say what is stale, then leave to a hook what fails."""
    invalidate(request, "teams")
    Person.objects.create(name="Ada")
    transaction.on_commit(fail)


def named_after(request: HttpRequest) -> None:
    """Do so in the other order."""
    transaction.on_commit(fail)
    Person.objects.create(name="Ada")
    invalidate(request, "teams")


@pytest.mark.parametrize("body", [named_before, named_after])
def test_a_hook_that_fails_after_the_commit_keeps_nothing_quiet(
    visitor: Visitor, settings: Settings, body: Callable[[HttpRequest], None]
) -> None:
    """What was written stands; a page that learns nothing of it stays stale."""

    def add(request: HttpRequest) -> None:
        body(request)

    def add_page(request: HttpRequest) -> HttpResponse:
        body(request)
        return HttpResponse()

    register(client(context="teams")(look))
    register(client(affects="people")(add))
    serve(settings, {"add/": client(affects="people")(add_page)})
    for response in (visitor.call("add"), visitor.form("/add/", "")):
        assert (response.status_code, response.headers[HEADER]) == (500, "people, teams")
    assert Person.objects.count() == 2


def test_a_commit_that_fails_invalidates_nothing(visitor: Visitor) -> None:
    def add(request: HttpRequest) -> None:
        invalidate(request, "teams")
        transaction.on_commit(fail)
        Card.objects.create(board_id=0)  # which the database finds out at the commit

    register(client(context="teams")(look))
    register(client(affects="people")(add))
    response = visitor.call("add")
    assert (response.status_code, HEADER in response.headers, Card.objects.count()) == (500, False, 0)
