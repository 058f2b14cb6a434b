"""Django REST framework, with its serializers and its defaults, except for permissions."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.urls import include, path
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks import work
from benchmarks.peers import Contestant
from benchmarks.site import BARE, LOGGED_IN


class Echo(serializers.Serializer):
    """What echo takes."""

    text = serializers.CharField()


class Echoed(serializers.Serializer):
    """What echo gives."""

    message = serializers.CharField()


class Addends(serializers.Serializer):
    """What add takes."""

    a = serializers.IntegerField()
    b = serializers.IntegerField()


class Sum(serializers.Serializer):
    """What add gives."""

    sum = serializers.IntegerField()


class Item(serializers.Serializer):
    """One of the hundred objects."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.CharField()
    active = serializers.BooleanField()
    score = serializers.FloatField()


class Change(serializers.Serializer):
    """What the mutation takes."""

    task_id = serializers.IntegerField()
    title = serializers.CharField()


class Which(serializers.Serializer):
    """What reading a context takes."""

    task_id = serializers.IntegerField()


class Part(serializers.Serializer):
    """What one reader of a context gives."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    n = serializers.IntegerField()


def _answered(content: Any, **headers: str) -> Response:
    return Response(content, headers={"Cache-Control": "no-store", **headers})


def _valid(serializer: Any) -> Any:
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def _echo(given: Any) -> Any:
    return _answered(Echoed({"message": _valid(Echo(data=given))["text"]}).data)


def _add(given: Any) -> Any:
    numbers = _valid(Addends(data=given))
    return _answered(Sum({"sum": numbers["a"] + numbers["b"]}).data)


def _change(given: Any) -> Any:
    task_id = _valid(Change(data=given))["task_id"]
    content = {"result": {"ok": True, "id": task_id}, "invalidate": work.stale(task_id)}
    return _answered(content, **work.stale_header(task_id))


def _mutate(given: Any) -> Any:
    with transaction.atomic():
        return _change(given)


def _items(rows: Any) -> Any:
    return _answered(Item(rows, many=True).data)


def _posted(body: Callable[[Any], Any]) -> Any:
    class View(APIView):
        def post(self, request: Any) -> Any:
            return body(request.data)

    return View


def _read(parts: int) -> Any:
    class View(APIView):
        def get(self, request: Any) -> Any:
            task_id = _valid(Which(data=request.query_params))["task_id"]
            return _answered({f"part{n}": Part(work.plain_part(task_id, n)).data for n in range(parts)})

    return View


# Its authentication by session checks the CSRF token as well.
_MEMBERS = {"authentication_classes": [SessionAuthentication], "permission_classes": [IsAuthenticated]}
_ANYBODY: dict[str, Any] = {"authentication_classes": [], "permission_classes": []}


class Drf(Contestant):
    """A view for each piece of work."""

    name = "drf"
    title = "Django REST framework"
    circumstances = (BARE, LOGGED_IN)
    works = (*work.CALLS, *work.READS)

    def urlpatterns(self, circumstances: str) -> list[Any]:
        """Mount the views."""
        views = {
            "echo": _posted(_echo),
            "add": _posted(_add),
            "list": _posted(lambda given: _items(work.plain_items())),
            "models": _posted(lambda given: _items(work.ROWS)),
            "mutate": _posted(_mutate),
            "change": _posted(_change),
            "read1": _read(1),
            "read5": _read(work.PARTS),
        }
        admitted = _MEMBERS if circumstances == LOGGED_IN else _ANYBODY
        patterns = [path(f"{name}/", view.as_view(**admitted)) for name, view in views.items()]
        return [path("app/", include((patterns, "app")))]
