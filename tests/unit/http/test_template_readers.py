"""Readers for templates answer nobody: ``call/`` and ``ctx/`` know them as little as what does not exist."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from mizan_htmx import Context, client, register
from mizan_htmx.setup.registry import Registry
from tests.helpers.visitor import CALL, MOUNT, SyncOrAsync, Visitor, answer, problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("functions")]

NEWS = Context("news", public=True, max_age=60)
NOT_FOUND = (404, problem("NOT_FOUND", "Not found."))


def people(request: HttpRequest, letter: str) -> QuerySet[User]:
    """Return people, which no request may see."""
    raise AssertionError("A reader for templates ran.")


def anything(request: HttpRequest) -> Any:
    """Return anything, which no request may see."""
    raise AssertionError("A reader for templates ran.")


def count(request: HttpRequest, least: int = 1) -> int:
    """Return data."""
    return least


def page(request: HttpRequest) -> HttpResponse:
    """Return a page."""
    return HttpResponse()


@pytest.fixture
def functions(registry: Registry, sync_or_async: SyncOrAsync) -> None:
    """Declare a mixed context, and one that only templates read."""
    register(client(context="people")(sync_or_async(people)))
    register(client(context="people", data=False)(sync_or_async(anything)))
    register(client(context="people")(sync_or_async(count)))
    register(client(context="hidden")(sync_or_async(people)), "hidden_people")
    register(client(context="hidden")(sync_or_async(page)))
    register(client(context=NEWS)(sync_or_async(count)), "news_count")
    register(client(context=NEWS)(sync_or_async(people)), "news_people")


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("fn", ["people", "anything", "hidden_people", "news_people"])
def test_a_call_finds_nothing(visitor: Visitor, settings: Settings, fn: str, debug: bool) -> None:
    settings.DEBUG = debug
    found, nothing = visitor.call(fn, letter="a"), visitor.call("nobody", letter="a")
    message = f"There is no function {fn!r}." if debug else "Not found."
    assert answer(found) == (404, problem("NOT_FOUND", message))
    assert found.text == nothing.text.replace("nobody", fn)
    assert [*found.headers] == [*nothing.headers]
    assert answer(visitor.form(CALL, f"fn={fn}&letter=a"))[0] == 404


def test_a_mixed_context_answers_with_its_data_alone(visitor: Visitor, registry: Registry) -> None:
    response = visitor.get(f"{MOUNT}ctx/people/?least=2")
    assert (response.status_code, response.content) == (200, b'{"count":2}')
    assert registry.graph.groups["people"].answering == (registry.graph.functions["count"],)
    assert answer(visitor.get(f"{MOUNT}ctx/people/?least=x"))[0] == 422


@pytest.mark.parametrize("debug", [False, True])
def test_a_context_that_only_templates_read_is_not_there(
    visitor: Visitor, settings: Settings, debug: bool
) -> None:
    settings.DEBUG = debug
    message = "There is no context 'hidden'." if debug else "Not found."
    for query in ("", "?letter=a"):
        assert answer(visitor.get(f"{MOUNT}ctx/hidden/{query}")) == (404, problem("NOT_FOUND", message))


def test_a_shared_response_has_the_tags_of_what_it_may_lack(visitor: Visitor, registry: Registry) -> None:
    response = visitor.get(f"{MOUNT}ctx/news/?least=2")
    assert response.content == b'{"news_count":2}'
    assert '"news;least=2"' in response.headers["Cache-Groups"]
    assert sorted(registry.graph.shapes["news"].optional) == ["least", "letter"]


def test_private_readers_beside_them_change_nothing(
    visitor: Visitor, registry: Registry, sync_or_async: SyncOrAsync
) -> None:
    register(client(context="hidden", private=True)(sync_or_async(count)), "private_count")
    assert answer(visitor.get(f"{MOUNT}ctx/hidden/")) == NOT_FOUND
    assert registry.graph.groups["hidden"].is_private
