"""The JSON endpoints under ASGI: an async function costs no thread, a sync one no more than a plain view."""

import json
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import SyncToAsync, iscoroutinefunction
from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import AsyncClient, Client
from django.test.utils import override_settings
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from mizan_htmx import Context, client, register
from mizan_htmx.http import views
from mizan_htmx.testing import isolated_registry

pytestmark = pytest.mark.django_db(transaction=True)

CALL = "/api/mizan/call/"


@csrf_exempt
def plain(request: HttpRequest) -> HttpResponse:
    """Echo, in a thread."""
    return JsonResponse({"result": json.loads(request.body)["args"]["text"]})


@csrf_exempt
async def plain_async(request: HttpRequest) -> HttpResponse:
    """Echo, in the event loop."""
    return JsonResponse({"result": json.loads(request.body)["args"]["text"]})


urlpatterns = [
    path("api/mizan/", include("mizan_htmx.urls")),
    path("plain/", plain),
    path("plain-async/", plain_async),
]


def echo(request: HttpRequest, text: str) -> str:
    """Give it back, and say where."""
    return f"{text} {threading.get_ident()}"


async def echo_async(request: HttpRequest, text: str) -> str:
    """Do the same in the event loop."""
    return f"{text} {threading.get_ident()}"


def first(request: HttpRequest, text: str) -> str:
    """Read something in a thread."""
    return text


async def second(request: HttpRequest, text: str) -> str:
    """Read something in the event loop."""
    return text


async def third(request: HttpRequest, text: str) -> str:
    """Read something else in the event loop."""
    return text


@pytest.fixture(autouse=True)
def functions() -> Iterator[None]:
    with isolated_registry():
        register(client(echo), "echo")
        register(client(affects="mixed")(echo), "change")
        register(client(echo_async), "echo_async")
        register(client(affects="pure")(echo_async), "change_async")
        register(client(context="mixed")(first), "first")
        register(client(context="mixed")(second), "second")
        register(client(context=Context("pure"))(third), "third")
        with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=["mizan_htmx.middleware.MizanMiddleware"]):
            yield


@pytest_asyncio.fixture
async def hops(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """Give the functions that are handed to threads, one after the other."""
    handed: list[str] = []
    call = SyncToAsync.__call__

    def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        handed.append(getattr(self.func, "__name__", repr(self.func)))
        return call(self, *args, **kwargs)

    monkeypatch.setattr(SyncToAsync, "__call__", counted)
    yield handed


async def post(name: str, url: str = CALL) -> Any:
    answer = await AsyncClient().post(
        url, {"fn": name, "args": {"text": "hi"}}, content_type="application/json"
    )
    assert answer.status_code == 200
    return answer.json()


@pytest.mark.asyncio
@pytest.mark.parametrize(("name", "url"), [("echo_async", "/plain-async/"), ("echo", "/plain/")])
async def test_a_call_goes_through_as_many_threads_as_a_plain_view_that_is_as_sync_or_async(
    name: str, url: str, hops: list[str]
) -> None:
    await post(name, url)
    by_hand = len(hops)
    hops.clear()
    await post(name)
    assert len(hops) == by_hand, hops


@pytest.mark.asyncio
async def test_an_async_function_runs_in_the_event_loop() -> None:
    assert await post("echo_async") == {"result": f"hi {threading.get_ident()}"}
    assert (await post("change_async"))["invalidate"] == [{"context": "pure", "params": {"text": "hi"}}]


@pytest.mark.asyncio
async def test_a_sync_function_runs_in_a_thread() -> None:
    answer = await post("change")
    assert answer["invalidate"] == [{"context": "mixed", "params": {"text": "hi"}}]
    assert answer["result"] != f"hi {threading.get_ident()}"


@pytest.mark.asyncio
async def test_a_context_of_async_readers_is_read_without_a_thread(hops: list[str]) -> None:
    await post("echo_async")
    least = len(hops)
    hops.clear()
    answer = await AsyncClient().get("/api/mizan/ctx/pure/?text=a")
    assert answer.json() == {"third": "a"}
    assert len(hops) == least, hops


@pytest.mark.asyncio
async def test_a_context_of_sync_and_async_readers_is_read() -> None:
    answer = await AsyncClient().get("/api/mizan/ctx/mixed/?text=a")
    assert answer.json() == {"first": "a", "second": "a"}


@pytest.mark.asyncio
async def test_in_a_loop_that_is_none_of_djangos_a_sync_client_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In tests with Playwright, and in notebooks, this variable is how one says so to Django."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    answer = Client().post(CALL, {"fn": "echo", "args": {"text": "hi"}}, content_type="application/json")
    assert answer.json() == {"result": f"hi {threading.get_ident()}"}
    assert (await post("echo_async"))["result"].startswith("hi ")


def test_under_wsgi_sync_and_async_functions_are_called() -> None:
    for name in ("echo", "echo_async"):
        answer = Client().post(CALL, {"fn": name, "args": {"text": "hi"}}, content_type="application/json")
        assert answer.json()["result"].startswith("hi ")


@pytest.mark.asyncio
async def test_an_endpoint_is_async_in_an_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    assert iscoroutinefunction(views.call)
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
    assert not iscoroutinefunction(views.call), "Django refuses async views under ATOMIC_REQUESTS"


def test_an_endpoint_is_sync_outside_of_an_event_loop() -> None:
    assert not iscoroutinefunction(views.call)
    assert views.call.__name__ == "call"
