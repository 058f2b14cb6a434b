"""django-ninja."""

from itertools import count
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI
from ninja.security import django_auth

from benchmarks import work
from benchmarks.peers import Contestant
from benchmarks.site import BARE, LOGGED_IN

_numbers = count()


def _unkept(response: HttpResponse) -> None:
    response["Cache-Control"] = "no-store"


def echo(request: HttpRequest, given: work.Echo, response: HttpResponse) -> work.Echoed:
    """Return the input."""
    _unkept(response)
    return work.Echoed(message=given.text)


def add(request: HttpRequest, given: work.Addends, response: HttpResponse) -> work.Sum:
    """Add two numbers."""
    _unkept(response)
    return work.Sum(sum=given.a + given.b)


def listing(request: HttpRequest, response: HttpResponse) -> list[dict[str, Any]]:
    """Return a hundred dictionaries."""
    _unkept(response)
    return work.plain_items()


def models(request: HttpRequest, response: HttpResponse) -> list[work.Item]:
    """Return a hundred models."""
    _unkept(response)
    return work.items()


def change(request: HttpRequest, given: work.Change, response: HttpResponse) -> dict[str, Any]:
    """Change a task, and return what it invalidates."""
    _unkept(response)
    for header, text in work.stale_header(given.task_id).items():
        response[header] = text
    return {"result": work.Changed(ok=True, id=given.task_id), "invalidate": work.stale(given.task_id)}


def mutate(request: HttpRequest, given: work.Change, response: HttpResponse) -> dict[str, Any]:
    """Change a task in a transaction."""
    with transaction.atomic():
        return change(request, given, response)


def read1(request: HttpRequest, task_id: int, response: HttpResponse) -> dict[str, work.Part]:
    """Read a context of one reader."""
    _unkept(response)
    return {"part0": work.part(task_id, 0)}


def read5(request: HttpRequest, task_id: int, response: HttpResponse) -> dict[str, work.Part]:
    """Read a context of five readers."""
    _unkept(response)
    return {f"part{number}": work.part(task_id, number) for number in range(work.PARTS)}


class Ninja(Contestant):
    """An operation for each piece of work."""

    name = "ninja"
    title = "django-ninja"
    circumstances = (BARE, LOGGED_IN)
    works = (*work.CALLS, *work.READS)

    def urlpatterns(self, circumstances: str) -> list[Any]:
        """Mount an API."""
        # Its check of a session checks the CSRF token as well.
        api = _api(auth=django_auth) if circumstances == LOGGED_IN else _api()
        api.post("/echo/", response=work.Echoed)(echo)
        api.post("/add/", response=work.Sum)(add)
        api.post("/list/", response=list[dict[str, Any]])(listing)
        api.post("/models/", response=list[work.Item])(models)
        api.post("/mutate/", response=dict[str, Any])(mutate)
        api.post("/change/", response=dict[str, Any])(change)
        api.get("/read1/", response=dict[str, work.Part])(read1)
        api.get("/read5/", response=dict[str, work.Part])(read5)
        return [path("app/", api.urls)]


def _api(**options: Any) -> NinjaAPI:
    return NinjaAPI(urls_namespace=f"ninja{next(_numbers)}", docs_url=None, openapi_url=None, **options)


def many(functions: int) -> list[Any]:
    """Return the URLs of an API of so many operations that echo."""
    api = _api()
    for number in range(functions):
        api.post(f"/f{number}/", response=work.Echoed)(_one(number))
    return [path("app/", api.urls)]


def _one(number: int) -> Any:
    def function(request: HttpRequest, given: work.Echo, response: HttpResponse) -> work.Echoed:
        return echo(request, given, response)

    function.__name__ = f"f{number}"
    return function
