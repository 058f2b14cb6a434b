"""Django REST framework, with its serializers and defaults."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.urls import include, path
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks import work
from benchmarks.peers import Contestant
from benchmarks.site import BARE, LOGGED_IN
from benchmarks.wire import Request


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


def _valid(serializer: Any) -> Any:
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def _echo(given: Any) -> Any:
    return Echoed({"message": _valid(Echo(data=given))["text"]}).data


def _add(given: Any) -> Any:
    numbers = _valid(Addends(data=given))
    return Sum({"sum": numbers["a"] + numbers["b"]}).data


def _list(given: Any) -> Any:
    return Item(work.plain_items(), many=True).data


def _models(given: Any) -> Any:
    return Item(work.ROWS, many=True).data


def _change(given: Any) -> Any:
    task_id = _valid(Change(data=given))["task_id"]
    stale = [{"context": "read5", "params": {"task_id": task_id}}]
    return {"result": {"ok": True, "id": task_id}, "invalidate": stale}


def _mutate(given: Any) -> Any:
    with transaction.atomic():
        return _change(given)


def _posted(body: Callable[[Any], Any], headers: dict[str, str] | None = None) -> Any:
    class View(APIView):
        def post(self, request: Any) -> Any:
            return Response(body(request.data), headers=headers)

    return View.as_view()


def _read(parts: int) -> Any:
    class View(APIView):
        def get(self, request: Any) -> Any:
            task_id = _valid(Which(data=request.query_params))["task_id"]
            return Response({f"part{n}": Part(work.plain_part(task_id, n)).data for n in range(parts)})

    return View.as_view()


class Drf(Contestant):
    """A view for each piece of work."""

    name = "drf"
    title = "Django REST framework"
    circumstances = (BARE, LOGGED_IN)
    works = ("echo", "add", "list", "models", "mutate", "change", "read1", "read5")

    def urlpatterns(self, circumstances: str) -> list[Any]:
        """Mount the views."""
        stale = {"X-Mizan-Invalidate": work.STALE_HEADER}
        views = {
            "echo": _posted(_echo),
            "add": _posted(_add),
            "list": _posted(_list),
            "models": _posted(_models),
            "mutate": _posted(_mutate, stale),
            "change": _posted(_change, stale),
            "read1": _read(1),
            "read5": _read(work.PARTS),
        }
        return [path("app/", include([path(f"{name}/", view) for name, view in views.items()]))]

    def request(self, name: str) -> Request:
        """Ask below ``app/``."""
        asked = super().request(name)
        return replace(asked, path=f"/app{asked.path}")
