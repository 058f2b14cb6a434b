"""django-ninja."""

from itertools import count
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI

from benchmarks import work
from benchmarks.peers import Contestant
from benchmarks.site import BARE, LOGGED_IN
from benchmarks.wire import Request

_numbers = count()


def echo(request: HttpRequest, given: work.Echo) -> work.Echoed:
    """Give back what came."""
    return work.Echoed(message=given.text)


def add(request: HttpRequest, given: work.Addends) -> work.Sum:
    """Add two numbers."""
    return work.Sum(sum=given.a + given.b)


def listing(request: HttpRequest) -> list[dict[str, Any]]:
    """Give a hundred dictionaries."""
    return work.plain_items()


def models(request: HttpRequest) -> list[work.Item]:
    """Give a hundred models."""
    return work.items()


def change(request: HttpRequest, given: work.Change, response: HttpResponse) -> dict[str, Any]:
    """Change a task, and say what is stale."""
    response["X-Mizan-Invalidate"] = f"read5;task_id={given.task_id}"
    stale = [{"context": "read5", "params": {"task_id": given.task_id}}]
    return {"result": work.Changed(ok=True, id=given.task_id), "invalidate": stale}


def mutate(request: HttpRequest, given: work.Change, response: HttpResponse) -> dict[str, Any]:
    """Do so in a transaction."""
    with transaction.atomic():
        return change(request, given, response)


def read1(request: HttpRequest, task_id: int) -> dict[str, work.Part]:
    """Read a context of one reader."""
    return {"part0": work.part(task_id, 0)}


def read5(request: HttpRequest, task_id: int) -> dict[str, work.Part]:
    """Read a context of five readers."""
    return {f"part{number}": work.part(task_id, number) for number in range(work.PARTS)}


class Ninja(Contestant):
    """An operation for each piece of work."""

    name = "ninja"
    title = "django-ninja"
    circumstances = (BARE, LOGGED_IN)
    works = ("echo", "add", "list", "models", "mutate", "change", "read1", "read5")

    def urlpatterns(self, circumstances: str) -> list[Any]:
        """Mount an API."""
        api = NinjaAPI(urls_namespace=f"ninja{next(_numbers)}", docs_url=None, openapi_url=None)
        api.post("/echo/", response=work.Echoed)(echo)
        api.post("/add/", response=work.Sum)(add)
        api.post("/list/", response=list[dict[str, Any]])(listing)
        api.post("/models/", response=list[work.Item])(models)
        api.post("/mutate/", response=dict[str, Any])(mutate)
        api.post("/change/", response=dict[str, Any])(change)
        api.get("/read1/", response=dict[str, work.Part])(read1)
        api.get("/read5/", response=dict[str, work.Part])(read5)
        return [path("api/", api.urls)]

    def request(self, name: str) -> Request:
        """Ask below ``api/``."""
        asked = super().request(name)
        return Request(asked.method, f"/api{asked.path}", asked.body, asked.query)


def many(functions: int) -> list[Any]:
    """Give the URLs of an API of so many operations that echo."""
    api = NinjaAPI(urls_namespace=f"ninja{next(_numbers)}", docs_url=None, openapi_url=None)
    for number in range(functions):
        api.post(f"/f{number}/", response=work.Echoed)(_one(number))
    return [path("api/", api.urls)]


def _one(number: int) -> Any:
    def function(request: HttpRequest, given: work.Echo) -> work.Echoed:
        return work.Echoed(message=given.text)

    function.__name__ = f"f{number}"
    return function
