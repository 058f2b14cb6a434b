"""Django by hand: pydantic and JsonResponse as one writes it, and the fastest that can be written."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_POST
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import to_json

from benchmarks import work
from benchmarks.peers import Contestant
from benchmarks.site import CSRF
from benchmarks.wire import Request

M = TypeVar("M", bound=BaseModel)
View = Callable[..., HttpResponseBase]


def _posted(model: type[M], body: Callable[[M], Any]) -> View:
    """Make a view that reads a model from JSON and answers JSON."""

    @require_POST
    def view(request: HttpRequest) -> HttpResponse:
        try:
            given = model.model_validate(json.loads(request.body))
        except (ValidationError, ValueError) as error:
            return JsonResponse({"error": str(error)}, status=422)
        return _answered(body(given))

    return view


def _answered(content: Any) -> HttpResponse:
    response = JsonResponse(content)
    if "invalidate" in content:
        response["X-Mizan-Invalidate"] = work.STALE_HEADER
    response["Cache-Control"] = "no-store"
    return response


def _changed(change: work.Change) -> dict[str, Any]:
    stale = [{"context": "read5", "params": {"task_id": change.task_id}}]
    return {"result": {"ok": True, "id": change.task_id}, "invalidate": stale}


def _changed_at_once(change: work.Change) -> dict[str, Any]:
    with transaction.atomic():
        return _changed(change)


echo_view = _posted(work.Echo, lambda given: {"message": given.text})


async def async_echo_view(request: HttpRequest) -> HttpResponse:
    """Do the same in a coroutine."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        given = work.Echo.model_validate(json.loads(request.body))
    except (ValidationError, ValueError) as error:
        return JsonResponse({"error": str(error)}, status=422)
    return _answered({"message": given.text})


def _read(parts: int) -> View:
    @require_GET
    def view(request: HttpRequest) -> HttpResponse:
        try:
            which = work.Which.model_validate(request.GET.dict())
        except ValidationError as error:
            return JsonResponse({"error": str(error)}, status=422)
        return _answered({f"part{n}": work.plain_part(which.task_id, n) for n in range(parts)})

    return view


@require_POST
def _list(request: HttpRequest) -> HttpResponse:
    response = JsonResponse(work.plain_items(), safe=False)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def _models(request: HttpRequest) -> HttpResponse:
    response = JsonResponse([each.model_dump() for each in work.items()], safe=False)
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def _table(request: HttpRequest) -> HttpResponse:
    response = render(request, "bench/hand_table.html", {"rows": work.TABLE})
    response["Cache-Control"] = "no-store"
    return response


def _guarded(view: View, circumstances: str) -> View:
    return csrf_protect(view) if circumstances == CSRF else view


class Plain(Contestant):
    """A view for each piece of work."""

    name = "plain"
    title = "plain Django"

    def urlpatterns(self, circumstances: str) -> list[Any]:
        """Mount the views."""
        views = {
            "echo": echo_view,
            "add": _posted(work.Addends, lambda given: {"sum": given.a + given.b}),
            "list": _list,
            "models": _models,
            "mutate": _posted(work.Change, _changed_at_once),
            "change": _posted(work.Change, _changed),
            "read1": _read(1),
            "read5": _read(work.PARTS),
            "table": _table,
        }
        patterns = [
            path(f"{name}/", _guarded(view, circumstances), name=name) for name, view in views.items()
        ]
        return [path("app/", include(patterns))]

    def request(self, name: str) -> Request:
        """Ask below ``app/``: a site includes the URLs of its apps, as it does ours."""
        asked = super().request(name)
        return replace(asked, path=f"/app{asked.path}")


class PlainAgain(Plain):
    """The same once more: how far it is from 1.00 is the noise."""

    name = "plain2"
    title = "plain again"


class Floor(Contestant):
    """What is the least: precompiled validators, bytes straight into the response, nothing guarded.

    It takes the envelope that ``call/`` takes, at one URL for all functions.
    """

    name = "floor"
    title = "floor by hand"
    works = ("echo", "add", "list", "models", "change", "read1", "read5")

    def urlpatterns(self, circumstances: str) -> list[Any]:
        """Mount one view for all functions, and one for each context."""
        call = _guarded(_floor_call, circumstances)
        patterns = [path("call/", call), path("read1/", _floor_read(1)), path("read5/", _floor_read(5))]
        return [path("app/", include(patterns))]

    def request(self, name: str) -> Request:
        """Ask as our shim does."""
        if name.startswith("read"):
            return Request("GET", f"/app/{name}/", query=work.ARGUMENTS[name])
        return Request("POST", "/app/call/", work.written({"fn": name, "args": work.ARGUMENTS[name]}))

    def result(self, name: str, answer: Any) -> Any:
        """Unpack the envelope."""
        content = super().result(name, answer)
        return content["result"] if name in work.UNCHANGING else content


_FLOOR: dict[str, tuple[Any, Callable[[Any], Any], Any]] = {
    name: (TypeAdapter(takes).validator, body, TypeAdapter(gives).serializer)
    for name, takes, body, gives in (
        ("echo", work.Echo, lambda given: work.Echoed(message=given.text), work.Echoed),
        ("add", work.Addends, lambda given: work.Sum(sum=given.a + given.b), work.Sum),
        ("list", dict, lambda given: work.plain_items(), list[dict[str, Any]]),
        ("models", dict, lambda given: work.items(), list[work.Item]),
        ("change", work.Change, lambda given: work.Changed(ok=True, id=given.task_id), work.Changed),
    )
}


def _floor_call(request: HttpRequest) -> HttpResponse:
    envelope = json.loads(request.body)
    validator, body, serializer = _FLOOR[envelope["fn"]]
    given = validator.validate_python(envelope["args"])
    written = b'{"result":' + serializer.to_json(body(given))
    response = HttpResponse(content_type="application/json")
    if envelope["fn"] == "change":
        stale = [{"context": "read5", "params": {"task_id": given.task_id}}]
        written += b',"invalidate":' + to_json(stale)
        response.headers["X-Mizan-Invalidate"] = f"read5;task_id={given.task_id}"
    response.content = written + b"}"
    response.headers["Cache-Control"] = "no-store"
    return response


def _floor_read(parts: int) -> View:
    validator = TypeAdapter(work.Which).validator
    serializer = TypeAdapter(work.Part).serializer

    def view(request: HttpRequest) -> HttpResponse:
        task_id = validator.validate_python(request.GET.dict()).task_id
        written = (b'"part%d":%s' % (n, serializer.to_json(work.part(task_id, n))) for n in range(parts))
        response = HttpResponse(b"{" + b",".join(written) + b"}", content_type="application/json")
        response.headers["Cache-Control"] = "no-store"
        return response

    return view
