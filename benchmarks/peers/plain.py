"""Django by hand: the usual way with pydantic and JsonResponse, and the fastest possible way."""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType
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
from benchmarks.site import CSRF, LOGGED_IN
from benchmarks.wire import Request

M = TypeVar("M", bound=BaseModel)
View = Callable[..., HttpResponseBase]


def _posted(model: type[M], body: Callable[[M], HttpResponse]) -> View:
    """Make a view that reads a model from JSON."""

    @require_POST
    def view(request: HttpRequest) -> HttpResponse:
        try:
            given = model.model_validate_json(request.body)
        except ValidationError as error:
            return JsonResponse({"error": str(error)}, status=422)
        return body(given)

    return view


def _answered(content: Any, headers: Mapping[str, str] = MappingProxyType({})) -> HttpResponse:
    return JsonResponse(content, safe=False, headers={"Cache-Control": "no-store", **headers})


def _changed(change: work.Change) -> HttpResponse:
    result = {"ok": True, "id": change.task_id}
    content = {"result": result, "invalidate": work.stale(change.task_id)}
    return _answered(content, work.stale_header(change.task_id))


def _changed_at_once(change: work.Change) -> HttpResponse:
    with transaction.atomic():
        return _changed(change)


echo_view = _posted(work.Echo, lambda given: _answered({"message": given.text}))


async def async_echo_view(request: HttpRequest) -> HttpResponse:
    """Make an async view that reads a model from JSON."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        given = work.Echo.model_validate_json(request.body)
    except ValidationError as error:
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
    return _answered(work.plain_items())


@require_POST
def _models(request: HttpRequest) -> HttpResponse:
    return _answered([each.model_dump() for each in work.items()])


@require_GET
def _table(request: HttpRequest) -> HttpResponse:
    return unkept(render(request, "bench/hand_table.html", {"rows": work.TABLE}))


def unkept(response: HttpResponse) -> HttpResponse:
    """Keep caches from storing the responses."""
    response["Cache-Control"] = "no-store"
    return response


def guarded(view: View, circumstances: str) -> View:
    """Check login and CSRF as these circumstances require."""
    if circumstances == CSRF:
        return csrf_protect(view)
    return _for_members(view) if circumstances == LOGGED_IN else view


def _for_members(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponseBase:
        return view(request) if request.user.is_authenticated else HttpResponse(status=401)

    return guarded


class Plain(Contestant):
    """A view for each piece of work."""

    name = "plain"
    title = "plain Django"

    def urlpatterns(self, circumstances: str) -> list[Any]:
        """Mount the views."""
        views = {
            "echo": echo_view,
            "add": _posted(work.Addends, lambda given: _answered({"sum": given.a + given.b})),
            "list": _list,
            "models": _models,
            "mutate": _posted(work.Change, _changed_at_once),
            "change": _posted(work.Change, _changed),
            "read1": _read(1),
            "read5": _read(work.PARTS),
            "table": _table,
        }
        patterns = [path(f"{name}/", guarded(view, circumstances), name=name) for name, view in views.items()]
        return [path("app/", include((patterns, "app")))]


class PlainAgain(Plain):
    """The same once more: its difference from 1.00 is the noise."""

    name = "plain2"
    title = "plain again"


class Floor(Contestant):
    """The minimum: precompiled validators, bytes directly in the response, no checks.

    It takes the envelope that ``call/`` takes, at one URL for all functions.
    """

    name = "floor"
    title = "floor by hand"
    works = (*work.UNCHANGING, "change", *work.READS)

    def urlpatterns(self, circumstances: str) -> list[Any]:
        """Mount one view for all functions, and one for each context."""
        views = {"call": _floor_call, "read1": _floor_read(1), "read5": _floor_read(work.PARTS)}
        patterns = [path(f"{name}/", guarded(view, circumstances)) for name, view in views.items()]
        return [path("app/", include((patterns, "app")))]

    def request(self, name: str) -> Request:
        """Return the request as the shim sends it."""
        if name in work.READS:
            return super().request(name)
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
        written += b',"invalidate":' + to_json(work.stale(given.task_id))
        for header, text in work.stale_header(given.task_id).items():
            response.headers[header] = text
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
